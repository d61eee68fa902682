"""Which files a command showed whole: `cat` and its like are how agents read, too."""

from __future__ import annotations

from pucs import system
from pucs.system.texts import read_text

_APART = str.maketrans(dict.fromkeys("\"'`;|&<>()\n", " "))
_MOST_WORDS, _LONGEST_COMMAND, _LARGEST = 20, 2_000, 1 << 18
_TYPE, _FILE = 0o170000, 0o100000
_WIDEST = 4
"""Bytes of one character, at most."""


def files_shown(command: str, cwd: str, response: str) -> tuple[str, ...]:
    """The files that words of the command name and whose whole content, as it is now, is in what it printed."""
    if not response or len(command) > _LONGEST_COMMAND:
        return ()
    words = dict.fromkeys(command.translate(_APART).split()[:_MOST_WORDS])
    paths = [system.join(cwd, word) for word in words if not word.startswith("-")]
    return tuple(path for path in paths if _is_in(path, response))


def _is_in(path: str, response: str) -> bool:
    try:
        found = system.stat(path)
        size = found.st_size
        if found.st_mode & _TYPE != _FILE or not 0 < size <= min(_LARGEST, _WIDEST * len(response) + _WIDEST):
            return False
        content = read_text(path).strip()
    except (OSError, ValueError):
        return False
    return bool(content) and content in response
