"""Who may have which part of a module that two agents need: apart where that is possible, else one after the other."""

from __future__ import annotations

from pucs import notices, queues
from pucs.model import Event, Name, Notice, Waiter
from pucs.paths import printable
from pucs.record import Record
from pucs.symbols import named, plain_name
from pucs.view import Change
from pucs.waits import Wait, key_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Any

    from pucs.symbols import Symbol
    from pucs.view import View

_TELLING = 5
"""A word of prose this long may be a function's name; a shorter one must look like code."""


class Need(Record):
    """What one agent needs of a module.

    `changed` are symbols with uncommitted changes of its own, `named` those it says it will change. `lines` are its
    changes outside any symbol, as ranges of the content with the fingerprint `base`; `since` is when it began.
    """

    agent: str
    changed: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    lines: tuple[tuple[int, int], ...] = ()
    base: str = ""
    since: float = 0.0


class Share(Record):
    """What one agent may work on now: symbols, as `pucs lock PATH::SYMBOL` takes them."""

    agent: str
    symbols: tuple[str, ...] = ()


class PartitionResult(Record):
    """How two agents share a module; without anything contested both go ahead, else `queued` waits for `first`.

    Then `ticket` is what it waits with: `pucs wait t12`.
    """

    path: str
    first: str
    shares: tuple[Share, Share]
    contested: tuple[str, ...] = ()
    queued: str = ""
    reason: str = ""
    ticket: str = ""


def partition(path: str, one: Need, other: Need, symbols: Sequence[Symbol]) -> PartitionResult:
    """The proposal. Who has changes in what both need is first, then who began earlier, then the one named first."""
    contested = _contested(one, other) + _contested_lines(one, other)
    unknown = [need for need in (one, other) if not (need.changed or need.named or need.lines)]
    first, second = _in_order(one, other, contested)
    if len(unknown) == 2:  # noqa: PLR2004
        shares = (Share(first.agent, _tops(symbols)), Share(second.agent))
        return _waiting(path, first, shares, (), "nobody knows what either of them will change")
    if unknown:
        first = other if unknown[0] is one else one
        second, needs = unknown[0], _wanted(first)
        rest = tuple(name for name in _tops(symbols) if not any(_meet(name, need) for need in needs))
        shares = (Share(first.agent, needs), Share(second.agent, rest))
        if rest:
            return PartitionResult(path, first.agent, shares, reason=f"{second.agent} has the rest of the file")
        return _waiting(path, first, shares, needs, f"nothing of the file is left beside what {first.agent} needs")
    theirs = _wanted(first)
    left = tuple(name for name in _wanted(second) if name not in contested)
    # Whose changes are in a class beside its members keeps them without a lock on all of it.
    theirs = tuple(name for name in theirs if not any(_inside(more, name) for more in left))
    left = tuple(name for name in left if not any(_inside(more, name) for more in theirs))
    shares = (Share(first.agent, theirs), Share(second.agent, left))
    if not contested:
        return PartitionResult(path, first.agent, shares, reason="they need different parts")
    return _waiting(path, first, shares, contested, f"both need {', '.join(contested)}")


def queued(found: PartitionResult, tree_name: str, home: str, view: View) -> Change:
    """Puts the second into the line of that tree, with a place that is kept for it to come, and tells it.

    `home` is the tree in which it works itself. The result is the proposal with its ticket, each time the same.
    """
    agent = view.agent(found.queued)
    record = view.path(found.path)
    tree = record.tree(tree_name)
    mine = next((waiter for waiter in tree.waiters if waiter.agent == found.queued), None)
    wait = view.wait(mine.place) if mine is not None and mine.place else None
    if agent is None:
        return Change(found)
    if mine is not None and mine.ticket and wait is not None and (queues.stands(wait, view) or queues.kept(wait, view)):
        return Change(found._replace(ticket=mine.ticket))
    place = Wait(agent.id, view.revision, view.now, view.now, None, ((tree_name, found.path),))
    known = mine or Waiter(agent.id, "", view.now, 1)
    ticket = known.ticket or f"t{view.revision}"
    waiter = known._replace(ticket=ticket, denials=max(1, known.denials), holder=found.first, place=place.number)
    rest = tuple(one for one in tree.waiters if one.agent != agent.id)
    writes: dict[str, Any] = {
        "agent/" + agent.id: agent._replace(waits=(*agent.waits, place.number)),
        key_of(place.number): place,
        "path/" + found.path: record.with_tree(tree_name, tree._replace(waiters=(*rest, waiter))),
        "ticket/" + ticket: Name(found.path, at=view.now, extra={"tree": tree_name, "agent": agent.id, "for": home}),
    }
    text = f"You and {found.first} need the same of {printable(found.path, 100)}, and {found.first} is first. "
    text += f"Run `pucs wait {ticket}` within {round(queues.KEPT_S / 60)} minutes to keep your place in line."
    notices.tell(agent.id, Notice(text, view.now, "partition:" + found.path), view, writes)
    details = {"file": found.path, "holder": found.first, "reason": found.reason}
    return Change(found._replace(ticket=ticket), writes, (Event(agent.id, agent.stream, "queued", details),))


