"""The register of incidents: which public report, what happened there, and the steps that do it again."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tests.incidents.scene import Scene

Play = Callable[[Scene], object]


class Incident(NamedTuple):
    """One public report, rebuilt. `play` gives what else went wrong, if the report is of more than bytes.

    `read` says that only whoever reads the command before it runs can prevent it: refs and HEAD move, hooks are off.
    """

    report: str
    happened: str
    play: Play
    read: bool = False
    shortfall: str = ""


INCIDENTS: list[Incident] = []


def incident(report: str, happened: str, *, read: bool = False, shortfall: str = "") -> Callable[[Play], Play]:
    """Registers the steps of a report; `shortfall` says what of it PUCS does not stand yet."""

    def register(play: Play) -> Play:
        INCIDENTS.append(Incident(report, happened, play, read, shortfall))
        return play

    return register
