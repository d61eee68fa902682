"""Finding the state of a repository: the marker, the folders, the store."""

from __future__ import annotations

from pucs import fastjson, installation, system
from pucs.errors import StoreError
from pucs.installation import MARKER, Installation
from pucs.state.files import FileStore

FOLDER = "pucs"


def installed(common: str) -> Installation | None:
    """What the marker in this common git directory says; None where PUCS is not installed.

    A damaged marker still says "installed": the copy beside the state answers, or the defaults do.
    """
    marker = f"{common}/{MARKER}"
    try:
        return _read(marker)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError):
        pass
    try:
        return _read(f"{common}/{FOLDER}/installed-copy.json")
    except (OSError, ValueError):
        return Installation(problem="the marker is damaged and its copy is gone; run: pucs init")


def open_store(common: str) -> FileStore:
    """The store of a guarded repository; folders that are missing are made. Raises StoreError where they cannot be."""
    root = f"{common}/{FOLDER}"
    if not system.isdir(root + "/state"):
        make_folders(root)
    return FileStore(root)


def make_folders(root: str) -> None:
    """The folders of a state, for their owner only."""
    try:
        for folder in ("", "/records", "/mirror", "/state", "/state/logs", "/spool"):
            system.makedirs(root + folder, 0o700, exist_ok=True)
    except OSError as error:
        raise StoreError(f"the state cannot be made: {error.strerror}: {root}", "check the rights of .git") from None


def write_marker(common: str, value: Installation) -> None:
    """Stores the marker and its copy, each atomically."""
    data = fastjson.dumps(installation.encode(value)).encode("ascii")
    make_folders(f"{common}/{FOLDER}")
    for path in (f"{common}/{MARKER}", f"{common}/{FOLDER}/installed-copy.json"):
        unfinished = f"{path}.{system.getpid()}"
        fd = system.open(unfinished, system.O_WRONLY | system.O_CREAT | system.O_TRUNC, 0o600)
        try:
            system.write(fd, data)
        finally:
            system.close(fd)
        system.replace(unfinished, path)


def _read(path: str) -> Installation:
    fd = system.open(path, system.O_RDONLY)
    try:
        data = b""
        while chunk := system.read(fd, 1 << 20):
            data += chunk
    finally:
        system.close(fd)
    return installation.decode(fastjson.loads(data.decode("utf-8")))
