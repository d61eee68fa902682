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

_FORKS = 64


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
        around = [agent for hunk in touched(runs, [cut]) for agent in hunk.agents if agent]
        changes.append((cut, around[0] if around else ""))
    return _settled(_rewritten(runs, changes), base, after)


def _rewritten(runs: Runs, changes: list[tuple[Cut, str]]) -> Runs:
    out: list[Run] = []
    waiting = changes[::-1]
    at = 0
    for kind, count, who in runs:
        if kind == REMOVED:
            _put(out, kind, count, who)
            continue
        end = at + count
        while waiting and waiting[-1][0][0] < end:
            (start, stop, first, last), agent = waiting.pop()
            _put(out, kind, start - at, who)
            at = min(stop, end)
            if kind == KEPT:
                _put(out, REMOVED, at - start, agent)
            if stop > end:
                waiting.append(((end, stop, first, last), agent))
            else:
                _put(out, ADDED, last - first, agent)
        _put(out, kind, end - at, who)
        at = end
    for (_, _, first, last), agent in reversed(waiting):
        _put(out, ADDED, last - first, agent)
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
    return _rendered(runs, base, content, lambda number: runs[number][2] in chosen)


def without(runs: Runs, base: Lines, content: Lines, taken: Iterable[Hunk]) -> list[bytes]:
    """The present content with these hunks taken back."""
    back = {number for hunk in taken for number in range(hunk.first, hunk.last)}
    return _rendered(runs, base, content, lambda number: number not in back)


def given(runs: Runs, agent: str, heir: str) -> Runs:
    """The weave after the agent's changes became another's."""
    out: list[Run] = []
    for kind, count, who in runs:
        _put(out, kind, count, heir if kind != KEPT and who == agent else who)
    return tuple(out)


def carried(runs: Runs, base: Lines, contents: tuple[Lines, Lines], agent: str) -> list[Hunk]:
    """The agent's hunks that a content made of the base takes along; `contents` are the present one and that one."""
    content, staged = contents
    found = hunks(runs)
    foreign = [hunk for hunk in found if agent in hunk.agents]
    if not foreign:
        return []
    free = [hunk not in foreign for hunk in found]
    if _subset(runs, base, contents, free) is not None:
        return []
    changes = cuts(base, staged)
    return [hunk for hunk in foreign if any(_takes(hunk, cut, base, (content, staged)) for cut in changes)]


def landed(runs: Runs, base: Lines, contents: tuple[Lines, Lines]) -> Runs:
    """The weave on a new base: the second of `contents` (the present one, and what was committed of it)."""
    content, new = contents
    found = hunks(runs)
    whole = _subset(runs, base, contents, [True] * len(found))
    if whole is not None:
        gone = {
            number for hunk, took in zip(found, whole, strict=True) if took for number in range(hunk.first, hunk.last)
        }
        out: list[Run] = []
        for number, (kind, count, who) in enumerate(runs):
            if number not in gone:
                _put(out, kind, count, who)
            elif kind == ADDED:
                _put(out, KEPT, count, "")
        return tuple(out)
    return _reowned(runs, begun(new, content, ""), content)


def _reowned(runs: Runs, fresh: Runs, content: Lines) -> Runs:
    """The fresh weave of the same content, each run owned as the line there (or the hunk around it) was."""
    owner = [""] * (len(content) + 1)
    for hunk in hunks(runs):
        for at in range(hunk.now[0], hunk.now[1] + 1):
            owner[at] = hunk.agents[0]
    out: list[Run] = []
    now = 0
    for kind, count, _ in fresh:
        _put(out, kind, count, owner[now] if kind != KEPT else "")
        now += count if kind != REMOVED else 0
    return tuple(out)


def _takes(hunk: Hunk, cut: Cut, base: Lines, contents: tuple[Lines, Lines]) -> bool:
    """Whether a change of the base takes the hunk along: at its place, and with lines of it added or removed."""
    content, staged = contents
    if cut[0] > hunk.base[1] or cut[1] < hunk.base[0]:
        return False
    theirs = {line for line in content[hunk.now[0] : hunk.now[1]] if line.strip()}
    if not theirs.isdisjoint(staged[cut[2] : cut[3]]):
        return True
    removed = range(max(cut[0], hunk.base[0]), min(cut[1], hunk.base[1]))
    return any(base[at].strip() for at in removed) or (not theirs and len(removed) > 0)


def _subset(runs: Runs, base: Lines, contents: tuple[Lines, Lines], may: Sequence[bool]) -> tuple[bool, ...] | None:
    """Which hunks make the second content of the base; None where no choice among those that may does."""
    content, target = contents
    states: dict[int, tuple[bool, ...]] = {0: ()}
    old = 0
    end = Hunk(0, 0, (len(base), len(base)), (len(content), len(content)), ())
    for hunk, allowed in [*zip(hunks(runs), may, strict=True), (end, False)]:
        kept = hunk.base[0] - old
        following: dict[int, tuple[bool, ...]] = {}
        for at, choice in states.items():
            if target[at : at + kept] != base[old : old + kept]:
                continue
            here = at + kept
            ways = [(base[hunk.base[0] : hunk.base[1]], False)]
            if allowed:
                ways.insert(0, (content[hunk.now[0] : hunk.now[1]], True))
            for text, took in ways:
                if target[here : here + len(text)] == text:
                    following.setdefault(here + len(text), (*choice, took))
        states = dict(list(following.items())[:_FORKS])
        old = hunk.base[1]
    whole = states.get(len(target))
    return whole[:-1] if whole is not None else None


def _settled(runs: Runs, base: Lines, content: Lines) -> Runs:
    """The weave with what one agent removed and added again the same as kept lines."""
    out: list[Run] = []
    number = 0
    for hunk in hunks(runs):
        for run in runs[number : hunk.first]:
            _put(out, *run)
        number = hunk.last
        inside = runs[hunk.first : hunk.last]
        if len(hunk.agents) > 1 or len({kind for kind, _, _ in inside}) == 1:
            for run in inside:
                _put(out, *run)
            continue
        at, agent = hunk.base[0], hunk.agents[0]
        for start, end, first, last in cuts(base[slice(*hunk.base)], content[slice(*hunk.now)]):
            _put(out, KEPT, hunk.base[0] + start - at, "")
            _put(out, REMOVED, end - start, agent)
            _put(out, ADDED, last - first, agent)
            at = hunk.base[0] + end
        _put(out, KEPT, hunk.base[1] - at, "")
    for run in runs[number:]:
        _put(out, *run)
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


def _put(out: list[Run], kind: str, count: int, agent: str) -> None:
    """Adds a run; one like the last makes it longer."""
    if count <= 0:
        return
    if out and out[-1][0] == kind and out[-1][2] == agent:
        out[-1] = (kind, out[-1][1] + count, agent)
    else:
        out.append((kind, count, agent))
