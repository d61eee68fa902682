"""`pucs agents`, `pause`, `resume`, `terminate`."""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING, Any

from pucs.cli.standing import caller, here, person, publish_if_possible, seconds_of, show_json, shown
from pucs.client import attendance, halting
from pucs.client.opening import is_off
from pucs.errors import Refusal, UsageError
from pucs.locks import related
from pucs.orders import EVERYBODY
from pucs.presence import GONE
from pucs.times import text_of
from pucs.wording import ago

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pucs.client.opening import Repository
    from pucs.model import Agent
    from pucs.presence import Presence

_NAMED = 3


def add(commands: Any) -> None:
    """Adds this family's commands."""
    parser = commands.add_parser("agents", help="every agent: its stream, what it does, its locks, when it was seen")
    parser.add_argument("--all", action="store_true", help="also those that ended, died or were told to end")
    parser.add_argument("--json", action="store_true", help="all of them as one JSON document")
    parser.set_defaults(run=_agents)

    parser = commands.add_parser("pause", help="keep an agent, a stream or everybody from writing; reading goes on")
    _add_scope(parser)
    parser.add_argument("--for", dest="duration", metavar="30m", help="let it end by itself after this time")
    parser.add_argument("--why", default="", metavar="TEXT", help="what the agents are told")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.set_defaults(run=_pause)

    parser = commands.add_parser("resume", help="let them go on that were paused or told to end")
    _add_scope(parser)
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.set_defaults(run=_resume)

    parser = commands.add_parser("terminate", help="end the loop of an agent; what it left uncommitted is kept")
    _add_scope(parser)
    parser.add_argument("--why", default="", metavar="TEXT", help="what the agents are told")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.set_defaults(run=_terminate)


def _add_scope(parser: argparse.ArgumentParser) -> None:
    scope = parser.add_mutually_exclusive_group(required=True)
    scope.add_argument("agent", nargs="?", metavar="AGENT")
    scope.add_argument("--stream", metavar="STREAM", help="every agent of this stream")
    scope.add_argument("--all", action="store_true", help="every agent")


def _agents(arguments: argparse.Namespace) -> int:
    repository = here()
    publish_if_possible(repository)
    found = attendance.everyone(repository)
    now = repository.store.read().now
    if arguments.json:
        show_json({"agents": [_document(one) for one in found], "published_at": text_of(now), "version": 1})
        return 0
    gone = [one for one in found if one.state in GONE]
    listed = found if arguments.all else [one for one in found if one not in gone]
    for one in listed:
        print(_row(one, now))
    if not listed:
        print("no agent is at work")
    if gone and not arguments.all:
        print(f"and {len(gone)} more that {'is' if len(gone) == 1 else 'are'} gone (--all shows them)")
    return 0


def _row(one: Presence, now: float) -> str:
    words = [one.agent, f"stream {one.stream}" if one.stream else "", one.state]
    words[-1] += f" {one.about}" if one.about else ""
    words.append(f"seen {ago(now - one.seen)}")
    if one.locks:
        more = f" and {len(one.locks) - _NAMED} more" if len(one.locks) > _NAMED else ""
        words.append(f"holds {', '.join(one.locks[:_NAMED])}{more}")
    words.append(one.task)
    words.append(f"reported {one.report}" if one.report else "")
    return "  ".join(shown(word) for word in words if word)


def _document(one: Presence) -> dict[str, Any]:
    known = one._asdict()
    del known["extra"]
    began = text_of(one.began) if one.began else None
    return {**known, "locks": list(one.locks), "seen": text_of(one.seen), "began": began}


def _pause(arguments: argparse.Namespace) -> int:
    repository = here()
    scope, by = _scope(repository, arguments, "pause")
    seconds = 0.0 if arguments.duration is None else seconds_of(arguments.duration)
    found = halting.pause(repository, scope, by, arguments.why, seconds)
    until = time.strftime(" until %H:%M:%S", time.localtime(time.time() + seconds)) if seconds else ""
    newcomers = "" if scope == arguments.agent else ", and whoever joins"
    _say(repository, arguments, found, f"paused{until}", newcomers)
    return 0


def _terminate(arguments: argparse.Namespace) -> int:
    repository = here()
    scope, by = _scope(repository, arguments, "terminate")
    _say(repository, arguments, halting.terminate(repository, scope, by, arguments.why), "told to end", "")
    return 0


def _resume(arguments: argparse.Namespace) -> int:
    repository = here()
    scope, by = _scope(repository, arguments, "resume")
    agent = caller(repository)
    found, lifted = halting.resume(repository, scope, by, own=agent is not None)
    if not found and not lifted:
        whose = " by you or your subagents" if agent is not None else ""
        raise Refusal(
            f"nobody meant by that was told to pause or to end{whose}",
            f"see who was: {repository.installation.command} agents --all",
        )
    _say(repository, arguments, found, "may go on", ", and whoever joins" if lifted else "")
    return 0


def _scope(repository: Repository, arguments: argparse.Namespace, what: str) -> tuple[str, str]:
    """Whom the order is for, and who gives it; an agent orders nobody but itself and its subagents."""
    if not (arguments.agent or arguments.stream or arguments.all):
        raise UsageError(f"pucs {what} whom?", f"name an agent, or: pucs {what} --stream STREAM, pucs {what} --all")
    scope = halting.scope_of(repository, arguments.agent or "", arguments.stream or "")
    agent = caller(repository)
    if agent is None:
        return scope, person()
    if scope == EVERYBODY or not related(agent.id, scope):
        raise Refusal(
            f"an agent may {what} itself and its subagents, and {agent.id} is an agent",
            "ask the person you work for",
        )
    return scope, agent.id


def _say(repository: Repository, arguments: argparse.Namespace, found: Sequence[Agent], what: str, more: str) -> None:
    publish_if_possible(repository)
    if arguments.json:
        show_json({"agents": [agent.id for agent in found], "newcomers": bool(more)})
        return
    names = ", ".join(shown(agent.id) for agent in found) or "nobody who is here"
    print(f"{what}: {names}{more}")
    if found and is_off(repository.store.read()):
        print("the guard is off: nobody is kept from anything until `pucs on`")
    elif found and repository.policy.guard.mode == "observe":
        print("guard.mode is observe: what they write is logged, and not denied")
