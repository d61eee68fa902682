"""Small texts of git's own folder, read and written whole; bytes that are no UTF-8 come back as they were."""

from __future__ import annotations

from pucs import system


def read_text(path: str) -> str:
    """The text of a file; "" where there is none to read."""
    try:
        fd = system.open(path, system.O_RDONLY)
    except (OSError, ValueError):
        return ""
    try:
        data = b""
        while chunk := system.read(fd, 1 << 20):
            data += chunk
    except OSError:
        return ""
    finally:
        system.close(fd)
    return data.decode("utf-8", "surrogateescape")


def write_text(path: str, text: str) -> None:
    """Makes this the whole content of a file. Raises OSError."""
    write_bytes(path, text.encode("utf-8", "surrogateescape"))


def write_bytes(path: str, data: bytes) -> None:
    """Likewise."""
    fd = system.open(path, system.O_WRONLY | system.O_CREAT | system.O_TRUNC, 0o666)
    try:
        while data:
            data = data[system.write(fd, data) :]
    finally:
        system.close(fd)


def identity(path: str) -> list[int]:
    """What tells one state of a file from the next; [] where there is none."""
    try:
        found = system.stat(path)
    except (OSError, ValueError):
        return []
    return [found.st_mtime_ns, found.st_size, found.st_ino]
