"""The rule of inheritance: what becomes of one agent's lock, and of the bytes under it, once they are another's."""

from __future__ import annotations

from pucs import locks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pucs.model import Lock, PathRecord
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
    return taken.with_tree(tree_name, locks.with_lock(taken.tree(tree_name), heir))


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


def _first_base(mine: Lock | None, other: Lock) -> str:
    """What the path held before either of two locks of one path was written under."""
    return mine.base if mine is not None and mine.wrote is not None and mine.token < other.token else other.base
