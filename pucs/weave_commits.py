"""What a commit takes of a weave: whose changes are in a content that was made of the base, and what is left then."""

from __future__ import annotations

from pucs.linediff import cuts
from pucs.weave import ADDED, KEPT, REMOVED, Hunk, begun, ended, hunks, pieces, put

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

    from pucs.linediff import Cut
    from pucs.weave import Lines, Run, Runs

_FORKS = 64
_WAYS = 16


def carried(runs: Runs, base: Lines, contents: tuple[Lines, Lines], agent: str) -> list[Hunk]:
    """The agent's hunks that a content made of the base takes along; `contents` are the present one and that one."""
    content, staged = contents
    foreign = [piece for piece in pieces(runs) if agent in piece.agents]
    if not foreign or _choice(runs, base, contents, {agent}) is not None:
        return []
    if _choice(runs, ended(base), (ended(content), ended(staged)), {agent}) is not None:
        return []  # but for the end of what was the last line, which whoever adds behind it gives it
    changes = cuts(base, staged)
    return [hunk for hunk in foreign if any(_takes(hunk, cut, base, (content, staged)) for cut in changes)]


def landed(runs: Runs, base: Lines, contents: tuple[Lines, Lines], by: str = "") -> Runs:
    """The weave on a new base: the second of `contents` (the present one, and what was committed of it).

    Of equal lines of several agents, those of `by` landed.
    """
    content, new = contents
    whole = _choice(runs, base, contents, by=by)
    if whole is not None:
        gone = {
            number
            for hunk, took in zip(hunks(runs), whole, strict=True)
            for number in range(hunk.first, hunk.last)
            if runs[number][2] in took
        }
        out: list[Run] = []
        for number, (kind, count, who) in enumerate(runs):
            if number not in gone:
                put(out, kind, count, who)
            elif kind == ADDED:
                put(out, KEPT, count, "")
        return tuple(out)
    return _reowned(runs, base, begun(new, content, ""), (content, new))


def _reowned(runs: Runs, base: Lines, fresh: Runs, contents: tuple[Lines, Lines]) -> Runs:
    """The fresh weave of the same content on a new base, each line owned as it was.

    A line removed of the new base that the old one did not have is owned by whoever has the hunk at its place.
    """
    content, new = contents
    added, removed = _owners(runs, base, content)
    place = [""] * (len(content) + 1)
    for hunk in pieces(runs):
        for at in range(hunk.now[0], hunk.now[1] + 1):
            place[at] = hunk.agents[0]
    was = _lines_before(base, new)
    out: list[Run] = []
    old = now = 0
    for kind, count, _ in fresh:
        if kind == KEPT:
            put(out, kind, count, "")
        elif kind == ADDED:
            for at in range(now, now + count):
                put(out, kind, 1, added[at])
        else:
            for before in (was.get(at) for at in range(old, old + count)):
                put(out, kind, 1, place[now] if before is None else removed[before])
        old += count if kind != ADDED else 0
        now += count if kind != REMOVED else 0
    return tuple(out)


def _owners(runs: Runs, base: Lines, content: Lines) -> tuple[list[str], list[str]]:
    """Who added each line of the content, and who removed each of the base; "" where nobody did."""
    added, removed = [""] * len(content), [""] * len(base)
    old = now = 0
    for kind, count, who in runs:
        if kind == ADDED:
            added[now : now + count] = [who] * count
        elif kind == REMOVED:
            removed[old : old + count] = [who] * count
        old += count if kind != ADDED else 0
        now += count if kind != REMOVED else 0
    return added, removed


def _lines_before(base: Lines, new: Lines) -> dict[int, int]:
    """Which line of the base each line of the new one is, where it is one."""
    found: dict[int, int] = {}
    old = at = 0
    for start, end, first, last in [*cuts(base, new), (len(base), len(base), len(new), len(new))]:
        found.update(zip(range(at, first), range(old, start), strict=True))
        old, at = end, last
    return found


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


def _choice(
    runs: Runs, base: Lines, contents: tuple[Lines, Lines], barred: Collection[str] = (), by: str = ""
) -> list[tuple[str, ...]] | None:
    """Whose changes of each hunk make the second content of the base; None where none without the barred do."""
    content, target = contents
    states: dict[int, list[tuple[str, ...]]] = {0: []}
    old = 0
    for hunk in [*hunks(runs), Hunk(0, 0, (len(base), len(base)), (len(content), len(content)), ())]:
        kept = hunk.base[0] - old
        ways = [(took, _of(hunk, runs, (base, content), took)) for took in _ways(hunk, barred, by)]
        following: dict[int, list[tuple[str, ...]]] = {}
        for at, choice in states.items():
            if target[at : at + kept] != base[old : old + kept]:
                continue
            here = at + kept
            for took, text in ways:
                if target[here : here + len(text)] == text:
                    following.setdefault(here + len(text), [*choice, took])
        states = dict(list(following.items())[:_FORKS])
        old = hunk.base[1]
    whole = states.get(len(target))
    return whole[:-1] if whole is not None else None


def _ways(hunk: Hunk, barred: Collection[str], by: str) -> list[tuple[str, ...]]:
    """Whose changes of a hunk may be taken: all, then fewer and fewer, those with `by` first, in the end nobody's."""
    ways: list[tuple[str, ...]] = [()]
    for agent in hunk.agents:
        if agent not in barred:
            ways += [(*way, agent) for way in ways[:_WAYS]]
    return sorted(ways, key=lambda way: (-len(way), by not in way))


def _of(hunk: Hunk, runs: Runs, contents: tuple[Lines, Lines], took: tuple[str, ...]) -> list[bytes]:
    """The lines that a hunk stands for once only these agents' changes of it are made."""
    base, content = contents
    lines: list[bytes] = []
    old, now = hunk.base[0], hunk.now[0]
    for kind, count, who in runs[hunk.first : hunk.last]:
        if kind == ADDED:
            lines += content[now : now + count] if who in took else ()
            now += count
        else:
            lines += base[old : old + count] if who not in took else ()
            old += count
    return lines
