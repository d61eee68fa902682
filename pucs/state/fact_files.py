"""Facts of source files, kept by content: a file is read once, however many trees and branches hold it.

Nothing is lost with them: what is missing is read again, what is damaged counts as missing.
"""

from __future__ import annotations

import os
import time

from pucs.errors import StoreError

_KEPT_S = 30 * 86400.0
_TIDIED_S = 86400.0


class FactFiles:
    """The kept facts below one folder, for readers of that `kind`: what another version read counts for nothing."""

    def __init__(self, root: str, kind: str) -> None:
        self._folder = f"{root}/facts/{kind}"

    def get(self, name: str) -> str | None:
        """The text kept under that name."""
        try:
            with open(f"{self._folder}/{name[:2]}/{name[2:]}", encoding="ascii") as file:
                return file.read()
        except (OSError, ValueError):
            return None

    def keep(self, name: str, text: str) -> None:
        """Keeps a text. A disk that refuses costs time, no more."""
        folder = f"{self._folder}/{name[:2]}"
        path = f"{folder}/{name[2:]}"
        try:
            os.makedirs(folder, 0o700, exist_ok=True)
            with open(f"{path}.{os.getpid()}", "w", encoding="ascii") as file:
                file.write(text)
            os.replace(f"{path}.{os.getpid()}", path)
        except OSError:
            return


def tidy(root: str) -> None:
    """Removes, once a day, what nobody read or wrote for a month. Raises StoreError where that fails."""
    folder, now = f"{root}/facts", time.time()
    mark = folder + "/tidied"
    try:
        if not os.path.isdir(folder) or (os.path.exists(mark) and now - os.stat(mark).st_mtime < _TIDIED_S):
            return
        with open(mark, "w", encoding="ascii"):
            pass
        for above, _, names in os.walk(folder):
            for name in names:
                found = os.stat(f"{above}/{name}")
                if now - max(found.st_atime, found.st_mtime) > _KEPT_S:
                    os.unlink(f"{above}/{name}")
    except OSError as error:
        raise StoreError(f"old facts cannot be removed: {error.strerror}", "run: pucs doctor") from None
