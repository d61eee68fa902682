"""`pucs report`, `ask`, `answer`, `conflicts`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from pucs.cli.standing import (
    caller,
    for_people_only,
    here,
    person,
    publish_if_possible,
    show_json,
    shown,
    spoken,
    unreadable,
    worker,
)
from pucs.client import reporting
from pucs.client.surveying import questions
from pucs.conflicts import DEPENDENCY, RESOURCE
from pucs.errors import Refusal, UsageError
from pucs.helping import STATUSES, Help
from pucs.report import tree_name
from pucs.times import text_of
from pucs.wording import ago

if TYPE_CHECKING:
    from pucs.client.opening import Repository
    from pucs.conflicts import Conflict

_LONGEST_WAIT = 109.0
_CONFLICT = "conflict"


def add(commands: Any) -> None:
    """Adds this family's commands."""
    parser = commands.add_parser("report", help="say how far the work is, or that it conflicts with another agent's")
    parser.add_argument("status", choices=(*STATUSES, _CONFLICT), metavar="|".join((*STATUSES, _CONFLICT)))
    parser.add_argument("path", nargs="?", metavar="PATH", help="conflict: where")
    parser.add_argument("-m", dest="message", default="", metavar="TEXT", help="a summary, or what the conflict is")
    parser.add_argument(
        "--with", dest="others", action="append", default=[], metavar="AGENT", help="conflict: with whom"
    )
    parser.add_argument("--severity", choices=("high", "medium", "info"), default="medium", help="conflict: how bad")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.set_defaults(run=_report)

    parser = commands.add_parser("ask", help="ask a person, who answers with `pucs answer`")
    parser.add_argument("question", nargs="*", metavar="TEXT")
    parser.add_argument("--wait", type=float, default=0.0, metavar="SECONDS", help="wait for the answer, at most 109")
    parser.add_argument("--show", metavar="ID", help="a question and its answer, whole")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.set_defaults(run=_ask)

    parser = commands.add_parser("answer", help="answer an agent's question, or decide a conflict; alone: what is open")
    parser.add_argument("id", nargs="?", metavar="ID")
    parser.add_argument("text", nargs="*", metavar="TEXT")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.set_defaults(run=_answer)

    parser = commands.add_parser("conflicts", help="the recorded conflicts")
    parser.add_argument("--unresolved", action="store_true", help="only those that are open")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.set_defaults(run=_conflicts)


def _report(arguments: argparse.Namespace) -> int:
    repository = here()
    if caller(repository) is None:
        raise UsageError("reports are agents'", "a person sees them with: pucs agents, pucs log")
    client = worker(repository)
    if arguments.status != _CONFLICT:
        if arguments.path or arguments.others:
            raise UsageError(f"a path and --with are for: pucs report {_CONFLICT}", "say in -m what it is about")
        found = client.report(arguments.status, arguments.message)
        publish_if_possible(repository)
        if arguments.json:
            show_json({"agent": found.agent, "status": found.status, "summary": found.summary, "at": text_of(found.at)})
        else:
            print(f"reported: {found.status}")
        return 0
    if not arguments.path and not arguments.others:
        raise UsageError("a conflict where, or with whom?", "pucs report conflict PATH, or --with AGENT")
    clash = client.report_conflict(arguments.path or "", arguments.message, arguments.others, arguments.severity)
    publish_if_possible(repository)
    if arguments.json:
        show_json(_document(clash, is_open=True))
    else:
        print(f"conflict {clash.id} with {shown(', '.join(clash.parties[1:]))} is recorded, and they are told")
    return 0


def _ask(arguments: argparse.Namespace) -> int:
    repository = here()
    if not 0 <= arguments.wait <= _LONGEST_WAIT:
        raise UsageError("--wait must be between 0 and 109 seconds", "a client ends its commands at 120 seconds")
    if arguments.show:
        view = repository.store.read()
        found: Help | None = view.record("help/" + arguments.show)
        if found is None:
            view.demand("help/" + arguments.show)
            raise UsageError(f"nobody asked {arguments.show}", "see: pucs answer")
        return _show(repository, _answered(repository, found, arguments.wait), as_json=arguments.json)
    if caller(repository) is None:
        raise UsageError("questions to people are agents'", "a person sees them with: pucs answer")
    asked = worker(repository).request_help(" ".join(arguments.question))
    publish_if_possible(repository)
    asked = _answered(repository, asked, arguments.wait)
    return _show(repository, asked, as_json=arguments.json)


