"""What the changed files of a working tree do to others, in all trees, and what was told of it before."""

from __future__ import annotations

from pucs.client.impacts import ImpactReport, Place, changed_in, in_another_tree, in_its_own_tree
from pucs.client.opening import Repository
from pucs.client.source_trees import SourceTree
from pucs.impact_notices import Impact, Struck
from pucs.paths import key_of
from pucs.policy import owners

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pucs.view import View


def told_of(view: View, source: SourceTree) -> dict[str, str]:
    """The changed files of a tree of which agents were told, each with the commit it was compared with."""
    prefix = source.tree.id + "/"
    found = {}
    for name in view.names("impact"):
        if name.startswith(prefix):
            known = view.name("impact/" + name)
            found[name[len(prefix) :]] = str(known.extra.get("since", "")) if known is not None else ""
    return found


def reports_of(
    source: SourceTree,
    trees: Iterable[SourceTree],
    claimed: dict[str, set[str]],
    known: dict[str, str],
    only: frozenset[str] | None = None,
) -> dict[str, ImpactReport]:
    """What each changed file of one tree breaks there and in the others.

    `known` files are compared with their commit, not with HEAD: a change that was committed is one all the same. With
    `only` no others are looked at.
    """
    found: dict[str, ImpactReport] = {}
    before = changed_in(source, source.head, only)
    for path, since in known.items():
        if only is not None and path not in only:
            continue
        before[path] = source.facts_in(since or source.head, (path,))[path]
    for path, was in before.items():
        changes, own = in_its_own_tree(source, path, was)
        if changes or path in known:
            places = tuple(Place(source.tree.id, one) for one in own)
            found[path] = ImpactReport(path, source.tree.id, source.branch, "", changes, places)
    for target in trees:
        if target is source:
            continue
        for report in in_another_tree(source, target, frozenset(claimed.get(target.tree.id, ()))):
            if only is not None and report.path not in only:
                continue
            one = found.setdefault(report.path, report._replace(places=()))
            found[report.path] = one._replace(changes=one.changes or report.changes, places=one.places + report.places)
    return found


def impact_of(repository: Repository, report: ImpactReport, since: str) -> Impact:
    """The report as the rule of notices wants it."""
    fold = repository.installation.fold_case

    def struck(place: Place) -> Struck:
        key = key_of(place.what.path, fold_case=fold)
        return Struck(place.tree, key, place.what, owners(repository.policy, key))

    key = key_of(report.path, fold_case=fold)
    places = tuple(struck(place) for place in report.places)
    return Impact(report.tree, report.path, key, report.branch, places, bool(report.changes), since)


def claims(view: View) -> dict[str, set[str]]:
    """The paths that agents hold, by tree."""
    found: dict[str, set[str]] = {}
    for name in view.names("agent"):
        agent = view.agent(name)
        for tree, path in agent.paths if agent is not None and not agent.ended else ():
            found.setdefault(tree, set()).add(path)
    return found
