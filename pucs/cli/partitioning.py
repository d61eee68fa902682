"""`pucs partition`."""

from __future__ import annotations

import argparse
from typing import Any

from pucs.cli.standing import here, person, show_json, shown
from pucs.client.library import PUCSClient
from pucs.errors import UsageError
from pucs.paths import argument


def add(commands: Any) -> None:
    """Adds this family's command."""
    parser = commands.add_parser("partition", help="how two agents can share a file, or who of them waits")
    parser.add_argument("agents", nargs=2, metavar="AGENT")
    parser.add_argument("path", metavar="PATH", help="the file both need")
    parser.add_argument(
        "--wants", action="append", default=[], metavar="AGENT=SYMBOL", help="what an agent will change; repeatable"
    )
    parser.add_argument("--json", action="store_true", help="the whole proposal")
    parser.set_defaults(run=_partition)


def _partition(arguments: argparse.Namespace) -> int:
    repository = here()
    wants: dict[str, list[str]] = {name: [] for name in arguments.agents}
    for text in arguments.wants:
        name, mark, symbol = text.partition("=")
        if not mark or not symbol or name not in wants:
            raise UsageError(f"--wants {text} names no symbol for one of the two", "write --wants AGENT=SYMBOL")
        wants[name].append(symbol)
    one, other = arguments.agents
    found = PUCSClient(agent_id=person()).negotiate_partition(one, other, arguments.path, wants)
    if arguments.json:
        shares = [share._asdict() for share in found.shares]
        show_json({**found._asdict(), "shares": shares, "possible": not found.queued})
        return 0
    path = shown(found.path)
    if found.queued:
        print(f"{path}: {found.first} is first, {found.queued} waits: {found.reason}")
        print(f"  {found.queued} has a place in line: {repository.installation.command} wait {found.ticket}")
    else:
        print(f"{path} can be shared: {found.reason}")
    for share in found.shares:
        print(f"  {share.agent}: {', '.join(share.symbols) or 'nothing for now'}")
    for share in found.shares:
        if share.symbols and not found.queued:
            parts = " ".join(argument(f"{found.path}::{name}") for name in share.symbols)
            print(f"  {share.agent} may take it with: {repository.installation.command} lock {parts}")
    return 0
