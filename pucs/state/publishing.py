"""The published files below `<state>/state/`: documents replaced atomically, logs appended and rotated.

Nothing decides from them; they are derived, and stamped with when.
"""

from __future__ import annotations

import os

from pucs import fastjson
from pucs.state import log
from pucs.state.contents import read_all
from pucs.state.files import log_files
from pucs.state.mutex import Mutex

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

_SAFE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")


def write_document(root: str, name: str, document: dict[str, Any]) -> None:
    """Replaces one published document."""
    path = f"{root}/state/{name}"
    unfinished = f"{path}.{os.getpid()}"
    try:
        with open(unfinished, "w", encoding="ascii", opener=_for_its_owner) as file:
            file.write(_indented(document) + "\n")
        os.replace(unfinished, path)
    except OSError:
        if os.path.lexists(unfinished):
            os.unlink(unfinished)
        raise


def derive_logs(root: str) -> None:
    """Carries new entries of the activity log on to `conflict_warnings.jsonl` and `logs/<agent>.log`, each once."""
    with Mutex(root + "/carrying", 10.0):
        _derive_logs(root)


def _derive_logs(root: str) -> None:
    texts: dict[str, list[str]] = {}
    warnings: list[str] = []
    for entry in _new_entries(root):
        agent = entry.get("agent")
        if not isinstance(agent, str):
            continue
        rest = {key: value for key, value in entry.items() if key not in ("timestamp", "agent", "stream", "action")}
        about = " ".join(f"{key}={value}" for key, value in rest.items())
        texts.setdefault(agent, []).append(f"{entry.get('timestamp')} {entry.get('action')} {about}".rstrip() + "\n")
        if isinstance(entry.get("warning"), str):
            kept = {key: entry[key] for key in ("timestamp", "agent", "warning", "severity") if key in entry}
            warnings.append(fastjson.dumps(kept) + "\n")
    for agent, lines in texts.items():
        log.append(f"{root}/state/logs/{_file_name(agent)}.log", _ascii(lines))
    log.append(f"{root}/state/conflict_warnings.jsonl", warnings)


def rotate(root: str, most: int) -> None:
    """Sets the activity log aside as `agent_activity.<n>.jsonl` once it has more than `most` entries; drops nothing."""
    path = f"{root}/state/agent_activity.jsonl"
    try:
        if read_all(path).count(b"\n") <= most:
            return
    except OSError:
        return
    with Mutex(root + "/mutex", 2.0):
        number = len(log_files(path))
        while os.path.exists(f"{root}/state/agent_activity.{number}.jsonl"):
            number += 1
        os.rename(path, f"{root}/state/agent_activity.{number}.jsonl")


def _new_entries(root: str) -> Iterator[dict[str, Any]]:
    """The entries since the last call, by file identity and offset, so that a rotation in between loses none."""
    mark = f"{root}/state/logs/.carried"
    try:
        inode, offset = (int(word) for word in read_all(mark).split())
    except (OSError, ValueError):
        inode, offset = 0, 0
    files = [(path, os.stat(path).st_ino) for path in log_files(f"{root}/state/agent_activity.jsonl") if _is_file(path)]
    if inode in [number for _, number in files]:
        files = files[[number for _, number in files].index(inode) :]
    else:
        offset = 0
    for path, number in files:
        data = read_all(path)
        end = data.rfind(b"\n") + 1
        for line in data[offset if number == inode else 0 : end].splitlines():
            try:
                entry = fastjson.loads(line.decode("ascii", "replace"))
            except ValueError:
                continue
            if isinstance(entry, dict):
                yield entry
        inode, offset = number, end
    with open(mark, "w", encoding="ascii", opener=_for_its_owner) as file:
        file.write(f"{inode} {offset}")


def _for_its_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _is_file(path: str) -> bool:
    return os.path.isfile(path)


def _file_name(agent: str) -> str:
    return "".join(c if c in _SAFE else "." for c in agent)[:100]


def _ascii(lines: list[str]) -> list[str]:
    return [line.encode("ascii", "backslashreplace").decode("ascii") for line in lines]


def _indented(value: Any, depth: int = 0) -> str:
    """JSON for people, two spaces a level: the C encoder of the hook path writes one line only."""
    inner, outer = "  " * (depth + 1), "  " * depth
    if isinstance(value, dict) and value:
        rows = [f"{inner}{fastjson.dumps(str(key))}: {_indented(one, depth + 1)}" for key, one in value.items()]
        return "{\n" + ",\n".join(rows) + f"\n{outer}}}"
    if isinstance(value, (list, tuple)) and value:
        rows = [inner + _indented(one, depth + 1) for one in value]
        return "[\n" + ",\n".join(rows) + f"\n{outer}]"
    return fastjson.dumps(value)
