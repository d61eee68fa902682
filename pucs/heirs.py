"""The rule of inheritance: what becomes of one agent's lock, and of the bytes under it, once they are another's."""

from __future__ import annotations

from pucs import locks, notices
from pucs.model import Event, Notice

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from pucs.model import Agent, Lock, PathRecord, Target, Tree
    from pucs.view import View


def adopted(record: PathRecord, tree_name: str, claim: locks.Claim, parked: Iterable[Lock], view: View) -> PathRecord:
    """The record after all these locks' bytes passed to the claimant; see `adopt`."""
    for lock in sorted(parked, key=lambda one: -one.token):
        record = adopt(record, tree_name, claim, lock, view)
    return record


def adopt(record: PathRecord, tree_name: str, claim: locks.Claim, parked: Lock, view: View) -> PathRecord:
    """The record after parked bytes passed to the claimant: a new token, the old base, so that its diff shows both.

    Of several, the one with the oldest token passes last: its base is the one of them all.
    """
    tree = locks.without(record.tree(tree_name), parked.agent)
    mine = locks.own(tree, claim.agent)
    taken = locks.take(record.with_tree(tree_name, tree._replace(offers={})), tree_name, claim, view)
    lock = locks.own(taken.tree(tree_name), claim.agent)
    if lock is None:  # locks.take() always leaves one; said for the type checker
        return taken
    wrote = parked.wrote if parked.wrote is not None else claim.content
    heir = lock._replace(base=_first_base(mine, parked), wrote=wrote, head=parked.head)
    if heir.waited:  # bytes are there: it binds for their sake, and not for five minutes only
        heir = heir._replace(explicit=False, waited=0.0)
    return taken.with_tree(tree_name, _followed(locks.with_lock(taken.tree(tree_name), heir), parked.agent, heir.agent))


def given(record: PathRecord, target: Target, lock: Lock, heir: Agent, view: View) -> PathRecord:
    """The record after a lock, for as long as it was meant to last, and any bytes under it became the heir's."""
    claim = locks.Claim(
        heir.id,
        heir.stream,
        heir.task or lock.task,
        lock.seconds,
        lock.longest,
        target.content,
        heir.process,
        lock.head,
        explicit=lock.explicit,
        parts=lock.parts,
    )
    if locks.dirty(lock, target.content):
        return adopt(record, target.tree, claim, lock, view)
    record = record.with_tree(target.tree, locks.without(record.tree(target.tree), lock.agent))
    record = locks.take(record, target.tree, claim, view)
    return record.with_tree(target.tree, _followed(record.tree(target.tree), lock.agent, heir.id))


def noted(lock: Lock, heir: tuple[str, str | None], target: Target, view: View, writes: dict[str, Any]) -> Event:
    """Tells whose bytes were taken over by whom (an agent or a person, and its stream); gives the line of the log."""
    who, stream = heir
    text = f"{who} took over your uncommitted change to {target.path}; a copy is kept."
    notices.tell(lock.agent, Notice(text, view.now, notices.ADOPTED + target.path, "high"), view, writes)
    return Event(who, stream, "adopted", {"file": target.path, "from": lock.agent, "snapshot": target.content})


def inherited(record: PathRecord, tree_name: str, child: str, parent: str, content: str) -> PathRecord:
    """The record after a subagent ended: its clean lock is gone, its dirty bytes are its parent's."""
    tree = record.tree(tree_name)
    lock = locks.own(tree, child)
    if lock is None:
        return record
    rest = locks.without(tree, child)
    lock = lock._replace(calls=())
    if not locks.dirty(lock, content):
        return record.with_tree(tree_name, rest)
    theirs = locks.own(rest, parent)
    heir = lock._replace(agent=parent) if theirs is None else theirs._replace(wrote=lock.wrote, last=lock.last)
    return record.with_tree(tree_name, locks.with_lock(rest, heir))


def _followed(tree: Tree, before: str, after: str) -> Tree:
    """The tree in which those who waited for the one wait for the other."""
    waiters = tuple(one._replace(holder=after) if one.holder == before else one for one in tree.waiters)
    return tree._replace(waiters=waiters)


def _first_base(mine: Lock | None, other: Lock) -> str:
    """What the path held before either of two locks of one path was written under."""
    return mine.base if mine is not None and mine.wrote is not None and mine.token < other.token else other.base
