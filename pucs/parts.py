"""Parts of a file: what an explicit lock is limited to, wherever that is now, and which symbols a change touches.

A part is `(text, content, first, end)`: as somebody asked for it (`RiskManager.validate`, `10-20`), and the lines it
had in the content of that fingerprint, counted from 0, the end left out.
"""

from __future__ import annotations

from pucs.linediff import cuts, is_text, lines_of
from pucs.symbols import named, touched

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pucs.linediff import Cut
    from pucs.model import Lock, Target


def touched_part(lock: Lock, target: Target, changes: Sequence[Cut]) -> str:
    """The first part of the lock that changes of what the path holds would touch, as it was asked for; "" for none."""
    for text, first, end in _present(lock, target):
        if any(cut[0] < end and cut[1] > first for cut in changes):
            return text
    return ""


def _present(lock: Lock, target: Target) -> Iterable[tuple[str, int, int]]:
    """Where the parts are now: a symbol where it is found by name, else the lines that became of it."""
    known: dict[str, list[Cut]] = {}
    for text, content, first, end in lock.parts:
        found = named(target.symbols[0], text)
        for one in found:
            yield text, one.start, one.end
        if found:
            continue
        if content not in known:
            known[content] = _steps(target, content)
        yield text, *moved(first, end, known[content])


def _steps(target: Target, content: str) -> list[Cut]:
    """What became of a content; without a copy of it, everything is something else now."""
    before, now = target.texts.get(content), target.texts.get(target.content)
    if content == target.content:
        return []
    if before is None or now is None:
        return [(0, 1 << 40, 0, 1 << 40)]
    return cuts(lines_of(before), lines_of(now))


def moved(first: int, end: int, changes: Iterable[Cut]) -> tuple[int, int]:
    """Where the lines are after the changes; what replaced some of them counts, what came right before or after not."""
    start, stop = first, end
    for old, old_end, new, new_end in changes:
        grown = (new_end - new) - (old_end - old)
        if old_end <= first:
            start += grown
        elif old < first:
            start += new - old - (first - old)
        if old < end:
            stop += grown if old_end <= end else new_end - old - (end - old)
    return start, max(start, stop)


def symbols_changed(target: Target, changes: Iterable[Cut]) -> set[str]:
    """The names of the symbols that a call would change, by the lines it takes and those it brings."""
    if target.proposed is None:
        return set()
    now, after = _text(target.texts.get(target.content)), _text(target.proposed)
    found: set[str] = set()
    for old, old_end, new, new_end in changes:
        found.update(touched(target.symbols[0], old, old_end, now) if old < old_end else ())
        found.update(touched(target.symbols[1], new, new_end, after) if new < new_end else ())
    return found


def _text(data: bytes | None) -> list[bytes]:
    return lines_of(data) if data is not None and is_text(data) else []
