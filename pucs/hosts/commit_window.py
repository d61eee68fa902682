"""The holder of a commit window: runs the rest of a git hook as its child, and closes the window when that has ended.

The gate opened the window for the process that runs this. The hook's script runs again, recognises the window and
skips the gate; it has our arguments, streams, terminal and process group, and we end as it ended.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys

from pucs.client.commits import under_way
from pucs.client.restaging import apart_again
from pucs.client.window_end import settle
from pucs.state import window
from pucs.state.window import VARIABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pucs.client.commits import Commit
    from pucs.state.window import Window

_KEYBOARD = (signal.SIGINT, signal.SIGQUIT)
_PASSED_ON = (signal.SIGTERM, signal.SIGHUP)


def main(script: str, arguments: Sequence[str]) -> int:
    """Gives the exit code of the hook; a signal that ended it ends this process, too."""
    commit, found, lock = _taken_over()
    environ = {**os.environ, VARIABLE: found.token if found is not None else "none"}
    try:
        code = _ended([script, *arguments], environ)
        if commit is not None and found is not None and code == 0:
            apart_again(commit, found)
    finally:
        if commit is not None and found is not None:
            _close(commit, found, lock)
    if code < 0:
        signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    return code


def _taken_over() -> tuple[Commit | None, Window | None, int]:
    """The window that the gate opened for this process. Whatever fails, somebody's hooks run all the same."""
    try:
        commit = under_way(dict(os.environ), os.getcwd())
        found = window.read(commit.repository.tree.gitdir) if commit is not None else None
        if commit is None or found is None or found.holder is None or found.holder.pid != os.getpid():
            return None, None, -1
        lock = window.held(commit.repository.tree.gitdir)
        if lock >= 0:
            # What the hooks start holds it, too: should this process be killed, others wait for them.
            os.set_inheritable(lock, True)
    except Exception as error:  # noqa: BLE001 - see above
        sys.stderr.write(f"PUCS: no commit window: {error!r} (a person runs: pucs doctor)\n")
        return None, None, -1
    return commit, found, lock


def _ended(command: list[str], environ: dict[str, str]) -> int:
    """Runs the hook to its end; what the keyboard sends reaches it without us."""
    child: list[subprocess.Popen[bytes]] = []

    def passed_on(number: int, _frame: object) -> None:
        if child:
            child[0].send_signal(number)

    for number in (*_KEYBOARD, *_PASSED_ON):
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, passed_on if number in _PASSED_ON else lambda *_: None)
    try:
        child.append(subprocess.Popen(command, env=environ, close_fds=False))
    except OSError:  # a script without a first line, or run by its shell
        child.append(subprocess.Popen(["/bin/sh", *command], env=environ, close_fds=False))
    return child[0].wait()


def _close(commit: Commit, found: Window, lock: int) -> None:
    try:
        settle(commit.repository, found, crashed=False)
        window.remove(commit.repository.tree.gitdir)
    except Exception as error:  # noqa: BLE001 - what could not be closed is put right by the next look
        sys.stderr.write(f"PUCS: the commit window was not closed: {error!r}\n")
    if lock >= 0:
        window.release(lock)
