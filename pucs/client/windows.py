"""Commit windows as others meet them: waiting for the end of one, and putting right what a crashed one left behind."""

from __future__ import annotations

import time

from pucs import system
from pucs.client.opening import Repository, is_off
from pucs.model import ALIVE, DEAD, DENY, GRANT
from pucs.paths import key_of
from pucs.state import contents, processes, window
from pucs.state.window import VARIABLE, Window
from pucs.system.texts import read_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from pucs.client.calls import Answer
    from pucs.client.edits import Gate
    from pucs.git.locate import Tree

_GLANCE = 0.02
_UNKNOWN_FOR = 1800.0
"""So long a window is believed in whose holder nobody here can look at."""

_LEFTOVERS_FOR = 600.0
"""So long a process counts that a crashed window left running."""


def in_the_way(repository: Repository, environ: Mapping[str, str], seconds: float = 0.0) -> Window | None:
    """The window that still keeps this caller from writing after `seconds`; what runs inside of it need not wait."""
    end = time.monotonic() + seconds
    while True:
        found = open_in(repository)
        if found is None or environ.get(VARIABLE) == found.token:
            return None
        left = end - time.monotonic()
        if left <= 0:
            return found
        if not window.wait(repository.tree.gitdir, left):
            # Not held, and open all the same: it is only being opened, or a process that it started is left.
            time.sleep(min(left, _GLANCE))


def outside(gate: Gate, answer: Answer | None) -> Answer:
    """The gate's answer when no window is open in its tree any more, or why it may not write now.

    `answer` is what it said before one was opened: that does not count, since hooks may have changed the file.
    """
    from pucs.client.calls import Answer  # noqa: PLC0415 - it is who asks

    repository, environ = gate.repository, gate.call.caller.environ
    while True:
        if answer is not None and answer.decision == GRANT:
            gate.withdraw()
        why = denial_for(repository, environ, gate.paths[0][0])
        if why:
            return Answer(DENY, why)
        answer = gate.before()
        if (
            answer.decision != GRANT
            or repository.policy.guard.mode == "observe"
            or in_the_way(repository, environ) is None
        ):
            return answer


def denial_for(repository: Repository, environ: Mapping[str, str], path: str = "") -> str:
    """Why the path (or a command) may not be written even after waiting; "" where it may."""
    if repository.policy.guard.mode == "observe" or is_off(repository.store.read()):
        return ""
    found = in_the_way(repository, environ, repository.policy.locks.commit_wait_s)
    if found is None:
        return ""
    from pucs import wording  # noqa: PLC0415 - most windows are over by now
    from pucs.model import Finding  # noqa: PLC0415
    from pucs.times import text_of  # noqa: PLC0415

    now = repository.store.read().now
    since = f"{found.by} since {text_of(found.since)[11:19]} UTC, {max(0, round(now - found.since))} s ago"
    circumstances = wording.Circumstances(repository.installation.command, now)
    return wording.denial(Finding("window", path, note=since), circumstances)


def through(root: str, tree: Tree, path: str, found: tuple[str, bytes | None]) -> tuple[str, bytes | None]:
    """What the path holds for its agent while a window is open: what hooks put away comes back, so no lock is void."""
    opened = window.read(tree.gitdir)
    for kept in opened.files if opened is not None else ():
        if key_of(kept.name) == path and found[0] in (contents.ABSENT, kept.staged, kept.committed):
            return kept.content, contents.kept(root, kept.content)
    return found


def open_in(repository: Repository) -> Window | None:
    """The window that is open in this tree. One whose holder and hooks are gone is put right first, and none then."""
    gitdir = repository.tree.gitdir
    found = window.read(gitdir)
    if found is None or _lives(repository, found):
        return found
    lock = window.held(gitdir)
    if lock < 0:
        return window.read(gitdir)
    try:
        now = window.read(gitdir)
        late = repository.store.read().now - found.since > _LEFTOVERS_FOR
        if now is None or now.token != found.token or (not late and _has_left_somebody(found.token)):
            return now
        from pucs.client.window_end import settle  # noqa: PLC0415 - only after a crash

        settle(repository, found, crashed=True)
        window.remove(gitdir)
    finally:
        system.close(lock)
    return None


def _lives(repository: Repository, found: Window) -> bool:
    life = processes.liveness(found.holder)
    return life == ALIVE or (life != DEAD and repository.store.read().now - found.since < _UNKNOWN_FOR)


def _has_left_somebody(token: str) -> bool:
    """Whether a process that the window started still runs and is no daemon by now."""
    mark = f"{VARIABLE}={token}".encode()
    try:
        pids = [name for name in system.listdir("/proc") if name.isdigit()]
    except OSError:
        return False
    return any(_carries(pid, mark) and not _carries(_session_of(pid), mark) for pid in pids)


def _carries(pid: str, mark: bytes) -> bool:
    try:
        return mark in contents.read_all(f"/proc/{pid}/environ").split(b"\0")
    except OSError:
        return False


def _session_of(pid: str) -> str:
    """The process that leads its session: what a window starts stays in a session that was there before."""
    fields = read_text(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return fields[3] if len(fields) > 3 else "0"  # noqa: PLR2004 - proc(5): state, parent, group, session
