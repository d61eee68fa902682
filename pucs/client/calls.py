"""Who calls the edit gate, with which tool call, and what it is answered: the words between a host and the gate."""

from __future__ import annotations

from pucs import agents
from pucs.client.opening import Repository, stream_in, task_of_branch
from pucs.record import Record
from pucs.state import processes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any


class Caller(Record):
    """Who calls, as the host says it: its session and subagent ids, its process, and the environment's choices."""

    session: str
    subagent: str = ""
    pid: int = 0
    environ: Mapping[str, str] = {}


class ToolCall(Record):
    """A tool call that may write: `paths` as (path, whole), where whole says that it replaces all content."""

    caller: Caller
    tool: str
    call: str
    cwd: str
    paths: tuple[tuple[str, bool], ...] = ()
    values: Mapping[str, Any] = {}


class Answer(Record):
    """What the host is to be told: SILENT, GRANT or DENY, the reason of a denial, notices for the agent.

    `ends` says that the agent was terminated, and its client must not go on.
    """

    decision: str
    reason: str = ""
    told: tuple[str, ...] = ()
    ends: bool = False


def identity_of(caller: Caller, repository: Repository) -> agents.Identity:
    """Who acts, with the stream and the task that hold in that tree."""
    task = caller.environ.get("PUCS_TASK", "")[:120]
    return agents.Identity(
        session=caller.session,
        subagent=caller.subagent,
        given=caller.environ.get("PUCS_AGENT_ID", "").replace("/", "-"),  # the slash is for subagents
        stream=stream_in(repository, caller.environ),
        task=task,
        process=processes.client_of(caller.pid),
        branch="" if task else task_of_branch(repository),
        chosen=bool(caller.environ.get("PUCS_STREAM")),
    )
