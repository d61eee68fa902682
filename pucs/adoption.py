"""Taking over by hand what agents that are gone left uncommitted: their part of a file, and nobody else's."""

from __future__ import annotations

from pucs import heirs, locks, places, scopes
from pucs.model import Agent, Event, Target
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
    record = view.path(target.path)
    who, stream = (heir, None) if isinstance(heir, str) else (heir.id, heir.stream)
    tree = record.tree(target.tree)
    found = [lock for lock in tree.locks if lock.agent != who]
    if any(lock.revision > target.revision for lock in found):
        return Change(None)
    parked = tuple(lock for lock in found if locks.state_of(lock, target.content, view) == locks.PARKED)
    known = scopes.explained(tree, target) or tree.weave
    writes: dict[str, Any] = {}
    events: list[Event] = []
    for lock in sorted(parked, key=lambda lock: -lock.token):  # see heirs.adopt
        if isinstance(heir, str):  # whose bytes a person has are under no lock
            record = record.with_tree(target.tree, locks.without(record.tree(target.tree), lock.agent))
        else:
            unasked = lock._replace(explicit=False, parts=())  # the heir asked for the bytes, and for no more
            record = heirs.given(record, target, unasked, heir, view)
        known = None if known is None else scopes.given(known, lock.agent, "" if isinstance(heir, str) else who)
        events.append(heirs.noted(lock, (who, stream), target, view, writes))
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
