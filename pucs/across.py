"""The rule of other worktrees: which changes there are unlanded, which of them a change here is over, who is told.

Nobody waits for another worktree, since the second edit of a line conflicts after the commit as before it: both sides
are told, once. All is judged by content: what the target branch holds has landed, whichever commit brought it.
"""

from __future__ import annotations

from pucs import entries, hotfiles, locks, notices
from pucs.cases import elsewhere
from pucs.clashes import Hunk
from pucs.difftext import short_diff
from pucs.linediff import cuts
from pucs.model import Event, Finding, Lock, Notice
from pucs.view import Change
from pucs.wording import worktree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

    from pucs.cases import Case
    from pucs.clashes import Clash
    from pucs.linediff import Cut
    from pucs.model import Agent, PathRecord
    from pucs.view import View

    Lines = Sequence[bytes]
    Pair = tuple[Hunk, Hunk]

_TOLD = 64
_LONGEST = 400


def meeting(base: Lines, mine: Lines, theirs: Lines, edited: Iterable[Cut] | None = None) -> list[Pair]:
    """The peer's hunks that hunks of ours overlap or stand right beside, as (theirs, ours). The same change is none.

    With `edited` (the cuts of an edit that made `mine`) only our hunks that this edit is part of count.
    """
    own = cuts(base, mine)
    if edited is not None:
        changes = list(edited)
        own = [cut for cut in own if any(cut[2] <= one[3] and cut[3] >= one[2] for one in changes)]
    found = []
    for their in cuts(base, theirs):
        for our in own:
            if our[0] <= their[1] and our[1] >= their[0]:
                pair = _hunk(base, theirs, their), _hunk(base, mine, our)
                if (pair[0].base, pair[0].after) != (pair[1].base, pair[1].after):
                    found.append(pair)
    return found


def side_by_side(word: str, pair: Pair) -> bool:
    """Whether one of the two only adds lines to a hot file of that policy, to which everybody adds."""
    if word not in (hotfiles.UNION, hotfiles.SYMBOLS):
        return False
    lines = [line for hunk in pair for text in (hunk.before, hunk.after) for line in text.splitlines()]
    if word == hotfiles.SYMBOLS and not (entries.are_entries(lines) and all(_says_any(hunk) for hunk in pair)):
        return False
    return any(not one.before and not other.base[0] < one.base[0] < other.base[1] for one, other in (pair, pair[::-1]))


def _says_any(hunk: Hunk) -> bool:
    """Whether there is more in the hunk than comments: these alone are what git will ask somebody about."""
    lines = (line.strip() for text in (hunk.before, hunk.after) for line in text.splitlines())
    return any(line and not line.startswith((b"#", b"//")) for line in lines)


def landed(hunk: Hunk, theirs: Lines, target: Lines) -> bool:
    """Whether the target branch holds what the hunk made of its lines."""
    first, end = hunk.now
    gone = {line for line in hunk.before.splitlines(keepends=True) if line.strip()}
    for start, stop, low, high in cuts(target, theirs):
        inside = low < end and high > first
        beside = low <= end and high >= first
        if inside or (beside and not gone.isdisjoint(target[start:stop])):
            return False
    return True


def whole(base: Lines, theirs: Lines) -> list[Hunk]:
    """The hunks of a change."""
    return [_hunk(base, theirs, cut) for cut in cuts(base, theirs)]


def in_the_way(case: Case) -> tuple[Finding | None, bool]:
    """Whose work in another worktree keeps the case's one out, and whether it is worth waiting for."""
    target = case.target
    for tree, lock in elsewhere(case):
        # What an open call will write, and what was asked for by name, has no lines yet.
        if case.is_critical or tree not in target.abroad or lock.calls or lock.explicit:
            return Finding("critical", target.path, lock=lock, tree=tree), True
    for tree, clashes in target.abroad.items():
        for clash in clashes:
            theirs = locks.own(case.record.tree(tree), clash.agent)
            lock = theirs or Lock(clash.agent, None, "", clash.since, 0.0, 0.0, 0, "")
            rule = "release" if case.is_critical else "across"
            above = b"\n" * clash.theirs.now[0]  # so that the change is shown at its line
            others = (above + clash.theirs.before, above + clash.theirs.after)
            finding = Finding(rule, target.path, lock=lock, tree=tree, note=clash.how, others=others)
            return finding, theirs is not None and not clash.commit
    return None, False


