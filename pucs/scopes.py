"""The rule of shared files: which lines are whose, whose way an edit is in, and how that follows the file.

A tree has a weave while several agents have locks on one text file. It describes one content; what differs on disk
since then was made by the agent whose call ends now or, where nobody's does, by whoever owns the lines around it.
"""

from __future__ import annotations

from pucs import hotfiles, locks, parts, symbols, weave, weave_commits
from pucs.linediff import cuts, is_text, lines_of
from pucs.model import PathRecord, Target, Tree, Weave
from pucs.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pucs.linediff import Cut
    from pucs.model import Lock
    from pucs.weave import Hunk

    States = tuple[tuple[Lock, str], ...]

_MOST_RUNS = 600
_NAMED = 5


class Plan(Record):
    """What an edit means for those who share the file: `weave` before it, and in whose way it is.

    `clashes` maps each such agent to the content without its hunks that stand there, `parts` those whose explicit lock
    it would touch to what they asked for.
    """

    weave: Weave
    clashes: dict[str, bytes] = {}
    parts: dict[str, str] = {}


def plan(
    tree: Tree, target: Target, states: States, *, by_symbols: bool = False, hot: str = hotfiles.NONE
) -> Plan | None:
    """How the edit and the others' changes stand to each other; None where only the whole file can be judged.

    `hot` is the policy of the file: see hotfiles.
    """
    binding = [lock for lock, state in states if state != locks.VOID]
    if not binding or (target.proposed is not None and not is_text(target.proposed)):
        return None
    if any(state == locks.HELD and (lock.calls or (lock.explicit and not lock.parts)) for lock, state in states):
        return None
    here = _present(tree, target)
    if here is None or len(here.runs) > _MOST_RUNS:
        return None
    base, now = _lines(target, here.base), _lines(target, here.content)
    if base is None or now is None:
        return None
    changes = _changes(target, now)
    if hot in (hotfiles.UNION, hotfiles.SYMBOLS) and target.proposed is not None:
        hit = _hit_in_list(here, (now, lines_of(target.proposed)), changes, only_entries=hot == hotfiles.SYMBOLS)
    else:
        hit = _hit(here, target, now, changes, by_symbols=by_symbols)
    clashes, touched = {}, {}
    for lock in binding:
        theirs = [hunk for hunk in hit if lock.agent in hunk.agents]
        part = parts.touched_part(lock, target, changes) if (lock, locks.HELD) in states else ""
        if part:
            touched[lock.agent] = part
        if theirs or part:
            clashes[lock.agent] = b"".join(weave.without(here.runs, base, now, theirs))
    return Plan(here, clashes, touched)


def _changes(target: Target, now: list[bytes]) -> list[Cut]:
    """Where the call changes the file; for a wish to lock parts of it, those."""
    if target.proposed is None:
        return [(first, end, first, end) for _, _, first, end in target.parts]
    return cuts(now, lines_of(target.proposed))


def _hit(here: Weave, target: Target, now: list[bytes], changes: list[Cut], *, by_symbols: bool) -> list[Hunk]:
    """The hunks in whose way the call is; those right beside a part that is only to be locked are not."""
    if target.proposed is None:
        found = weave.hunks(here.runs)
        return [one for one in found if any(one.now[0] < cut[1] and one.now[1] > cut[0] for cut in changes)]
    hit = weave.touched(here.runs, changes)
    if not by_symbols or not target.symbols[0]:
        return hit
    wanted = parts.symbols_changed(target, changes)
    return [
        one
        for one in weave.hunks(here.runs)
        if one in hit or not wanted.isdisjoint(symbols.touched(target.symbols[0], *one.now, now))
    ]


def _hit_in_list(
    here: Weave, contents: tuple[list[bytes], list[bytes]], changes: list[Cut], *, only_entries: bool
) -> list[Hunk]:
    """The hunks in whose way the call is in a file to which everybody adds: it would change their lines.

    With `only_entries` other lines than imports, exports and entries of lists are compared as in any file.
    """
    from pucs.entries import are_entries  # noqa: PLC0415 - most files are not hot

    now, after = contents
    hit = []
    for cut in changes:
        near = weave.touched(here.runs, [cut])
        lines = now[cut[0] : cut[1]] + after[cut[2] : cut[3]] + [line for one in near for line in now[slice(*one.now)]]
        listed = not only_entries or are_entries(lines)
        hit += weave.crossed(here.runs, [cut]) if listed else near
    return hit


