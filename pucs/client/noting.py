"""The journal on the edit path: what a grant starts from, what a call made of it; one line a call, once it counts.

Contents are kept before the line that names them. A line that the disk refuses costs a way back, never the call.
"""

from __future__ import annotations

from pucs import locks
from pucs.errors import StoreError
from pucs.model import ADOPTED, LOCKED, UNATTRIBUTED, WROTE, Snapshot, Target
from pucs.record import Record
from pucs.state import contents, journal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pucs.client.looking import Sight
    from pucs.model import Lock, PathRecord, Tree
    from pucs.view import View


_LOOKED_AT = 1 << 16
"""So many bytes at the end of the journal are looked at for what is told already."""


class Act(Record):
    """Who did it, when, in which call, and what it was called."""

    agent: str
    at: float
    group: str
    what: str


def keep(root: str, sights: Iterable[Sight]) -> None:
    """Keeps a copy of what is there."""
    for target, data, _ in sights:
        contents.keep(root, target.content, data)


def granted(root: str, act: Act, sights: Iterable[Sight], adopted: tuple[Lock, ...] = ()) -> None:
    """Notes what each lock that was just granted starts from, and what moved under one that was renewed."""
    found = (_granted(act, target, record, adopted) for target, _, record in sights)
    note(root, [one for one in found if one is not None and (one.reason != UNATTRIBUTED or not _is_told(root, one))])


def written(act: Act, targets: Iterable[Target], view: View, *, within: str = "") -> tuple[Snapshot, ...]:
    """What the agent's call made of these paths, seen from the state before that is recorded.

    `within` counts only paths where that call is open.
    """
    found = []
    for target in targets:
        tree = view.path(target.path).tree(target.tree)
        mine = locks.own(tree, act.agent)
        if within and (mine is None or within not in mine.calls):
            continue
        before = _known(tree, mine)
        if target.content != before:
            found.append(_entry(WROTE, act, target, before, target.content))
    return tuple(found)


def settled(act: Act, found: Mapping[str, tuple[Target, ...]], view: View) -> tuple[Snapshot, ...]:
    """The same for calls whose end nobody reported."""
    entries: list[Snapshot] = []
    for call, targets in found.items():
        entries += written(act._replace(group=call), targets, view, within=call)
    return tuple(entries)


def taken_over(root: str, act: Act, target: Target) -> None:
    """Notes that bytes passed to somebody by hand."""
    note(root, [_entry(ADOPTED, act, target, target.content, target.content)])


def note(root: str, entries: Iterable[Snapshot]) -> None:
    """Adds entries to the journal, or does without."""
    try:
        journal.note(root, entries)
    except StoreError:
        return


def _granted(act: Act, target: Target, record: PathRecord, adopted: tuple[Lock, ...]) -> Snapshot | None:
    tree = record.tree(target.tree)
    loser = next((lock for lock in locks.others(tree, act.agent) if lock in adopted), None)
    if loser is not None:
        return _entry(ADOPTED, act._replace(what=f"from {loser.agent}"), target, target.content, target.content)
    mine = locks.own(tree, act.agent)
    if mine is None:
        return _entry(LOCKED, act, target, target.content)
    # While a call of its own is open the change is that call's, which is settled first.
    if mine.calls or target.content == _known(tree, mine):
        return None
    if mine.wrote is None:
        return _entry(LOCKED, act, target, target.content)
    return _entry(UNATTRIBUTED, act._replace(agent=""), target, _known(tree, mine), target.content)


def _is_told(root: str, change: Snapshot) -> bool:
    """Whether the journal says already who made that of the path: a command that overwrote what its holder left."""
    last = ""
    for entry in journal.entries(root, max(0, journal.size(root) - _LOOKED_AT)):
        if (entry.tree, entry.path) == (change.tree, change.path) and entry.after != contents.UNKNOWN:
            last = entry.after
    return last == change.after


def _known(tree: Tree, lock: Lock | None) -> str:
    """What the path holds as far as its lock tells, or what all that share it wrote."""
    if lock is not None and tree.weave is not None:
        return tree.weave.content
    if lock is None:
        return contents.UNKNOWN
    return lock.wrote if lock.wrote is not None else lock.base


def _entry(reason: str, act: Act, target: Target, before: str, after: str = contents.UNKNOWN) -> Snapshot:
    return Snapshot(reason, act.agent, target.tree, target.path, before, after, act.at, act.group, act.what)
