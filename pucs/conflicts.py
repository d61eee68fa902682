"""Recorded clashes: who changed what another one holds, with the contents of both sides by fingerprint."""

from __future__ import annotations

from pucs.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FILE_LOCK = "FILE_LOCK"
"""Two agents in the same file: the one kind of conflict there is so far."""


class Conflict(Record):
    """One clash on one path. `parties` are who changed the path and who holds it, in this order.

    `before` is the holder's content and `after` what it became, both kept as far as their size allows; `command` is
    what changed it, `call` the tool call that ran it.
    """

    id: str
    type: str
    parties: tuple[str, ...]
    path: str
    tree: str
    before: str
    after: str
    at: float
    call: str = ""
    command: str = ""
    severity: str = "high"
    extra: dict[str, Any] = {}


def key_of(identifier: str) -> str:
    """The key under which a conflict is stored."""
    return "conflict/" + identifier
