"""Which guarded repository a shell command has to do with, wherever its caller stands."""

from __future__ import annotations

from pucs import system

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pucs.client.calls import ToolCall
    from pucs.client.opening import Repository

_BETWEEN = {ord(mark): " " for mark in "\"';&|()<>=\n"}
_MOST_WORDS = 50


def standing(call: ToolCall, command: str) -> Repository | None:
    """The guarded repository around the folder of the call, else around the first path in the command that has one."""
    from pucs.client.opening import repository_at  # noqa: PLC0415 - who only reads a command needs no state

    found = repository_at(call.cwd)
    for path in paths_in(command, call.cwd, call.caller.environ) if found is None else ():
        found = repository_at(path)
        if found is not None:
            break
    return found


def paths_in(command: str, cwd: str, environ: Mapping[str, str]) -> Iterator[str]:
    """The words of a command that look like paths, absolute."""
    for word in command.translate(_BETWEEN).split()[:_MOST_WORDS]:
        path = environ.get("HOME", "") + word[1:] if word.startswith("~/") else word
        if "/" in path or path == ".." or system.isdir(system.join(cwd, path)):
            yield system.join(cwd, path)
