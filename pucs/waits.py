"""The noun of waiting: one `pucs wait` of an agent, and its place in line."""

from __future__ import annotations

from pucs.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pucs.model import Process


class Wait(Record):
    """One agent that stands in line for some paths (as `tree`/`path` pairs), all of them or none.

    `number` is its place, the state's revision when it began: the lowest is served first. `process` is the command
    that waits, None once that ended by itself; `seen` is when it last gave a sign of life. Of the paths in `partly`
    it wants only a part.
    """

    agent: str
    number: int
    since: float
    seen: float
    process: Process | None = None
    paths: tuple[tuple[str, str], ...] = ()
    partly: tuple[str, ...] = ()
    extra: dict[str, Any] = {}


def key_of(number: int) -> str:
    """The key under which a wait is stored."""
    return f"wait/{number}"
