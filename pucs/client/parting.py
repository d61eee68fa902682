"""Names of parts of files, as people and agents write them: `models/risk.py::RiskManager.validate`, `a.py:10-20`."""

from __future__ import annotations

from pucs.client.sharing import symbols_in, with_texts
from pucs.errors import UsageError
from pucs.linediff import is_text, lines_of
from pucs.record import Record
from pucs.symbols import named

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pucs.client.looking import Sight
    from pucs.client.opening import Repository
    from pucs.model import Part

_SHOWN = 6


class Wish(Record):
    """A file, and the parts of it that are meant; without any, the whole."""

    path: str
    parts: tuple[str, ...] = ()


def wish(text: str, exists: Callable[[str], bool]) -> Wish:
    """What somebody means by a text; a file that is really called so comes first."""
    if exists(text):
        return Wish(text)
    path, mark, symbol = text.partition("::")
    if mark and path and symbol:
        return Wish(path, (symbol,))
    path, mark, lines = text.rpartition(":")
    if mark and path and _range(lines):
        return Wish(path, (lines,))
    return Wish(text)


def together(wishes: Iterable[Wish]) -> tuple[Wish, ...]:
    """One wish for each path; who wants the whole file needs no part."""
    found: dict[str, Wish] = {}
    for one in wishes:
        known = found.get(one.path)
        whole = not one.parts or (known is not None and not known.parts)
        found[one.path] = Wish(one.path, () if whole else ((known.parts if known else ()) + one.parts))
    return tuple(found.values())


def with_parts(sight: Sight, texts: tuple[str, ...], repository: Repository) -> Sight:
    """The sight with these parts of the file where they are now. Raises UsageError where one is not there."""
    if not texts:
        return sight
    target, data = sight.target, sight.data
    if data is None or not is_text(data):
        raise UsageError(f"{target.path} has no lines that can be read", "lock the whole file")
    target = with_texts(target, repository, sight.record.tree(target.tree), data)
    target = target._replace(symbols=(symbols_in(data, target.path, repository), ()))
    parts: tuple[Part, ...] = ()
    for text in texts:
        lines = _range(text)
        found = [lines] if lines else [(one.start, one.end) for one in named(target.symbols[0], text)]
        if not found:
            raise UsageError(f"{target.path} has no {text}", _hint(sight, text, repository))
        if found[0][1] > len(lines_of(data)):
            raise UsageError(f"{target.path} has no line {found[0][1]}", f"its last line is {len(lines_of(data))}")
        parts += tuple((text, target.content, first, end) for first, end in found)
    return sight._replace(target=target._replace(parts=parts))


def _hint(sight: Sight, text: str, repository: Repository) -> str:
    known = symbols_in(sight.data or b"", sight.target.path, repository)
    if not known:
        return f"its symbols cannot be read (pip install 'pucs[symbols]'); name lines: {sight.target.path}:1-10"
    last = text.replace("::", ".").rpartition(".")[2].lower()
    near = [one.name for one in known if last in one.name.lower()] or [one.name for one in known]
    more = f" and {len(near) - _SHOWN} more" if len(near) > _SHOWN else ""
    return f"it has {', '.join(near[:_SHOWN])}{more}"


def _range(text: str) -> tuple[int, int] | None:
    """`10-20` or `10`, lines counted from 1, as a range; None for anything else."""
    first, mark, last = text.partition("-")
    if not (first.isdecimal() and (last.isdecimal() or not mark)) or not text.isascii():
        return None
    start, end = int(first), int(last) if mark else int(first)
    return (start - 1, end) if 0 < start <= end else None
