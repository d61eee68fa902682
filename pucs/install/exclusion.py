"""One at a time: the mutex around installing, uninstalling and compiling in one repository."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

import filelock

from pucs.errors import WorldError
from pucs.installation import MARKER

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "pucs-init.lock"
_PATIENCE = 60.0


@contextmanager
def exclusive(common: str) -> Iterator[None]:
    """Runs the body alone. Whoever leaves a repository that is not guarded takes the mutex's file along."""
    path = os.path.join(common, NAME)
    lock = filelock.FileLock(path, timeout=_PATIENCE)
    try:
        lock.acquire()
    except filelock.Timeout:
        raise WorldError("another `pucs init` is at work here", "Wait for it, then try again.") from None
    except OSError as error:
        message = f"{path} cannot be written: {error.strerror}; nothing was changed"
        raise WorldError(message, "Check the rights, then try again.") from None
    try:
        yield
    finally:
        if not os.path.lexists(os.path.join(common, MARKER)):
            # Those who wait for it see that it is gone (filelock does that) and queue for the next one.
            os.unlink(path)
        lock.release()
