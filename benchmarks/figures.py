"""What a benchmark hands back: named figures, each with its target."""

from __future__ import annotations

from typing import NamedTuple


class Figure(NamedTuple):
    """One measured value; `holds` says whether it reaches its target, None where there is none."""

    name: str
    value: str
    target: str = ""
    holds: bool | None = None


class Report(NamedTuple):
    """The figures of one benchmark, with how they were measured and what else is worth knowing."""

    title: str
    method: str
    figures: tuple[Figure, ...]
    notes: tuple[str, ...] = ()

    @property
    def holds(self) -> bool:
        """Whether no figure misses its target."""
        return all(figure.holds is not False for figure in self.figures)


def at_most(name: str, value: float, limit: float, unit: str = "") -> Figure:
    """A figure that should not be above its limit."""
    return Figure(name, f"{value:.2f}{unit}", f"at most {limit:g}{unit}", value <= limit)


def at_least(name: str, value: float, limit: float, unit: str = "") -> Figure:
    """A figure that should not be below its limit."""
    return Figure(name, f"{value:.2f}{unit}", f"at least {limit:g}{unit}", value >= limit)


def exactly(name: str, value: int, wanted: int) -> Figure:
    """A count that should be just that."""
    return Figure(name, str(value), str(wanted), value == wanted)


def told(name: str, value: object) -> Figure:
    """A figure without a target."""
    return Figure(name, str(value))


def markdown(report: Report) -> str:
    """The report as a section of RESULTS.md."""
    lines = [f"## {report.title}", "", report.method, "", "| figure | value | target | |", "|---|---|---|---|"]
    for figure in report.figures:
        mark = {True: "reached", False: "**missed**", None: ""}[figure.holds]
        lines.append(f"| {figure.name} | {figure.value} | {figure.target} | {mark} |")
    if report.notes:
        lines += ["", *(f"- {note}" for note in report.notes)]
    return "\n".join(lines) + "\n"
