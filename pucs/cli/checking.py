"""`pucs verify`, `pucs boundary`, `pucs check`: the gates' rules for CI and for whoever wants to know beforehand."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from pucs import messages
from pucs.cli.standing import caller, person, show_json
from pucs.client import verifying
from pucs.client.handling import inside_of
from pucs.client.opening import is_off, repository_at
from pucs.client.surveying import holdings_of
from pucs.locks import PARKED, related
from pucs.paths import argument, printable
from pucs.policy import critical
from pucs.report import Holding, tree_name
from pucs.wording import holder

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from pucs.client.opening import Repository
    from pucs.client.verifying import Report
    from pucs.commit_gate import Judged
    from pucs.model import Finding

_ESCAPES = {"a": 7, "b": 8, "t": 9, "n": 10, "v": 11, "f": 12, "r": 13, '"': 34, "\\": 92}


def add(commands: Any) -> None:
    """Adds this family's commands."""
    parser = commands.add_parser("verify", help="judge a range of commits by the rules of its base, without any state")
    parser.add_argument("range", metavar="RANGE", help="such as origin/main...HEAD")
    parser.add_argument("--branch", default="", help="the branch they are on (default: as CI says, else the one here)")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.set_defaults(run=_verify)

    parser = commands.add_parser("boundary", help="are the changes of this branch inside its stream?")
    parser.add_argument("--stream", default="", help="default: PUCS_STREAM, else the branch's")
    parser.add_argument("--base", default="", metavar="REF", help="where the branch started (default: the trunk)")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.set_defaults(run=_boundary)

    parser = commands.add_parser("check", help="are these files being changed by somebody else right now?")
    parser.add_argument("--files", nargs="+", required=True, metavar="PATH", help="paths, or one text of them")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.set_defaults(run=_check)


def _verify(arguments: argparse.Namespace) -> int:
    report = verifying.verify(arguments.range, arguments.branch, os.environ)
    refused = any(one.binding for one in report.judged)
    if arguments.json:
        show_json(
            _document(report) | {"commits": len(report.commits), "findings": [_entry(one) for one in report.judged]}
        )
        return int(refused)
    for one in report.judged:
        print(("" if one.binding else "warning: ") + _line(one))
    last = {name: made.id for made in reversed(report.commits) for name in made.names}
    for finding in report.reviews:
        print(f"{last[finding.path][:12]} {_review(finding)}")
    _say_ground(report)
    _summary(f"{len(report.commits)} commits", report.stream, refused=refused)
    return int(refused)


def _boundary(arguments: argparse.Namespace) -> int:
    report = verifying.boundary(arguments.stream, arguments.base, os.environ)
    refused = bool(report.strays) and report.binds
    if arguments.json:
        strays = [{"rule": one.rule, "path": _text(one.path), "owners": list(one.owners)} for one in report.strays]
        show_json(_document(report) | {"files": len(report.names), "binding": report.binds, "findings": strays})
        return int(refused)
    for finding in report.strays:
        print(("" if report.binds else "warning: ") + _stray(finding, report.stream or ""))
    for finding in report.reviews:
        print(_review(finding))
    _say_ground(report)
    _summary(f"{len(report.names)} changed files", report.stream, refused=refused)
    return int(refused)


def _check(arguments: argparse.Namespace) -> int:
    repository = repository_at(os.getcwd())
    names = list(_paths(arguments.files))
    binding, elsewhere = _held(repository, names) if repository is not None else ([], [])
    if arguments.json:
        found = {"held": [_holding(one) for one in binding], "elsewhere": [_holding(one) for one in elsewhere]}
        show_json({"guarded": repository is not None, "files": [_text(name) for name in names], **found})
        return int(bool(binding))
    if repository is None:
        sys.stderr.write("pucs: PUCS does not guard this clone, so nobody holds anything here\n")
        return 0
    now = repository.store.read().now
    for one in binding:
        way = f"{repository.installation.command} {'adopt' if one.state == PARKED else 'wait'} {argument(one.path)}"
        print(f"{printable(one.path)}: {one.state}: {holder(one.lock, now)}. Run: {way}")
    for one in elsewhere:
        print(f"warning: {printable(one.path)}: changed in worktree {tree_name(one.tree)} by {holder(one.lock, now)}")
    if not binding and not elsewhere:
        print(f"{len(names)} files: nobody else is changing them")
    return int(bool(binding))


