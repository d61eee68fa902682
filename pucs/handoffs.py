"""The rule of handoffs: work offered to agents and streams, told to each once, and taken by whoever accepts.

Of a stream every agent is told, also one that begins later, and the first that accepts has it; an agent that is named
answers for itself. What is open is kept in one record, so that an agent's look costs no more than that.
"""

from __future__ import annotations

from pucs import notices
from pucs.errors import Refusal, UsageError
from pucs.model import PERSON, Agent, Event, Name, Notice
from pucs.paths import printable
from pucs.protocol import AgentMessage
from pucs.record import Record
from pucs.view import Change
from pucs.wording import peer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from pucs.view import View

OFFERED, ACCEPTED, DECLINED, WITHDRAWN = "offered", "accepted", "declined", "withdrawn"

OPEN = "open/handoffs"
"""The record of what is open: for each handoff whom it is offered to and who was told; and the last number."""

_REASON = 150
_LONGEST = notices.LONGEST - len("[PUCS n1000] ")


class Handoff(Record):
    """Work passed on by `from_agent`, with its context and its locks (`paths`, as `tree`/`path` pairs).

    `to` are agents and, as far as they are among the `streams`, streams; `answers` say what came of each. The locks go
    to the first that accepts, the `heir`. `declined` are agents of a stream that do not want it.
    """

    id: str
    from_agent: str
    to: tuple[str, ...]
    at: float
    stream: str | None = None
    streams: tuple[str, ...] = ()
    completed_tasks: tuple[str, ...] = ()
    context: dict[str, Any] = {}
    paths: tuple[tuple[str, str], ...] = ()
    answers: dict[str, dict[str, Any]] = {}
    declined: tuple[str, ...] = ()
    heir: str = ""
    withdrawn: float = 0.0
    extra: dict[str, Any] = {}


class Offer(Record):
    """What a handoff is to say. A name in `to` is a stream's if `streams` has it."""

    to: tuple[str, ...]
    completed_tasks: tuple[str, ...] = ()
    context: dict[str, Any] = {}
    paths: tuple[tuple[str, str], ...] = ()
    streams: tuple[str, ...] = ()


def handoff_key(identifier: str) -> str:
    """The key under which a handoff is stored."""
    return "handoff/" + identifier


def found(identifier: str, view: View) -> Handoff:
    """The handoff of that id. Raises UsageError where there is none."""
    handoff: Handoff | None = view.record(handoff_key(identifier))
    if handoff is None:
        view.demand(handoff_key(identifier))
        raise UsageError(f"there is no handoff {printable(identifier, 40)}", "see: pucs handoffs")
    return handoff


def all_of(view: View) -> tuple[Handoff, ...]:
    """All handoffs, oldest first."""
    known = (view.record(handoff_key(name)) for name in view.names("handoff"))
    return tuple(sorted((one for one in known if one is not None), key=lambda one: (one.at, len(one.id), one.id)))


def is_open(handoff: Handoff) -> bool:
    """Whether somebody it is offered to has not answered yet."""
    return not handoff.withdrawn and any(name not in handoff.answers for name in handoff.to)


def offered(sender: Agent, offer: Offer, view: View) -> Change:
    """The handoff, recorded; nobody is told yet (`told`). The result is the Handoff."""
    index = view.name(OPEN) or _rebuilt(view)
    number = index.number + 1
    identifier = f"h{number}"
    handoff = Handoff(
        identifier,
        sender.id,
        offer.to,
        view.now,
        sender.stream,
        tuple(name for name in offer.to if name in offer.streams),
        offer.completed_tasks,
        offer.context,
        offer.paths,
    )
    known = {**index.extra.get("open", {}), identifier: {"to": list(offer.to), "told": []}}
    details: dict[str, Any] = {"id": identifier, "to": list(offer.to), "completed_tasks": list(offer.completed_tasks)}
    details["message"] = AgentMessage.HANDOFF
    # The index first: a number that names no handoff is passed over, a handoff that it does not name would be lost.
    writes = {
        OPEN: index._replace(number=number, extra={**index.extra, "open": known}),
        handoff_key(identifier): handoff,
    }
    return Change(handoff, writes, (Event(sender.id, sender.stream, "handed_off", details),))