def _present(tree: Tree, target: Target) -> Weave | None:
    """The weave of what the path holds now."""
    if tree.weave is not None:
        return explained(tree, target)
    dirty = [lock for lock in tree.locks if locks.dirty(lock, target.content)]
    if not dirty:  # nobody's bytes are there, only explicit locks on parts
        now = _lines(target, target.content)
        return None if now is None else Weave(target.content, target.content, weave.begun(now, now, ""))
    if len(dirty) != 1:
        return None
    base, now = _lines(target, dirty[0].base), _lines(target, target.content)
    if base is None or now is None:
        return None
    # What the holder's writes do not explain is the holder's: nobody else had a lock.
    return Weave(dirty[0].base, target.content, weave.begun(base, now, dirty[0].agent))


def explained(tree: Tree, target: Target) -> Weave | None:
    """The tree's weave of what the path holds now; None where there is none, or its lines cannot be told.

    What nobody reported is the work of a call that is open, where there is one: its agent may have died in it.
    """
    known = tree.weave
    if known is None or known.content == target.content:
        return known
    base, before, now = (_lines(target, one) for one in (known.base, known.content, target.content))
    if base is None or before is None or now is None:
        return None
    return known._replace(content=target.content, runs=_unreported(tree, known, base, (before, now)))


def _unreported(tree: Tree, known: Weave, base: list[bytes], step: tuple[list[bytes], list[bytes]]) -> weave.Runs:
    """The weave after a step that nobody reported, by the open call that began last if there is one.

    An open call that may still write keeps others out; so an earlier one is that of an agent that died in it.
    """
    writing = max((lock for lock in tree.locks if lock.calls), key=lambda lock: lock.revision, default=None)
    if writing is not None:
        return weave.followed(known.runs, base, step, writing.agent)
    return weave.explained(known.runs, base, step)


def _lines(target: Target, fingerprint: str) -> list[bytes] | None:
    data = target.texts.get(fingerprint)
    return None if data is None or not is_text(data) else lines_of(data)


def shared(record: PathRecord, tree_name: str, known: Weave) -> PathRecord:
    """The record with that weave, as long as several agents have locks there."""
    tree = record.tree(tree_name)
    return record.with_tree(tree_name, _squared(tree._replace(weave=known)))


def given(known: Weave, agent: str, heir: str) -> Weave:
    """The weave after the agent's lines became another's."""
    return known._replace(runs=weave.given(known.runs, agent, heir))


def followed(record: PathRecord, tree_name: str, target: Target, agent: str) -> tuple[PathRecord, tuple[str, ...]]:
    """The record once the path holds `target.content`, made by the agent ("": by nobody who says so).

    Also gives the other agents whose lines were changed by it: their update may be lost.
    """
    tree = record.tree(tree_name)
    known = tree.weave
    if known is None or known.content == target.content:
        return (record, ()) if known is None else (record.with_tree(tree_name, _squared(tree)), ())
    base, before, now = (_lines(target, one) for one in (known.base, known.content, target.content))
    if base is None or before is None or now is None:
        return record, ()  # as before: the next look, which finds all three, goes on from there
    lost: tuple[str, ...] = ()
    if agent:
        lost = tuple(_foreign(weave.crossed(known.runs, cuts(before, now)), agent, tree))
        runs = weave.followed(known.runs, base, (before, now), agent)
    else:
        runs = _unreported(tree, known, base, (before, now))
    following = known._replace(content=target.content, runs=runs)
    return record.with_tree(tree_name, _squared(tree._replace(weave=following))), lost


def _foreign(hit: list[Hunk], agent: str, tree: Tree) -> dict[str, None]:
    there = {lock.agent for lock in tree.locks if not locks.family(lock.agent, agent)}
    return {who: None for hunk in hit for who in hunk.agents if who in there}


