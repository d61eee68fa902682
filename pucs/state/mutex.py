"""The mutex around one state write: the operating system's flock, taken directly and blocking, with a deadline.

The same lock that filelock takes, without its 50 ms polling, which starves waiters (DESIGN section 10). The file
also holds the state's revision, so that counting costs no second file.
"""

from __future__ import annotations

import time

from pucs import system
from pucs.errors import StoreBusy, StoreError
from pucs.system import flock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

_POLL_FIRST, _POLL_LONGEST = 0.0005, 0.01


class Mutex:
    """Held from `with` to its end; `revision` is readable and settable while held."""

    def __init__(self, path: str, deadline: float) -> None:
        self._path = path
        self._deadline = deadline
        self._fd = -1

    def __enter__(self) -> Mutex:
        try:
            self._fd = system.open(self._path, system.O_RDWR | system.O_CREAT, 0o600)
        except OSError as error:
            raise StoreError(
                f"the state cannot be written: {error.strerror}: {self._path}", "run: pucs doctor"
            ) from None
        try:
            take(self._fd, self._deadline)
        except BaseException:
            system.close(self._fd)
            raise
        return self

    def __exit__(self, *_: object) -> None:
        system.close(self._fd)

    @property
    def revision(self) -> int:
        """The number of the last change; 0 where it cannot be read."""
        return _number(system.pread(self._fd, 32, 0))

    @revision.setter
    def revision(self, value: int) -> None:
        # In place and one call: a reader or a killed writer sees the old or the new number, never half of one.
        system.pwrite(self._fd, b"%-20d\n" % value, 0)


def revision_of(path: str) -> int:
    """The revision without the mutex."""
    try:
        fd = system.open(path, system.O_RDONLY)
    except OSError:
        return 0
    try:
        return _number(system.read(fd, 32))
    finally:
        system.close(fd)


def _number(data: bytes) -> int:
    text = data.partition(b"\n")[0].strip()
    return int(text) if text.isdigit() else 0


class _TooLate(Exception):  # noqa: N818 - internal to one call
    pass


def take(fd: int, deadline: float) -> None:
    """Takes the lock of an open file within so many seconds, else raises StoreBusy."""
    try:
        if flock.taken(fd):
            return
    except OSError as error:
        raise StoreError(f"the state cannot be locked: {error.strerror}") from None
    try:
        _wait_in_kernel(fd, deadline)
    except (ValueError, AttributeError):
        # Not the main thread, or the process uses the alarm itself.
        _wait_by_polling(fd, deadline)


def _wait_in_kernel(fd: int, deadline: float) -> None:
    """Blocks in flock, which queues fairly, until an alarm ends it. Raises ValueError where no alarm is to be had."""
    import _signal as signal  # noqa: PLC0415 - only contention pays for it; `signal` itself would import enum

    def ring(_signum: int, _frame: FrameType | None) -> None:
        raise _TooLate

    if signal.getsignal(signal.SIGALRM) != signal.SIG_DFL or signal.getitimer(signal.ITIMER_REAL)[0]:
        raise ValueError("the alarm is in use")
    signal.signal(signal.SIGALRM, ring)
    try:
        try:
            signal.setitimer(signal.ITIMER_REAL, deadline)
            flock.wait(fd)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
    except _TooLate:
        raise StoreBusy("the state is busy", "try again") from None
    finally:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)


def _wait_by_polling(fd: int, deadline: float) -> None:
    end = time.monotonic() + deadline
    pause = _POLL_FIRST
    while not flock.taken(fd):
        if time.monotonic() >= end:
            raise StoreBusy("the state is busy", "try again")
        time.sleep(pause)
        pause = min(pause * 2, _POLL_LONGEST)
