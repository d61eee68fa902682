"""The end of a commit: whose bytes landed with it, and whom that sets free."""

from __future__ import annotations

from pucs import locks, notices
from pucs.edit_end import woken
from pucs.model import Event, Notice
from pucs.record import Record
from pucs.view import Change, Damaged

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pucs.model import Lock
    from pucs.view import View

AGAIN = "again"
"""An answer meaning that somebody took a lock after the disk was looked at: look again and ask again."""


class Landed(Record):
    """One path of a commit: what the tree held when it was looked at, and what was committed."""

    path: str
    held: str
    content: str
    looked: float


class Landing(Record):
    """A commit that was made: its id, who made it, in which tree, and its paths on which somebody holds or waits."""

    commit: str
    by: str
    tree: str
    paths: tuple[Landed, ...]


def after(landing: Landing, view: View) -> Change:
    """Frees what was committed clean, lets partly committed changes go on from what landed, and tells whom it concerns.

    The result is how many locks ended, or AGAIN.
    """
    writes: dict[str, Any] = {}
    events: list[Event] = []
    for landed in landing.paths:
        try:
            record = writes.get("path/" + landed.path) or view.path(landed.path)
        except Damaged:
            continue
        before = record.tree(landing.tree).locks
        if any(lock.last >= landed.looked for lock in before):
            return Change(AGAIN)
        changed, ended = locks.committed(record, landing.tree, (landed.held, landed.content))
        for lock in ended:
            events.append(Event(lock.agent, lock.stream, "released", {"file": landed.path, "commit": landing.commit}))
            _tell(lock, landed, landing, view, writes)
        changed = woken(changed, landing.tree, view, writes)
        if changed.tree(landing.tree) != record.tree(landing.tree):
            writes["path/" + landed.path] = changed
    return Change(len(events), writes, tuple(events))


def _tell(lock: Lock, landed: Landed, landing: Landing, view: View, writes: dict[str, Any]) -> None:
    """Tells an agent whose bytes somebody else committed."""
    if lock.wrote is None or locks.family(lock.agent, landing.by):
        return
    key = "inbox/" + lock.agent
    text = f"{landing.by} committed your change to {landed.path} ({landing.commit[:12]}); it is no longer yours alone."
    notice = Notice(text, view.now, "committed:" + landed.path, "medium")
    writes[key] = notices.put(writes.get(key) or view.inbox(lock.agent), notice)
