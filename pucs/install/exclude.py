"""`info/exclude` of a repository: a few lines of ours that keep machine-local files out of every commit."""

from __future__ import annotations

STATE = "/.claude/state"
LOCAL_SETTINGS = "/.claude/settings.local.json"

_TITLE = b"# PUCS, until `pucs uninstall`"
_OURS = (STATE.encode(), LOCAL_SETTINGS.encode())


def added(data: bytes, patterns: tuple[str, ...]) -> bytes:
    """The file with our lines at its end; the same bytes where they are in it already."""
    ours = b"".join(line + b"\n" for line in (_TITLE, *(pattern.encode() for pattern in patterns)))
    if ours in data:
        return data
    rest = removed(data)
    return rest + (b"\n" if rest and not rest.endswith(b"\n") else b"") + ours


def removed(data: bytes) -> bytes:
    """The file without our lines."""
    lines = data.splitlines(keepends=True)
    try:
        start = next(number for number, line in enumerate(lines) if line.rstrip() == _TITLE)
    except StopIteration:
        return data
    end = start + 1
    while end < len(lines) and lines[end].rstrip() in _OURS:
        end += 1
    return b"".join(lines[:start] + lines[end:])
