"""The end of a commit: whose bytes landed with it, and whom that sets free."""

from __future__ import annotations

from pucs import locks, notices
from pucs.clashes import Release
from pucs.edit_end import woken
from pucs.model import Event, Notice, PathRecord, Target
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
    """One path of a commit: what the tree held, looked at when the state was at revision `looked`, and what landed.

    `done` are the agents whose every change is in that commit, whatever else the tree holds. Of a file that several
    agents share also the `target`, with the texts its lines are told by; of one that is made anew `remake`, how.
    """

    path: str
    held: str
    content: str
    looked: int
    target: Target | None = None
    done: tuple[str, ...] = ()
    remake: str | None = None


class Landing(Record):
    """A commit that was made: its id, who made it, where, and its paths on which somebody holds or waits.

    With `releases` an agent made it, and all its paths are here: other worktrees may need them.
    """

    commit: str
    by: str
    tree: str
    paths: tuple[Landed, ...]
    branch: str = ""
    releases: bool = False


def after(landing: Landing, view: View) -> Change:
    """Frees what was committed clean, lets partly committed changes go on from what landed, and tells whom it concerns.

    The result is how many locks ended, or AGAIN.
    """
    writes: dict[str, Any] = {}
    events: list[Event] = []
    freed, announced = 0, tuple[str, ...]()
    for landed in landing.paths:
        try:
            record = writes.get("path/" + landed.path) or view.path(landed.path)
        except Damaged:
            continue
        before = record.tree(landing.tree).locks
        if any(lock.revision > landed.looked for lock in before):
            return Change(AGAIN)
        changed, ended = _landed(record, landing, landed)
        freed += len(ended)
        for lock in ended:
            details = {"message": "release_lock", "file": landed.path, "commit": landing.commit}
            events.append(Event(lock.agent, lock.stream, "released", details))
            _tell(lock, landed, landing, view, writes)
        changed = _with_release(changed, before, landing, view)
        changed = woken(changed, landing.tree, view, writes)
        if record.intents:
            from pucs import intents  # noqa: PLC0415 - nobody announced most files

            whose = (landing.by, *(lock.agent for lock in ended))
            changed, ids = intents.ticked(changed, whose, view, writes)
            announced += ids
        if (changed.tree(landing.tree), changed.intents) != (record.tree(landing.tree), record.intents):
            writes["path/" + landed.path] = changed
    if announced:
        from pucs import intents  # noqa: PLC0415 - as above

        events += intents.fulfilled(announced, view, writes)
    return Change(freed, writes, tuple(events))


def _landed(record: PathRecord, landing: Landing, landed: Landed) -> tuple[PathRecord, tuple[Lock, ...]]:
    """The record after the commit, and the locks it ended: of a shared file those whose lines all landed."""
    tree_name = landing.tree
    tree = record.tree(tree_name)
    if tree.weave is not None and landed.target is not None:
        from pucs import scopes  # noqa: PLC0415 - most files have one agent

        following = scopes.landed(tree, landed.target, landed.content, landing.by)
        if following is not None:
            left = {lock.agent for lock in following.locks}
            ended = tuple(lock for lock in tree.locks if lock.agent not in left)
            return record.with_tree(tree_name, following), ended
    return locks.committed(record, tree_name, (landed.held, landed.content), landed.done)


def _with_release(record: PathRecord, before: tuple[Lock, ...], landing: Landing, view: View) -> PathRecord:
    """The record once it says which commit has the agents' bytes: other worktrees may need that version."""
    tree = record.tree(landing.tree)
    writers = [lock.agent for lock in before if lock.wrote is not None]
    if not writers and not landing.releases:
        return record
    agent = landing.by if landing.by in writers or not writers else writers[-1]
    release = Release(agent, landing.branch, landing.commit, view.now)
    return record.with_tree(landing.tree, tree._replace(release=(*release,)))


def _tell(lock: Lock, landed: Landed, landing: Landing, view: View, writes: dict[str, Any]) -> None:
    """Tells an agent whose bytes somebody else committed."""
    if lock.wrote is None or locks.family(lock.agent, landing.by):
        return
    text = f"{landing.by} committed your change to {landed.path} ({landing.commit[:12]}); it is no longer yours alone."
    if landed.remake is not None:
        how = f": {landed.remake}" if landed.remake else "."
        text = f"{landing.by} committed {landed.path} with what you made of it. Once you have committed, make it anew"
        text += how
    notices.tell(lock.agent, Notice(text, view.now, "committed:" + landed.path, "medium"), view, writes)
