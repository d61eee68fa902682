"""Asks whether a path is among compiled patterns; on the hook path, so with builtins only.

`pucs.config.compiling` turns the text of a pattern into one of two JSON lists:

    [sign, head, deep, pieces, below]   the path starts with `head`, and a name after it (any if `deep`, else
                                        the next) is made of `pieces` with anything between them; if `below`,
                                        only what lies beneath a directory of such a name
    [sign, expression]                  the regular expression is found in the path

`sign` is "+" or "!". So `execution/**/*.py` is `["+", "execution/", True, ["", ".py"], False]`.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    Pattern = list[Any]

_EXPRESSION = 2


def matches(patterns: Sequence[Pattern], path: str) -> bool:
    """Whether the path, seen from the repository's root, is meant: the last pattern that fits decides."""
    for pattern in reversed(patterns):
        if _fits(pattern, path):
            return bool(pattern[0] == "+")
    return False


def _fits(pattern: Pattern, path: str) -> bool:
    if len(pattern) == _EXPRESSION:
        return _found(pattern[1], path)
    _, head, deep, pieces, below = pattern
    if not path.startswith(head):
        return False
    names = path[len(head) :].split("/")
    if below:
        names.pop()
    return any(_made_of(pieces, name) for name in (names if deep else names[:1]))


def _made_of(pieces: list[str], name: str) -> bool:
    if len(pieces) == 1:
        return name == pieces[0]
    first, last = pieces[0], pieces[-1]
    start, end = len(first), len(name) - len(last)
    if start > end or not name.startswith(first) or not name.endswith(last):
        return False
    for piece in pieces[1:-1]:
        found = name.find(piece, start, end)
        if found < 0:
            return False
        start = found + len(piece)
    return True


def _found(expression: str, path: str) -> bool:
    import re  # noqa: PLC0415 - 5 ms that only the rare pattern pays

    return re.search(expression, path) is not None
