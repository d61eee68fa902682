"""`pucs snapshots`, `diff`, `undo`, `attribution`: what was kept, and the way back to it."""

from __future__ import annotations

import argparse
import difflib
import os
import shlex
import sys
import time
from typing import TYPE_CHECKING, Any

from pucs import steps
from pucs.cli.standing import caller, here, person, seconds_of, show_json
from pucs.client import comparing
from pucs.client.handling import inside_of
from pucs.client.publishing import move_soon
from pucs.client.recalling import Recall
from pucs.client.undoing import Return, Undo, Wish
from pucs.errors import Refusal, UsageError
from pucs.locks import PARKED
from pucs.model import ABSENT, UNKNOWN
from pucs.paths import printable
from pucs.times import text_of
from pucs.wording import ago

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pucs.client.comparing import Difference
    from pucs.client.opening import Repository
    from pucs.model import Snapshot

_SHOWN_LINES = 6
_SHOWN_NAME = 8


def add(commands: Any) -> None:
    """Adds this family's commands."""
    parser = commands.add_parser("snapshots", help="what was kept of files, and when: newest first")
    parser.add_argument("path", nargs="?", metavar="PATH", help="only of this file")
    parser.add_argument("--since", metavar="1h", help="only the last 90s, 30m, 1h, 2d")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.set_defaults(run=_snapshots)

    parser = commands.add_parser("diff", help="what was made of a file since its lock (an agent sees its own change)")
    parser.add_argument("path", metavar="PATH")
    parser.add_argument("--all", action="store_true", help="show an agent the changes of the others, too")
    parser.set_defaults(run=_diff)

    parser = commands.add_parser("undo", help="bring back what a command or an edit changed; can be undone itself")
    parser.add_argument("path", nargs="?", metavar="PATH", help="one file, one step back (default: the last command)")
    parser.add_argument("--since", metavar="1h", help="everything changed in the last 90s, 30m, 1h, 2d")
    parser.add_argument("--yes", action="store_true", help="do it without asking")
    parser.set_defaults(run=_undo)

    parser = commands.add_parser("attribution", help="which agent wrote which lines of a file")
    parser.add_argument("path", metavar="PATH")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.set_defaults(run=_attribution)


def _inside(repository: Repository, path: str) -> str:
    """The key of a path as the caller sees it from its folder."""
    return inside_of(repository, os.path.join(os.getcwd(), path))


def _snapshots(arguments: argparse.Namespace) -> int:
    repository = here()
    path = _inside(repository, arguments.path) if arguments.path else ""
    since = time.time() - seconds_of(arguments.since) if arguments.since else 0.0
    recall = Recall(repository)
    chosen = [
        entry
        for entry in reversed(steps.chained(recall.entries()))
        if entry.at >= since and (not path or (entry.path, entry.tree) == (path, repository.tree.id))
    ]
    lost = {entry: _lost(entry, recall) for entry in chosen}
    if arguments.json:
        show_json([{**entry._asdict(), "at": text_of(entry.at), "not_kept": lost[entry]} for entry in chosen])
    else:
        for entry in chosen:
            print(_line(entry, lost[entry]))
        if not chosen:
            print("nothing was kept")
    if recall.problem:
        sys.stderr.write(f"pucs: what was moved into git cannot be listed: {recall.problem}\n")
    move_soon(repository)
    return 0


def _line(entry: Snapshot, lost: list[str]) -> str:
    """One entry on one line."""
    stamp = text_of(entry.at).replace("T", " ").removesuffix("Z")
    change = _name(entry.before) + (f" -> {_name(entry.after)}" if entry.after != UNKNOWN else "")
    tree = "" if entry.tree == "." else f" [{entry.tree.rpartition(':')[0]}]"
    missing = f"  ({' and '.join(lost)} not kept)" if lost else ""
    what = f"  {printable(entry.what)}" if entry.what else ""
    who = entry.agent or "nobody known"
    return f"{stamp}  {who}  {entry.reason}  {printable(entry.path)}{tree}  {change}{what}{missing}"


def _lost(entry: Snapshot, recall: Recall) -> list[str]:
    sides = (("before", entry.before), ("after", entry.after))
    return [side for side, content in sides if content != UNKNOWN and not recall.has(content)]


def _name(content: str) -> str:
    if content in (ABSENT, UNKNOWN):
        return "no file" if content == ABSENT else "unknown"
    return content if content.startswith("large:") else content[:_SHOWN_NAME]


