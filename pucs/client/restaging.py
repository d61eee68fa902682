"""Hooks that format files and stage them whole, in a commit of one agent's lines: the others' are taken out again.

What the hooks made of this agent's lines is committed; the others' lines stay as HEAD has them.
"""

from __future__ import annotations

from pucs.client.commits import Commit
from pucs.client.looking import copy_of
from pucs.client.window_end import look
from pucs.errors import GitError
from pucs.git import commits
from pucs.git.private_index import staged_again
from pucs.linediff import is_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pucs.state.window import Kept, Window


def apart_again(commit: Commit, window: Window) -> None:
    """Puts what the index held before its hooks, formatted, in the place of what they staged; other commits stay."""
    if commits.BEGAN_FROM not in commit.environ:
        return
    for kept in window.files:
        try:
            _apart_again(commit, kept)
        except (GitError, OSError):
            continue  # the gate looks at what is staged, and refuses it


def _apart_again(commit: Commit, kept: Kept) -> None:
    repository = commit.repository
    tree, path = repository.tree, f"{repository.tree.root}/{kept.name}"
    staged = commits.staged_id(tree, kept.name) if kept.staged else ""
    if staged in ("", kept.staged) or commits.blob_of(tree, kept.name, path) != staged:
        return  # as it was, or something that is not the file
    after, before = look(path).data, copy_of(repository, kept.content)
    mine = commits.staged_text(tree, kept.name, kept.staged)
    if after is None or before is None or mine is None or not is_text(after + before + mine):
        return
    staged_again(tree, kept.name, (mine, before, after))
