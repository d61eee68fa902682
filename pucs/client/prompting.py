"""What an agent works on, as its prompts say."""

from __future__ import annotations

from pucs import agents
from pucs.client.calls import Caller, identity_of
from pucs.client.opening import is_off, repository_at


def prompted(caller: Caller, cwd: str, line: str) -> None:
    """Notes that the agent was asked for this, see `prompts.task_line`."""
    repository = repository_at(cwd)
    if repository is None or is_off(repository.store.read()):
        return
    identity = identity_of(caller, repository)
    repository.store.transact(lambda view: agents.prompted(identity, line, view))
