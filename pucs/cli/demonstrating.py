"""`pucs demo`: three agents and a person in a temporary repository, through the installed hooks, live."""

from __future__ import annotations

import argparse
from typing import Any


def add(commands: Any) -> None:
    """Adds this family's commands."""
    parser = commands.add_parser("demo", help="watch three agents share a temporary repository, through the real hooks")
    parser.add_argument("--keep", action="store_true", help="leave the repository for a look")
    parser.add_argument("--fast", action="store_true", help="no pauses between the steps")
    parser.set_defaults(run=_demo)


def _demo(arguments: argparse.Namespace) -> int:
    from pucs.cli.scene import play  # noqa: PLC0415 - nobody else needs a stage

    return play(keep=arguments.keep, fast=arguments.fast)
