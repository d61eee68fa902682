"""`pucs off` and `pucs on`: the switch for people."""

from __future__ import annotations

import argparse
import time
from typing import Any

from pucs.cli.standing import for_people_only, here, person, publish_if_possible, seconds_of
from pucs.client import handling


def add(commands: Any) -> None:
    """Adds this family's commands."""
    parser = commands.add_parser("off", help="switch the guard of this repository off (people only; logged)")
    parser.add_argument("--for", dest="duration", metavar="30m", help="switch it on again by itself after this time")
    parser.set_defaults(run=_off)
    parser = commands.add_parser("on", help="switch the guard on again")
    parser.set_defaults(run=_on)


def _off(arguments: argparse.Namespace) -> int:
    repository = here()
    for_people_only(repository, "pucs off")
    seconds = 0.0 if arguments.duration is None else seconds_of(arguments.duration)
    until = handling.switch_off(repository, seconds, person())
    publish_if_possible(repository)
    when = time.strftime("until %H:%M:%S", time.localtime(until)) if until else "until `pucs on`"
    print(f"PUCS is off in this repository {when}: nobody is kept out of anything")
    return 0


def _on(_arguments: argparse.Namespace) -> int:
    repository = here()
    for_people_only(repository, "pucs on")
    was_off = handling.switch_on(repository, person())
    publish_if_possible(repository)
    print("PUCS is on again" if was_off else "PUCS was on")
    return 0
