"""The system calls of the hook path, without the price of `os`.

Importing `os` costs 2 ms at every tool call, most of it for abstract base classes that no hook uses. Names and
behaviour are those of `os` and `os.path`, for POSIX paths; where there is no `posix` (Windows) `os` itself answers.
"""

from __future__ import annotations

__all__ = [
    "DEVNULL", "O_APPEND", "O_CREAT", "O_RDONLY", "O_RDWR", "O_TRUNC", "O_WRONLY", "POSIX_SPAWN_DUP2",
    "POSIX_SPAWN_OPEN", "basename", "close", "dirname", "environ", "exists", "fchmod", "fstat", "ftruncate", "getcwd",
    "getpid", "getppid", "isdir", "join", "kill", "lexists", "listdir", "lseek", "lstat", "makedirs", "normpath",
    "open", "pipe", "posix_spawn", "posix_spawnp", "pread", "pwrite", "read", "readlink", "realpath", "rename",
    "replace", "stat", "uname", "unlink", "utime", "waitpid", "waitstatus_to_exitcode", "write",
]  # fmt: skip

try:
    from posix import (
        O_APPEND,
        O_CREAT,
        O_RDONLY,
        O_RDWR,
        O_TRUNC,
        O_WRONLY,
        POSIX_SPAWN_DUP2,
        POSIX_SPAWN_OPEN,
        close,
        fchmod,
        fstat,
        ftruncate,
        getcwd,
        getpid,
        getppid,
        kill,
        listdir,
        lseek,
        lstat,
        mkdir,
        open,  # noqa: A004 - as in os
        pipe,
        posix_spawn,
        posix_spawnp,
        pread,
        pwrite,
        read,
        readlink,
        rename,
        replace,
        stat,
        uname,
        unlink,
        utime,
        waitpid,
        waitstatus_to_exitcode,
        write,
    )
    from posix import environ as _environ
except ImportError:  # pragma: no cover - Windows
    import os

    globals().update({name: value for name, value in vars(os).items() if name in __all__ or name.startswith("O_")})
    _environ = dict(os.environ)  # type: ignore[arg-type]  # text here, bytes there; environ() takes both


DEVNULL = "/dev/null"

_TYPE, _FOLDER = 0o170000, 0o040000
_MOST_LINKS = 40


def environ() -> dict[str, str]:
    """The environment as text."""
    return {_text(key): _text(value) for key, value in _environ.items()}


def exists(path: str) -> bool:
    """Whether something is there, links followed."""
    try:
        stat(path)
    except (OSError, ValueError):
        return False
    return True


def lexists(path: str) -> bool:
    """Whether something is there, be it a dangling link."""
    try:
        lstat(path)
    except (OSError, ValueError):
        return False
    return True


def isdir(path: str) -> bool:
    """Whether a folder is there, links followed."""
    try:
        return stat(path).st_mode & _TYPE == _FOLDER
    except (OSError, ValueError):
        return False


def dirname(path: str) -> str:
    """All before the last part, as `os.path.dirname` says it."""
    head = path[: path.rfind("/") + 1]
    return head if head == "/" * len(head) else head.rstrip("/")


def basename(path: str) -> str:
    """The last part."""
    return path[path.rfind("/") + 1 :]


def join(folder: str, path: str) -> str:
    """The path seen from the folder; an absolute path stays itself."""
    if path.startswith("/") or not folder:
        return path
    return folder + path if folder.endswith("/") else f"{folder}/{path}"


def normpath(path: str) -> str:
    """The path without `.`, `..` and doubled slashes, links not looked at."""
    parts: list[str] = []
    absolute = path.startswith("/")
    for part in path.split("/"):
        if part in ("", "."):
            continue
        if part != ".." or (not absolute and (not parts or parts[-1] == "..")):
            parts.append(part)
        elif parts:
            parts.pop()
    return ("/" if absolute else "") + "/".join(parts) or "."


def realpath(path: str) -> str:
    """The absolute path with every symlink resolved, as far as it exists. Raises ValueError for a NUL."""
    rest = path.split("/")[::-1]
    if not path.startswith("/"):
        rest += getcwd().split("/")[::-1]
    real, links = "", 0
    while rest:
        part = rest.pop()
        if part in ("", "."):
            continue
        if part == "..":
            real = real[: max(real.rfind("/"), 0)]
            continue
        step = f"{real}/{part}"
        try:
            target = readlink(step) if links < _MOST_LINKS else ""
        except OSError:
            target = ""
        if not target:
            real = step
            continue
        links += 1
        if target.startswith("/"):
            real = ""
        rest += target.split("/")[::-1]
    return real or "/"


def makedirs(path: str, mode: int = 0o777, *, exist_ok: bool = False) -> None:
    """The folder and all above it."""
    above = dirname(path.rstrip("/"))
    if above and not isdir(above):
        makedirs(above, mode, exist_ok=True)
    try:
        mkdir(path, mode)
    except FileExistsError:
        if not (exist_ok and isdir(path)):
            raise


def _text(value: bytes | str) -> str:
    return value if isinstance(value, str) else value.decode("utf-8", "surrogateescape")