def _held(repository: Repository, names: Iterable[str]) -> tuple[list[Holding], list[Holding]]:
    """What others hold in this tree (or anywhere, where only one tree may), and what they hold elsewhere."""
    view = repository.store.read()
    agent = caller(repository)
    me = agent.id if agent else person()
    binding: list[Holding] = []
    elsewhere: list[Holding] = []
    for name in names if not is_off(view) else ():
        path = inside_of(repository, name)
        alone = critical(repository.policy, path) is not None or repository.policy.locks.across_worktrees == "deny"
        for one in holdings_of(repository, path, view):
            if not related(one.lock.agent, me):
                (binding if one.tree == repository.tree.id or alone else elsewhere).append(one)
    return binding, elsewhere


def _paths(texts: list[str]) -> Iterable[str]:
    """The paths of the arguments; one argument may hold many, a line each or parted by blanks, as git prints them."""
    for text in texts:
        lines = [text] if _is_there(text) else text.split("\n")
        if len(texts) == 1 and len(lines) == 1 and not text.startswith('"') and not _is_there(text):
            lines = text.split()
        yield from (_unquoted(line.strip()) for line in lines if line.strip())


def _is_there(text: str) -> bool:
    return bool(text) and os.path.lexists(text)


def _unquoted(name: str) -> str:
    r"""The path that git's `"caf\303\251"` stands for."""
    if len(name) < 2 or name[0] != '"' or name[-1] != '"':  # noqa: PLR2004
        return name
    data, text, position = bytearray(), name[1:-1], 0
    while position < len(text):
        step = 1
        if text[position] != "\\":
            data += text[position].encode("utf-8", "surrogateescape")
        elif text[position + 1 : position + 4].isdigit():
            data.append(int(text[position + 1 : position + 4], 8) & 0xFF)
            step = 4
        else:
            data.append(_ESCAPES.get(text[position + 1 : position + 2], 63))
            step = 2
        position += step
    return data.decode("utf-8", "surrogateescape")


def _line(one: Judged) -> str:
    if one.fault is not None:
        said = messages.sentence(one.fault, one.stream)
        return f"{one.commit[:12]} subject: {said}. Reword it: git rebase -i {one.commit[:12]}^"
    return f"{one.commit[:12]} {_stray(one.finding, one.stream)}" if one.finding else ""


def _stray(finding: Finding, stream: str) -> str:
    owner = finding.owners[0]
    return (
        f"{printable(finding.path)}: belongs to stream {' and '.join(finding.owners)}, not to stream {stream}. "
        f"Take the change out, and make it on a branch feature/stream-{owner}"
    )


def _review(finding: Finding) -> str:
    if finding.owners:
        return f"{printable(finding.path)}: needs review: stream {' and '.join(finding.owners)} is critical"
    return f"{printable(finding.path)}: needs review{' and its tests' if finding.note else ''}: it is a critical file"


def _document(report: Report) -> dict[str, Any]:
    reviews = [{"path": _text(one.path), "owners": list(one.owners), "tests": bool(one.note)} for one in report.reviews]
    ground = {"base": report.base, "head": report.head, "stream": report.stream, "has_rules": report.has_rules}
    return {**ground, "needs_review": reviews}


def _entry(one: Judged) -> dict[str, Any]:
    entry: dict[str, Any] = {"commit": one.commit, "stream": one.stream, "binding": one.binding, "message": _line(one)}
    if one.fault is not None:
        return {**entry, "rule": one.fault.rule, "subject": one.fault.subject}
    finding = one.finding
    return (
        {**entry, "rule": finding.rule, "path": _text(finding.path), "owners": list(finding.owners)}
        if finding
        else entry
    )


def _holding(one: Holding) -> dict[str, Any]:
    lock = one.lock
    return {
        "path": _text(one.path),
        "worktree": tree_name(one.tree),
        "agent": lock.agent,
        "stream": lock.stream,
        "task": lock.task,
        "state": one.state,
    }


def _text(name: str) -> str:
    """The path as JSON can say it: bytes that are no UTF-8 are replaced."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _say_ground(report: Report) -> None:
    if not report.has_rules:
        sys.stderr.write(f"pucs: {verifying.CONFIG} is not in {report.base[:12]}: no rule binds\n")


def _summary(what: str, stream: str | None, *, refused: bool) -> None:
    where = f" of stream {stream}" if stream else ""
    if not refused:
        print(f"{what}{where}: nothing against the rules")
