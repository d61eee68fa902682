"""How a file's content came from its base, line by line, with whose each change is.

A weave is a row of runs `(kind, lines, agent)`: KEPT lines of the base, lines of the base REMOVED by an agent, lines
ADDED by one. Runs without a kept line between them are one *hunk*: whoever changes a line of it, or one right beside
it, is in its agent's way. An agent of "" is nobody who can be named.
"""

from __future__ import annotations

from pucs.linediff import cuts
from pucs.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pucs.linediff import Cut

    Run = tuple[str, int, str]
    Runs = tuple[Run, ...]
    Lines = Sequence[bytes]

KEPT, REMOVED, ADDED = "=", "-", "+"


class Hunk(Record):
    """Runs with no kept line between them: which of the row, and the lines they stand for in the base and now."""

    first: int
    last: int
    base: tuple[int, int]
    now: tuple[int, int]
    agents: tuple[str, ...]


def begun(base: Lines, content: Lines, agent: str) -> Runs:
    """The weave of a content that one agent made of the base."""
    return followed(((KEPT, len(base), ""),) if base else (), base, (base, content), agent)


def followed(runs: Runs, base: Lines, step: tuple[Lines, Lines], agent: str) -> Runs:
    """The weave after the agent made the second content of the first."""
    before, after = step
    return _settled(_rewritten(runs, [(cut, agent) for cut in cuts(before, after)]), base, after)


def explained(runs: Runs, base: Lines, step: tuple[Lines, Lines]) -> Runs:
    """The weave after nobody knows who made the second content of the first.

    What overlaps an agent's hunk or stands beside it counts as that agent's, the rest as nobody's.
    """
    before, after = step
    changes = []
    for cut in cuts(before, after):
        hit = [*crossed(runs, [cut]), *touched(runs, [cut])]
        around = [agent for hunk in hit for agent in hunk.agents if agent]
        changes.append((cut, around[0] if around else ""))
    return _settled(_rewritten(runs, changes), base, after)


def _rewritten(runs: Runs, changes: list[tuple[Cut, str]]) -> Runs:
    out: list[Run] = []
    waiting = changes[::-1]
    at = 0
    for kind, count, who in runs:
        if kind == REMOVED:
            put(out, kind, count, who)
            continue
        end = at + count
        while waiting and waiting[-1][0][0] < end:
            (start, stop, first, last), agent = waiting.pop()
            put(out, kind, start - at, who)
            at = min(stop, end)
            if kind == KEPT:
                put(out, REMOVED, at - start, agent)
            if stop > end:
                waiting.append(((end, stop, first, last), agent))
            else:
                put(out, ADDED, last - first, agent)
        put(out, kind, end - at, who)
        at = end
    for (_, _, first, last), agent in reversed(waiting):
        put(out, ADDED, last - first, agent)
    return tuple(out)


def hunks(runs: Runs) -> list[Hunk]:
    """The hunks of the weave, first one first."""
    found: list[Hunk] = []
    open_at = None
    old = now = 0
    began = (0, 0)
    for number, (kind, count, _) in enumerate((*runs, (KEPT, 0, ""))):
        if kind == KEPT and open_at is not None:
            agents = tuple(dict.fromkeys(who for _, _, who in runs[open_at:number]))
            found.append(Hunk(open_at, number, (began[0], old), (began[1], now), agents))
            open_at = None
        elif kind != KEPT and open_at is None:
            open_at, began = number, (old, now)
        old += count if kind != ADDED else 0
        now += count if kind != REMOVED else 0
    return found


def pieces(runs: Runs) -> list[Hunk]:
    """The hunks, divided where the runs of one agent meet another's."""
    found: list[Hunk] = []
    for hunk in hunks(runs):
        first, old, now = hunk.first, hunk.base[0], hunk.now[0]
        began = (old, now)
        for number in range(hunk.first, hunk.last):
            kind, count, who = runs[number]
            if who != runs[first][2]:
                found.append(Hunk(first, number, (began[0], old), (began[1], now), (runs[first][2],)))
                first, began = number, (old, now)
            old += count if kind == REMOVED else 0
            now += count if kind == ADDED else 0
        found.append(Hunk(first, hunk.last, (began[0], old), (began[1], now), (runs[first][2],)))
    return found


