"""Which lines differ between two texts: Myers' shortest edit within a budget, and never more than a few dozen ms.

`difflib` is quadratic where lines repeat and imports `re`; the edit gate needs an answer for every text, at once. What
is too different for the budget is split at lines that occur once on both sides; what is left then counts as replaced.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    Cut = tuple[int, int, int, int]

_BUDGET = 60_000
"""Steps of comparing that one pair of texts may cost; a step is about 0.2 microseconds."""


def lines_of(data: bytes) -> list[bytes]:
    """The lines with their ends; only a line feed ends one, and the last may have none."""
    lines = [line + b"\n" for line in data.split(b"\n")]
    last = lines.pop()[:-1]
    return [*lines, last] if last else lines


def is_text(data: bytes) -> bool:
    """Whether git would call it text: no NUL near its beginning."""
    return b"\0" not in data[:8000]


def cuts(old: Sequence[bytes], new: Sequence[bytes]) -> list[Cut]:
    """Where they differ: (start, end) of `old` became (start, end) of `new`; in order, with kept lines between."""
    budget = [_BUDGET]
    found: list[Cut] = []
    for part in _parts(old, new, (0, len(old), 0, len(new)), budget):
        if found and found[-1][1] == part[0] and found[-1][3] == part[2]:
            found[-1] = (found[-1][0], part[1], found[-1][2], part[3])
        else:
            found.append(part)
    return found


def _parts(old: Sequence[bytes], new: Sequence[bytes], area: Cut, budget: list[int]) -> list[Cut]:
    area = _stripped(old, new, area)
    start, end, first, last = area
    if start == end or first == last:
        return [area] if start < end or first < last else []
    found = _shortest(old[start:end], new[first:last], budget)
    if found is not None:
        return [(start + a, start + b, first + c, first + d) for a, b, c, d in found]
    anchors = _anchors(old, new, area)
    if not anchors:
        return [area]
    parts = []
    for old_at, new_at in [*anchors, (end, last)]:
        gap = (start, old_at, first, new_at)
        parts += _parts(old, new, gap, budget) if budget[0] > 0 else _bluntly(old, new, gap)
        start, first = old_at + 1, new_at + 1
    return parts


def _bluntly(old: Sequence[bytes], new: Sequence[bytes], area: Cut) -> list[Cut]:
    area = _stripped(old, new, area)
    return [area] if area[0] < area[1] or area[2] < area[3] else []


def _stripped(old: Sequence[bytes], new: Sequence[bytes], area: Cut) -> Cut:
    """The area without the lines that are the same at its beginning and at its end."""
    start, end, first, last = area
    while start < end and first < last and old[start] == new[first]:
        start, first = start + 1, first + 1
    while start < end and first < last and old[end - 1] == new[last - 1]:
        end, last = end - 1, last - 1
    return start, end, first, last


def _shortest(old: Sequence[bytes], new: Sequence[bytes], budget: list[int]) -> list[Cut] | None:
    """Myers' greedy algorithm, furthest points kept a round; None once the budget is used up."""
    n, m = len(old), len(new)
    furthest = {1: 0}
    rounds: list[dict[int, int]] = []
    for distance in range(n + m + 1):
        budget[0] -= distance + 1
        for k in range(-distance, distance + 1, 2):
            down = k == -distance or (k != distance and furthest.get(k - 1, -1) < furthest.get(k + 1, -1))
            x = furthest[k + 1] if down else furthest[k - 1] + 1
            begun = x
            while x < n and x - k < m and old[x] == new[x - k]:
                x += 1
            budget[0] -= x - begun
            furthest[k] = x
            if x >= n and x - k >= m:
                return _traced(rounds, n, m)
        if budget[0] < 0:
            return None
        rounds.append(dict(furthest))
    return None


def _traced(rounds: list[dict[int, int]], n: int, m: int) -> list[Cut]:
    """The steps back through the rounds as cuts, first one first; steps that touch are one cut."""
    found: list[Cut] = []
    x, y = n, m
    for distance in range(len(rounds), 0, -1):
        before, k = rounds[distance - 1], x - y
        down = k == -distance or (k != distance and before.get(k - 1, -1) < before.get(k + 1, -1))
        was_x = before[k + 1] if down else before[k - 1]
        was_y = was_x - (k + 1 if down else k - 1)
        step = (was_x, was_x, was_y, was_y + 1) if down else (was_x, was_x + 1, was_y, was_y)
        if found and step[1] == found[-1][0] and step[3] == found[-1][2]:
            found[-1] = (step[0], found[-1][1], step[2], found[-1][3])
        else:
            found.append(step)
        x, y = was_x, was_y
    return found[::-1]


def _anchors(old: Sequence[bytes], new: Sequence[bytes], area: Cut) -> list[tuple[int, int]]:
    """The longest rising row of lines that occur exactly once on both sides (patience)."""
    start, end, first, last = area
    once_old, once_new = _once(old, start, end), _once(new, first, last)
    pairs = [(at, once_new[line]) for line, at in once_old.items() if at >= 0 and once_new.get(line, -1) >= 0]
    tops: list[int] = []
    previous: list[int] = []
    for number, (_, there) in enumerate(pairs):
        low, high = 0, len(tops)
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if pairs[tops[middle]][1] < there else (low, middle)
        previous.append(tops[low - 1] if low else -1)
        tops[low : low + 1] = [number]
    row = []
    number = tops[-1] if tops else -1
    while number >= 0:
        row.append(pairs[number])
        number = previous[number]
    return row[::-1]


def _once(lines: Sequence[bytes], start: int, end: int) -> dict[bytes, int]:
    """Where each line of the area stands, in the area's order; -1 for one that occurs several times."""
    places: dict[bytes, int] = {}
    for at in range(start, end):
        places[lines[at]] = -1 if lines[at] in places else at
    return places


def holds_change(base: bytes, wrote: bytes, now: bytes) -> bool:
    """Whether all that made `wrote` of `base` is in `now`, whatever else is: lines that came are there, others gone.

    Space at the ends of lines does not count, nor do empty ones. Where nothing else differs it cannot be told: False.
    """
    old, new, here = _counted(base), _counted(wrote), _counted(now)
    changed = [line for line in {**old, **new} if old.get(line, 0) != new.get(line, 0)]
    return bool(changed) and all(_has_come(old.get(one, 0), new.get(one, 0), here.get(one, 0)) for one in changed)


def _has_come(old: int, new: int, here: int) -> bool:
    return here >= new if new > old else here <= new


def _counted(data: bytes) -> dict[bytes, int]:
    found: dict[bytes, int] = {}
    for line in data.split(b"\n"):
        bare = line.strip()
        if bare:
            found[bare] = found.get(bare, 0) + 1
    return found
