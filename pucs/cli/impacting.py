"""`pucs impact`."""

from __future__ import annotations

import argparse
import os
from functools import partial
from typing import TYPE_CHECKING, Any

from pucs import impact_notices
from pucs.cli.standing import caller, here, person, show_json, shown
from pucs.client.gathering import impact_of
from pucs.client.impact_of_range import of_range, of_tree
from pucs.client.opening import repository_at
from pucs.errors import UsageError
from pucs.git import locate
from pucs.report import tree_name

if TYPE_CHECKING:
    from pucs.client.impacts import ImpactReport
    from pucs.client.opening import Repository


def add(commands: Any) -> None:
    """Adds this family's command."""
    parser = commands.add_parser("impact", help="who uses what changed, and would break: a path, a range, or this tree")
    parser.add_argument("what", nargs="*", metavar="PATH|RANGE", help="files here, or such as origin/main...HEAD")
    parser.add_argument("--check", action="store_true", help="exit 1 if something breaks that nobody acknowledged")
    parser.add_argument("--ack", metavar="WHY", help="note that you know what breaks, and why that is right")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.set_defaults(run=_impact)


def _impact(arguments: argparse.Namespace) -> int:
    is_range = len(arguments.what) == 1 and ".." in arguments.what[0] and not os.path.exists(arguments.what[0])
    if is_range and arguments.ack is not None:
        raise UsageError("a range cannot be acknowledged", "acknowledge the changed file: pucs impact PATH --ack WHY")
    folder = os.getcwd()
    reports = of_range(folder, arguments.what[0]) if is_range else of_tree(folder, tuple(arguments.what))
    repository = repository_at(folder)
    if arguments.ack is not None:
        _acknowledge(reports, arguments.ack)
    known = {report.path: _acknowledged(report, repository) for report in reports}
    open_ones = [report for report in reports if report.places and not known[report.path]]
    if arguments.json:
        show_json([_entry(report, known[report.path]) for report in reports])
    else:
        for report in reports:
            _print(report, known[report.path])
        if not any(report.places for report in reports):
            print("nothing that changed breaks a use of it" if reports else "no interface changed")
    return int(bool(open_ones) and arguments.check)


def _acknowledge(reports: tuple[ImpactReport, ...], why: str) -> None:
    repository = here()
    agent = caller(repository)
    by = agent.id if agent is not None else person()
    for report in reports:
        if report.places:
            impact = impact_of(repository, report, locate.head_of(repository.tree))
            repository.store.transact(partial(impact_notices.acknowledged, impact, by, why))


def _acknowledged(report: ImpactReport, repository: Repository | None) -> str:
    if repository is None or not report.places:
        return ""
    return impact_notices.is_acknowledged(impact_of(repository, report, ""), repository.store.read())


def _entry(report: ImpactReport, by: str) -> dict[str, Any]:
    return {
        "file": report.path,
        "tree": report.tree,
        "branch": report.branch,
        "changes": [change._asdict() for change in report.changes],
        "breaks": [{"tree": place.tree, **place.what._asdict()} for place in report.places],
        "acknowledged": by,
    }


def _print(report: ImpactReport, by: str) -> None:
    said = f" (acknowledged by {by})" if by else ""
    print(f"{shown(report.path)}{said}")
    broken = {place.what.symbol for place in report.places}
    for change in report.changes:
        mark = "!" if change.symbol in broken else " "
        after = change.after if change.after != change.before else change.kind
        print(f" {mark} {change.kind}: {change.before} -> {after or '(gone)'}")
    for place in report.places:
        where = "" if place.tree == report.tree else f" in {tree_name(place.tree)}"
        unsure = "" if place.what.annotated else ", as far as its return statements tell"
        what = f"{place.what.symbol} {place.what.reason}{unsure}"
        print(f"     {shown(place.what.path)}:{place.what.line}{where}: {what}")
