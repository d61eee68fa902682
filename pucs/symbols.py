"""The parts of a source file that have names, and which of them lines belong to.

Lines are counted from 0, ranges leave their end out, as in a weave. Symbols come in the order of the file, one inside
another after the one around it; two that are not inside one another share no line.
"""

from __future__ import annotations

from pucs.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

IMPORTS = "<imports>"
"""What neighbouring imports are called together."""


class Symbol(Record):
    """A function, class, group of imports or the like: its qualified name, what it is, its first line and its end.

    Decorators and the comment right above belong to it. A name that was there before in the file gets `#2`, `#3`, ….
    """

    name: str
    kind: str
    start: int
    end: int


def owners(symbols: Iterable[Symbol], first: int, last: int) -> list[Symbol | None]:
    """Whose each of these lines is: the innermost symbol's, or None for the rest of the file."""
    found: list[Symbol | None] = [None] * (last - first)
    for symbol in symbols:
        for at in range(max(symbol.start, first), min(symbol.end, last)):
            found[at - first] = symbol
    return found


def touched(symbols: Sequence[Symbol], first: int, last: int, lines: Sequence[bytes] = ()) -> tuple[str, ...]:
    """The names of the symbols whose own lines are among these; without any line, of the one that goes on there.

    Where the file's `lines` are given, empty ones count as nobody's.
    """
    if first < last:
        found = zip(owners(symbols, first, last), lines[first:last] or [b"x"] * (last - first), strict=False)
        return tuple(dict.fromkeys(one.name for one, line in found if one is not None and line.strip()))
    return tuple(one.name for one in symbols if one.start < first < one.end)[-1:]


def named(symbols: Iterable[Symbol], name: str) -> tuple[Symbol, ...]:
    """The symbols somebody means: of that name, among them all that share it unless the number is said."""
    plain = name.replace("::", ".")
    return tuple(one for one in symbols if plain in (one.name, plain_name(one.name)))


def plain_name(name: str) -> str:
    """The name without the number that tells symbols of one name apart."""
    before, mark, number = name.rpartition("#")
    return before if mark and before and number.isdecimal() else name
