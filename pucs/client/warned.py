"""Warnings of impact that agents were told, and their acknowledgement: what must be known before work is merged."""

from __future__ import annotations

from pucs import impact_conflicts
from pucs.conflicts import DEPENDENCY
from pucs.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pucs.client.opening import Repository
    from pucs.conflicts import Conflict


class ImpactWarning(Record):
    """A change that breaks what others work on, by its conflict's id: who made it, who was warned of which breaks.

    `waits_for` are those that have not acknowledged all of them; where it is empty, all is known.
    """

    id: str
    file: str
    tree: str
    author: str
    warning: str
    severity: str
    breaks: dict[str, tuple[str, ...]]
    waits_for: tuple[str, ...]
    streams: tuple[str, ...]
    at: float


def warnings(
    repository: Repository, stream: str | None = None, agent: str | None = None, *, unacknowledged: bool = False
) -> tuple[ImpactWarning, ...]:
    """What breaks still or was acknowledged, oldest first: all, or what concerns a stream or was told to an agent.

    A stream is concerned where its agent made the change or was warned, or where the files are its. Changes nothing.
    """
    view = repository.store.read()
    found = [view.conflict(name) for name in view.names("conflict")]
    known = (one for one in found if one is not None and one.type == DEPENDENCY)
    wanted = (
        one
        for one in map(_warning, sorted((one for one in known if not _is_over(one)), key=lambda one: (one.at, one.id)))
        if stream in (None, *one.streams) and (agent is None or agent in one.breaks)
    )
    return tuple(one for one in wanted if one.waits_for or not unacknowledged)


def acknowledge(repository: Repository, identifier: str, by: str, why: str) -> ImpactWarning:
    """Notes that an agent that was warned (or a person, for all) knows of it, and why it is right.

    Raises UsageError for what is no warning, Refusal for who was not warned.
    """
    found: Conflict = repository.store.transact(lambda view: impact_conflicts.acknowledged(identifier, by, why, view))
    return _warning(found)


def _is_over(conflict: Conflict) -> bool:
    return conflict.resolved_by == impact_conflicts.BY_ITSELF


def _warning(conflict: Conflict) -> ImpactWarning:
    return ImpactWarning(
        conflict.id,
        conflict.path,
        conflict.tree,
        conflict.parties[0],
        conflict.note,
        conflict.severity,
        impact_conflicts.told_of(conflict),
        impact_conflicts.waits_for(conflict),
        impact_conflicts.streams_of(conflict),
        conflict.at,
    )
