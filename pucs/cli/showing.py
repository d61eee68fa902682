"""`pucs status`, `why`, `log`."""

from __future__ import annotations

import argparse
import json
import time
from typing import Any

from pucs import hotfiles
from pucs.cli.announcing import line_of as intent_line
from pucs.cli.asking import line_of as conflict_line
from pucs.cli.handing import line_of as line_of_handoff
from pucs.cli.locking import line_of
from pucs.cli.standing import caller, here, publish_if_possible, seconds_of, show_json, shown, spoken, unreadable
from pucs.client import handling
from pucs.client.handling import Answer, Reasons
from pucs.client.surveying import survey
from pucs.handoffs import is_open
from pucs.model import DENY
from pucs.presence import PAUSED
from pucs.protocol import names_in
from pucs.report import Survey, announced, orchestrator_state, tree_name
from pucs.tasks import DONE
from pucs.times import moment_of
from pucs.wording import ago

_POLICIES = {
    hotfiles.REBUILD: "keeps nobody out; make it anew once all have committed",
    hotfiles.UNION: "all may add lines, also at the same place; lines that are there are one agent's at a time",
    hotfiles.VERSION: "by lines; who wants to raise a version that is raised already is told to what",
    hotfiles.SYMBOLS: "all may add imports, exports and names in lists, also at the same place; all else by lines",
}
_PATHS = ("file", "files", "path", "paths")
_PAUSE = 0.5
_SHOWN = 10
_SURVEYED = ("path", "agent", "conflict", "wait", "roster", "help", "task", "handoff", "intent")


def add(commands: Any) -> None:
    """Adds this family's commands."""
    parser = commands.add_parser("status", help="the session, its streams, agents and locks")
    parser.add_argument("--json", action="store_true", help="the proposal's state document (section 3.2)")
    parser.set_defaults(run=_status)
    parser = commands.add_parser("why", help="what the gate would say about a path, to whom, and why")
    parser.add_argument("path", metavar="PATH[::SYMBOL]")
    parser.add_argument("--json", action="store_true", help="one JSON document")
    parser.set_defaults(run=_why)
    parser = commands.add_parser("log", help="what happened")
    parser.add_argument("--stream", default="all", help="one stream's entries (default: all)")
    parser.add_argument("--agent", help="one agent's entries")
    parser.add_argument("--message", metavar="NAME", help="entries of one message of the protocol, e.g. lock_denied")
    parser.add_argument("--since", metavar="1h", help="only the last 90s, 30m, 1h, 2d")
    parser.add_argument("--follow", action="store_true", help="go on until Ctrl-C")
    parser.add_argument("--json", action="store_true", help="the JSON lines themselves")
    parser.set_defaults(run=_log)


def _status(arguments: argparse.Namespace) -> int:
    repository = here()
    publish_if_possible(repository)
    surveyed = survey(repository)
    lost = unreadable(repository, *_SURVEYED)
    if arguments.json:
        show_json({**orchestrator_state(surveyed), **lost})
        return 0
    guard = "OFF" if surveyed.is_off else surveyed.policy.guard.mode
    began = f", started {ago(surveyed.now - surveyed.started)}" if surveyed.started else ""
    print(f"session {surveyed.session or 'none'}{began}; guard: {guard}")
    if repository.installation.problem:
        print(f"problem: {repository.installation.problem}")
    print(f"\nagents ({len(surveyed.agents)})")
    for agent in surveyed.agents:
        stream = f"  stream {agent.stream}" if agent.stream else ""
        state, about = surveyed.states[agent.id]
        task = f"  {spoken(agent.task)}" if agent.task else ""
        halted = f"  {state} {shown(about)}" if state == PAUSED else ""
        print(f"  {agent.id}{stream}{halted}  seen {ago(surveyed.now - agent.seen)}{task}")
    _print_open(surveyed)
    print(f"\nlocks ({len(surveyed.holdings)})")
    for holding in surveyed.holdings:
        print("  " + line_of(holding, surveyed.now))
    _print_queues(surveyed)
    _print_intents(surveyed)
    offered = [handoff for handoff in surveyed.handoffs if is_open(handoff)]
    if offered:
        print(f"\nopen handoffs ({len(offered)})")
        for handoff in offered:
            print("  " + line_of_handoff(handoff))
    if surveyed.policy.streams:
        print(f"\nstreams ({len(surveyed.policy.streams)})")
        for rule in surveyed.policy.streams:
            members = [agent.id for agent in surveyed.agents if agent.stream == rule.name]
            limit = f" (at most {rule.max_agents})" if rule.max_agents is not None else ""
            waiting = surveyed.waiting.get(rule.name, ())
            line = f"; waiting for a place: {', '.join(waiting)}" if waiting else ""
            line += _tasks_of(rule.name, surveyed)
            print(f"  {rule.name}  {rule.files}  {', '.join(members) or 'nobody'}{limit}{line}")
    return 0


def _tasks_of(stream: str, surveyed: Survey) -> str:
    states = [task.state for task in surveyed.tasks if task.stream == stream]
    return f"; {states.count(DONE)} of {len(states)} tasks done" if states else ""


