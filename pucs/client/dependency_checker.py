"""`DependencyChecker`: what a change of a file does to the files that depend on it, and telling whom it concerns."""

from __future__ import annotations

import os
from functools import partial

from pucs import impact_notices
from pucs.client.gathering import claims, impact_of, reports_of, told_of
from pucs.client.impacts import ImpactReport
from pucs.client.opening import Repository, repository_at
from pucs.client.source_trees import Shelf, SourceTree, trees_of
from pucs.client.surveying import at_work
from pucs.errors import UsageError
from pucs.git import locate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pucs.interface import ApiChange


class DependencyChecker:
    """Detects changes that break dependent modules, in every working tree of the repository at `path`.

    Uncommitted work counts. Raises UsageError where PUCS does not guard `path`, GitError where git fails.
    """

    def __init__(self, path: str = ".") -> None:
        repository = repository_at(os.path.abspath(path))
        if repository is None:
            raise UsageError(f"PUCS does not guard {os.path.abspath(path)}", "run: pucs init")
        self.repository: Repository = repository
        self._shelf = Shelf(repository)

    def check_impact(self, changed_file: str, changes: Iterable[ApiChange] = ()) -> ImpactReport:
        """What the change of a file, from HEAD (or what was told before) to what is on disk, breaks where.

        With `changes` only these are looked at: what `changes_between` two versions gave, or part of an earlier report.
        """
        place = locate.place_of(changed_file, self.repository.tree.root)
        if place is None or place.tree.common != self.repository.tree.common:
            raise UsageError(f"{changed_file} is not in this repository", "name a path inside one of its trees")
        trees = trees_of(self.repository.tree.common, self._shelf)
        source = next((one for one in trees if one.tree.id == place.tree.id), None)
        if source is None:
            raise UsageError(f"{place.tree.root} is no working tree any more", "name a path in one that stands")
        return self._report(source, trees, place.inside, tuple(changes))

    def notify_dependents(self, impact: ImpactReport) -> None:
        """Tells the agents that hold, announced or recently changed what is broken; never who changed it.

        What they were told of that file before and is so no more is taken back.
        """
        view = self.repository.store.read()
        known = view.name(impact_notices.key_of(impact.tree, impact.path))
        since = str(known.extra.get("since", "")) if known is not None else ""
        tree = locate.tree_of_id(self.repository.tree.common, impact.tree)
        head = locate.head_of(tree) if tree is not None else ""
        told = partial(impact_notices.told, impact_of(self.repository, impact, since or head), tuple(at_work(view)))
        self.repository.store.transact(told)

    def _report(
        self, source: SourceTree, trees: list[SourceTree], path: str, changes: tuple[ApiChange, ...]
    ) -> ImpactReport:
        view = self.repository.store.read()
        found = reports_of(source, trees, claims(view), told_of(view, source), frozenset((path,)))
        report = found.get(path, ImpactReport(path, source.tree.id, source.branch))
        key = impact_of(self.repository, report, "").key
        author = impact_notices.author_of(view, key, source.tree.id, source.branch)
        report = report._replace(author=author)
        if not changes:
            return report
        symbols = {change.symbol for change in changes}
        places = tuple(place for place in report.places if place.what.symbol in symbols)
        return report._replace(changes=changes, places=places)
