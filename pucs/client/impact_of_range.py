"""Impact for people and CI: of what a tree changed, of one path, or of a range of commits; without any state, too."""

from __future__ import annotations

import os

from pucs.client.gathering import claims, reports_of, told_of
from pucs.client.impacts import ImpactReport, Place, in_its_own_tree
from pucs.client.opening import Repository, repository_of
from pucs.client.source_trees import ENDINGS, Shelf, SourceTree, trees_of
from pucs.errors import UsageError
from pucs.git import history, locate, sources


def of_tree(folder: str, paths: tuple[str, ...] = ()) -> tuple[ImpactReport, ...]:
    """What the uncommitted changes in the tree around the folder, of all files or these, break in all trees.

    Raises UsageError outside of a working tree and for paths outside of it, GitError where git fails.
    """
    tree, repository = _at(folder)
    shelf = Shelf(repository)
    trees = trees_of(tree.common, shelf)
    source = next((one for one in trees if one.tree.id == tree.id), None) or SourceTree(tree, shelf)
    only = frozenset(_inside(path, folder, tree) for path in paths) if paths else None
    view = repository.store.read() if repository is not None else None
    claimed = claims(view) if view is not None else {}
    known = told_of(view, source) if view is not None else {}
    found = reports_of(source, trees, claimed, known, only)
    return tuple(report for _, report in sorted(found.items()) if report.changes)


def of_range(folder: str, text: str) -> tuple[ImpactReport, ...]:
    """What the commits of a range, `A..B` or `A...B`, break in the files as they are at its end.

    Raises UsageError for what is no range of this repository.
    """
    tree, repository = _at(folder)
    dots = "..." if "..." in text else ".."
    one, _, other = text.partition(dots)
    base, head = history.commit_id(one or "HEAD"), history.commit_id(other or "HEAD")
    base = history.merge_base(base, head) if dots == "..." else base
    changed = sources.between(tree.root, base, head, ENDINGS)
    source = SourceTree(tree, Shelf(repository), head)
    found = []
    for path, before in source.facts_in(base, changed).items():
        if before is None:
            continue
        changes, own = in_its_own_tree(source, path, before, itself=True)
        if changes:
            places = tuple(Place(tree.id, what) for what in own)
            found.append(ImpactReport(path, tree.id, "", "", changes, places))
    return tuple(found)


def _at(folder: str) -> tuple[locate.Tree, Repository | None]:
    place = locate.place_of(folder, "/")
    if place is None:
        raise UsageError(f"{folder} is in no git repository", "go to one that has commits")
    return place.tree, repository_of(place.tree)


def _inside(path: str, folder: str, tree: locate.Tree) -> str:
    place = locate.place_of(path, folder)
    if place is None or place.tree.root != tree.root or not place.inside:
        raise UsageError(f"{path} is no file of {tree.root}", "name one, or a range such as main...HEAD")
    if not place.inside.endswith(ENDINGS):
        known = ", ".join(ENDINGS)
        raise UsageError(f"nobody can say what {path} offers", f"impact knows files that end in {known}")
    return os.path.normpath(place.inside)
