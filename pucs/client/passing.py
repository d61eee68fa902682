"""Passing a critical file on: from the worktree that committed it only to one that contains that version.

Nobody is kept out for ever: what the branch does not change any more, a branch that is gone, and a release in which
nothing happened for a day keep nobody out; merging the branch always helps, and `pucs unlock --force` is for people.
"""

from __future__ import annotations

from pucs import across
from pucs.clashes import DAY, Clash, Hunk, Release
from pucs.client.abroad import how_to_bring
from pucs.client.opening import Repository
from pucs.errors import GitError
from pucs.git import locate
from pucs.linediff import is_text, lines_of
from pucs.view import Change

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pucs.client.looking import Sight
    from pucs.git.lineage import Lineage
    from pucs.view import View

_NOTHING = Hunk((0, 0), (0, 0), b"", b"")


def not_contained(repository: Repository, lineage: Lineage, sight: Sight, view: View) -> dict[str, tuple[Clash, ...]]:
    """The newest release of another worktree that this one does not contain, under that tree's id; else nothing.

    The release of a branch that is gone is dropped from the record.
    """
    found: list[tuple[str, Clash]] = []
    for name, tree in sight.record.trees.items():
        if name == sight.target.tree or not tree.release:
            continue
        release = Release(*tree.release)
        agent = view.agent(release.agent)
        if view.now - max(release.at, agent.seen if agent is not None else 0.0) >= DAY:
            continue
        try:
            tip = _tip(repository, lineage, name, release)
            clash = _missing(lineage, sight, release, tip) if tip else None
        except _Contained:
            continue
        except GitError:
            return {}  # nobody can say what is in the way
        if clash is None:
            _drop(repository, sight.target.path, name, release)
        else:
            found.append((name, clash._replace(tree=name)))
    newest = sorted(found, key=lambda one: one[1].since)[-1:]
    return {name: (clash,) for name, clash in newest}


class _Contained(Exception):  # noqa: N818 - an answer that ends the asking
    """The version is here already."""


def _tip(repository: Repository, lineage: Lineage, name: str, release: Release) -> str:
    """The commit that stands for the release: that of its branch, since commits are amended; "" if that is gone."""
    if release.branch:
        tip = lineage.branch(release.branch)
        if tip:
            return tip
    else:
        tree = locate.tree_of_id(repository.tree.common, name)
        if tree is not None and not locate.branch_of(tree):
            return lineage.head(tree)
    landed = any(lineage.contains(commit, release.commit) for commit in lineage.targets().values())
    return release.commit if landed else ""


def _missing(lineage: Lineage, sight: Sight, release: Release, tip: str) -> Clash:
    """What of the release is not here.

    Raises _Contained where all of it is, or its branch changes nothing of the path any more.
    """
    path, here = sight.target.path, lineage.here()
    if lineage.contains(here, release.commit):
        raise _Contained
    start = lineage.start(here, tip) if here else ""
    base, theirs, mine = (lineage.text(one, path) if one else None for one in (start, tip, here))
    if (start and base == theirs) or theirs == mine or theirs in lineage.held(start or tip, here, path):
        raise _Contained
    clash = Clash(
        release.agent,
        "",
        release.branch,
        release.commit,
        release.at,
        start,
        _how(lineage, release, tip),
        _NOTHING,
        _NOTHING,
    )
    texts = (base or b"", theirs or b"", mine or b"")
    if not all(is_text(one) for one in texts):
        return clash
    old, new, own = (lines_of(one) for one in texts)
    left = [hunk for hunk in across.whole(old, new) if not across.landed(hunk, new, own)]
    if not left:
        raise _Contained
    return clash._replace(theirs=left[0], more=len(left) - 1)


def _how(lineage: Lineage, release: Release, tip: str) -> str:
    """The merge that brings it in: of its branch, or of the target where it landed and its branch is gone."""
    if release.branch and lineage.branch(release.branch):
        return how_to_bring(release.branch)
    names = (ref for ref, commit in lineage.targets().items() if lineage.contains(commit, release.commit))
    ref = next(names, "")
    return how_to_bring(ref.removeprefix("refs/heads/").removeprefix("refs/remotes/") or tip[:12])


def _drop(repository: Repository, path: str, name: str, release: Release) -> None:
    def rule(view: View) -> Change:
        record = view.path(path)
        tree = record.tree(name)
        if tree.release != (*release,):
            return Change(None)
        return Change(None, {"path/" + path: record.with_tree(name, tree._replace(release=()))})

    repository.store.transact(rule)