def _diff(arguments: argparse.Namespace) -> int:
    repository = here()
    path = _inside(repository, arguments.path)
    agent = None if arguments.all else caller(repository)
    found = comparing.differences(repository, path, agent)
    if not found:
        who = f"{agent.id} has" if agent is not None else "nobody has"
        print(f"{who} changed {printable(path)} since a lock on it was taken")
        return 0
    now = repository.store.read().now
    for difference in found:
        sys.stdout.write(_difference(difference, now))
    return 0


def _difference(difference: Difference, now: float) -> str:
    holding = difference.holding
    state = ", parked" if holding.state == PARKED else ""
    title = f"{printable(holding.path)}: {holding.lock.agent}, since {ago(now - holding.lock.acquired)}{state}\n"
    title += "".join(f"  not in it: {where}, of {agent}\n" for agent, where in difference.others.items())
    if difference.before is None:
        return title + "  what it held before was not kept\n"
    return title + ("".join(_unified(difference.before, difference.after, holding.path)) or "  no change yet\n")


def _unified(before: bytes, after: bytes, path: str) -> Iterable[str]:
    if b"\0" in before + after:
        return [f"  binary, {len(before)} bytes, now {len(after)}\n"] if before != after else []
    old, new = (data.decode("utf-8", "backslashreplace").splitlines(keepends=True) for data in (before, after))
    lines = difflib.unified_diff(old, new, f"a/{path}", f"b/{path}")
    return [line if line.endswith("\n") else line + "\n\\ No newline at end of file\n" for line in lines]


def _undo(arguments: argparse.Namespace) -> int:
    if arguments.path and arguments.since:
        raise UsageError("a path and --since cannot be undone together", "name one of them")
    repository = here()
    path = _inside(repository, arguments.path) if arguments.path else ""
    since = time.time() - seconds_of(arguments.since) if arguments.since else 0.0
    undo = Undo(repository, caller(repository), person())
    planned = undo.plan(Wish(path, since))
    for back in planned:
        print(_planned(back))
    if any(not back.refusal for back in planned) and not arguments.yes and not _agreed(_way(arguments)):
        print("nothing was changed")
        return 0
    done = undo.carry_out(planned)
    refused = [back for back in done if back.refusal]
    for back in refused:
        if back not in planned:
            print(f"{printable(back.path)}: refused: {back.refusal}")
    print(f"{len(done) - len(refused)} undone, {len(refused)} refused; undo this with: pucs undo")
    move_soon(repository)
    if refused:
        raise Refusal(f"{len(refused)} of {len(done)} files were left as they are", "see the lines above")
    return 0


def _way(arguments: argparse.Namespace) -> str:
    what = [shlex.quote(arguments.path)] if arguments.path else []
    what += ["--since", arguments.since] if arguments.since else []
    return " ".join(["pucs undo", *what, "--yes"])


def _agreed(way: str) -> bool:
    """Asks on a terminal. Raises UsageError where there is none to ask."""
    if not sys.stdin.isatty():
        raise UsageError("this is what undo would do, and there is no terminal to ask", f"do it with: {way}")
    try:
        return input("Do it? [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        return False


def _planned(back: Return) -> str:
    """What would happen to one file, with the beginning of its change."""
    last = back.step.last
    cause = f"{last.reason} by {last.agent or 'nobody known'}{f': {printable(last.what)}' if last.what else ''}"
    if back.refusal:
        return f"{printable(back.path)}: refused: {back.refusal}"
    does = "is removed" if back.to == ABSENT else "comes back" if back.now == ABSENT else "goes back"
    lines = list(_unified(back.before or b"", back.after or b"", back.path))
    changed = [line.rstrip("\n") for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---")]
    plus = sum(line.startswith("+") for line in changed)
    more = [f"… {len(changed) - _SHOWN_LINES} more lines"] if len(changed) > _SHOWN_LINES else []
    shown = [f"    {line}" for line in [*changed[:_SHOWN_LINES], *more]]
    head = f"{printable(back.path)} {does} (+{plus} -{len(changed) - plus}), {cause}, {text_of(last.at)}"
    return "\n".join([head, *shown])


def _attribution(arguments: argparse.Namespace) -> int:
    repository = here()
    path = _inside(repository, arguments.path)
    lines = comparing.authors(repository, path)
    if arguments.json:
        show_json(
            {
                "path": path,
                "lines": [
                    {"line": number, "author": line.author, "text": line.text.decode("utf-8", "backslashreplace")}
                    for number, line in enumerate(lines, 1)
                ],
            }
        )
        return 0
    width = max((len(line.author) for line in lines), default=0)
    for number, line in enumerate(lines, 1):
        text = line.text.decode("utf-8", "backslashreplace").rstrip("\r\n")
        print(f"{line.author:{width}}  {number:5}  {text}")
    return 0
