"""The files of runs: what a tree was before a command, kept until the command is over. One JSON object each."""

from __future__ import annotations

from pucs import fastjson, system
from pucs.state.record_files import content_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
_LONGEST_NAME = 80


def path_of(root: str, call: str) -> str:
    """Where the run of that call is kept."""
    if 0 < len(call) <= _LONGEST_NAME and _PLAIN.issuperset(call):
        return f"{root}/runs/{call}.json"
    from pucs.state.digest import sha1  # noqa: PLC0415 - most names are plain

    return f"{root}/runs/={sha1(call.encode('utf-8', 'surrogatepass'))}.json"


def is_on(root: str, call: str) -> bool:
    """Whether a run of that call is kept."""
    return system.exists(path_of(root, call))


def are_on(root: str) -> bool:
    """Whether any run is kept."""
    try:
        return bool(system.listdir(root + "/runs"))
    except OSError:
        return False


def read(path: str) -> Mapping[str, Any]:
    """The object in the file; an empty one where there is none that can be read."""
    try:
        value = fastjson.loads((content_of(path) or b"").decode("ascii"))
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def write(path: str, value: Mapping[str, Any]) -> None:
    """Makes this the whole content of the file, in one step. Raises OSError."""
    data = fastjson.dumps(value).encode("ascii")
    unfinished = f"{path}.{system.getpid()}"
    system.makedirs(system.dirname(path), 0o700, exist_ok=True)
    fd = system.open(unfinished, system.O_WRONLY | system.O_CREAT | system.O_TRUNC, 0o600)
    try:
        while data:
            data = data[system.write(fd, data) :]
    finally:
        system.close(fd)
    system.replace(unfinished, path)


def remove(path: str) -> bool:
    """Removes the file; gives whether it was there, so that of several who want to only one goes on."""
    try:
        system.unlink(path)
    except FileNotFoundError:
        return False
    return True


def listed(root: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """All runs that are kept, each with its path."""
    try:
        names = sorted(system.listdir(root + "/runs"))
    except OSError:
        return
    for name in names:
        if name.endswith(".json"):
            path = f"{root}/runs/{name}"
            value = read(path)
            if value:
                yield path, value
