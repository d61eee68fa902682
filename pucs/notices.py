"""The rule of notices: one inbox an agent, the same matter said once, and nothing gone before its agent has read it.

A notice is *handed* to a process that will show it, *printed* when that process has written it out, and gone when the
agent's next event proves that its client read it. Of a process or client that died before, the notice comes again.
"""

from __future__ import annotations

from pucs.model import ALIVE, DEAD, UNKNOWN, Name, Notice, Process
from pucs.record import Record
from pucs.view import Change

FREE = "free:"
"""What a notice is about that says: this path, which you were denied, is free."""

LONGEST = 400
AT_ONCE = 3

ADOPTED = "adopted:"
"""What a notice is about that says: another agent took over what you left in this path."""

_RANKS = ("high", "medium", "info")
_OUT_OF_SIGHT_S = 60.0
"""How long a process may take to print of which nobody here can tell whether it lives."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from pucs.view import View


class Handed(Record):
    """One answer that carries notices: by which process, to which client, to which call, and since when.

    `printed` is the tick of the boot clock (as `Process.started` counts) at which it was written out, 0 before.
    """

    numbers: tuple[int, ...]
    hook: Process | None = None
    client: Process | None = None
    call: str = ""
    at: float = 0.0
    printed: int = 0


class Inbox(Record):
    """The notices that one agent was not proven to have read, oldest first, and the answers that carry some of them.

    `numbered` is the number of the last; a number is given once for each agent.
    """

    agent: str
    notices: tuple[Notice, ...] = ()
    numbered: int = 0
    handed: tuple[Handed, ...] = ()
    extra: dict[str, Any] = {}


class Reader(Record):
    """A process that will show notices to their agent: itself, the agent's client, and the calls that it answers.

    `began` is the tick of the boot clock at which the event happened; what was printed before, the client has read.
    """

    hook: Process | None
    client: Process | None = None
    calls: tuple[str, ...] = ()
    began: int = 1 << 62


def tell(agent: str, notice: Notice, view: View, writes: dict[str, Any]) -> None:
    """Adds a notice for the agent to what is written."""
    writes["inbox/" + agent] = put(inbox_of(agent, view, writes), notice)


def reword(agent: str, about: str, text: str, writes: dict[str, Any]) -> None:
    """Says in other words what `writes` tells the agent of that matter."""
    inbox: Inbox = writes["inbox/" + agent]
    said = tuple(one._replace(text=_cut(text)) if one.about == about else one for one in inbox.notices)
    writes["inbox/" + agent] = inbox._replace(notices=said)


def put(inbox: Inbox, notice: Notice) -> Inbox:
    """The inbox with the notice last; an older one about the same matter is replaced, text is cut to 400 characters."""
    rest = tuple(one for one in inbox.notices if not notice.about or one.about != notice.about)
    number = inbox.numbered + 1
    return inbox._replace(notices=(*rest, notice._replace(text=_cut(notice.text), number=number)), numbered=number)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def inbox_of(agent: str, view: View, writes: dict[str, Any] | None = None) -> Inbox:
    """The agent's inbox as `writes` would leave it; an empty one goes on counting where the last one ended."""
    written = writes or {}
    key, counter = "inbox/" + agent, "number/inbox-" + agent
    inbox: Inbox | None = written[key] if key in written else view.record(key)
    if inbox is not None:
        return inbox if all(one.number for one in inbox.notices) else _counted(inbox)
    last = written[counter] if counter in written else view.name(counter)
    return Inbox(agent, numbered=last.number if last is not None else 0)


def is_due(agent: str, writes: dict[str, Any], view: View, known: tuple[str, ...] = ()) -> bool:
    """Whether there is something for the agent to read, or to be done about what it has read.

    `writes` gets its inbox without what is about `known`, which is news no more.
    """
    key = "inbox/" + agent
    if (writes[key] if key in writes else view.record(key)) is None:
        return False
    inbox = inbox_of(agent, view, writes)
    news = tuple(notice for notice in inbox.notices if notice.about not in known)
    if len(news) < len(inbox.notices):
        inbox = inbox._replace(notices=news)
        _store(inbox, writes, view)
    return bool(inbox.notices)


