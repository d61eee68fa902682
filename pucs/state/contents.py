"""What a path holds now (its fingerprint), and the spool of copies that diffs and takeovers are made from."""

from __future__ import annotations

from pucs import system
from pucs.model import ABSENT, UNKNOWN
from pucs.state.digest import sha1

__all__ = ["ABSENT", "ROUGH", "UNKNOWN", "blob_id", "has", "keep", "kept", "look", "read_all", "rough"]

ROUGH = "large:"
"""What the fingerprint of a file begins with that was not read: its size and time follow."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from os import stat_result

_TYPE, _REGULAR, _FOLDER = 0o170000, 0o100000, 0o040000
_LARGEST_READ = 16 << 20


def look(path: str) -> tuple[str, bytes | None]:
    """The fingerprint of a file and its bytes (None where there is nothing to read).

    A regular file's fingerprint is its git blob id; above 16 MiB its size and time, since hashing it would be felt.
    """
    try:
        found = system.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return ABSENT, None
    except (OSError, ValueError):
        return UNKNOWN, None
    if found.st_mode & _TYPE != _REGULAR:
        return (ABSENT if found.st_mode & _TYPE == _FOLDER else UNKNOWN), None
    if found.st_size > _LARGEST_READ:
        return rough(found), None
    try:
        data = read_all(path)
    except FileNotFoundError:
        return ABSENT, None
    except OSError:
        return UNKNOWN, None
    return blob_id(data), data


def rough(found: stat_result) -> str:
    """The fingerprint of a file that is not read."""
    return f"{ROUGH}{found.st_size}:{found.st_mtime_ns}"


def blob_id(data: bytes) -> str:
    """The SHA-1 id that git gives these bytes as a blob."""
    return sha1(b"blob %d\0" % len(data), data)


def keep(root: str, fingerprint: str, data: bytes | None) -> None:
    """Keeps a copy under its fingerprint. Without bytes (above 16 MiB none are read) or disk space there is none."""
    if data is None:
        return
    path = f"{root}/spool/{fingerprint}"
    if system.exists(path):
        return
    unfinished = f"{path}.{system.getpid()}"
    try:
        if not system.isdir(root + "/spool"):
            system.makedirs(root + "/spool", 0o700, exist_ok=True)
        fd = system.open(unfinished, system.O_WRONLY | system.O_CREAT | system.O_TRUNC, 0o600)
        try:
            whole = system.write(fd, data) == len(data)
        finally:
            system.close(fd)
        if whole:
            system.replace(unfinished, path)
        else:
            system.unlink(unfinished)
    except OSError:
        return


def has(root: str, fingerprint: str) -> bool:
    """Whether a copy is kept under that fingerprint."""
    return system.exists(f"{root}/spool/{fingerprint}")


def kept(root: str, fingerprint: str) -> bytes | None:
    """The copy under that fingerprint; b"" for ABSENT, None where none was kept."""
    if fingerprint == ABSENT:
        return b""
    try:
        return read_all(f"{root}/spool/{fingerprint}")
    except (OSError, ValueError):
        return None


def read_all(path: str) -> bytes:
    """The bytes of a file."""
    fd = system.open(path, system.O_RDONLY)
    try:
        chunks = []
        while chunk := system.read(fd, 1 << 20):
            chunks.append(chunk)
    finally:
        system.close(fd)
    return b"".join(chunks)
