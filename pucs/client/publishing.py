"""Keeping the published files fresh without making anybody wait: one background process at a time, at its leisure."""

from __future__ import annotations

import sys
import time

from pucs import system
from pucs.client.opening import Repository, repository_of
from pucs.errors import StoreError
from pucs.git.locate import Tree
from pucs.state import contents, journal
from pucs.state.turn import Turn

WATCHED = "watched"
"""The file that says up to where a watcher has seen what happened."""

_SOONEST = 1.0
_SHARE = 20.0
_ROUNDS = 20


def publish_soon(repository: Repository) -> None:
    """Starts a publisher in the background unless one is at work already, which will see this change, too."""
    with Turn(repository.store.root) as free:
        if not free:
            return
    _start("publish", repository.tree)


def move_soon(repository: Repository) -> None:
    """Starts a mover in the background where there is something to move and none is at work."""
    root = repository.store.root
    if not system.exists(f"{root}/{journal.NAME}"):
        return
    with Turn(root, "moving") as free:
        if not free:
            return
    _start("move_snapshots", repository.tree)


def watch_soon(repository: Repository) -> None:
    """Starts a watcher in the background where files changed since the last one looked, unless one is at work."""
    root = repository.store.root
    try:
        mark = contents.read_all(f"{root}/{WATCHED}")
    except OSError:
        mark = b""
    if f'"journal": {journal.size(root)},'.encode() in mark:
        return
    from pucs.impact_notices import is_company  # noqa: PLC0415 - only the publisher asks

    try:
        if not is_company(repository.store.read(), with_streams=bool(repository.policy.streams)):
            return
    except StoreError:
        return
    with Turn(root, "watching") as free:
        if not free:
            return
    _start("watch_impact", repository.tree)


def _start(name: str, tree: Tree) -> None:
    """Starts one of our scripts in a process of its own, which nobody waits for."""
    script = _script(name)
    if script is None:
        return
    root = system.dirname(system.dirname(system.dirname(__file__)))
    code = "import sys;sys.path.append(sys.argv[1]);exec(open(sys.argv[2]).read())"
    command = [sys.executable, "-I", "-S", "-c", code, root, script, tree.root, tree.gitdir, tree.common, tree.id]
    null = [(system.POSIX_SPAWN_OPEN, number, system.DEVNULL, system.O_RDWR, 0) for number in (0, 1, 2)]
    try:
        system.posix_spawn(sys.executable, command, system.environ(), file_actions=null, setsid=True)
    except OSError:
        return


def publish_in_background(tree: Tree) -> None:
    """What that process does: waits a moment for more to come, publishes, and again while changes arrive.

    It takes at most a twentieth of one processor, however many locks there are.
    """
    repository = repository_of(tree)
    if repository is None:
        return
    pause = _SOONEST
    watch_soon(repository)
    with Turn(repository.store.root) as mine:
        for _ in range(_ROUNDS if mine else 0):
            time.sleep(pause)
            if not system.isdir(repository.store.root + "/state"):
                return
            revision = repository.store.read().revision
            began = time.monotonic()
            publish(repository)
            watch_soon(repository)
            pause = max(_SOONEST, _SHARE * (time.monotonic() - began))
            if repository.store.read().revision == revision:
                return


def publish(repository: Repository) -> None:
    """Writes the published files now. Raises StoreError or OSError where that fails."""
    from pucs import report  # noqa: PLC0415 - asking for a publisher needs none of these
    from pucs.client.commit_apart import make_up_in_background  # noqa: PLC0415
    from pucs.client.refreshing import refresh_copies  # noqa: PLC0415
    from pucs.client.surveying import survey  # noqa: PLC0415
    from pucs.state import publishing  # noqa: PLC0415

    root = repository.store.root
    make_up_in_background(repository)
    surveyed = survey(repository)
    if surveyed.queues or any(repository.store.read().names("wait")):
        from pucs.client.tidying import tidy  # noqa: PLC0415 - nobody waits most of the time

        tidy(repository, surveyed.queues)
        surveyed = survey(repository)
    if any(repository.store.read().names("intent")):
        from pucs.client import intending  # noqa: PLC0415 - as above

        intending.tidy(repository, surveyed)
    if any(repository.store.read().names("roster")):
        from pucs.client.joining import promote  # noqa: PLC0415 - nobody waits for a place most of the time

        promote(repository)
        surveyed = survey(repository)
    publishing.write_document(root, "file_locks.json", report.file_locks(surveyed))
    publishing.write_document(root, "orchestrator_state.json", report.orchestrator_state(surveyed))
    publishing.write_document(root, "handoffs.json", report.handoffs_document(surveyed))
    publishing.derive_logs(root)
    publishing.rotate(root, repository.policy.log_max_entries)
    refresh_copies(repository)


def _script(name: str) -> str | None:
    package = system.dirname(system.dirname(__file__))
    for path in (f"{package}/_hooks/{name}.py", f"{system.dirname(package)}/hooks/{name}.py"):
        if system.exists(path):
            return path
    return None
