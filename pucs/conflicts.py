"""Recorded clashes: who changed what another one holds, with the contents of both sides by fingerprint."""

from __future__ import annotations

from pucs.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pucs.model import Tree

FILE_LOCK = "FILE_LOCK"
"""Two agents in the same file, as the tree showed."""

DEPENDENCY = "DEPENDENCY"
"""A change that breaks what others work on, see pucs.impact_conflicts; open until it breaks no more or all know."""

RESOURCE = "RESOURCE"
"""An agent waits for a resource that others use; over when it has it, or wants it no more."""

REPORTED = "REPORTED"
"""An agent says that its work clashes with another's; open until a person decides it."""


class Conflict(Record):
    """One clash on one path. `parties` are who changed the path and who holds it, in this order.

    `before` is the holder's content and `after` what it became, both kept as far as their size allows; `command` is
    what changed it, `call` the tool call that ran it; `revision` is that of the state when it was recorded. Of one that
    is REPORTED the first party says so, in a `note`; of a DEPENDENCY it changed the path, of a RESOURCE it waits, and
    `note` is the warning. `resolution` is how it ended: a person's decision, or what was acknowledged.
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
    revision: int = 0
    note: str = ""
    resolution: str = ""
    resolved_by: str = ""
    resolved: float = 0.0
    extra: dict[str, Any] = {}


def key_of(identifier: str) -> str:
    """The key under which a conflict is stored."""
    return "conflict/" + identifier


def is_open(conflict: Conflict, tree: Tree, content: str) -> bool:
    """Whether the clash still matters in its tree, whose path holds `content` now.

    It is over when the holder's bytes are back, when it wrote on, or when it holds the path no more: they landed, were
    given up, or passed to somebody else.
    """
    if conflict.resolved or conflict.type != FILE_LOCK:
        return not conflict.resolved
    holder = conflict.parties[-1]
    if content == conflict.before or all(lock.agent != holder for lock in tree.locks):
        return False
    writer = tree.writer
    return writer is None or writer.agent != holder or writer.revision <= conflict.revision
