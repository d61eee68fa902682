"""The register of incidents: which public report, what happened there, and the steps that do it again."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tests.incidents.scene import Scene

Play = Callable[[Scene], object]


class Incident(NamedTuple):
    """One public report, rebuilt. `play` gives what else went wrong, if the report is of more than bytes."""

    report: str
    happened: str
    play: Play
    shortfall: str


INCIDENTS: list[Incident] = []


def incident(report: str, happened: str, shortfall: str = "") -> Callable[[Play], Play]:
    """Registers the steps of a report; `shortfall` says what of it PUCS does not stand yet."""

    def register(play: Play) -> Play:
        INCIDENTS.append(Incident(report, happened, play, shortfall))
        return play

    return register
