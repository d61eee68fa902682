"""What changed in a tree between two looks at it, as the rule of a run's end wants to know it."""

from __future__ import annotations

from pucs.authors import Altered
from pucs.client.opening import Repository
from pucs.client.scanning import File, Scan, look, same
from pucs.git import scan as git_scan
from pucs.git.scan import LINK
from pucs.model import ABSENT, LOCKED, RISKED, UNKNOWN, Snapshot
from pucs.paths import key_of
from pucs.record import Record
from pucs.run_end import SWEEPING
from pucs.state import contents

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_CLOCK = 50_000_000
"""Nanoseconds by which the time that a file system notes may lie behind the clock."""

_LOOKED_AT = (LOCKED, RISKED)
"""What the journal notes without that anything changed."""


class _Difference(Record):
    name: str
    before: str
    now: File
    clean: bool
    listed: bool
    guessed: bool = False


def altered(repository: Repository, before: Scan, now: Scan, noted: Iterable[Snapshot]) -> tuple[Altered, ...]:
    """The paths whose content is not what it was. What the journal `noted` meanwhile was judged already."""
    known = {one.path: one.after for one in noted if one.tree == repository.tree.id and one.reason not in _LOOKED_AT}
    fold = repository.installation.fold_case
    found: list[tuple[str, _Difference]] = []
    for one in _differences(repository, before, now):
        path = key_of(one.name, fold_case=fold)
        judged = known.get(path, UNKNOWN)
        if judged == one.now.content != UNKNOWN:
            continue
        found.append((path, one if judged == UNKNOWN else one._replace(before=judged, guessed=False)))
    few = len(found) <= SWEEPING
    special = git_scan.generated(repository.tree, [one.name for _, one in found]) if few else set()
    return tuple(
        Altered(
            path,
            base,
            one.now.content,
            one.clean,
            one.listed and one.name not in special and LINK not in (base[: len(LINK)], one.now.content[: len(LINK)]),
            one.now.stat[3] / 1e9,
        )
        for path, one in found
        if (base := _base(repository, before, one, exact=few)) != one.now.content or base == UNKNOWN
    )


def _differences(repository: Repository, before: Scan, now: Scan) -> Iterator[_Difference]:
    moved = {}
    if before.head != now.head and before.whole and now.whole:
        moved = git_scan.moved(repository.tree, before.head, now.head)
    for name in {**before.files, **now.files, **moved}:
        was, here = before.files.get(name), now.files.get(name)
        if was is not None:
            found = _seen_before(name, was, here or look(repository, name, now), now, moved=name in moved)
        elif here is not None:
            # Nobody saw it before: it was as HEAD had it or, where the look was not whole, was not touched since.
            old = moved[name][0] if name in moved else here.head
            same_as_ever = old == here.content or (not before.whole and here.stat[3] < before.at - _CLOCK)
            found = None if same_as_ever else _Difference(name, old, here, _clean(here), True, guessed=old != ABSENT)
        else:
            found = _Difference(name, moved[name][0], File(moved[name][1]), clean=True, listed=True)
        if found is not None:
            yield found


def _seen_before(name: str, was: File, here: File, now: Scan, *, moved: bool) -> _Difference | None:
    if same(was, here):
        return None
    if not now.whole:
        here = here._replace(head=was.head or UNKNOWN)  # git did not say; it will be asked at the end of the turn
    listed = bool(here.head or was.head) or moved
    return _Difference(name, was.content, here, listed and _clean(here), listed)


def _clean(here: File) -> bool:
    return not here.head or here.content == here.head


def _base(repository: Repository, before: Scan, one: _Difference, *, exact: bool) -> str:
    """What the path held before: of one that was as HEAD had it, the bytes of its checkout are kept as well."""
    if not one.guessed or not exact or not before.head:
        return one.before
    data = git_scan.checked_out(repository.tree, before.head, one.name)
    if data is None or one.before.startswith(LINK):
        return one.before
    content = contents.blob_id(data)
    contents.keep(repository.store.root, content, data)
    return content
