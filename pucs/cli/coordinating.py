"""`pucs agents`, `claim`, `leave`, `pause`, `resume`, `terminate`."""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING, Any

from pucs import streams
from pucs.cli.standing import (
    caller,
    here,
    lives_with_the_caller,
    person,
    publish_if_possible,
    seconds_of,
    show_json,
    shown,
    spoken,
    unreadable,
)
from pucs.client import attendance, halting, joining
from pucs.client.library import PUCSClient
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
    from pucs.streams import Place

_NAMED = 3
_LONGEST_WAIT = 109.0


def add(commands: Any) -> None:
    """Adds this family's commands."""
    parser = commands.add_parser("agents", help="every agent: its stream, what it does, its locks, when it was seen")
    parser.add_argument("--all", action="store_true", help="also those that ended, died or were told to end")
    parser.add_argument("--json", action="store_true", help="all of them as one JSON document")
    parser.set_defaults(run=_agents)

    parser = commands.add_parser("claim", help="ask for a place in a stream, or say how many there are in each")
    parser.add_argument("stream", nargs="?", metavar="STREAM")
    parser.add_argument("--wait", type=float, default=0.0, metavar="SECONDS", help="wait for a place, at most 109")
    parser.add_argument("--agent", metavar="AGENT", help="the place is for this agent (people only)")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.set_defaults(run=_claim)

    parser = commands.add_parser("leave", help="give the place in a stream back, and wait for none")
    parser.add_argument("--agent", metavar="AGENT", help="of this agent (people only)")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.set_defaults(run=_leave)

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
    lost = unreadable(repository, "agent", "report")
    if arguments.json:
        show_json({"agents": [_document(one) for one in found], **lost, "published_at": text_of(now), "version": 1})
        return 0
    gone = [one for one in found if one.state in GONE]
    listed = found if arguments.all else [one for one in found if one not in gone]
    for one in listed:
        print(_row(one, now))
    if not listed and not lost:
        print("no agent is at work")
    if gone and not arguments.all:
        print(f"and {len(gone)} more that {'is' if len(gone) == 1 else 'are'} gone (--all shows them)")
    return 0


def _row(one: Presence, now: float) -> str:
    words = [one.agent, f"stream {one.stream}" if one.stream else "", one.state]
    words[-1] += f" {spoken(one.about)}" if one.about else ""
    words.append(f"seen {ago(now - one.seen)}")
    if one.locks:
        more = f" and {len(one.locks) - _NAMED} more" if len(one.locks) > _NAMED else ""
        words.append(f"holds {', '.join(one.locks[:_NAMED])}{more}")
    words.append(spoken(one.task))
    words.append(f"reported {spoken(one.report)}" if one.report else "")
    return "  ".join(shown(word) for word in words if word)


def _document(one: Presence) -> dict[str, Any]:
    known = one._asdict()
    del known["extra"]
    began = text_of(one.began) if one.began else None
    return {**known, "locks": list(one.locks), "seen": text_of(one.seen), "began": began}


def _claim(arguments: argparse.Namespace) -> int:
    repository = here()
    if arguments.stream is None:
        return _places(repository, arguments)
    if not 0 <= arguments.wait <= _LONGEST_WAIT:
        raise UsageError("--wait must be between 0 and 109 seconds", "a client ends its commands at 120 seconds")
    name = _member(repository, arguments)
    client = PUCSClient(agent_id=name)
    lives_with_the_caller(client, caller(repository))
    place = client.claim_stream(arguments.stream, arguments.wait)
    publish_if_possible(repository)
    if arguments.json:
        show_json({**place._asdict(), "members": list(place.members)})
        return 0 if place.granted else 1
    if not place.granted:
        raise Refusal(
            f"stream {place.stream} is full ({_of(place)}: {', '.join(place.members)}); "
            f"{place.agent} waits for a place, {place.before} before it",
            f"work on something else: it is told; or stand by: {repository.installation.command} claim "
            f"{place.stream} --wait 100",
        )
    files = joining.rule_of(repository, place.stream).files
    print(f"{place.agent} is in stream {place.stream} ({_of(place)}){f': {files}' if files else ''}")
    return 0


def _places(repository: Repository, arguments: argparse.Namespace) -> int:
    view = repository.store.read()
    found = [(streams.place_of("", rule, view), streams.waiting(rule.name, view)) for rule in repository.policy.streams]
    lost = unreadable(repository, "agent", "roster")
    if arguments.json:
        show_json({"streams": [_document_of(place, [name for name, _ in line]) for place, line in found], **lost})
        return 0
    for place, line in found:
        waiting = f"; waiting: {', '.join(name for name, _ in line)}" if line else ""
        print(f"{place.stream}  {_of(place)}  {', '.join(place.members) or 'nobody'}{waiting}")
    if not found:
        print("no streams are configured")
    return 0


def _document_of(place: Place, waiting: list[str]) -> dict[str, Any]:
    return {"stream": place.stream, "members": list(place.members), "most": place.most, "waiting": waiting}


def _of(place: Place) -> str:
    return f"{len(place.members)} of {place.most} agents" if place.most is not None else f"{len(place.members)} agents"


def _leave(arguments: argparse.Namespace) -> int:
    repository = here()
    name = _member(repository, arguments)
    left = PUCSClient(agent_id=name).leave_stream()
    publish_if_possible(repository)
    if arguments.json:
        show_json({"agent": name, "left": left})
    else:
        print(f"{name} left stream {left}" if left else f"{name} has no place that it claimed")
    return 0


def _member(repository: Repository, arguments: argparse.Namespace) -> str:
    """Whose place it is about: the caller's, or the agent's that a person names."""
    agent = caller(repository)
    if arguments.agent:
        if agent is not None and agent.id != arguments.agent:
            raise Refusal(f"--agent is for people, and {agent.id} is an agent", "leave --agent out")
        halting.scope_of(repository, arguments.agent)
        return str(arguments.agent)
    if agent is None:
        raise UsageError("places in streams are agents'", "name the agent: --agent AGENT")
    return agent.parent or agent.id


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