def _print_open(surveyed: Survey) -> None:
    """What waits for somebody to decide."""
    if surveyed.questions:
        print(f"\nwaiting for a person ({len(surveyed.questions)})")
        for asked in surveyed.questions:
            print(f"  {asked.id}  {shown(asked.agent)}, {ago(surveyed.now - asked.at)}: {spoken(asked.question)}")
    if surveyed.conflicts:
        print(f"\nconflicts ({len(surveyed.conflicts)})")
        for conflict in surveyed.conflicts[-_SHOWN:]:
            print("  " + conflict_line(conflict, surveyed.now))


def _print_intents(surveyed: Survey) -> None:
    if surveyed.intents:
        print(f"\nintents ({len(surveyed.intents)})")
    for standing in surveyed.intents:
        print("  " + intent_line(standing, surveyed.now))


def _print_queues(surveyed: Survey) -> None:
    waiting = [queue for queue in surveyed.queues if queue.agents]
    if waiting:
        print(f"\nwaiting ({sum(len(queue.agents) for queue in waiting)})")
    for queue in waiting:
        tree = "" if queue.tree == "." else f" [{tree_name(queue.tree)}]"
        line, rest = queue.agents[: queue.standing], queue.agents[queue.standing :]
        said = [f"in line: {', '.join(line)}"] if line else []
        said += [f"want to hear when it is free: {', '.join(rest)}"] if rest else []
        print(f"  {shown(queue.path)}{tree}  {shown('; '.join(said))}")


def _why(arguments: argparse.Namespace) -> int:
    repository = here()
    agent = caller(repository)
    meant = handling.wished(repository, arguments.path)
    reasons = handling.why(repository, meant.path, "a new agent", meant.parts)
    if arguments.json:
        answers = [one._asdict() for one in reasons.answers]
        holdings = [{"agent": one.lock.agent, "state": one.state, "tree": one.tree} for one in reasons.holdings]
        clashes = [one._asdict() for one in reasons.conflicts]
        told = {"answers": answers, "holdings": holdings, "conflicts": clashes}
        told["intents"] = [announced(one) for one in reasons.intents]
        show_json({**reasons._asdict(), **told})
        return 0
    now = repository.store.read().now
    _print_rules(reasons)
    for holding in reasons.holdings:
        print(f"  locked: {line_of(holding, now)}")
        if reasons.lines.get(holding.lock.agent) and holding.tree == repository.tree.id:
            print(f"    there: {reasons.lines[holding.lock.agent]}")
    for conflict in reasons.conflicts[-_SHOWN:]:
        print(f"  conflict {conflict_line(conflict, now)}")
    for standing in reasons.intents:
        print(f"  announced: {intent_line(standing, now)}")
    for answer in reasons.answers:
        print(_answer(answer, "" if agent is None else agent.id))
    return 0


def _print_rules(reasons: Reasons) -> None:
    """What the configuration says of the path, and whether its record can be read."""
    print(shown(reasons.path))
    for text, lines in reasons.parts.items():
        print(f"  {shown(text)}: lines {lines}")
    print(f"  belongs to: {', '.join(reasons.owners) or 'no stream, so every agent may change it'}")
    if reasons.critical:
        print("  critical: only one worktree at a time may change it")
    if reasons.policy != hotfiles.NONE:
        command = f" ({reasons.rebuild})" if reasons.rebuild else ""
        print(f"  policy {reasons.policy}: {_POLICIES[reasons.policy]}{command}")
    if reasons.damaged:
        print("  its record is damaged and counts as held; repair with: pucs doctor --repair")


def _answer(answer: Answer, caller: str) -> str:
    me = " (you)" if answer.agent == caller else ""
    if answer.decision != DENY:
        return f"  {answer.agent}{me} may edit it"
    said = answer.words.replace("\n", "\n      ")
    return f"  {answer.agent}{me} is denied: {said}" + ("\n      Elsewhere in the file it may." * answer.elsewhere)


def _log(arguments: argparse.Namespace) -> int:
    repository = here()
    since = 0.0 if arguments.since is None else time.time() - seconds_of(arguments.since)
    count = 0
    while True:
        entries = list(repository.store.events())
        for entry in entries[count:]:
            if _wanted(entry, arguments, since):
                print(json.dumps(entry) if arguments.json else _line(entry), flush=True)
        count = len(entries)
        if not arguments.follow:
            return 0
        time.sleep(_PAUSE)


def _wanted(entry: dict[str, Any], arguments: argparse.Namespace, since: float) -> bool:
    if arguments.stream not in ("all", entry.get("stream")):
        return False
    if arguments.agent and entry.get("agent") != arguments.agent:
        return False
    if arguments.message and arguments.message not in names_in(entry):
        return False
    try:
        return moment_of(str(entry.get("timestamp"))) >= since
    except (ValueError, IndexError):
        return not since


def _line(entry: dict[str, Any]) -> str:
    said = names_in(entry)
    rest = {
        key: value
        for key, value in entry.items()
        if key not in ("timestamp", "agent", "stream", "action")
        and not (key in ("message", "answer") and value in said)
    }
    about = "  ".join(
        f"{key}={shown(str(value)) if key in _PATHS else spoken(str(value))}" for key, value in rest.items()
    )
    stamp = str(entry.get("timestamp", ""))[:19].replace("T", " ")
    return f"{stamp}  {entry.get('agent')}  {entry.get('action')}  {about}".rstrip()
