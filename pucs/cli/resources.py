"""`pucs resources`, `pucs run`, `pucs env`."""

from __future__ import annotations

import argparse
import os
import shlex
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from pucs.cli.standing import caller, here, person, show_json, shown, unreadable
from pucs.client import lending
from pucs.client.resourcing import environment, ticks
from pucs.errors import Refusal, UsageError
from pucs.resources import TICKS
from pucs.wording import ago

if TYPE_CHECKING:
    from pucs.client.lending import Use

_LONGEST_WAIT = 109.0


def add(commands: Any) -> None:
    """Adds this family's commands."""
    parser = commands.add_parser("resources", help="the shared things of the configuration: who uses them, who waits")
    parser.add_argument("--wait", nargs="+", metavar="NAME", help="stand in line until it is your turn, kept for 2 min")
    parser.add_argument("--timeout", type=float, default=100.0, metavar="SECONDS", help="at most 109 (default 100)")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.set_defaults(run=_resources)

    parser = commands.add_parser("run", help="run a command with its resources held, and with their values")
    parser.add_argument(
        "--timeout", type=float, default=100.0, metavar="SECONDS", help="how long to wait (default 100)"
    )
    parser.add_argument("words", nargs=argparse.REMAINDER, metavar="NAME … -- COMMAND")
    parser.set_defaults(run=_run)

    parser = commands.add_parser("env", help="the values of resources for this working tree, as a shell reads them")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.set_defaults(run=_env)


def _resources(arguments: argparse.Namespace) -> int:
    repository = here()
    if arguments.wait:
        if not 0 <= arguments.timeout <= _LONGEST_WAIT:
            raise UsageError("--timeout must be between 0 and 109 seconds", "a client ends its commands at 120 seconds")
        rules = tuple(rule for rule in lending.rules_named(repository, arguments.wait) if rule.limit or rule.rate)
        agent = lending.caller_or_person(repository, caller(repository), person())
        lending.stand(repository, rules, agent, arguments.timeout, _say)
        print("it is your turn: run your command within 2 minutes")
        return 0
    found = lending.uses(repository)
    lost = unreadable(repository, "resource")
    if arguments.json:
        show_json({"resources": [_document(use) for use in found], **lost, "version": 1})
        return 0
    for use in found:
        print(shown(_row(use)))
    if not found:
        print("the configuration names no resources")
    return 0


def _row(use: Use) -> str:
    rule, now = use.rule, ticks()
    words = [rule.name]
    words += [f"{len(use.slots)} of {rule.limit} in use"] if rule.limit else []
    words += [f"{use.used} of {rule.rate} uses in {rule.per_s / 60:g} min"] if rule.rate else []
    if rule.limit:
        words += [f"{one.agent} ({ago((now - one.tick) / TICKS)}: {one.what})" for one in use.slots]
    words += ["in line: " + ", ".join(one.agent for one in use.turns)] if use.turns else []
    words += [f"{rule.env} of {tree}: {value}" for tree, value in use.given.items()]
    return "  ".join(words)


def _document(use: Use) -> dict[str, Any]:
    rule, now = use.rule, ticks()
    holders = [
        {"agent": one.agent, "what": one.what, "seconds": round((now - one.tick) / TICKS, 1)} for one in use.slots
    ]
    return {
        "name": rule.name,
        "limit": rule.limit or None,
        "rate": rule.rate or None,
        "per_min": rule.per_s / 60 if rule.rate else None,
        "holders": holders if rule.limit else [],
        "uses": use.used,
        "line": [one.agent for one in use.turns],
        "env": rule.env or None,
        "values": dict(use.given),
    }


def _run(arguments: argparse.Namespace) -> int:
    names, command = _parted(arguments.words)
    repository = here()
    rules = lending.rules_named(repository, names)
    agent = lending.caller_or_person(repository, caller(repository), person())
    environ = {**os.environ, **environment(repository)}
    with lending.held(repository, rules, agent, shlex.join(command), (arguments.timeout, _say)):
        try:
            child = subprocess.Popen(command, env=environ)
        except OSError as error:
            raise Refusal(f"{command[0]} cannot be run: {error.strerror}", "name a program after --") from None
        return _ended(child)


def _ended(child: subprocess.Popen[bytes]) -> int:
    """The exit code of the command, as a shell would give it; what the keyboard sends reaches it without us."""

    def passed_on(number: int, _frame: object) -> None:
        child.send_signal(number)

    before = {number: signal.signal(number, passed_on) for number in (signal.SIGTERM, signal.SIGHUP)}
    before[signal.SIGINT] = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        code = child.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return code if code >= 0 else 128 - code


def _parted(words: list[str]) -> tuple[list[str], list[str]]:
    """The names before `--`, and the command after it."""
    place = words.index("--") if "--" in words else 0
    names, command = words[:place], words[place + 1 :]
    if not names or not command:
        raise UsageError("there is no command", "pucs run NAME -- COMMAND")
    return names, command


def _env(arguments: argparse.Namespace) -> int:
    values = environment(here())
    if arguments.json:
        show_json({"env": values, "version": 1})
        return 0
    for name, value in values.items():
        print(f"export {name}={shlex.quote(value)}")
    return 0


def _say(text: str) -> None:
    sys.stderr.write(f"pucs: {shown(text)}\n")
    sys.stderr.flush()
