"""The end of a call as most end: nothing was recorded of it, and its agent has no notices. A few files tell.

What is not certain here is left to those who read the state as a whole.
"""

from __future__ import annotations

from pucs import fastjson, system
from pucs.git import locate
from pucs.installation import MARKER, WINDOW
from pucs.record import Record
from pucs.state import run_files
from pucs.state.record_files import content_of, file_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class Who(Record):
    """Who calls, as the host says it; `pid` is the number of its client, "" where it is not known."""

    session: str
    subagent: str
    pid: str


def is_quiet(folder: str, call: str, who: Who) -> bool:
    """Whether it is certain that in the repository of that folder the call's end asks for nothing. False says nothing.

    That it was no run, is not open, and has no agent with notices; also where nobody guards.
    """
    try:
        place = locate.place_of(folder, "/")
    except (OSError, ValueError):
        return False
    if place is None or not system.lexists(f"{place.tree.common}/{MARKER}"):
        return True
    root = f"{place.tree.common}/pucs"
    if system.lexists(f"{place.tree.gitdir}/{WINDOW}") or run_files.is_on(root, call):
        return False
    try:
        return _asks_for_nothing(root, call, who)
    except (ValueError, KeyError, TypeError, AttributeError):
        return False  # damaged, or being written


def is_guarded(folder: str) -> bool:
    """Whether the folder lies in a guarded repository."""
    place = locate.place_of(folder, "/")
    return place is not None and system.lexists(f"{place.tree.common}/{MARKER}")


def names_resources(folder: str) -> bool:
    """Whether the configuration that guards the folder names resources, as far as its bare text tells."""
    place = locate.place_of(folder, "/")
    marker = content_of(f"{place.tree.common}/{MARKER}") if place is not None else None
    return marker is not None and b'"resources"' in marker


def _asks_for_nothing(root: str, call: str, who: Who) -> bool:
    session = f"session/{who.session}"
    name = _record(root, f"{session}/{who.subagent}" if who.subagent else session)
    if name is None:
        return True
    agent = _record(root, "agent/" + name["value"])
    if agent is None or call in agent.get("calls", {}):
        return False
    process = agent.get("process")
    if who.pid and process is not None and str(process["pid"]) != who.pid:
        return False  # the session goes on in another process, perhaps as another agent
    return not _lies_in(root, file_of("inbox/" + agent["id"]))


def _record(root: str, key: str) -> dict[str, Any] | None:
    """The record of that key; None where there is none. Raises ValueError where it cannot be told."""
    where = file_of(key)
    data = content_of(f"{root}/records/{where}")
    if data is None:
        if _lies_in(root, where):
            raise ValueError("only its copy is there")
        return None
    record: dict[str, Any] = fastjson.loads(data.decode("ascii"))
    if record["key"] != key:
        raise ValueError("the record of another key")
    return record


def _lies_in(root: str, where: str) -> bool:
    return system.lexists(f"{root}/records/{where}") or system.lexists(f"{root}/mirror/{where}")
