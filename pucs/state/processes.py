"""Which process is this, and does it still live? "Dead" needs proof on this host; anything else is unknown."""

from __future__ import annotations

from pucs import system
from pucs.model import ALIVE, DEAD, UNKNOWN, Process

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator


def identify(pid: int) -> Process | None:
    """The identity of a living process of this host; None where there is none, or only a zombie."""
    started = _started(pid)
    if started is None:
        return None
    return Process(system.uname().nodename, _boot(), _namespace(), pid, started)


def client_of(pid: int) -> Process | None:
    """The client of that pid (0: none is known). One that died before its hook came here is DEAD for whoever asks.

    A hook whose parent is 0 may have its client in another pid namespace, where it lives unseen: None.
    """
    if not pid:
        return None
    found = identify(pid)
    if found is not None or not system.getppid():
        return found
    return Process(system.uname().nodename, _boot(), _namespace(), pid, "ended")


def liveness(process: Process | None) -> str:
    """ALIVE or DEAD where this host can prove it, else UNKNOWN (other host, other pid namespace, no identity)."""
    if process is None or process.host != system.uname().nodename:
        return UNKNOWN
    boot = _boot()
    if process.boot != boot:
        return DEAD if boot and process.boot else UNKNOWN
    if process.namespace != _namespace():
        return UNKNOWN
    started = _started(process.pid)
    if started is None or (started and process.started and started != process.started):
        return DEAD
    return ALIVE


def ancestors(pid: int) -> Iterator[Process]:
    """The living processes above `pid`, nearest first; ends where the system does not tell (no /proc)."""
    host, boot, namespace = system.uname().nodename, _boot(), _namespace()
    for _ in range(64):
        fields = _stat(pid)
        if fields is None:
            return
        pid = int(fields[1])
        above = _stat(pid)
        if pid <= 1 or above is None:
            return
        yield Process(host, boot, namespace, pid, above[19])


def _started(pid: int) -> str | None:
    """The start time in clock ticks as text; "" where the system hides it; None where no such process lives."""
    fields = _stat(pid)
    if fields is not None:
        return None if fields[0] in ("Z", "X") else fields[19]
    if system.exists("/proc/self/stat"):
        return None
    try:
        system.kill(pid, 0)
    except ProcessLookupError:
        return None
    except (PermissionError, OverflowError, ValueError):
        pass
    return ""


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat from `state` on (proc(5), field 3); the name before may contain anything."""
    text = _text(f"/proc/{pid}/stat")
    return text[text.rindex(")") + 2 :].split() if ")" in text else None


def _boot() -> str:
    return _text("/proc/sys/kernel/random/boot_id").strip()


def _namespace() -> str:
    try:
        return system.readlink("/proc/self/ns/pid")
    except OSError:
        return ""


def _text(path: str) -> str:
    try:
        fd = system.open(path, system.O_RDONLY)
    except OSError:
        return ""
    try:
        return system.read(fd, 4096).decode("utf-8", "replace")
    except OSError:
        return ""
    finally:
        system.close(fd)
