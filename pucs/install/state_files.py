"""The published state files, where the proposal puts them: `.claude/state/` of the main working tree."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from pucs.errors import Refusal
from pucs.install.changes import ABSENT, Shape, look

if TYPE_CHECKING:
    from collections.abc import Callable

FOLDERS = ("", "records", "mirror", "state", "state/logs", "spool")

INITIAL = {
    "file_locks.json": b'{"locks": {}, "version": 1}\n',
    "orchestrator_state.json": b'{"streams": {}, "started_at": null}\n',
    "handoffs.json": b'{"handoffs": []}\n',
    "agent_activity.jsonl": b"",
    "conflict_warnings.jsonl": b"",
}

NOTE = """\
These are copies: this file system has no symbolic links. The files themselves are in
{state}
"""


def fresh(state: str) -> dict[str, Shape]:
    """The folders and files of a state that are not there yet; `state` is the folder in the common git directory."""
    wanted = {os.path.join(state, folder).rstrip("/"): Shape("folder", mode=0o700) for folder in FOLDERS}
    wanted |= {os.path.join(state, "state", name): Shape("file", data, 0o600) for name, data in INITIAL.items()}
    return {path: shape for path, shape in wanted.items() if look(path) == ABSENT}


def link(root: str, state: str) -> dict[str, Shape]:
    """What makes `.claude/state` of that tree show the published files; {} where it does.

    Raises Refusal where something else is there.
    """
    path = os.path.join(root, ".claude", "state")
    now = look(path)
    if is_link(path, state) or is_copy(path):
        return {}
    if now != ABSENT:
        raise Refusal(
            f"{path} is already there, and not from PUCS; nothing was changed",
            "Move it away, then run this again.",
        )
    target = os.path.relpath(os.path.join(state, "state"), os.path.realpath(os.path.dirname(path)))
    return {path: Shape("link", os.fsencode(target))}


def is_link(path: str, state: str) -> bool:
    """Whether the path is our link to that state, dangling or not."""
    shape = look(path)
    if shape.kind != "link":
        return False
    there = os.path.join(os.path.realpath(os.path.dirname(path)), shape.target)
    return os.path.normpath(there) == os.path.normpath(os.path.join(state, "state"))


def is_copy(path: str) -> bool:
    """Whether the path is our folder of copies."""
    return look(os.path.join(path, "README")).data.startswith(NOTE.encode()[:24])


def copies(root: str, state: str) -> dict[str, Shape]:
    """The same as a plain folder of copies, for a file system without links."""
    path = os.path.join(root, ".claude", "state")
    wanted = {path: Shape("folder", mode=0o700), os.path.join(path, "logs"): Shape("folder", mode=0o700)}
    wanted[os.path.join(path, "README")] = Shape("file", NOTE.format(state=os.path.join(state, "state")).encode())
    for name, initial in INITIAL.items():
        now = look(os.path.join(state, "state", name))
        wanted[os.path.join(path, name)] = now if now.kind == "file" else Shape("file", initial, 0o600)
    return wanted


def can_link(root: str, symlink: Callable[[str, str], None] = os.symlink) -> bool:
    """Whether the file system of that tree takes symbolic links."""
    folder = os.path.join(root, ".claude")
    probe = os.path.join(folder if os.path.isdir(folder) else root, f".pucs-probe-{os.getpid()}")
    try:
        symlink("probe", probe)
    except (OSError, NotImplementedError):
        return False
    os.unlink(probe)
    return True
