"""What an agent is told whose parked bytes another one took over: that it happened, which they are, how to see all."""

from __future__ import annotations

from pucs import locks, notices
from pucs.client.looking import Sight, copy_of
from pucs.client.opening import Repository
from pucs.difftext import short_diff
from pucs.paths import argument, printable
from pucs.view import Change

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pucs.model import Lock

_ROOM = notices.LONGEST - 16
"""What the number of a notice leaves of it."""


def told(repository: Repository, change: Change, sights: list[Sight]) -> Change:
    """The gate's change, with what was taken in the notice of each agent that lost parked bytes by it."""
    writes = dict(change.writes)
    for event in change.events:
        if event.action != "adopted":
            continue
        sight = next(one for one in sights if one.target.path == event.details["file"])
        lock = locks.own(sight.record.tree(sight.target.tree), event.details["from"])
        if lock is not None:
            text = words(repository, event.agent, lock, sight)
            notices.reword(lock.agent, notices.ADOPTED + sight.target.path, text, writes)
    return change._replace(writes=writes)


def words(repository: Repository, heir: str, lock: Lock, sight: Sight) -> str:
    """That the heir took over what the lock's agent had changed: as much of it as there is room for."""
    path = sight.target.path
    first = f"{printable(heir, 60)} took over your uncommitted change to {printable(path, 100)}; a copy is kept."
    command = f"{repository.installation.command} diff --all {argument(path)}"
    last = f"All of it: `{command}`. Look at the file before you go on."
    was = _without(lock, sight)
    if was is None:
        was = copy_of(repository, lock.base)
    room = _ROOM - len(first) - len(last) - len(" It was:\n\n")
    shown = short_diff(was, sight.data, room) if was is not None and room > 0 else ""
    return f"{first} It was:\n{shown}\n{last}" if shown else f"{first} {last}"


def _without(lock: Lock, sight: Sight) -> bytes | None:
    """A file that agents share without this one's lines; None for any other."""
    tree = sight.record.tree(sight.target.tree)
    if tree.weave is None:
        return None
    from pucs import scopes  # noqa: PLC0415 - most files have one agent

    return scopes.without(tree, sight.target, lock.agent)
