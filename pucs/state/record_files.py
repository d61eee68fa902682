"""The files of records: reading one whole, and writing a record with its copy so that one of them is always whole."""

from __future__ import annotations

from pucs import system
from pucs.errors import StoreError

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_")
_LONGEST_NAME = 80


def file_of(key: str) -> str:
    """Where the record of that key lies, below `records/` and `mirror/`."""
    kind, _, name = key.partition("/")
    if 0 < len(name) <= _LONGEST_NAME and _PLAIN.issuperset(name):
        return f"{kind}/{name}.json"
    from pucs.state.digest import sha1  # noqa: PLC0415 - most names are plain

    return f"{kind}/={sha1(name.encode('utf-8', 'surrogatepass'))}.json"


def content_of(path: str) -> bytes | None:
    """The whole content; None where there is no such file; b"" where it cannot be read (so it counts as damaged)."""
    try:
        fd = system.open(path, system.O_RDONLY)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError:
        return b""
    try:
        data = system.read(fd, 65536)
        while len(data) % 65536 == 0 and data:
            more = system.read(fd, 65536)
            if not more:
                break
            data += more
    except OSError:
        return b""
    finally:
        system.close(fd)
    return data


def overwrite(record: str, mirror: str, data: bytes) -> None:
    """Writes both in place, the copy first: while either is half written the other is whole.

    Raises FileNotFoundError where there is no record, PermissionError where it is read-only; both are left alone then.
    """
    # A file made anew for every change would cost ten times as much: an inode taken and one given back.
    fd = system.open(record, system.O_WRONLY)
    try:
        _fill_anew(mirror, data)
        _put(fd, data, record)
    finally:
        system.close(fd)


def replace(unfinished: str, record: str, mirror: str, data: bytes) -> None:
    """Puts a new file in the record's place, then fills the copy: for a first record, or one that is read-only.

    `unfinished` is where it grows: one name is enough, since one writes at a time, and a crash leaves one file.
    """
    _fill_anew(unfinished, data)
    # Not rename over it: ext4 then writes the new file to disk at once, ten times the cost of the whole change.
    # While the record is away its copy is whole and holds the state before, which is where a crash leaves us.
    remove(record)
    try:
        system.rename(unfinished, record)
    except FileNotFoundError:
        system.makedirs(system.dirname(record), 0o700, exist_ok=True)
        system.rename(unfinished, record)
    _fill_anew(mirror, data)


def _fill(path: str, data: bytes) -> None:
    """Writes in place. Cutting a file to nothing first would make ext4 write it to disk at once, see above."""
    fd = system.open(path, system.O_WRONLY | system.O_CREAT, 0o600)
    try:
        _put(fd, data, path)
    finally:
        system.close(fd)


def _put(fd: int, data: bytes, path: str) -> None:
    if system.write(fd, data) != len(data):
        raise StoreError(f"the state cannot be written: the disk is full: {path}", "free some space, then try again")
    # To cut it to the length it has already would cost ext4 as much as the write.
    if system.fstat(fd).st_size > len(data):
        system.ftruncate(fd, len(data))


def _fill_anew(path: str, data: bytes) -> None:
    try:
        _fill(path, data)
    except FileNotFoundError:
        system.makedirs(system.dirname(path), 0o700, exist_ok=True)
        _fill(path, data)


def remove(path: str) -> None:
    """Removes a file, or finds it gone."""
    try:
        system.unlink(path)
    except FileNotFoundError:
        return


def listed(folder: str) -> list[str]:
    """The names in a folder in order; none where there is no folder."""
    try:
        return sorted(name for name in system.listdir(folder) if not name.startswith("."))
    except (FileNotFoundError, NotADirectoryError):
        return []
