"""Bringing a tree's real index up to date with commits that were made through an index of their own.

A path of which the real index holds what the old HEAD held was staged by nobody: it follows HEAD. Any other stays.
What is left to do is noted before the commit is made, so that it can be done later where that process is killed.
"""

from __future__ import annotations

import time

from pucs import system
from pucs.errors import GitError
from pucs.git.commits import PLAIN, name_of
from pucs.git.locate import Tree
from pucs.git.run import EMPTY_TREES, git
from pucs.system.texts import read_text, write_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_NOTE = "pucs-unsettled"
_AT_ONCE = 200
_TRIES = 40
_PAUSE = 0.1
_LONGEST_COMMIT = 3600.0


def note(tree: Tree, env: Mapping[str, str]) -> None:
    """Notes from which HEAD a commit is about to be made. Raises OSError."""
    write_text(f"{tree.gitdir}/{_NOTE}", _head(tree, env))


def forget(tree: Tree) -> None:
    """Nothing is left to be done."""
    if is_left(tree):
        system.unlink(f"{tree.gitdir}/{_NOTE}")


def is_left(tree: Tree) -> bool:
    """Whether a commit was begun, and the real index perhaps not brought up to date with it."""
    return system.exists(f"{tree.gitdir}/{_NOTE}")


def settle(tree: Tree, env: Mapping[str, str], names: Sequence[str] = ()) -> bool:
    """Makes the real index say of these paths, and of all that nobody staged, what HEAD says.

    False where somebody kept it locked all the time: the next one does it.
    """
    followed = dict.fromkeys([*names, *_behind(tree, env)])
    done = all(_reset(tree, env, part) for part in parts([*followed]))
    if done:
        forget(tree)
    return done


def make_up(tree: Tree, env: Mapping[str, str]) -> None:
    """The same for a commit whose process is gone; where none was made, a git may still be at it for a while."""
    if read_text(f"{tree.gitdir}/{_NOTE}") != _head(tree, env):
        settle(tree, env)
    elif time.time() - system.stat(f"{tree.gitdir}/{_NOTE}").st_mtime > _LONGEST_COMMIT:
        forget(tree)


def parts(names: Sequence[str]) -> list[Sequence[str]]:
    """The names in rows that fit a command line."""
    return [names[start : start + _AT_ONCE] for start in range(0, len(names), _AT_ONCE)]


def _behind(tree: Tree, env: Mapping[str, str]) -> list[str]:
    """The paths that were committed since the HEAD that was noted, and that the real index has as that had them."""
    began = read_text(f"{tree.gitdir}/{_NOTE}") or EMPTY_TREES.get(len(_head(tree, env)), "")
    try:
        if began not in EMPTY_TREES.values():
            git(("merge-base", "--is-ancestor", began, "HEAD"), cwd=tree.root, env=env)
        since = _names(tree, env, "diff-tree", "-r", "--name-only", *PLAIN, began, "HEAD")
        staged = _names(tree, env, "diff", "--cached", "--name-only", *PLAIN, began, "--")
    except GitError:
        return []  # somebody moved HEAD elsewhere, who knows of the index
    return sorted(since - staged)


def _head(tree: Tree, env: Mapping[str, str]) -> str:
    """The commit id of HEAD; "" before the first commit."""
    return git(("rev-parse", "-q", "--verify", "HEAD"), cwd=tree.root, env=env, check=False).stdout.decode().strip()


def _names(tree: Tree, env: Mapping[str, str], *arguments: str) -> set[str]:
    return {name_of(name) for name in git(arguments, cwd=tree.root, env=env).stdout.split(b"\0") if name}


def _reset(tree: Tree, env: Mapping[str, str], names: Sequence[str]) -> bool:
    for _ in range(_TRIES):
        arguments = ("--literal-pathspecs", "reset", "-q", "--", *names)
        if git(arguments, cwd=tree.root, env=env, check=False).status == 0:
            return True
        if not system.exists(f"{tree.gitdir}/index.lock"):
            return False
        time.sleep(_PAUSE)
    return False
