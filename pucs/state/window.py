"""The file of an open commit window, in the tree's own git folder: who holds it, and what every unstaged file held.

Its first line is the window's token and the pid of its holder, for shells; the rest is one JSON object. While the
holder lives it keeps a flock on the file, and so do the hooks it runs: whoever must wait blocks in the kernel. The
lock is for waiting only; whether a window is open is told by its holder's life.
"""

from __future__ import annotations

from pucs import fastjson, system
from pucs.errors import StoreBusy
from pucs.installation import WINDOW
from pucs.model import Process
from pucs.record import Record
from pucs.state.mutex import take
from pucs.system import flock
from pucs.system.texts import read_text, write_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

VARIABLE = "PUCS_WINDOW"
"""In the environment of everything that a window's holder runs: the window's token."""

LINK = "120000"


class Kept(Record):
    """One file as the window found it, its bytes in the spool: `content` and `mode` on disk, and git's ids of it.

    `staged` and `committed` are "" where there is no such version: of an untracked file both.
    """

    name: str
    content: str
    mode: str
    staged: str = ""
    committed: str = ""

    @property
    def tracked(self) -> bool:
        """Whether git knows the file, so that a hook manager takes it off the disk."""
        return bool(self.staged or self.committed)


class Window(Record):
    """A commit window: `by` says who commits, `agent` is "" for a person."""

    token: str
    holder: Process | None
    by: str
    agent: str
    since: float
    files: tuple[Kept, ...] = ()


def read(gitdir: str) -> Window | None:
    """The window that was opened in the tree and not closed; None where there is none, or nothing readable."""
    text = read_text(f"{gitdir}/{WINDOW}").partition("\n")[2]
    try:
        data: dict[str, Any] = fastjson.loads(text)
        holder = data["holder"]
        files = tuple(Kept(*one) for one in data["files"])
        process = Process(*holder) if holder else None
        return Window(data["token"], process, data["by"], data["agent"], float(data["since"]), files)
    except (ValueError, KeyError, TypeError):
        return None


def write(gitdir: str, window: Window) -> None:
    """Puts the window's file there in one step. Raises OSError."""
    path = f"{gitdir}/{WINDOW}"
    unfinished = f"{path}.{system.getpid()}"
    data = {**window._asdict(), "holder": window.holder, "files": [list(one) for one in window.files]}
    pid = window.holder.pid if window.holder is not None else 0
    write_text(unfinished, f"{window.token} {pid}\n{fastjson.dumps(data)}\n")
    system.replace(unfinished, path)


def remove(gitdir: str) -> None:
    """Takes the file away; nobody waits for this window any more."""
    try:
        system.unlink(f"{gitdir}/{WINDOW}")
    except OSError:
        return


def held(gitdir: str) -> int:
    """A descriptor that holds the file's lock; -1 where somebody else does, or there is no file to lock."""
    try:
        fd = system.open(f"{gitdir}/{WINDOW}", system.O_RDWR)
    except OSError:
        return -1
    try:
        if flock.taken(fd):
            return fd
    except OSError:
        pass
    system.close(fd)
    return -1


def wait(gitdir: str, seconds: float) -> bool:
    """Blocks until nobody holds the file's lock any more; gives whether it had to. False at once for no file."""
    try:
        fd = system.open(f"{gitdir}/{WINDOW}", system.O_RDWR)
    except OSError:
        return False
    try:
        if flock.taken(fd):
            return False
        take(fd, seconds)
    except (StoreBusy, OSError):
        return True
    finally:
        system.close(fd)
    return True


def release(fd: int) -> None:
    """Gives the lock back, also where processes that were started meanwhile have the descriptor."""
    flock.release(fd)
    system.close(fd)