def told(agents: Iterable[Agent], view: View, writes: dict[str, Any]) -> None:
    """Puts what is open and concerns these agents into their inboxes, each once; added to `writes`."""
    index: Name = writes.pop(OPEN, None) or _index(view)
    known = dict(index.extra.get("open", {}))
    for agent in agents:
        for identifier in _news(agent, known):
            handoff: Handoff | None = view.record(handoff_key(identifier))
            if handoff is None or not place_of(handoff, agent):
                continue
            notices.tell(agent.id, Notice(summary(handoff), view.now, _about(handoff), "medium"), view, writes)
            entry = known[identifier]
            known[identifier] = {**entry, "told": [*entry.get("told", ()), agent.id]}
    if known != index.extra.get("open", {}):
        # Last: an agent that is marked has its notice; one that died in between hears it once more.
        writes[OPEN] = index._replace(extra={**index.extra, "open": known})


def concern(agent: Agent, view: View) -> bool:
    """Whether something is offered to the agent that it was not told of."""
    return bool(_news(agent, _index(view).extra.get("open", {})))


def _news(agent: Agent, known: dict[str, Any]) -> list[str]:
    if agent.id.startswith(PERSON):
        return []
    names = {agent.id} if agent.parent else {agent.id, agent.stream}  # a stream's work is its main agents'
    return [
        identifier
        for identifier, entry in known.items()
        if agent.id not in entry.get("told", ()) and names.intersection(entry.get("to", ()))
    ]


def place_of(handoff: Handoff, agent: Agent) -> str:
    """By which open name the handoff is offered to the agent: its own, else its stream's; "" for none."""
    if handoff.withdrawn:
        return ""
    for name in handoff.to:
        if name in handoff.answers:
            continue
        if name in handoff.streams:
            fits = name == agent.stream and agent.id not in (handoff.from_agent, *handoff.declined)
        else:
            fits = agent.id == name or agent.id.startswith(name + "/")
        if fits:
            return name
    return ""


def answerable(handoff: Handoff, agent: Agent) -> str:
    """The name by which the agent may answer it. Raises Refusal where it may not."""
    name = place_of(handoff, agent)
    if name:
        return name
    if handoff.withdrawn:
        raise Refusal(f"{handoff.from_agent} withdrew handoff {handoff.id}", "there is nothing to answer")
    given = [handoff.answers[one] for one in handoff.to if one in (agent.id, agent.stream) and one in handoff.answers]
    if given:
        raise Refusal(f"{given[0]['agent']} {given[0]['answer']} handoff {handoff.id} already", "see: pucs handoffs")
    raise Refusal(f"handoff {handoff.id} is not offered to {agent.id}", f"see: pucs handoff show {handoff.id}")


def with_answer(handoff: Handoff, name: str, agent: Agent, word: str, view: View) -> Handoff:
    """The handoff with what became of it for that addressee."""
    answers = {**handoff.answers, name: {"answer": word, "agent": agent.id, "at": view.now}}
    heir = handoff.heir or (agent.id if word == ACCEPTED else "")
    return handoff._replace(answers=answers, heir=heir)


def declined(agent: Agent, identifier: str, reason: str, view: View) -> Change:
    """The agent does not want it: for a named one that is its answer, of a stream another may still accept."""
    handoff = found(identifier, view)
    mine = handoff.answers.get(agent.id, {})
    if agent.id in handoff.declined or mine.get("answer") == DECLINED:
        return Change(handoff)
    name = answerable(handoff, agent)
    now = handoff._replace(declined=(*handoff.declined, agent.id))
    if name not in handoff.streams:
        now = with_answer(handoff, name, agent, DECLINED, view)
    writes: dict[str, Any] = {handoff_key(identifier): now}
    why = f": {peer(agent.id, reason, _REASON)}" if reason else "."
    text = f"{agent.id} declined your handoff {identifier}{why}"
    notices.tell(handoff.from_agent, Notice(text, view.now, f"{_about(now)}:{agent.id}"), view, writes)
    closed(now, view, writes)
    details = {"id": identifier, "from": handoff.from_agent}
    return Change(now, writes, (Event(agent.id, agent.stream, "handoff_declined", details),))


