"""Taking over by hand what agents that are gone left uncommitted: their part of a file, and nobody else's."""

from __future__ import annotations

from pucs import heirs, locks, notices, places, scopes
from pucs.model import Agent, Event, Lock, Notice, PathRecord, Target
from pucs.view import Change

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pucs.view import View


def adopted(heir: Agent | str, target: Target, view: View) -> Change:
    """The parked bytes of the path are the heir's: an agent, which holds them from then on, or a person by name.

    The result are the locks they were under, none where nothing is parked there; None where somebody acted after the
    target was looked at: look again, and ask again. In a file that agents share, the lines of those still there stay
    theirs.
    """
    record, who = view.path(target.path), heir if isinstance(heir, str) else heir.id
    tree = record.tree(target.tree)
    found = [lock for lock in tree.locks if lock.agent != who]
    if any(lock.revision > target.revision for lock in found):
        return Change(None)
    parked = tuple(lock for lock in found if locks.state_of(lock, target.content, view) == locks.PARKED)
    known = scopes.explained(tree, target) or tree.weave
    writes: dict[str, Any] = {}
    events: list[Event] = []
    for lock in sorted(parked, key=lambda lock: -lock.token):  # see heirs.adopt
        record = _passed(record, target, lock, heir, view)
        known = None if known is None else scopes.given(known, lock.agent, "" if isinstance(heir, str) else who)
        details = {"file": target.path, "from": lock.agent, "snapshot": target.content}
        events.append(Event(who, None if isinstance(heir, str) else heir.stream, "adopted", details))
        text = f"{who} took over your uncommitted change to {target.path}; a copy is kept."
        notices.tell(lock.agent, Notice(text, view.now, notices.ADOPTED + target.path, "high"), view, writes)
    if not parked:
        return Change(())
    if known is not None:
        record = scopes.shared(record, target.tree, known)
    if isinstance(heir, str):
        record = places.woken(record, target.tree, view, writes)
    else:
        indexed = dict.fromkeys([*heir.paths, (target.tree, target.path)])
        writes = {"agent/" + who: heir._replace(paths=tuple(indexed)), **writes}
    return Change(parked, {**writes, "path/" + target.path: record}, tuple(events))


def _passed(record: PathRecord, target: Target, lock: Lock, heir: Agent | str, view: View) -> PathRecord:
    """The record with the lock's bytes under one of the heir; under none where that is a person."""
    if isinstance(heir, str):
        return record.with_tree(target.tree, locks.without(record.tree(target.tree), lock.agent))
    seconds, longest = lock.seconds, lock.longest
    claim = locks.Claim(heir.id, heir.stream, heir.task, seconds, longest, target.content, heir.process, lock.head)
    record = heirs.adopt(record, target.tree, claim, lock, view)
    tree = record.tree(target.tree)
    waiters = tuple(one._replace(holder=heir.id) if one.holder == lock.agent else one for one in tree.waiters)
    return record.with_tree(target.tree, tree._replace(waiters=waiters))
