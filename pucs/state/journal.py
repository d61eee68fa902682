"""The journal of contents: who found and left which content where, one JSON line an entry, beside the kept copies.

What undo and attribution go by. Contents are kept by `pucs.state.contents` under the fingerprints that stand here. From
time to time the journal and the copies are moved into git (`pucs.client.moving`): then the file is set aside under the
place where it begins in all that was ever noted, marked once git has its lines, and removed much later.
"""

from __future__ import annotations

from pucs import fastjson, system
from pucs.model import Snapshot
from pucs.record import Record
from pucs.state import log
from pucs.state.record_files import listed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

NAME = "journal.jsonl"

_TRIES = 4
_MOVED = ".moved"


class Part(Record):
    """One file of the journal: where it begins, and how long it was when git got its lines (-1: not yet)."""

    begin: int
    path: str
    moved: int = -1


def note(root: str, snapshots: Iterable[Snapshot]) -> None:
    """Adds entries, in one write. Raises StoreError when the disk refuses."""
    lines = [line_of(one) for one in snapshots]
    path = f"{root}/{NAME}"
    for _ in range(_TRIES if lines else 0):
        # Where the file was set aside in this very moment, nobody may look at it again: said twice is read once.
        if log.append(path, lines) == _number(path):
            return


def line_of(snapshot: Snapshot) -> str:
    """The entry as the journal has it."""
    return fastjson.dumps(snapshot._asdict()) + "\n"


def size(root: str) -> int:
    """How much was ever noted: what `entries` can begin after."""
    return _end(parts(root)) + _size(f"{root}/{NAME}")


def entries(root: str, start: int = -1) -> Iterator[Snapshot]:
    """The entries that git does not have yet, oldest first; a line that a full disk cut is passed over.

    With `start` all that were noted since it was the size of the journal, as far back as there are files.
    """
    aside = parts(root)
    for part in (*aside, Part(_end(aside), f"{root}/{NAME}")):
        if start >= 0 or part.moved < 0:
            skipped = max(0, start - part.begin)
            yield from read(log.entries(part.path, min(skipped, _size(part.path))))


def read(lines: Iterable[dict[str, object]]) -> Iterator[Snapshot]:
    """The entries of parsed lines; what is none is passed over."""
    known = Snapshot._fields
    for line in lines:
        try:
            yield Snapshot(**{key: value for key, value in line.items() if key in known})  # type: ignore[arg-type]
        except TypeError:
            continue


def parts(root: str) -> list[Part]:
    """The files that were set aside, oldest first."""
    found = []
    for name in listed(root):
        words = name.split(".")
        if words[:1] != ["journal"] or words[2:3] != ["jsonl"] or not words[1].isdigit():
            continue
        moved = int(words[3]) if name.endswith(_MOVED) and words[3].isdigit() else -1
        found.append(Part(int(words[1]), f"{root}/{name}", moved))
    return sorted(found)


def set_aside(root: str) -> None:
    """Sets the journal aside, so that its lines can be moved while a new one grows."""
    if _size(f"{root}/{NAME}"):
        system.rename(f"{root}/{NAME}", f"{root}/journal.{_end(parts(root))}.jsonl")


def mark_moved(part: Part, length: int) -> None:
    """Says that git has so much of it."""
    system.rename(part.path, f"{part.path}.{length}{_MOVED}")


def mark_unmoved(part: Part) -> None:
    """Says that it grew since: somebody had it open."""
    system.rename(part.path, part.path.removesuffix(f".{part.moved}{_MOVED}"))


def _end(aside: list[Part]) -> int:
    """Where the file that grows begins."""
    if not aside:
        return 0
    last = aside[-1]
    return last.begin + (last.moved if last.moved >= 0 else _size(last.path))


def _size(path: str) -> int:
    try:
        return system.stat(path).st_size
    except OSError:
        return 0


def _number(path: str) -> int:
    try:
        return system.stat(path).st_ino
    except OSError:
        return 0
