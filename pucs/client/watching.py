"""Watching what changes of source files do to others, beside the agents: in a process of its own, never in their way.

The publisher starts it when the journal or a branch has moved on. It looks at the trees where something happened since,
each against all others, and leaves notices; what it found last time and is so no more is taken back.
"""

from __future__ import annotations

import os
from functools import partial

from pucs import fastjson, impact_notices
from pucs.client.gathering import claims, impact_of, reports_of, told_of
from pucs.client.opening import Repository, is_off, repository_of
from pucs.client.publishing import WATCHED
from pucs.client.source_trees import ENDINGS, Shelf, SourceTree, trees_of
from pucs.client.surveying import at_work
from pucs.errors import GitError, StoreError
from pucs.git import locate
from pucs.state import contents, fact_files, journal
from pucs.state.turn import Turn

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pucs.view import View

WORK = "watching"
_ROUNDS = 20


def watch_in_background(tree: locate.Tree) -> None:
    """What that process does, and again while changes arrive. What fails is tried again by the next one."""
    repository = repository_of(tree)
    if repository is None:
        return
    root = repository.store.root
    with Turn(root, WORK) as mine:
        for _ in range(_ROUNDS if mine else 0):
            try:
                if not watch(repository):
                    return
                fact_files.tidy(root)
            except (GitError, StoreError, OSError):
                return


def watch(repository: Repository) -> bool:
    """Looks at everything that happened since the last time; gives whether there was anything.

    Raises GitError, StoreError or OSError where that fails; then the next one looks at the same again.
    """
    root = repository.store.root
    view = repository.store.read()
    if is_off(view):
        return False
    seen = _mark(root)
    end = journal.size(root)
    trees = trees_of(repository.tree.common, Shelf(repository))
    heads = {one.tree.id: one.head for one in trees}
    told = _intents(view)
    moved = {name for name, head in heads.items() if seen.get("heads", {}).get(name) != head}
    if end < seen.get("journal", 0):
        moved |= heads.keys()
    elif end > seen.get("journal", 0):
        moved |= {entry.tree for entry in journal.entries(root, seen.get("journal", 0)) if entry.path.endswith(ENDINGS)}
    if told != seen.get("intents", []):
        moved |= heads.keys()
    if moved:
        analyse(repository, trees)
    news = {"journal": end, "heads": heads, "intents": told}
    if news != seen:
        _set_mark(root, news)
    return bool(moved)


def analyse(repository: Repository, trees: list[SourceTree]) -> None:
    """Tells everybody what changes in each tree do, and takes back what is so no more."""
    view = repository.store.read()
    claimed = claims(view)
    workers = tuple(at_work(view))
    for source in trees:
        known = told_of(view, source)
        for report in reports_of(source, trees, claimed, known).values():
            impact = impact_of(repository, report, known.get(report.path, source.head))
            if impact.struck or report.path in known:
                repository.store.transact(partial(impact_notices.told, impact, workers))


def _intents(view: View) -> list[str]:
    return sorted(view.names("intent"))


def _mark(root: str) -> dict[str, Any]:
    try:
        value = fastjson.loads(contents.read_all(f"{root}/{WATCHED}").decode("ascii"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}


def _set_mark(root: str, value: dict[str, Any]) -> None:
    path = f"{root}/{WATCHED}"
    with open(f"{path}.{os.getpid()}", "w", encoding="ascii") as file:
        file.write(fastjson.dumps(value))
    os.replace(f"{path}.{os.getpid()}", path)
