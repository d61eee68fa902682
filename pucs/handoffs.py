"""The rule of handoffs."""

from __future__ import annotations

from pucs.record import Record


class Handoff(Record):
    """Work passed on."""

    id: str
