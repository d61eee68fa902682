"""A repository as installing sees it: its working trees, and where its settings, state and hooks belong."""

from __future__ import annotations

import os

from pucs.errors import GitError, UsageError
from pucs.git import locate, worktrees
from pucs.git.run import git
from pucs.record import Record


class Site(Record):
    """One repository.

    `homes` are the trees that carry settings and the state link: the main one, or all trees of a bare repository.
    `called` is the one where a first configuration belongs. `trees` are all working trees.
    """

    common: str
    homes: tuple[str, ...]
    trees: tuple[str, ...]
    called: str

    @property
    def home(self) -> str:
        """The tree from which git is asked about the repository."""
        return self.homes[0]


def site_at(folder: str) -> Site:
    """The repository that contains the folder. Raises UsageError where there is none, GitError where git fails."""
    path = os.path.abspath(folder)
    if not os.path.isdir(path):
        raise UsageError(f"{folder} is no folder", "Name a folder inside the repository.")
    common = _common_of(path)
    listed = worktrees.worktrees(path)
    trees = tuple(os.path.realpath(tree.root) for tree in listed if not tree.bare and not tree.gone)
    trees = tuple(root for root in trees if locate.tree_at(root) is not None)
    called = locate.place_of(path, "/")
    inside = called.tree.root if called is not None and not worktrees.is_bare(called.tree.root) else ""
    main = _main_of(common, inside)
    linked = tuple(root for root in trees if root != main)
    if main:
        return Site(common, (main,), (main, *linked), main)
    if not linked:
        raise UsageError(f"{folder} is a bare repository without working trees", "Add one: git worktree add")
    return Site(common, linked, linked, inside if inside in linked else linked[0])


def _common_of(path: str) -> str:
    said = git(["rev-parse", "--git-common-dir"], cwd=path, env=worktrees.environment(), check=False)
    words = said.stderr.decode("utf-8", "replace").strip()
    if said.status != 0 and "not a git repository" in words:
        raise UsageError(f"{path} is not in a git repository", "Make it one (git init), or name another folder.")
    if said.status != 0:
        raise GitError(f"git does not read {path}: {words.splitlines()[0] if words else said.status}", words)
    return os.path.realpath(os.path.join(path, said.stdout.decode("utf-8", "surrogateescape").removesuffix("\n")))


def _main_of(common: str, inside: str) -> str:
    """The root of the main working tree, "" where there is none or nobody can say where (a git directory apart)."""
    called = locate.tree_at(inside) if inside else None
    if called is not None and called.id == locate.MAIN:
        return inside
    main = locate.tree_of_id(common, locate.MAIN)
    return main.root if main is not None and not worktrees.is_bare(main.root) else ""
