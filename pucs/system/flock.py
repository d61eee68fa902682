"""The operating system's lock on an open file: flock, or its nearest kin on Windows (written with care, unproven)."""

from __future__ import annotations

try:
    import fcntl

    def taken(fd: int) -> bool:
        """Takes the lock if it is free, and gives whether it was. Raises OSError where files cannot be locked."""
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def wait(fd: int) -> None:
        """Takes the lock when its turn comes. Raises ValueError where the system has no waiting with an alarm."""
        fcntl.flock(fd, fcntl.LOCK_EX)

    def release(fd: int) -> None:
        """Gives the lock back, for every process that shares the open file."""
        fcntl.flock(fd, fcntl.LOCK_UN)

except ImportError:  # pragma: no cover - Windows
    import msvcrt

    from pucs import system

    # Far behind the content: a locked byte cannot be read there, and the file holds the revision.
    _PLACE = 1 << 20

    def taken(fd: int) -> bool:
        """Takes the lock if it is free, and gives whether it was. Raises OSError where files cannot be locked."""
        system.lseek(fd, _PLACE, 0)
        try:
            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        except PermissionError:
            return False
        return True

    def wait(fd: int) -> None:  # noqa: ARG001 - the same signature
        """Takes the lock when its turn comes. Raises ValueError where the system has no waiting with an alarm."""
        raise ValueError("no alarm here: poll")

    def release(fd: int) -> None:
        """Gives the lock back."""
        system.lseek(fd, _PLACE, 0)
        msvcrt.locking(fd, msvcrt.LK_UNLCK, 1)  # type: ignore[attr-defined]
