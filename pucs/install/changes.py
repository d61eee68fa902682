"""Changing several files as one: all of them, or none."""

from __future__ import annotations

import glob
import os
import shutil
import stat
from contextlib import contextmanager
from typing import TYPE_CHECKING, NamedTuple

from pucs.errors import PucsError, WorldError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


class Shape(NamedTuple):
    """What is at a path: "absent", a "file" (its bytes), a "link" (its target as bytes), a "folder", or "other"."""

    kind: str
    data: bytes = b""
    mode: int = 0o644

    @property
    def is_script(self) -> bool:
        """Whether git would run it as a hook."""
        return self.kind == "file" and bool(self.mode & 0o111)

    @property
    def target(self) -> str:
        """Where a link points."""
        return os.fsdecode(self.data)

    def same(self, other: Shape) -> bool:
        """Whether both say the same, whatever their rights."""
        return (self.kind, self.data) == (other.kind, other.data)


ABSENT = Shape("absent")


def look(path: str) -> Shape:
    """What is at the path now, links not followed."""
    try:
        found = os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return ABSENT
    mode = stat.S_IMODE(found.st_mode)
    if stat.S_ISLNK(found.st_mode):
        return Shape("link", os.fsencode(os.readlink(path)))
    if stat.S_ISDIR(found.st_mode):
        return Shape("folder", mode=mode)
    if not stat.S_ISREG(found.st_mode):
        return Shape("other")
    with open(path, "rb") as file:
        return Shape("file", file.read(), mode)


def put(path: str, shape: Shape) -> None:
    """Makes the path hold that, in one step where it is a file. Folders that are not empty stay."""
    now = look(path)
    if now == shape:
        return
    if shape.kind == "file":
        _write(path, shape)
        return
    if now.kind == "folder":
        if shape.kind == "absent":
            os.rmdir(path)
        return
    if now.kind != "absent":
        os.unlink(path)
    if shape.kind == "link":
        os.symlink(shape.target, path)
    elif shape.kind == "folder":
        os.mkdir(path, shape.mode)


@contextmanager
def applied(wanted: Mapping[str, Shape]) -> Iterator[None]:
    """Makes every path hold what is wanted, and runs the body.

    After any failure of either, an interrupt too, everything is as it was before.
    """
    done: list[tuple[str, Shape]] = []
    try:
        for path, shape in wanted.items():
            if shape.kind != "absent":
                _make_folders_above(path, done)
            done.append((path, look(path)))
            put(path, shape)
        yield
    except BaseException as error:
        left = _undo(done)
        if left:
            message = f"{_words(error)}; and these could not be put back: {', '.join(left)}"
            raise WorldError(message, "Look at them, then run: pucs uninstall") from error
        if isinstance(error, OSError):
            raise WorldError(f"{_words(error)}; nothing was changed", "Check the rights, then try again.") from None
        raise


def sweep(paths: Iterable[str]) -> None:
    """Removes what a writer of these paths that was killed left beside them."""
    for path in paths:
        for left in glob.glob(glob.escape(path) + ".pucs-[0-9]*"):
            os.unlink(left)


def missing_above(path: str) -> list[str]:
    """The folders that are not there yet on the way to the path, outermost first."""
    missing = []
    folder = os.path.dirname(path)
    while not os.path.isdir(folder):
        missing.append(folder)
        folder = os.path.dirname(folder)
    return missing[::-1]


def _make_folders_above(path: str, done: list[tuple[str, Shape]]) -> None:
    for folder in missing_above(path):
        done.append((folder, look(folder)))
        os.mkdir(folder)


def _undo(done: list[tuple[str, Shape]]) -> list[str]:
    left = []
    for path, before in reversed(done):
        try:
            put(path, before)
        except OSError:
            left.append(path)
    return left


def _write(path: str, shape: Shape) -> None:
    unfinished = f"{path}.pucs-{os.getpid()}"
    try:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "wb") as file:
            file.write(shape.data)
            file.flush()
            os.fsync(descriptor)
        os.chmod(unfinished, shape.mode)
        _keep_owner(path, unfinished)
        os.replace(unfinished, path)
    except BaseException:
        if os.path.lexists(unfinished):
            os.unlink(unfinished)
        raise


def _keep_owner(path: str, unfinished: str) -> None:
    """A file that somebody else owns stays theirs, where we may do that (root installing for a user)."""
    try:
        shutil.chown(unfinished, os.lstat(path).st_uid, os.lstat(path).st_gid)
    except OSError:
        return


def _words(error: BaseException) -> str:
    if isinstance(error, OSError):
        return f"{error.filename or 'a file'} cannot be written: {error.strerror}"
    return str(error) if isinstance(error, PucsError) else f"interrupted ({type(error).__name__})"