def mentioned(text: str, symbols: Iterable[Symbol]) -> tuple[str, ...]:
    """The symbols that a text names, as `RiskManager.validate`, `validate()` or a word that tells; classes only whole.

    A class that is named together with a member of it is that member's surname.
    """
    known = [one for one in symbols if not one.name.endswith(">")]
    found: dict[str, None] = {}
    for word in _words(text):
        if "." not in word and not _tells(word, text):
            continue
        last = (one for one in known if plain_name(one.name).rpartition(".")[2] == word)
        found.update(dict.fromkeys(plain_name(one.name) for one in named(known, word) or last))
    return tuple(name for name in found if not any(_inside(more, name) for more in found))


def _words(text: str) -> Iterator[str]:
    word = ""
    for letter in text + " ":
        if letter.isalnum() or letter in "_.:#$":
            word += letter
        elif word:
            yield word.strip(".:").replace("::", ".")
            word = ""


def _tells(word: str, text: str) -> bool:
    if f"{word}(" in text or f"`{word}`" in text or "_" in word:
        return True
    return len(word) >= _TELLING or not word[:1].islower() or not word[1:].islower()


def _wanted(need: Need) -> tuple[str, ...]:
    """What it needs, each once; a class of which single members are needed is not needed whole."""
    every = tuple(dict.fromkeys(plain_name(name) for name in (*need.changed, *need.named)))
    return tuple(name for name in every if name in need.changed or not any(_inside(more, name) for more in every))


def _contested(one: Need, other: Need) -> tuple[str, ...]:
    """What both need, as the smaller of the two says it."""
    found: dict[str, None] = {}
    for mine in _wanted(one):
        for theirs in _wanted(other):
            # Who changes lines of a class beside its members does not need the members.
            whole = (mine in one.named, theirs in other.named)
            if mine == theirs or (_inside(theirs, mine) and whole[0]):
                found[theirs] = None
            elif _inside(mine, theirs) and whole[1]:
                found[mine] = None
    return tuple(found)


def _contested_lines(one: Need, other: Need) -> tuple[str, ...]:
    if one.base != other.base:
        return ()
    return tuple(
        f"lines {max(start, first) + 1}-{max(min(end, last), max(start, first) + 1)}"
        for start, end in one.lines
        for first, last in other.lines
        if first <= end and last >= start
    )


def _in_order(one: Need, other: Need, contested: tuple[str, ...]) -> tuple[Need, Need]:
    def rank(need: Need) -> tuple[bool, float]:
        has_bytes = any(name in need.changed for name in contested)
        return (not has_bytes, need.since or float("inf"))

    return (other, one) if rank(other) < rank(one) else (one, other)


def _waiting(
    path: str, first: Need, shares: tuple[Share, Share], contested: tuple[str, ...], reason: str
) -> PartitionResult:
    return PartitionResult(path, first.agent, shares, contested, shares[1].agent, reason)


def _tops(symbols: Iterable[Symbol]) -> tuple[str, ...]:
    """The symbols that are not inside others."""
    found: dict[str, None] = {}
    end = 0
    for one in symbols:
        if one.start >= end:
            found[plain_name(one.name)] = None
            end = one.end
    return tuple(found)


def _inside(name: str, container: str) -> bool:
    return name.startswith(container + ".")


def _meet(one: str, other: str) -> bool:
    return one == other or _inside(one, other) or _inside(other, one)
