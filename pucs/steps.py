"""The journal as steps: what one call, command or undo made of one path. What undo and attribution go by."""

from __future__ import annotations

from pucs.model import ABSENT, FOREIGN, RAN, RISKED, UNATTRIBUTED, UNDONE, UNKNOWN, WROTE, Snapshot
from pucs.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_DESTRUCTIVE = frozenset({RAN, FOREIGN, RISKED, UNATTRIBUTED, UNDONE})


class Step(Record):
    """One path before and after one group of the journal; `entries` are those that say so, oldest first."""

    group: str
    tree: str
    path: str
    before: str
    after: str
    entries: tuple[Snapshot, ...] = ()

    @property
    def last(self) -> Snapshot:
        """The entry that says most of what was done: the last one."""
        return self.entries[-1]

    @property
    def destructive(self) -> bool:
        """Whether anything but an edit tool did it."""
        return any(entry.reason in _DESTRUCTIVE for entry in self.entries)


def chained(entries: Iterable[Snapshot]) -> list[Snapshot]:
    """The entries without repetitions, each `before` as it was found.

    An edit knows what its lock knew, which is older than what its own call noted on the way in.
    """
    seen: set[Snapshot] = set()
    found: dict[tuple[str, str, str], str] = {}
    told = []
    for entry in entries:
        if entry in seen:
            continue
        seen.add(entry)
        key = (entry.group, entry.tree, entry.path)
        if entry.reason == WROTE and entry.group and key in found:
            told.append(entry._replace(before=found[key]))
        else:
            told.append(entry)
        found[key] = entry.after if entry.after != UNKNOWN else entry.before
    return told


def steps(entries: Iterable[Snapshot]) -> list[Step]:
    """One step for each path of each group, in the order in which they began; entries without a group stand alone."""
    found: dict[tuple[str, str, str], Step] = {}
    for number, entry in enumerate(chained(entries)):
        group = entry.group or f"-{number}"
        key = (group, entry.tree, entry.path)
        known = found.get(key)
        if known is None:
            found[key] = Step(group, entry.tree, entry.path, entry.before, entry.after, (entry,))
            continue
        before = entry.before if known.before == UNKNOWN else known.before
        after = known.after if entry.after == UNKNOWN else entry.after
        found[key] = known._replace(before=before, after=after, entries=(*known.entries, entry))
    return _closed(list(found.values()))


def last_destructive(found: list[Step], now: dict[str, str]) -> list[Step]:
    """The steps of the newest group in which anything but an edit changed a file of the tree; [] where there is none.

    `now` has what the paths hold, for steps of which nobody saw the end.
    """
    for group in reversed(list(dict.fromkeys(step.group for step in found))):
        mine = [_ended(step, now) for step in found if step.group == group and step.destructive]
        changed = [step for step in mine if step.after != step.before and UNKNOWN not in (step.before, step.after)]
        if changed:
            return changed
    return []


def previous(found: Iterable[Step], path: str, now: str) -> Step | None:
    """The newest step that left the path as it is now, coming from something else."""
    mine = [step for step in found if step.path == path and UNKNOWN not in (step.before, _after(step, now))]
    for step in reversed(mine):
        if _after(step, now) == now != step.before:
            return step._replace(after=now)
    # Nothing that is known led to what is there now: somebody's own change is on top of the last that is known.
    for step in reversed(mine):
        for known in (step.after, step.before):
            if known not in (now, UNKNOWN):
                own = Snapshot(UNATTRIBUTED, "", step.tree, path, known, now, step.last.at)
                return Step("", step.tree, path, known, now, (own,))
    return None


def since(found: Iterable[Step], moment: float) -> list[Step]:
    """One step for each path that was changed since then: from what it held first to what it was left as last."""
    first: dict[str, Step] = {}
    for step in found:
        if step.last.at < moment:
            continue
        known = first.get(step.path)
        if known is None:
            first[step.path] = step
        else:
            before = step.before if known.before == UNKNOWN else known.before
            entries = (*known.entries, *step.entries)
            first[step.path] = known._replace(before=before, after=step.after, entries=entries)
    return [step for step in first.values() if step.before != UNKNOWN]


def known_contents(found: Iterable[Step]) -> dict[str, set[str]]:
    """Every content that the journal says each path ever held; that it was no file is never news."""
    known: dict[str, set[str]] = {}
    for step in found:
        contents = known.setdefault(step.path, {ABSENT})
        for entry in step.entries:
            contents.update({entry.before, entry.after} - {UNKNOWN})
    return known


def _closed(found: list[Step]) -> list[Step]:
    """What a command left where nobody looked at its end is what the next one found."""
    following: dict[tuple[str, str], str] = {}
    for place in reversed(range(len(found))):
        step = found[place]
        key = (step.tree, step.path)
        if step.after == UNKNOWN and step.last.reason == RISKED:
            found[place] = step._replace(after=following.get(key, UNKNOWN))
        following[key] = following.get(key, UNKNOWN) if step.before == UNKNOWN else step.before
    return found


def _after(step: Step, now: str) -> str:
    """What the step left, taken for what is there now where nobody looked at its end but a command ran."""
    return now if step.after == UNKNOWN and step.last.reason == RISKED else step.after


def _ended(step: Step, now: dict[str, str]) -> Step:
    return step._replace(after=_after(step, now.get(step.path, UNKNOWN)))
