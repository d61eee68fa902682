"""Where a git command works: the guarded repository whose files or refs it would touch."""

from __future__ import annotations

from pucs import system
from pucs.client.opening import Repository, repository_of
from pucs.git import asking, locate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pucs.commands import GitCall


def alias_of(call: GitCall) -> str:
    """What an alias of that name stands for in the folder of the call, "" where git knows none."""
    repository = repository_for(call)
    if repository is None:
        return ""
    return asking.Asking(repository.tree.root, system.realpath(call.folder), call.settings).setting(
        "alias." + call.verb
    )


def repository_for(call: GitCall) -> Repository | None:
    """The guarded repository whose files or refs the command would touch, seen from its working tree."""
    for place in (call.work_tree, "" if call.git_dir and not call.work_tree else call.folder, call.git_dir):
        if not place:
            continue
        tree = _tree_of(system.join(call.folder, place), call.folder)
        repository = repository_of(tree) if tree is not None else None
        if repository is not None:
            return repository
    return None


def _tree_of(place: str, folder: str) -> locate.Tree | None:
    """The working tree of a folder or of a git directory."""
    try:
        found = locate.place_of(place, folder)
    except (OSError, ValueError):
        return None
    if found is None or not found.inside.startswith(".git"):
        return found.tree if found is not None else None
    gitdir = system.realpath(place)
    name = gitdir.removeprefix(found.tree.common + "/worktrees/")
    if name == gitdir:
        return locate.tree_of_id(found.tree.common, locate.MAIN) or found.tree
    try:
        return locate.tree_of_id(found.tree.common, f"{name}:{system.stat(gitdir).st_ino}")
    except OSError:
        return None
