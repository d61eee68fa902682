"""The DEPENDENCY conflicts: one for each changed file that breaks what other agents work on, until it does so no more.

It is the warning as it stands: who was told of which breaks, and who acknowledged them. Who was warned acknowledges for
itself, a person for everybody; a further break has to be acknowledged anew.
"""

from __future__ import annotations

from pucs.conflicts import DEPENDENCY, Conflict, key_of
from pucs.errors import Refusal, UsageError
from pucs.locks import family
from pucs.model import PERSON, UNKNOWN, Event
from pucs.paths import printable
from pucs.record import Record
from pucs.texts import neutral
from pucs.view import Change

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from pucs.view import View

_LOGGED = 200
_OVER, _LEFT = "no use of it breaks any more", "nobody works on what it breaks any more"
BY_ITSELF = "pucs"
"""Who resolves what is over by itself."""


class Warned(Record):
    """What a changed file breaks now: all `breaks`, those that agents were told of, the streams that this concerns."""

    path: str
    tree: str
    author: str
    note: str
    severity: str
    told: dict[str, tuple[str, ...]]
    streams: tuple[str, ...] = ()
    breaks: tuple[str, ...] = ()


def recorded(warned: Warned, known: str, view: View, writes: dict[str, Any]) -> str:
    """Brings the conflict of that id (or a new one) up to what is so now, added to `writes`; gives its id, or ""."""
    before = view.conflict(known) if known else None
    had = told_of(before) if before is not None else {}
    told = {**_of_the_gone(had, warned.breaks, view), **warned.told}
    if not told:
        if before is not None and not before.resolved:
            why = _LEFT if warned.breaks else _OVER
            writes[key_of(known)] = before._replace(resolution=why, resolved_by=BY_ITSELF, resolved=view.now)
        return ""
    parties = (warned.author or PERSON, *told)
    if before is None:
        sides = (UNKNOWN, UNKNOWN)  # it is of files that nobody wrote over
        before = Conflict(f"c{view.revision}", DEPENDENCY, parties, warned.path, warned.tree, *sides, view.now)
    more = any(not set(lines) <= set(had.get(agent, ())) for agent, lines in told.items())
    said = {**before.extra, "told": {agent: list(lines) for agent, lines in told.items()}}
    said["streams"] = list(dict.fromkeys((*warned.streams, *streams_of(before))))
    note, severity = (warned.note, warned.severity) if warned.note else (before.note, before.severity)
    after = before._replace(parties=parties, note=note, severity=severity, extra=said)
    if more:
        after = after._replace(resolution="", resolved_by="", resolved=0.0)
    after = _settled(after, view.now)
    if after != view.conflict(after.id):
        writes[key_of(after.id)] = after._replace(revision=view.revision)
    return after.id


def _of_the_gone(had: Mapping[str, tuple[str, ...]], breaks: tuple[str, ...], view: View) -> dict[str, tuple[str, ...]]:
    """What agents were told of that ended since, and that breaks still: a person has to know of it in their place."""
    found = {}
    for agent, lines in had.items():
        known = view.agent(agent)
        left = tuple(line for line in lines if line in breaks)
        if left and (known is None or known.ended):
            found[agent] = left
    return found


def acknowledged(identifier: str, by: str, why: str, view: View) -> Change:
    """Somebody knows of it, and says why that is right. The result is the Conflict.

    An agent that was warned acknowledges for itself, a person for all. Raises UsageError for what is no such warning,
    Refusal for an agent that was not warned.
    """
    known = view.conflict(identifier)
    if known is None:
        view.demand(key_of(identifier))
    if known is None or known.type != DEPENDENCY:
        raise UsageError(f"there is no warning {printable(identifier, 40)}", "see: pucs impact --warnings")
    told = told_of(known)
    mine = {agent: lines for agent, lines in told.items() if by.startswith(PERSON) or family(agent, by)}
    if not mine:
        raise Refusal(f"{by} was not warned of {identifier}", f"it was told to {', '.join(told) or 'nobody'}")
    acks = dict(known.extra.get("acknowledged", {}))
    for agent, lines in mine.items():
        acks[agent] = {"by": by, "why": why, "at": view.now, "breaks": sorted({*_acked(known, agent), *lines})}
    after = _settled(known._replace(extra={**known.extra, "acknowledged": acks}), view.now)
    details = {"conflict": identifier, "file": known.path, "why": neutral(why, _LOGGED)}
    event = Event(by, None, "acknowledged", {**details, "breaks": sum(len(lines) for lines in mine.values())})
    return Change(after, {key_of(identifier): after}, (event,))


def waits_for(conflict: Conflict) -> tuple[str, ...]:
    """The agents that were warned and have not acknowledged all that breaks now; none once it is resolved."""
    if conflict.resolved:
        return ()
    return tuple(agent for agent, lines in told_of(conflict).items() if not set(lines) <= _acked(conflict, agent))


def told_of(conflict: Conflict) -> dict[str, tuple[str, ...]]:
    """The breaks that each agent was told of."""
    told = conflict.extra.get("told")
    if not isinstance(told, dict):
        return {}
    return {agent: tuple(map(str, lines)) for agent, lines in told.items() if isinstance(lines, list | tuple)}


def acked_of(conflict: Conflict) -> set[str]:
    """The breaks that somebody acknowledged."""
    return {line for agent in told_of(conflict) for line in _acked(conflict, agent)}


def streams_of(conflict: Conflict) -> tuple[str, ...]:
    """The streams that it concerns: of who made the change, of who was warned, and of the files that break."""
    found = conflict.extra.get("streams", ())
    return tuple(map(str, found)) if isinstance(found, list | tuple) else ()


def _acked(conflict: Conflict, agent: str) -> set[str]:
    entry = conflict.extra.get("acknowledged")
    mine: Mapping[str, Any] = entry.get(agent, {}) if isinstance(entry, dict) else {}
    found: Iterable[Any] = mine.get("breaks", ()) if isinstance(mine, dict) else ()
    return {str(one) for one in found}


def _settled(conflict: Conflict, now: float) -> Conflict:
    """The conflict, resolved where all that were warned acknowledged it."""
    if conflict.resolved or waits_for(conflict):
        return conflict
    acks = conflict.extra.get("acknowledged", {})
    last = max(acks.values(), key=lambda one: one["at"])
    return conflict._replace(resolution=str(last["why"]), resolved_by=str(last["by"]), resolved=now)
