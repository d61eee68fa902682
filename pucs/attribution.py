"""Which agent wrote which lines of a file: the journal's contents of it, one after another, compared line by line."""

from __future__ import annotations

from difflib import SequenceMatcher

from pucs.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

BASE = "base"
"""The author of lines that nobody changed since."""
NOBODY = "unattributed"
"""The author of lines that came to be while nobody looked."""


class Version(Record):
    """One content of the file, and who made it of the one before."""

    author: str
    lines: tuple[bytes, ...]


class Line(Record):
    """One line and its author."""

    author: str
    text: bytes


def attribution(base: Sequence[bytes], versions: Iterable[Version]) -> tuple[Line, ...]:
    """The lines of the last version, each with who wrote it.

    A version that is exactly an earlier one (an undo, a change taken back) has its authors again.
    """
    now = tuple(Line(BASE, text) for text in base)
    known = {tuple(base): now}
    for version in versions:
        now = known.setdefault(version.lines, _changed(now, version))
    return now


def _changed(before: tuple[Line, ...], version: Version) -> tuple[Line, ...]:
    texts = [line.text for line in before]
    found: list[Line] = []
    for same, start, end, low, high in SequenceMatcher(None, texts, version.lines, autojunk=False).get_opcodes():
        if same == "equal":
            found += before[start:end]
        else:
            found += [Line(version.author, text) for text in version.lines[low:high]]
    return tuple(found)
