"""Noticing that the configuration changed, and having it compiled in the background: nobody waits for it."""

from __future__ import annotations

from pucs import system
from pucs.state.contents import read_all

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pucs.client.opening import Repository

_PATIENCE = 30.0
_HOOKS = ("pre-commit", "prepare-commit-msg", "commit-msg", "pre-merge-commit", "post-commit")
_OURS = b"/pucs-installed.json"
_COPIES = b"These are copies"
_PUBLISHED = (
    "file_locks.json",
    "orchestrator_state.json",
    "handoffs.json",
    "agent_activity.jsonl",
    "conflict_warnings.jsonl",
)


def recompile_if_stale(repository: Repository, *, hooks: bool = False) -> bool:
    """Starts `pucs compile` in the background where the configuration is not the one that was compiled.

    With `hooks` also where a git hook was overwritten (installing husky or lefthook does that), or the tree is new and
    has hooks of its own. A hook that was removed is left alone. The last good policy holds until the new one is there.
    """
    installation = repository.installation
    if not installation.config or not installation.runner:
        return False
    if _stamp(installation.config) == installation.stamp and not (hooks and _are_lost(repository)):
        return False
    if not _is_turn(f"{repository.store.root}/compiling"):
        return False
    command = [*installation.runner, "compile", repository.tree.root]
    null = [(system.POSIX_SPAWN_OPEN, number, system.DEVNULL, system.O_RDWR, 0) for number in (0, 1, 2)]
    try:
        system.posix_spawn(command[0], command, system.environ(), file_actions=null, setsid=True)
    except OSError:
        return False
    return True


def compiled(root: str) -> None:
    """Says that the compiler is done, so that the next change starts another one."""
    try:
        system.unlink(f"{root}/compiling")
    except OSError:
        return


def refresh_copies(repository: Repository) -> None:
    """Brings `.claude/state` up to date where it is a folder of copies, for want of links; nothing to do elsewhere."""
    folder = f"{system.dirname(repository.installation.config)}/.claude/state"
    if not repository.installation.config or not _content(f"{folder}/README").startswith(_COPIES):
        return
    from pucs.install.changes import Shape, put  # noqa: PLC0415 - such file systems are rare

    for name in _PUBLISHED:
        put(f"{folder}/{name}", Shape("file", _content(f"{repository.store.root}/state/{name}"), 0o600))


def _are_lost(repository: Repository) -> bool:
    installation = repository.installation
    if installation.trees and repository.tree.root not in installation.trees:
        return True
    for folder in installation.hooks:
        for name in _HOOKS:
            data = _content(f"{folder}/{name}")
            # One that a manager put aside does not surround what the manager does.
            if data and _OURS not in data:
                return True
    return False


def _content(path: str) -> bytes:
    try:
        return read_all(path)
    except OSError:
        return b""


def _stamp(path: str) -> dict[str, int]:
    try:
        found = system.stat(path)
    except OSError:
        return {}
    return {"mtime_ns": found.st_mtime_ns, "size": found.st_size, "ino": found.st_ino}


def _is_turn(path: str) -> bool:
    """Whether no compiler is at work: one that has not finished in half a minute is taken for dead."""
    import os  # noqa: PLC0415 - only a changed configuration comes here
    import time  # noqa: PLC0415

    for _ in range(2):
        try:
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        except FileExistsError:
            try:
                if time.time() - os.stat(path).st_mtime < _PATIENCE:
                    return False
                os.unlink(path)
            except OSError:
                return False
        except OSError:
            return False
        else:
            return True
    return False