def handed(agent: str, reader: Reader, view: View, most: int = AT_ONCE) -> Change:
    """Hands notices to a process that will show them: at most three a call, the severest first, then the oldest.

    What was handed to a process of the same client that is done, or still at it, is not handed again. While one is at
    it, others get nothing: should it die, what it was handed comes first.
    """
    before = inbox_of(agent, view)
    spent = sum(len(answer.numbers) for answer in before.handed if answer.call and answer.call in reader.calls)
    inbox = _confirmed(before, reader, view)
    out = {number for answer in inbox.handed for number in answer.numbers}
    if any(not answer.printed and answer.hook != reader.hook for answer in inbox.handed):
        most = 0
    chosen = ranked(one for one in inbox.notices if one.number not in out)[: max(0, most - spent)]
    if chosen:
        call = reader.calls[-1] if reader.calls else ""
        numbers = tuple(one.number for one in chosen)
        inbox = inbox._replace(handed=(*inbox.handed, Handed(numbers, reader.hook, reader.client, call, view.now)))
    writes: dict[str, Any] = {}
    if inbox != before:
        _store(inbox, writes, view)
    return Change(chosen, writes)


def ranked(found: Iterable[Notice]) -> tuple[Notice, ...]:
    """The severest first, and among those of one severity the oldest."""
    return tuple(sorted(found, key=_rank))


def printed(agent: str, hook: Process | None, tick: int, view: View) -> Change:
    """Notes that the process has written out what it was handed."""
    inbox = inbox_of(agent, view)
    after = tuple(one._replace(printed=tick) if one.hook == hook else one for one in inbox.handed)
    return Change(None, {"inbox/" + agent: inbox._replace(handed=after)} if after != inbox.handed else {})


def passed_on(child: str, parent: str, reader: Reader, view: View, writes: dict[str, Any]) -> None:
    """Gives what a subagent that ends has not read to its parent: somebody may rely on its being read."""
    if not is_due(child, writes, view):
        return
    inbox = _confirmed(inbox_of(child, view, writes), reader, view)
    for notice in inbox.notices:
        if not notice.about.startswith(FREE):
            tell(parent, notice, view, writes)
    _store(inbox._replace(notices=(), handed=()), writes, view)


def _confirmed(inbox: Inbox, reader: Reader, view: View) -> Inbox:
    """The inbox without what the client of this event has read, and with what no client will read free again."""
    kept: list[Handed] = []
    read: set[int] = set()
    for answer in inbox.handed:
        if answer.client is not None and reader.client is not None and answer.client != reader.client:
            if view.liveness(answer.client) == ALIVE:  # several processes read for one agent: each for itself
                kept.append(answer)
        elif not answer.printed:
            if not _is_lost(answer, view):
                kept.append(answer)
        elif reader.began >= answer.printed:
            read.update(answer.numbers)
        else:  # an event that ran beside it proves nothing
            kept.append(answer)
    left = tuple(one for one in inbox.notices if one.number not in read)
    return inbox._replace(notices=left, handed=tuple(kept))


def _is_lost(answer: Handed, view: View) -> bool:
    """Whether the process will never print it."""
    lives = view.liveness(answer.hook)
    return lives == DEAD or (lives == UNKNOWN and abs(view.now - answer.at) > _OUT_OF_SIGHT_S)


def _rank(notice: Notice) -> tuple[int, int]:
    rank = _RANKS.index(notice.severity) if notice.severity in _RANKS else len(_RANKS)
    return rank, notice.number


def _counted(inbox: Inbox) -> Inbox:
    """The same inbox with a number on each notice: one of an older PUCS has none."""
    first = inbox.numbered + 1
    notices = tuple(one._replace(number=first + place) for place, one in enumerate(inbox.notices))
    return inbox._replace(notices=notices, numbered=inbox.numbered + len(notices), handed=())


def _store(inbox: Inbox, writes: dict[str, Any], view: View) -> None:
    """Adds the inbox to what is written. An empty one goes away: that there is none is quickly seen at every call."""
    there = {one.number for one in inbox.notices}
    handed = tuple(one for one in inbox.handed if not there.isdisjoint(one.numbers))
    if there:
        writes["inbox/" + inbox.agent] = inbox._replace(handed=handed)
        return
    writes["number/inbox-" + inbox.agent] = Name(inbox.agent, inbox.numbered, view.now)
    writes["inbox/" + inbox.agent] = None
