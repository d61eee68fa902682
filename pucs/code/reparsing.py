"""Parsing one content after another that is much like it, as of a file before and after an edit: only what differs."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_last: list[tuple[str, bytes, Any]] = []
"""The language, content and tree of the last parse; taken out by whoever goes on from it, so that no two do."""


def parsed(parser: Any, language: str, text: bytes) -> Any:
    """The tree of the text, from the last one of that language where nothing in either is broken."""
    try:
        known, before, old = _last.pop()
    except IndexError:
        known, before, old = "", b"", None
    tree = None
    if old is not None and known == language and not old.root_node.has_error:
        _edit(old, before, text)
        tree = parser.parse(text, old)
    if tree is None or tree.root_node.has_error:  # how errors are got over depends on where one comes from
        tree = parser.parse(text)
    _last[:] = [(language, text, tree)]
    return tree


def _edit(tree: Any, before: bytes, after: bytes) -> None:
    most = min(len(before), len(after))
    start = _same(most, lambda count: before[:count] == after[:count])
    rest = _same(most - start, lambda count: before[len(before) - count :] == after[len(after) - count :])
    end, now = len(before) - rest, len(after) - rest
    tree.edit(start, end, now, _point(before, start), _point(before, end), _point(after, now))


def _same(most: int, holds: Any) -> int:
    """The largest count up to `most` for which it holds; it does for all below."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if holds(middle) else (low, middle - 1)
    return low


def _point(text: bytes, at: int) -> tuple[int, int]:
    return text.count(b"\n", 0, at), at - (text.rfind(b"\n", 0, at) + 1)
