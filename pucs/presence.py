"""What an agent is doing, as far as the state tells: the rows of `pucs agents`."""

from __future__ import annotations

from pucs import orders, queues, streams
from pucs.model import DEAD, Agent
from pucs.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pucs.helping import Help
    from pucs.view import View

ACTIVE, IDLE, PAUSED, WAITING = "active", "idle", "paused", "waiting"
ENDED, DEAD_NOW, TERMINATED = "ended", "dead", "terminated"

GONE = (ENDED, DEAD_NOW, TERMINATED)
"""The states of agents that are not here any more."""

ACTIVE_S = 300.0
"""So long after its last sign an agent counts as active."""


class Presence(Record):
    """One agent: what it is, what it does, since when nobody has seen it, and what it holds.

    `state` is one of the words above, `about` says more of it; `locks` are paths, in another tree with `@tree`.
    """

    agent: str
    stream: str | None
    state: str
    task: str
    locks: tuple[str, ...]
    seen: float
    about: str = ""
    claimed: bool = False
    parent: str | None = None
    began: float = 0.0
    report: str = ""
    extra: dict[str, Any] = {}


def state_of(agent: Agent, view: View) -> tuple[str, str]:
    """The agent's state, and more about it in words."""
    order = orders.binding(agent, view.now) if agent.orders else None
    if order is not None and order.kind == orders.TERMINATE:
        return TERMINATED, orders.words(order)
    if agent.ended:
        return ENDED, ""
    if view.liveness(agent.process) == DEAD:
        return DEAD_NOW, "its client is gone"
    if order is not None:
        return PAUSED, orders.words(order)
    waits = (view.wait(number) for number in agent.waits)
    standing = [wait for wait in waits if wait is not None and queues.stands(wait, view)]
    if standing:
        paths = [path for wait in standing for _, path in wait.paths]
        return WAITING, f"for {', '.join(dict.fromkeys(paths))}"
    if agent.calls:
        call = max(agent.calls.values(), key=lambda one: one.since)
        return ACTIVE, call.what or call.tool
    awaited = _awaited(agent, view)
    if awaited:
        return WAITING, f"for {awaited}"
    return (ACTIVE, "") if view.now - agent.seen < ACTIVE_S else (IDLE, "")


def _awaited(agent: Agent, view: View) -> str:
    """What it asked for and has not got: a place in a stream, an answer."""
    for name in view.names("roster"):
        if agent.id in (waiting for waiting, _ in streams.waiting(name, view)):
            return f"a place in stream {name}"
    for name in view.names("help"):
        asked: Help | None = view.record("help/" + name)
        if asked is not None and asked.agent == agent.id and not asked.answered:
            return f"the answer to {asked.id}"
    return ""
