"""The rule of places in streams: at most `max_agents` work in one, and who has waited longest is next.

Who is in a stream follows from the agents on record, and from nothing that would have to be kept in step with them: an
agent that ended or died has no place, and subagents work in their parent's.
"""

from __future__ import annotations

from pucs import notices, orders
from pucs.model import DEAD, PERSON, Agent, Event, Notice
from pucs.policy import StreamRule
from pucs.protocol import AgentMessage, CoordinatorMessage
from pucs.record import Record
from pucs.view import Change

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pucs.view import View

_ABOUT = "stream"


class Roster(Record):
    """Who waits for a place in a stream, the longest first: `waiting` are agents and since when."""

    stream: str
    waiting: tuple[tuple[str, float], ...] = ()
    extra: dict[str, Any] = {}


class Place(Record):
    """What a claim came to: whether `agent` is in the stream now, else how many wait `before` it.

    `members` are all who are in it, `most` how many may be (None: any number).
    """

    stream: str
    agent: str
    granted: bool
    before: int = 0
    members: tuple[str, ...] = ()
    most: int | None = None


def key_of(stream: str) -> str:
    """The key under which a stream's roster is stored."""
    return "roster/" + stream


def members(stream: str, view: View) -> tuple[Agent, ...]:
    """The agents that have a place in the stream, however they came by it, the oldest first."""
    found = (view.agent(name) for name in view.names("agent"))
    inside = (one for one in found if one is not None and one.stream == stream and one.parent is None)
    here = (one for one in inside if is_here(one, view) and not one.id.startswith(PERSON))
    return tuple(sorted(here, key=lambda one: (one.since, one.id)))


def waiting(stream: str, view: View) -> tuple[tuple[str, float], ...]:
    """Who waits for a place in it and is still here, in order."""
    roster: Roster | None = view.record(key_of(stream))
    found = ((view.agent(name), since) for name, since in (roster.waiting if roster is not None else ()))
    return tuple((one.id, since) for one, since in found if one is not None and is_here(one, view))


def is_here(agent: Agent, view: View) -> bool:
    """Whether it neither ended nor died."""
    return not agent.ended and view.liveness(agent.process) != DEAD


def place_of(agent: str, rule: StreamRule, view: View) -> Place:
    """What a claim would come to now. Changes nothing."""
    inside = tuple(one.id for one in members(rule.name, view))
    line = [name for name, _ in waiting(rule.name, view)]
    before = line.index(agent) if agent in line else len(line)
    others = [name for name in inside if name != agent]
    room = agent in inside or rule.max_agents is None or len(others) + before < rule.max_agents
    return Place(rule.name, agent, room, 0 if room else before, inside, rule.max_agents)


def claim(agent: Agent, rule: StreamRule, view: View) -> Change:
    """The agent is in the stream, or waits for a place in it as the last. The result is its Place."""
    place = place_of(agent.id, rule, view)
    if place.granted:
        if agent.claim == rule.name:
            return Change(place)
        writes: dict[str, Any] = {}
        _admit(agent, rule, view, writes)
        _expel(rule, len({*place.members, agent.id}), view, writes)
        details = {"message": AgentMessage.CLAIM_STREAM, "answer": CoordinatorMessage.STREAM_ASSIGNED}
        event = Event(agent.id, rule.name, "claimed", {**details, "claim": rule.name})
        inside = tuple(dict.fromkeys([*place.members, agent.id]))
        return Change(place._replace(members=inside), writes, (event,))
    line = waiting(rule.name, view)
    if any(name == agent.id for name, _ in line):
        return Change(place)
    event = Event(agent.id, agent.stream, "waits", {"message": AgentMessage.CLAIM_STREAM, "claim": rule.name})
    return Change(place, {key_of(rule.name): Roster(rule.name, (*line, (agent.id, view.now)))}, (event,))


def leave(agent: Agent, view: View) -> Change:
    """The agent gives its place back, and waits for none. The result is the stream that it left, or None."""
    writes: dict[str, Any] = {}
    for name in list(view.names("roster")):
        _unlisted(agent.id, name, view, writes)
    if not agent.claim:
        return Change(None, writes)
    for one in _family(agent, view):
        writes["agent/" + one.id] = orders.moved(one, None, view)._replace(claim="")
    return Change(agent.claim, writes, (Event(agent.id, agent.claim, "left", {"claim": agent.claim}),))


def promote(rule: StreamRule, view: View) -> Change:
    """Gives what places are free to who waits, the longest first, and tells them. The result are those agents."""
    writes: dict[str, Any] = {}
    events: list[Event] = []
    line = waiting(rule.name, view)
    inside = len(members(rule.name, view))
    free = len(line) if rule.max_agents is None else rule.max_agents - inside
    served = [name for name, _ in line[: max(0, free)]]
    if served:
        _expel(rule, inside + len(served), view, writes)
    for name in served:
        agent = view.agent(name)
        if agent is None:  # `waiting` gives only those who are there; said for the type checker
            continue
        _admit(agent, rule, view, writes)
        bounds = f" Change only {', '.join(rule.files.split(', ')[:4])} and what no stream owns." if rule.files else ""
        text = f"You have a place in stream {rule.name} now, for which you waited.{bounds}"
        notices.tell(name, Notice(text, view.now, _ABOUT, "high"), view, writes)
        details = {"message": CoordinatorMessage.STREAM_ASSIGNED, "claim": rule.name}
        events.append(Event(name, rule.name, "assigned", details))
    roster: Roster | None = view.record(key_of(rule.name))
    left = line[len(served) :]
    if roster is not None and roster.waiting != left:
        writes[key_of(rule.name)] = roster._replace(waiting=left) if left else None
    return Change(tuple(served), writes, tuple(events))


def _admit(agent: Agent, rule: StreamRule, view: View, writes: dict[str, Any]) -> None:
    for name in list(view.names("roster")):
        _unlisted(agent.id, name, view, writes)
    for one in _family(agent, view):
        writes["agent/" + one.id] = orders.moved(one, rule.name, view)._replace(claim=rule.name)


def _unlisted(agent: str, stream: str, view: View, writes: dict[str, Any]) -> None:
    key = key_of(stream)
    roster: Roster | None = writes.get(key) or view.record(key)
    if roster is not None and any(name == agent for name, _ in roster.waiting):
        left = tuple(one for one in roster.waiting if one[0] != agent)
        writes[key] = roster._replace(waiting=left) if left else None


def _expel(rule: StreamRule, inside: int, view: View, writes: dict[str, Any]) -> None:
    """Takes their claims from as many who are gone as could not all come back, the longest gone first."""
    if rule.max_agents is None:
        return
    found = (view.agent(name) for name in view.names("agent"))
    claims = (one for one in found if one is not None and one.claim == rule.name and one.parent is None)
    gone = sorted((one for one in claims if not is_here(one, view)), key=lambda one: one.seen, reverse=True)
    for agent in gone[max(0, rule.max_agents - inside) :]:
        for one in _family(agent, view):
            writes["agent/" + one.id] = one._replace(claim="", stream=None)


def _family(agent: Agent, view: View) -> list[Agent]:
    """The agent, and its subagents, which work in its place."""
    found = [agent]
    for number in range(1, agent.children + 1):
        child = view.agent(f"{agent.id}/{number}")
        if child is not None:
            found += _family(child, view)
    return found
