"""Whose turn it is to do background work: one process at a time for each kind of it, and nobody waits."""

from __future__ import annotations

from pucs import system
from pucs.system import flock


class Turn:
    """The right to do it, of one process at a time; `with` gives whether it was free. Waits for nobody."""

    def __init__(self, root: str, work: str = "publishing") -> None:
        self._path = f"{root}/{work}"
        self._fd = -1

    def __enter__(self) -> bool:
        try:
            self._fd = system.open(self._path, system.O_RDWR | system.O_CREAT, 0o600)
            return flock.taken(self._fd)
        except OSError:
            return False

    def __exit__(self, *_: object) -> None:
        if self._fd >= 0:
            system.close(self._fd)
