"""`pucs lock`, `unlock`, `adopt`, `locks`."""

from __future__ import annotations

import argparse
import time
from typing import Any

from pucs.cli.standing import (
    caller,
    for_people_only,
    here,
    person,
    publish_if_possible,
    show_json,
    shown,
    unreadable,
    worker,
)
from pucs.client import adopting, handling
from pucs.client.surveying import survey
from pucs.errors import UsageError
from pucs.locks import HELD, texts_of
from pucs.report import Holding, tree_name
from pucs.times import text_of
from pucs.wording import holder

_NAMED = 4


def add(commands: Any) -> None:
    """Adds this family's commands."""
    parser = commands.add_parser("locks", help="who holds what")
    parser.add_argument("--json", action="store_true", help="as file_locks.json, computed now")
    parser.set_defaults(run=_locks)

    parser = commands.add_parser("lock", help="take explicit locks on paths, all or none")
    parser.add_argument("paths", nargs="+", metavar="PATH")
    parser.add_argument("--task", default="", help="what for; others are told")
    parser.add_argument("--minutes", type=minutes, help="how long (default: locks.default_duration_min)")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.set_defaults(run=_lock)

    parser = commands.add_parser("unlock", help="give explicit locks back")
    parser.add_argument("paths", nargs="*", metavar="PATH", help="default: all of the caller's")
    parser.add_argument("--force", action="store_true", help="take any agent's lock off these paths (people only)")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.set_defaults(run=_unlock)

    parser = commands.add_parser("adopt", help="take over parked changes of an agent that is gone; a copy is kept")
    parser.add_argument("paths", nargs="+", metavar="PATH")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.set_defaults(run=_adopt)


def minutes(text: str) -> float:
    """A number of minutes above 0, for argparse."""
    value = float(text)
    if not 0 < value < 1e6:  # noqa: PLR2004
        raise argparse.ArgumentTypeError("must be more than 0")
    return value


def _locks(arguments: argparse.Namespace) -> int:
    repository = here()
    publish_if_possible(repository)
    surveyed = survey(repository)
    lost = unreadable(repository, "path")
    if arguments.json:
        from pucs.report import file_locks  # noqa: PLC0415

        show_json({**file_locks(surveyed), **lost})
        return 0
    for holding in surveyed.holdings:
        print(line_of(holding, surveyed.now))
    if not surveyed.holdings and not lost:
        print("nothing is locked")
    return 0


def line_of(holding: Holding, now: float) -> str:
    """One lock on one line."""
    left = round((holding.expires - now) / 60)
    until = f"{left} min left" if left > 0 else "over time"
    state = until if holding.state == HELD else "parked: uncommitted bytes, its agent is gone or idle"
    waiting = f", {len(holding.waiters)} waiting: {_some(holding.waiters)}" if holding.waiters else ""
    tree = "" if holding.tree == "." else f" [{tree_name(holding.tree)}]"
    parts = "".join(f" {text}" for text in texts_of(holding.lock.parts))
    return f"{shown(holding.path)}{shown(parts)}{tree}  {holder(holding.lock, now)}  ({state}{waiting})"


def _some(agents: tuple[str, ...]) -> str:
    more = f" and {len(agents) - _NAMED} more" if len(agents) > _NAMED else ""
    return shown(", ".join(agents[:_NAMED])) + more


def _lock(arguments: argparse.Namespace) -> int:
    repository = here()
    client = worker(repository)
    taken = client.acquire_locks(arguments.paths, arguments.task, arguments.minutes)
    if arguments.json:
        pairs = zip(arguments.paths, taken, strict=True)
        locks = [{"path": path, "expires": text_of(lock.expires())} for path, lock in pairs]
        show_json({"agent": client.agent_id, "locks": locks})
    else:
        for path, lock in zip(arguments.paths, taken, strict=True):
            print(f"{shown(path)} is yours until {time.strftime('%H:%M:%S', time.localtime(lock.expires()))}")
    publish_if_possible(repository)
    return 0


def _unlock(arguments: argparse.Namespace) -> int:
    repository = here()
    if arguments.force:
        for_people_only(repository, "unlock --force")
        if not arguments.paths:
            raise UsageError("unlock --force needs paths", "name the paths whose locks are to go")
        paths = [handling.inside_of(repository, path) for path in arguments.paths]
        broken = handling.break_locks(repository, paths, person())
        if arguments.json:
            show_json({"broken": [{"path": one.path, "agent": one.lock.agent} for one in broken]})
        else:
            for holding in broken:
                print(f"{shown(holding.path)}: the lock of {holding.lock.agent} is gone; a copy of the file is kept")
    else:
        client = worker(repository)
        released = client.release_locks(arguments.paths or None)
        if arguments.json:
            show_json({"agent": client.agent_id, "released": list(released)})
        else:
            print("\n".join(f"{shown(path)} is free" for path in released) or "no lock of yours was there to give back")
    publish_if_possible(repository)
    return 0


def _adopt(arguments: argparse.Namespace) -> int:
    repository = here()
    found = []
    for name in arguments.paths:
        path = handling.inside_of(repository, name)
        for lock in adopting.adopt(repository, path, caller(repository), person()):
            found.append({"path": path, "from": lock.agent})
            if not arguments.json:
                print(f"{shown(path)}: the change of {lock.agent} is yours now")
    if arguments.json:
        show_json({"adopted": found})
    publish_if_possible(repository)
    return 0