def withdrawn(agent: Agent, identifier: str, view: View) -> Change:
    """The offer is over for all that did not answer; who was told hears that. Its sender's, or a person's, to do."""
    handoff = found(identifier, view)
    if agent.id != handoff.from_agent and not agent.id.startswith(PERSON):
        raise Refusal(
            f"handoff {identifier} is {handoff.from_agent}'s", "decline it: pucs handoff decline " + identifier
        )
    if not is_open(handoff):
        return Change(handoff)
    now = handoff._replace(withdrawn=view.now)
    writes: dict[str, Any] = {handoff_key(identifier): now}
    entry = _index(view).extra.get("open", {}).get(identifier, {})
    closed(now, view, writes)
    text = f"{agent.id} withdrew handoff {identifier}: there is nothing to answer any more."
    for name in entry.get("told", ()):
        answered = any(answer["agent"] == name for answer in handoff.answers.values())
        if not answered and name not in handoff.declined:
            notices.tell(name, Notice(text, view.now, _about(now)), view, writes)
    return Change(now, writes, (Event(agent.id, agent.stream, "handoff_withdrawn", {"id": identifier}),))


def closed(handoff: Handoff, view: View, writes: dict[str, Any]) -> None:
    """Takes a handoff that is no longer open, or an addressee that answered, out of the record of what is.

    Who has not heard of it yet, and cannot answer it any more, need not.
    """
    index = _index(view)
    known = dict(index.extra.get("open", {}))
    if handoff.id not in known:
        return
    for name in known[handoff.id].get("told", ()):
        agent = view.agent(name)
        if agent is None or not place_of(handoff, agent):
            notices.is_due(name, writes, view, (_about(handoff),))
    left = [name for name in handoff.to if name not in handoff.answers]
    if handoff.withdrawn or not left:
        del known[handoff.id]
    else:
        known[handoff.id] = {**known[handoff.id], "to": left}
    writes[OPEN] = index._replace(extra={**index.extra, "open": known})


def open_ones(view: View) -> tuple[Handoff, ...]:
    """The handoffs that somebody has not answered, oldest first."""
    index = view.name(OPEN) or _rebuilt(view)
    known = (view.record(handoff_key(name)) for name in index.extra.get("open", {}))
    return tuple(one for one in known if one is not None and is_open(one))


def summary(handoff: Handoff) -> str:
    """The notice of it, in at most 400 characters."""
    said = []
    if handoff.completed_tasks:
        said.append("done: " + "; ".join(handoff.completed_tasks))
    for title, key in (("breaking", "breaking_changes"), ("new", "new_interfaces"), ("notes", "notes")):
        value = handoff.context.get(key)
        if value:
            said.append(f"{title}: {value if isinstance(value, str) else '; '.join(map(str, value))}")
    text = ". ".join(said) or "no more is said"
    count, identifier = len(handoff.paths), handoff.id
    locks = f" With the lock{'s' * (count > 1)} of {count} file{'s' * (count > 1)}." if count else ""
    first = f"Handoff {identifier} is offered to you: "
    last = f".{locks} Read it: pucs handoff show {identifier}. Then pucs handoff accept {identifier}, or decline it."
    room = _LONGEST - len(first + peer(handoff.from_agent, "") + last)
    return f"{first}{peer(handoff.from_agent, text, room)}{last}"


def _index(view: View) -> Name:
    return view.name(OPEN) or Name("handoffs")


def _rebuilt(view: View) -> Name:
    """The record of what is open where it was lost, or nothing was ever offered: who was told is told again."""
    known = all_of(view)
    names = (*(one.id for one in known), *view.lost("handoff"))
    last = max((int(name[1:]) for name in names if name[1:].isdecimal()), default=0)
    left = {one.id: {"to": [to for to in one.to if to not in one.answers], "told": []} for one in known if is_open(one)}
    return Name("handoffs", last, extra={"open": left} if left else {})


def _about(handoff: Handoff) -> str:
    return "handoff:" + handoff.id