def inherited(record: PathRecord, tree_name: str, child: str, parent: str) -> PathRecord:
    """The record after the child's lines became its parent's."""
    tree = record.tree(tree_name)
    if tree.weave is None:
        return record
    return record.with_tree(tree_name, _squared(tree._replace(weave=given(tree.weave, child, parent))))


def landed(tree: Tree, target: Target, committed: str, by: str = "") -> Tree | None:
    """The tree after a commit (of `by`) left `committed` as what the path is measured by; None where lines cannot tell.

    `target` is what the path holds, with the texts that are needed.
    """
    known = explained(tree, target)
    if known is None:
        return None
    base, now, new = (_lines(target, one) for one in (known.base, known.content, committed))
    if base is None or now is None or new is None:
        return None
    runs = weave_commits.landed(known.runs, base, (now, new), by)
    return _squared(tree._replace(weave=Weave(committed, known.content, runs), offers={}))


def carried(tree: Tree, target: Target, staged: bytes | None, agent: str) -> str | None:
    """Which lines of the agent the staged content takes along, in words ("" for none); None where lines cannot tell."""
    known = explained(tree, target)
    if known is None or staged is None or not is_text(staged):
        return None
    base, now = _lines(target, known.base), _lines(target, known.content)
    if base is None or now is None:
        return None
    return _named(weave_commits.carried(known.runs, base, (now, lines_of(staged)), agent))


def places(tree: Tree, target: Target) -> dict[str, str]:
    """Whose lines stand where in what the path holds, in words; nothing where only the whole file can be judged."""
    here = _present(tree, target)
    found: dict[str, list[Hunk]] = {}
    for piece in weave.pieces(here.runs) if here is not None else ():
        found.setdefault(piece.agents[0], []).append(piece)
    return {agent: _named(pieces) for agent, pieces in found.items() if agent}


def _named(found: list[Hunk]) -> str:
    named = [_place(hunk) for hunk in found[:_NAMED]]
    more = f" and {len(found) - _NAMED} more places" if len(found) > _NAMED else ""
    return ", ".join(named) + more


def _place(hunk: Hunk) -> str:
    first, last = hunk.now[0] + 1, hunk.now[1]
    if first > last:
        return f"what was removed before line {first}"
    return f"line {first}" if first == last else f"lines {first}-{last}"


def alone(tree: Tree, target: Target, agent: str) -> tuple[bytes, bytes] | None:
    """The base, and the base with only this agent's changes; None where lines cannot tell."""
    known = explained(tree, target)
    if known is None:
        return None
    base, now = _lines(target, known.base), _lines(target, known.content)
    if base is None or now is None:
        return None
    return b"".join(base), b"".join(weave.alone(known.runs, base, now, [agent]))


def without(tree: Tree, target: Target, agent: str) -> bytes | None:
    """What the path would hold without this agent's lines; None where lines cannot tell."""
    here = _present(tree, target)
    base, now = (_lines(target, one) for one in (here.base, here.content)) if here is not None else (None, None)
    if here is None or base is None or now is None:
        return None
    theirs = [piece for piece in weave.pieces(here.runs) if agent in piece.agents]
    return b"".join(weave.without(here.runs, base, now, theirs))


def _squared(tree: Tree) -> Tree:
    """The tree with locks that say of the whole file what the weave says of its lines.

    An agent with lines there is dirty, one without is not, and a lock that protects nothing is gone. Once all lines are
    those of one lock the weave is gone, too.
    """
    known = tree.weave
    if known is None:
        return tree
    owners = weave.owners(known.runs)
    left = []
    for lock in tree.locks:
        if lock.agent in owners:
            left.append(lock._replace(base=known.base, wrote=known.content))
        elif lock.calls or lock.explicit:
            left.append(lock._replace(base=known.content, wrote=None))
    alone = not left or (len(left) == 1 and owners <= {left[0].agent})
    return tree._replace(locks=tuple(left), weave=None if alone else known)
