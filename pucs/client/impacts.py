"""Analysing changes of source files: what each breaks in its own tree, and what it will break in others.

Two trees are looked at as if the one's changes were brought into the other: uses there of what changed here, and the
other way round. What both sides did already counts.
"""

from __future__ import annotations

from pucs import facts_merge
from pucs.api_changes import changes_between
from pucs.client.source_trees import Overlaid, SourceTree
from pucs.errors import GitError
from pucs.git import sources
from pucs.impact import breaks, names_reaching
from pucs.interface import ApiChange, Break, Facts
from pucs.record import Record
from pucs.sources import Sources

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Claims = Callable[[SourceTree], frozenset[str]]


class Place(Record):
    """A break, and the tree that it is in."""

    tree: str
    what: Break


class ImpactReport(Record):
    """What a change of one file does to others: in which tree it is, how the interface changed, and what breaks where.

    `author` is who made the change, as far as is known.
    """

    path: str
    tree: str
    branch: str = ""
    author: str = ""
    changes: tuple[ApiChange, ...] = ()
    places: tuple[Place, ...] = ()

    @property
    def breaks(self) -> tuple[Break, ...]:
        """The breaks wherever they are."""
        return tuple(place.what for place in self.places)


def changed_in(tree: SourceTree, commit: str, paths: Iterable[str] | None = None) -> dict[str, Facts | None]:
    """The files of the tree, of these or all, whose interface is not as it was in the commit, as they were there."""
    names = tree.differing(commit) if commit else frozenset()
    if paths is not None:
        names &= frozenset(paths)
    before = tree.facts_in(commit, names) if names else {}
    return {path: facts for path, facts in before.items() if facts is not None and facts != tree.facts(path)}


def in_its_own_tree(
    tree: SourceTree, path: str, before: Facts | None, *, itself: bool = False
) -> tuple[tuple[ApiChange, ...], tuple[Break, ...]]:
    """What a change of one file did to its interface, and what that breaks in the tree it is in.

    With `itself` uses in that very file are looked at, too.
    """
    changes = changes_between(before, tree.facts(path))
    if not changes:
        return (), ()
    names = frozenset(names_reaching(changes, ()))
    if path not in tree.paths:
        names |= {_stem(path)}
    users = tree.having(names)
    names = names_reaching(changes, [facts for facts in map(tree.facts, users) if facts is not None])
    named = names | {_stem(path)} if "default" in names else names  # who imports it calls it as he likes
    users = [one for one in tree.having(named) if itself or one != path]
    was = Overlaid(tree, {path: before})
    old, new = Sources(was.modules, was.facts, tree.lone), Sources(tree.modules, tree.facts, tree.lone)
    wanted = names if path in tree.paths else None
    return changes, breaks(old, new, frozenset((path,)), users, wanted)


def in_another_tree(source: SourceTree, target: SourceTree, claimed: frozenset[str]) -> list[ImpactReport]:
    """What the changes of one tree break in the files that another tree changed, or that agents there claim."""
    base = _base(source, target)
    if not base:
        return []
    before = changed_in(source, base)
    changes = {path: _news(source, target, path, facts) for path, facts in before.items()}
    changes = {path: found for path, found in changes.items() if found}
    if not changes:
        return []
    users = (target.differing(base) | claimed) & target.paths
    if not users:
        return []
    old = Sources(target.modules, target.facts, target.lone)
    after = Overlaid(target, _brought(source, target, base, before))
    new = Sources(after.modules, after.facts, target.lone)
    every = [change for found in changes.values() for change in found]
    known = {*users, *target.having(names_reaching(every, ()))}
    names = names_reaching(every, [facts for facts in map(target.facts, known) if facts is not None])
    found = breaks(old, new, frozenset(changes), sorted(users), names)
    return [
        ImpactReport(
            path,
            source.tree.id,
            source.branch,
            "",
            changes[path],
            tuple(Place(target.tree.id, one) for one in found if one.changed == path),
        )
        for path in sorted(changes)
    ]


def _stem(path: str) -> str:
    return path.rpartition("/")[2].partition(".")[0]


def _base(source: SourceTree, target: SourceTree) -> str:
    if not source.head or not target.head:
        return ""
    try:
        return sources.merge_base(source.tree.root, source.head, target.head)
    except GitError:
        return ""


def _news(source: SourceTree, target: SourceTree, path: str, before: Facts | None) -> tuple[ApiChange, ...]:
    """What changed here and is not the same there already."""
    here, there = source.facts(path), target.facts(path)
    if here == there:
        return ()
    return tuple(
        change
        for change in changes_between(before, here)
        if there is None or here is None or there.definitions.get(change.symbol) != here.definitions.get(change.symbol)
    )


def _brought(
    source: SourceTree, target: SourceTree, base: str, before: dict[str, Facts | None]
) -> dict[str, Facts | None]:
    """The files that the source tree changed, as the target tree would have them after a merge."""
    names = source.differing(base)
    rest = source.facts_in(base, names - before.keys())
    found = {}
    for path in names:
        was = before[path] if path in before else rest.get(path)
        if path in target.paths or path in source.paths:
            found[path] = facts_merge.merged(was, source.facts(path), target.facts(path))
    return found
