"""`pucs message`, `pucs notices`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from pucs.cli.standing import caller, here, person, show_json, shown, unreadable
from pucs.client import delivering, messaging
from pucs.errors import UsageError
from pucs.times import text_of

if TYPE_CHECKING:
    import argparse

    from pucs.client.messaging import Unread

_AT_ONCE = 20


def add(commands: Any) -> None:
    """Adds this family's commands."""
    parser = commands.add_parser("message", help="tell an agent something at its next tool call")
    parser.add_argument("words", nargs="+", metavar="AGENT TEXT", help="with --stream or --all only TEXT")
    parser.add_argument("--stream", metavar="STREAM", help="to every agent at work in this stream")
    parser.add_argument("--all", action="store_true", help="to every agent at work")
    parser.add_argument("--severity", choices=messaging.SEVERITIES, default="info", help="the severest are told first")
    parser.add_argument(
        "--about", default="", metavar="MATTER", help="replaces what you sent about it, if still unread"
    )
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.set_defaults(run=_message)

    parser = commands.add_parser("notices", help="what agents are to be told and are not proven to have read")
    parser.add_argument("--agent", metavar="AGENT", help="of this agent (in an agent's shell: its own)")
    parser.add_argument("--take", action="store_true", help="for agents without hooks: they count as told to you")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.set_defaults(run=_notices)


def _message(arguments: argparse.Namespace) -> int:
    repository = here()
    named = not (arguments.stream or arguments.all)
    if arguments.stream and arguments.all:
        raise UsageError("--all and --stream together are one too many", "choose one")
    to, words = (arguments.words[0], arguments.words[1:]) if named else ("", arguments.words)
    if not words:
        raise UsageError("the message has no text", 'pucs message AGENT "what it should know"')
    agent = caller(repository)
    sender = agent.id if agent is not None else person()
    letter = messaging.Letter(sender, " ".join(words), arguments.severity, arguments.about)
    sent = messaging.send(repository, letter, to, arguments.stream or "")
    if arguments.json:
        show_json({"sent": [{"agent": one.agent, "id": one.id} for one in sent], "from": sender, "version": 1})
        return 0
    print(f"sent to {shown(messaging.names_of(sent))}: told at the next tool call")
    return 0


def _notices(arguments: argparse.Namespace) -> int:
    repository = here()
    agent = caller(repository)
    own = agent.id if agent is not None else ""
    name = arguments.agent or own
    if not arguments.take:
        _show(messaging.unread(repository, name), arguments, unreadable(repository, "inbox"))
        return 0
    if not name or own not in ("", name):
        raise UsageError("--take is for the agent that reads them", "say which you are: pucs notices --take --agent ID")
    client = agent.process if agent is not None else None
    found = messaging.taken(repository, name, client, _AT_ONCE)
    _show(found, arguments, unreadable(repository, "inbox"))
    sys.stdout.flush()
    delivering.printed()
    return 0


def _show(found: tuple[Unread, ...], arguments: argparse.Namespace, lost: dict[str, int]) -> None:
    if arguments.json:
        show_json({"notices": [_document(one) for one in found], **lost, "version": 1})
        return
    for one in found:
        told = " (told, not yet known to be read)" if one.told and not arguments.take else ""
        print(shown(one.said if arguments.take else f"{one.agent}: {one.said}{told}"))
    if not found and not lost:
        print("no notices")


def _document(one: Unread) -> dict[str, Any]:
    known = one._asdict()
    sender = known.pop("sender")
    return {**known, "from": sender or "pucs", "at": text_of(one.at)}
