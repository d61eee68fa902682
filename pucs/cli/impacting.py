"""`pucs impact`."""

from __future__ import annotations

import argparse
import os
from functools import partial
from typing import TYPE_CHECKING, Any

from pucs import impact_notices
from pucs.cli.standing import caller, here, person, publish_if_possible, show_json, shown, spoken, unreadable
from pucs.client import warned
from pucs.client.gathering import impact_of
from pucs.client.impact_of_range import of_range, of_tree
from pucs.client.opening import repository_at
from pucs.errors import UsageError
from pucs.git import locate
from pucs.report import tree_name
from pucs.times import text_of

if TYPE_CHECKING:
    from pucs.client.impacts import ImpactReport
    from pucs.client.opening import Repository


def add(commands: Any) -> None:
    """Adds this family's command."""
    parser = commands.add_parser("impact", help="who uses what changed, and would break: a path, a range, or this tree")
    parser.add_argument("what", nargs="*", metavar="PATH|RANGE", help="files here, or such as origin/main...HEAD")
    parser.add_argument("--check", action="store_true", help="exit 1 if something breaks that nobody acknowledged")
    parser.add_argument("--ack", metavar="WHY", help="note that you know what breaks, and why that is right")
    parser.add_argument("--warnings", action="store_true", help="what agents were warned of, and who acknowledged it")
    parser.add_argument("--stream", metavar="STREAM", help="with --warnings: only what concerns this stream")
    parser.add_argument("--agent", metavar="AGENT", help="with --warnings: only what this agent was warned of")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.set_defaults(run=_impact)


def _impact(arguments: argparse.Namespace) -> int:
    if arguments.warnings:
        return _warnings(arguments)
    if arguments.stream or arguments.agent:
        raise UsageError("--stream and --agent are about warnings", "write: pucs impact --warnings --stream STREAM")
    if _is_warning(arguments.what):
        return _acknowledge_warning(arguments)
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


def _is_warning(what: list[str]) -> bool:
    return len(what) == 1 and what[0][:1] == "c" and what[0][1:].isdecimal() and not os.path.exists(what[0])


def _acknowledge_warning(arguments: argparse.Namespace) -> int:
    if arguments.ack is None:
        raise UsageError(f"{arguments.what[0]} is a warning", f"write: pucs impact {arguments.what[0]} --ack WHY")
    repository = here()
    agent = caller(repository)
    found = warned.acknowledge(
        repository, arguments.what[0], agent.id if agent is not None else person(), arguments.ack
    )
    publish_if_possible(repository)
    if arguments.json:
        show_json(_warning(found))
    elif found.waits_for:
        print(f"noted; {found.id} waits for {shown(', '.join(found.waits_for))} yet")
    else:
        print(f"{found.id} is acknowledged by all who were warned")
    return int(bool(found.waits_for) and arguments.check)


def _warnings(arguments: argparse.Namespace) -> int:
    if arguments.what or arguments.ack is not None:
        raise UsageError("--warnings stands alone", "write: pucs impact --warnings, or pucs impact ID --ack WHY")
    repository = here()
    found = warned.warnings(repository, arguments.stream, arguments.agent)
    lost = unreadable(repository, "conflict")
    if arguments.json:
        show_json({"warnings": [_warning(one) for one in found], **lost})
    else:
        for one in found:
            left = f"waits for {', '.join(one.waits_for)}" if one.waits_for else "acknowledged"
            print(shown(f"{one.id}  {one.author or 'somebody'} changed {one.file} ({left}): {spoken(one.warning)}"))
        if not found and not lost:
            print("nobody was warned of anything that breaks still")
    return int(bool(lost or any(one.waits_for for one in found)) and arguments.check)


def _warning(one: warned.ImpactWarning) -> dict[str, Any]:
    known = one._asdict()
    del known["waits_for"]
    told = {agent: list(lines) for agent, lines in one.breaks.items()}
    times = {"at": text_of(one.at), "tree": tree_name(one.tree)}
    return {**known, **times, "breaks": told, "unacknowledged": list(one.waits_for), "streams": list(one.streams)}


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