def _answered(repository: Repository, asked: Help, seconds: float) -> Help:
    """The question, answered if somebody waits for that. Raises Refusal where nobody answers in time."""
    if not seconds:
        return asked
    found = reporting.awaited(repository, asked, seconds)
    if not found.answered:
        again = f"{repository.installation.command} ask --show {asked.id} --wait 100"
        raise Refusal(f"nobody answered {asked.id} yet", f"the answer comes as a notice; or wait again: {again}")
    return found


def _show(repository: Repository, asked: Help, *, as_json: bool) -> int:
    if as_json:
        show_json(_question(asked))
        return 0
    print(f"{asked.id}  {shown(asked.agent)} asks: {spoken(asked.question)}")
    if asked.answered:
        print(f"  {asked.by} (a person) answers: {spoken(asked.answer)}")
    else:
        print(f"  waits for a person: {repository.installation.command} answer {asked.id} TEXT")
    return 0


def _answer(arguments: argparse.Namespace) -> int:
    repository = here()
    if arguments.id is None:
        return _open(repository, as_json=arguments.json)
    for_people_only(repository, "pucs answer")
    if not arguments.text:
        raise UsageError("there is no answer", f"pucs answer {arguments.id} TEXT")
    found = reporting.answer(repository, arguments.id, " ".join(arguments.text), person())
    publish_if_possible(repository)
    told = (found.agent,) if isinstance(found, Help) else found.parties
    if arguments.json:
        show_json(_question(found) if isinstance(found, Help) else _document(found, is_open=False))
    else:
        print(f"{found.id} is answered; {shown(', '.join(told))} {'is' if len(told) == 1 else 'are'} told")
    return 0


def _open(repository: Repository, *, as_json: bool) -> int:
    found = questions(repository.store.read(), unanswered=True)
    clashes = [one for one, is_open in reporting.all_conflicts(repository) if is_open and reporting.is_reported(one)]
    now = repository.store.read().now
    lost = unreadable(repository, "help", "conflict")
    if as_json:
        conflicts = [_document(one, is_open=True) for one in clashes]
        show_json({"questions": [_question(one) for one in found], "conflicts": conflicts, **lost})
        return 0
    for one in found:
        print(f"{one.id}  {shown(one.agent)}, {ago(now - one.at)}: {spoken(one.question)}")
    for clash in clashes:
        print(line_of(clash, now))
    if not found and not clashes and not lost:
        print("nothing waits for an answer")
    return 0


def _conflicts(arguments: argparse.Namespace) -> int:
    repository = here()
    found = [one for one in reporting.all_conflicts(repository) if one[1] or not arguments.unresolved]
    lost = unreadable(repository, "conflict")
    if arguments.json:
        show_json({"conflicts": [_document(one, is_open=is_open) for one, is_open in found], **lost})
        return 0
    now = repository.store.read().now
    for one, is_open in found:
        print(f"{'open' if is_open else 'over'}  {line_of(one, now)}")
    if not found and not lost:
        print("no conflict is open" if arguments.unresolved else "no conflict is recorded")
    return 0


def line_of(conflict: Conflict, now: float) -> str:
    """One conflict on one line."""
    first, *others = conflict.parties
    when = ago(now - conflict.at)
    held = ", ".join(others)
    if reporting.is_reported(conflict):
        where = f" in {conflict.path}" if conflict.path else ""
        said = f"{conflict.id}: {first} reported one{where} with {held}, {when}: {spoken(conflict.note)}"
    elif conflict.type == DEPENDENCY:
        said = (
            f"{conflict.id}: {first} changed {conflict.path}, which {held} depends on, {when}: {spoken(conflict.note)}"
        )
    elif conflict.type == RESOURCE:
        used = f", which {held} used" if held else ""
        name, command = conflict.extra.get("resource"), spoken(conflict.command)
        said = f"{conflict.id}: {first} waited for {name}{used}, {when}: {command}"
    else:
        said = f"{conflict.id}: {first} changed {conflict.path}, which {held} held, {when}"
    decided = f"; decided by {conflict.resolved_by}: {spoken(conflict.resolution)}" if conflict.resolved else ""
    return shown(said + decided)


def _question(asked: Help) -> dict[str, Any]:
    known = asked._asdict()
    del known["extra"]
    answered = text_of(asked.answered) if asked.answered else None
    return {**known, "at": text_of(asked.at), "answered": answered}


def _document(conflict: Conflict, *, is_open: bool) -> dict[str, Any]:
    known = {**conflict.extra, **conflict._asdict()}
    del known["extra"]
    resolved = text_of(conflict.resolved) if conflict.resolved else None
    stamps = {"at": text_of(conflict.at), "resolved": resolved, "tree": tree_name(conflict.tree)}
    return {**known, "parties": list(conflict.parties), **stamps, "open": is_open}