def crossed(runs: Runs, changes: Iterable[Cut]) -> list[Hunk]:
    """The pieces of which changes of the present content would alter a line, or put lines where some were taken out.

    Else lines that only come are in nobody's way, neither beside others nor between them.
    """
    found, waiting = pieces(runs), list(changes)
    return [one for one in found if any(_crosses(cut[0], cut[1], one) for cut in waiting)]


def _crosses(start: int, end: int, piece: Hunk) -> bool:
    first, last = piece.now
    if first == last:
        return start <= first <= end if start == end else start < first < end
    return start < end and start < last and end > first


def touched(runs: Runs, changes: Iterable[Cut]) -> list[Hunk]:
    """The hunks that changes of the present content would overlap, or stand right beside."""
    found, waiting = hunks(runs), list(changes)
    return [one for one in found if any(cut[0] <= one.now[1] and cut[1] >= one.now[0] for cut in waiting)]


def owners(runs: Runs) -> set[str]:
    """The agents that have changes in it."""
    return {who for kind, _, who in runs if kind != KEPT}


def alone(runs: Runs, base: Lines, content: Lines, agents: Iterable[str]) -> list[bytes]:
    """The base with only these agents' changes."""
    chosen = set(agents)
    lines = _rendered(runs, base, content, lambda number: runs[number][2] in chosen)
    # A last line without an end may have lines behind it now, of an agent that did not give it the end.
    return ended(lines[:-1]) + lines[-1:]


def ended(lines: Lines) -> list[bytes]:
    """The lines, each with an end."""
    return [line if line.endswith(b"\n") else line + b"\n" for line in lines]


def without(runs: Runs, base: Lines, content: Lines, taken: Iterable[Hunk]) -> list[bytes]:
    """The present content with these hunks taken back."""
    back = {number for hunk in taken for number in range(hunk.first, hunk.last)}
    return _rendered(runs, base, content, lambda number: number not in back)


def given(runs: Runs, agent: str, heir: str) -> Runs:
    """The weave after the agent's changes became another's."""
    out: list[Run] = []
    for kind, count, who in runs:
        put(out, kind, count, heir if kind != KEPT and who == agent else who)
    return tuple(out)


def _settled(runs: Runs, base: Lines, content: Lines) -> Runs:
    """The weave with what one agent removed and added again the same as kept lines."""
    out: list[Run] = []
    number = 0
    for hunk in hunks(runs):
        for run in runs[number : hunk.first]:
            put(out, *run)
        number = hunk.last
        inside = runs[hunk.first : hunk.last]
        if len(hunk.agents) > 1 or len({kind for kind, _, _ in inside}) == 1:
            for run in inside:
                put(out, *run)
            continue
        at, agent = hunk.base[0], hunk.agents[0]
        for start, end, first, last in cuts(base[slice(*hunk.base)], content[slice(*hunk.now)]):
            put(out, KEPT, hunk.base[0] + start - at, "")
            put(out, REMOVED, end - start, agent)
            put(out, ADDED, last - first, agent)
            at = hunk.base[0] + end
        put(out, KEPT, hunk.base[1] - at, "")
    for run in runs[number:]:
        put(out, *run)
    return tuple(out)


def _rendered(runs: Runs, base: Lines, content: Lines, applies: Callable[[int], bool]) -> list[bytes]:
    lines: list[bytes] = []
    old = now = 0
    for number, (kind, count, _) in enumerate(runs):
        if kind == KEPT or (kind == ADDED and applies(number)):
            lines += content[now : now + count]
        elif kind == REMOVED and not applies(number):
            lines += base[old : old + count]
        old += count if kind != ADDED else 0
        now += count if kind != REMOVED else 0
    return lines


def put(out: list[Run], kind: str, count: int, agent: str) -> None:
    """Adds a run; one like the last makes it longer."""
    if count <= 0:
        return
    if out and out[-1][0] == kind and out[-1][2] == agent:
        out[-1] = (kind, out[-1][1] + count, agent)
    else:
        out.append((kind, count, agent))
