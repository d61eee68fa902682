"""A short rendering of a change for a denial: the lines between the first and the last that differ, cut to fit."""

from __future__ import annotations

_NO_TEXT = "(binary)"


def short_diff(before: bytes | None, after: bytes | None, longest: int) -> str:
    """At most `longest` characters of `@@ line N`, `-old` and `+new` lines; "" where nothing differs or fits."""
    old, new = _lines(before), _lines(after)
    if old is None or new is None:
        return _NO_TEXT if before != after else ""
    start = 0
    while start < min(len(old), len(new)) and old[start] == new[start]:
        start += 1
    end = 0
    while end < min(len(old), len(new)) - start and old[-1 - end] == new[-1 - end]:
        end += 1
    removed, added = old[start : len(old) - end], new[start : len(new) - end]
    if not removed and not added:
        return ""
    return _fitting(f"@@ line {start + 1}", removed, added, longest)


def _fitting(header: str, removed: list[str], added: list[str], longest: int) -> str:
    """What was added says more than what was removed, so half of the room at least is kept for it."""
    room = longest - len(header)
    minus = _cut(["-" + line for line in removed], room // 2 if added else room)
    room -= sum(len(line) + 1 for line in minus)
    plus = _cut(["+" + line for line in added], room)
    text = "\n".join([header, *minus, *plus])
    return text if len(text) <= longest and (minus or plus) else ""


def _cut(lines: list[str], room: int) -> list[str]:
    kept: list[str] = []
    for number, line in enumerate(lines):
        left = len(lines) - number
        reserve = len(f"… {left} more lines") + 1 if left > 1 else 0
        if len(line) + 1 + reserve > room:
            more = f"… {left} more line{'s' if left > 1 else ''}"
            short = room - reserve - 2
            if not kept and short > 8:  # noqa: PLR2004 - less than a word says nothing
                kept.append(line[:short] + "…")
                more, left = f"… {left - 1} more lines", left - 1
                room -= short + 2
            if left and len(more) < room:
                kept.append(more)
            return kept
        kept.append(line)
        room -= len(line) + 1
    return kept


def _lines(data: bytes | None) -> list[str] | None:
    """The lines as printable text; None for binary content."""
    if data is None:
        return []
    if b"\0" in data[:8192]:
        return None
    return [_printable(line) for line in data.decode("utf-8", "replace").splitlines()]


def _printable(line: str) -> str:
    line = line.replace("\t", "    ")
    return line if line.isprintable() else "".join(c if c.isprintable() else "·" for c in line)
