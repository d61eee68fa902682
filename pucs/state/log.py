"""The activity log: one JSON line an event, appended with a single write."""

from __future__ import annotations

from pucs import fastjson, system
from pucs.errors import StoreError
from pucs.times import exact_text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from pucs.model import Event


_LOOKS, _PERMISSIONS = 8, 0o7777


def line_of(event: Event, now: float) -> str:
    """The event as published: timestamp, agent, stream, action, then its details."""
    entry = {
        "timestamp": exact_text_of(now),
        "agent": event.agent,
        "stream": event.stream,
        "action": event.action,
    }
    return fastjson.dumps({**entry, **event.details}) + "\n"


def append(path: str, lines: Iterable[str]) -> int:
    """Adds the lines in one write, so that concurrent writers never mix. Raises StoreError when the disk refuses.

    Gives the number of the file they went to, which somebody may have moved away meanwhile; 0 where there are none.
    """
    data = "".join(lines).encode("ascii", "replace")
    if not data:
        return 0
    try:
        fd = system.open(path, system.O_RDWR | system.O_APPEND | system.O_CREAT, 0o600)
        try:
            if _ends_in_a_line(fd) and _is_cut(fd):
                data = b"\n" + data  # a full disk cut somebody's line; ours starts on its own
            system.write(fd, data)
            return system.fstat(fd).st_ino
        finally:
            system.close(fd)
    except OSError as error:
        raise StoreError(f"the log cannot be written: {error.strerror}: {path}", "run: pucs doctor") from None


def _is_cut(fd: int) -> bool:
    """Whether the last line will stay as it is: not one of a peer that is just going from one page into the next."""
    for _ in range(_LOOKS):
        before = system.fstat(fd)
        # Waits for whoever is writing there, as the system lets nobody else change the file meanwhile.
        system.fchmod(fd, before.st_mode & _PERMISSIONS)
        if not _ends_in_a_line(fd):
            return False
        if system.fstat(fd).st_size == before.st_size:
            return True
    return False


def _ends_in_a_line(fd: int) -> bool:
    size = system.fstat(fd).st_size
    return size > 0 and system.pread(fd, 1, size - 1) != b"\n"


def entries(path: str, start: int = 0) -> Iterator[dict[str, Any]]:
    """The entries of one log file from that byte on, oldest first; a line that a full disk cut is passed over."""
    try:
        file = open(path, encoding="utf-8", errors="replace")  # noqa: SIM115 - closed below; absence is an answer
    except FileNotFoundError:
        return
    with file:
        file.seek(start)
        yield from _parsed(file)


def parsed(data: bytes) -> Iterator[dict[str, Any]]:
    """The entries of such a file's content."""
    return _parsed(data.decode("utf-8", "replace").split("\n"))


def _parsed(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    for line in lines:
        try:
            entry = fastjson.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict):
            yield entry