def told(agent: Agent, place: tuple[str, str, str], clashes: Iterable[Clash], view: View) -> Change:
    """Tells both sides of each clash that they were not told of yet; `place` is the tree, its branch and the path."""
    tree_name, _, path = place
    record = view.path(path)
    writes: dict[str, Any] = {}
    events: list[Event] = []
    marks: list[str] = []
    news: dict[tuple[str, str], list[Clash]] = {}
    for clash in clashes:
        mark = _mark(agent.id, clash)
        if not _is_told(mark, _marks(record)):
            marks.append(mark)
            news.setdefault((clash.agent, clash.tree), []).append(clash)
    for found in news.values():
        clash = found[0]._replace(more=len(found) - 1)
        mine, theirs = _texts(agent.id, place, clash)
        details = {"answer": "conflict_alert", "file": path, "holder": clash.agent}
        details |= {"warning": mine, "severity": "medium"}
        events.append(Event(agent.id, agent.stream, "warned", details))
        about = f"elsewhere:{path}"
        notices.tell(agent.id, Notice(mine, view.now, about, "medium"), view, writes)
        peer = view.agent(clash.agent)
        if peer is not None and not peer.ended:
            notices.tell(peer.id, Notice(theirs, view.now, about, "medium"), view, writes)
    if marks:
        tree = record.tree(tree_name)
        tree = tree._replace(told=(*tree.told, *marks)[-_TOLD:])
        writes["path/" + path] = record.with_tree(tree_name, tree)
    return Change(None, writes, tuple(events))


def _mark(agent: str, clash: Clash) -> str:
    """What both were told of: who, since which common commit, over which of its lines."""
    one, other = sorted((agent, clash.agent))
    return f"{one}|{other}|{clash.start[:12]}|{clash.theirs.base[0]}-{clash.theirs.base[1]}"


def _marks(record: PathRecord) -> list[str]:
    return [mark for tree in record.trees.values() for mark in tree.told]


def _is_told(mark: str, known: Iterable[str]) -> bool:
    who, _, lines = mark.rpartition("|")
    first, end = (int(part) for part in lines.split("-"))
    for one in known:
        same, _, place = one.rpartition("|")
        low, _, high = place.partition("-")
        if same == who and int(low) <= end and int(high) >= first:
            return True
    return False


def _texts(me: str, place: tuple[str, str, str], clash: Clash) -> tuple[str, str]:
    """What the one is told whose edit it is, and what the peer is told."""
    tree, branch, path = place
    more = f" and {clash.more} more place{'s' if clash.more > 1 else ''}" if clash.more else ""
    doing = "changed" if clash.commit else "is changing"
    first = f"{clash.agent} {doing} {path} in {worktree(clash.tree)}; yours will have to be merged with it"
    first += f", at {_lines(clash.mine)}{more}. Not landed yet{_on(clash.branch)}:"
    last = (
        f"Commit yours, then: {clash.how}" if clash.commit else f"Once it is committed, commit yours, then: {clash.how}"
    )
    mine = _fitted(first, clash.theirs, last)
    first = f"{me} is changing {path} in {worktree(tree)}; yours will have to be merged with it"
    first += f", at {_lines(clash.theirs)}{more}{_on(branch)}:"
    last = f"Once it is committed, commit yours, then: git merge {branch}" if branch else "Commit early."
    return mine, _fitted(first, clash.mine, last)


def _on(branch: str) -> str:
    return f" (branch {branch})" if branch else ""


def _lines(hunk: Hunk) -> str:
    first, last = hunk.now[0] + 1, hunk.now[1]
    return f"lines {first}-{last}" if first < last else f"line {first}"


def _fitted(first: str, hunk: Hunk, last: str) -> str:
    shown = short_diff(hunk.before, hunk.after, max(0, _LONGEST - len(first) - len(last) - 2))
    rest = shown.partition("\n")[2]  # the line number is that of a part
    return f"{first}\n{rest}\n{last}" if rest else f"{first} {last}"


def _hunk(base: Lines, now: Lines, cut: Cut) -> Hunk:
    start, end, first, last = cut
    return Hunk((start, end), (first, last), b"".join(base[start:end]), b"".join(now[first:last]))
