"""What hooks report for agents that say nothing of themselves: that a turn or session is over, and what came of it."""

from __future__ import annotations

from pucs import system
from pucs.client.opening import Repository
from pucs.errors import StoreError
from pucs.model import Event
from pucs.state import log

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from pucs.model import Agent
    from pucs.view import View

_TAIL = 1 << 18
_LISTED = 10
_BEGINNINGS = ("started", "reported", "completed")


def report_turn(repository: Repository, agent: Agent, status: str) -> None:
    """Logs what an agent changed and committed since it reported last; nothing if that is nothing."""
    changed: dict[str, None] = {}
    commits = 0
    for entry in _latest(repository.store.root, agent.id):
        if entry["action"] in _BEGINNINGS:
            changed, commits = {}, 0
        elif entry["action"] == "changed":
            changed[str(entry.get("file"))] = None
        elif entry["action"] == "committed":
            commits += 1
    if not changed and not commits:
        return
    details: dict[str, Any] = {"status": status, "files_modified": len(changed), "files": [*changed][:_LISTED]}
    details |= {"commits": commits, "uncommitted": _held(agent, repository.store.read())}
    repository.store.append([Event(agent.id, agent.stream, "reported", details)])


def _held(agent: Agent, view: View) -> int:
    """How many of its paths it has a lock on still."""
    count = 0
    for tree, path in agent.paths:
        try:
            count += any(lock.agent == agent.id for lock in view.path(path).tree(tree).locks)
        except StoreError:
            count += 1  # damaged: it counts as held
    return count


def _latest(root: str, agent: str) -> Iterator[dict[str, Any]]:
    """The agent's own entries among the last of the log."""
    path = f"{root}/state/agent_activity.jsonl"
    try:
        start = max(0, system.stat(path).st_size - _TAIL)
    except OSError:
        return
    for entry in log.entries(path, start):
        if entry.get("agent") == agent and isinstance(entry.get("action"), str):
            yield entry
