"""The rule of intents: what agents announce that they will change. An intent warns, it never blocks.

A path that one names carries its mark in its own record, so that an edit sees it without a further look. Nothing has
to end an intent: whether it still counts follows from the time and from who lives.
"""

from __future__ import annotations

from pucs import locks, notices
from pucs.errors import StoreError
from pucs.model import DEAD, PERSON, Agent, Event, Notice, PathRecord, Process
from pucs.paths import printable, words
from pucs.patterns import matches
from pucs.record import Record
from pucs.times import text_of
from pucs.view import Change

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from pucs.patterns import Pattern
    from pucs.view import View

COMMITTED, EXPIRED, CLOSED, REPLACED, GONE = "committed", "expired", "closed", "replaced", "agent ended"
"""Why an intent ends."""

_TOLD = 64


class Intent(Record):
    """An announcement of one agent: what it will change, why, and until when.

    `files` are paths, folders and patterns as announced; `patterns` are the latter two, compiled. `marked` are paths
    whose records carry its mark, `done` those that were committed since, `told` the agents that know of it and of whom
    its agent knows.
    """

    id: str
    agent: str
    stream: str | None
    task: str
    files: tuple[str, ...]
    since: float
    until: float
    patterns: tuple[Pattern, ...] = ()
    marked: tuple[str, ...] = ()
    done: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    process: Process | None = None
    extra: dict[str, Any] = {}


def key_of(identifier: str) -> str:
    """The key under which an intent is stored."""
    return "intent/" + identifier


def covers(intent: Intent, path: str) -> bool:
    """Whether the path is among what was announced, and not committed since."""
    if path in intent.done:
        return False
    return path in intent.files or path in intent.marked or any(matches((one,), path) for one in intent.patterns)


def is_open(intent: Intent, view: View) -> bool:
    """Whether it still counts: its time is not over and its agent neither ended nor died."""
    return not ending(intent, view)


def ending(intent: Intent, view: View) -> str:
    """Why it counts no more; "" while it does."""
    if view.now >= intent.until:
        return EXPIRED
    agent = view.agent(intent.agent)
    process = agent.process if agent is not None and agent.process is not None else intent.process
    ended = agent is not None and agent.ended > 0
    return GONE if ended or (process is not None and view.liveness(process) == DEAD) else ""


def all_open(view: View) -> tuple[Intent, ...]:
    """All intents that count, the oldest first."""
    found = (view.record(key_of(name)) for name in view.names("intent"))
    return tuple(sorted((one for one in found if one is not None and is_open(one, view)), key=lambda one: one.since))


def edited(intent: Intent, view: View) -> tuple[str, ...]:
    """The announced paths that its agent has written since, committed or not."""
    agent = view.agent(intent.agent)
    paths = dict.fromkeys((*intent.done, *intent.marked, *(path for _, path in (agent.paths if agent else ()))))
    return tuple(path for path in paths if path in intent.done or (covers(intent, path) and _wrote(intent, path, view)))


def _wrote(intent: Intent, path: str, view: View) -> bool:
    try:
        trees = view.path(path).trees
    except StoreError:
        return False
    for tree in trees.values():
        mine, writer = locks.own(tree, intent.agent), tree.writer
        if mine is not None and mine.wrote is not None:
            return True
        if writer is not None and writer.agent == intent.agent and writer.at >= intent.since:
            return True
    return False


def met(
    record: PathRecord, who: Agent, stream: str | None, view: View, found: tuple[dict[str, Any], list[Event]]
) -> PathRecord:
    """Tells both sides, once, that `who` changes a path that another agent announced.

    Gives the record without the marks whose intent is over or lost.
    """
    left = []
    for mark in record.intents:
        identifier, owner, until = mark
        if until <= view.now:
            continue
        if not locks.family(owner, who.id):
            intent = found[0].get(key_of(identifier)) or view.record(key_of(identifier))
            if intent is None:
                continue
            if who.id not in intent.told and is_open(intent, view):
                _tell(intent, record.path, who._replace(stream=stream), view, found)
        left.append(mark)
    return record if len(left) == len(record.intents) else record._replace(intents=tuple(left))


def entered(identifier: str, held: Iterable[tuple[str, str]], view: View) -> Change:
    """What follows from locks on paths that an intent means without a mark, given with their agents.

    Those of its own agent get one; others are told like those that met one.
    """
    found: tuple[dict[str, Any], list[Event]] = ({}, [])
    for path, agent in held:
        intent = found[0].get(key_of(identifier)) or view.record(key_of(identifier))
        who = view.agent(agent)
        if intent is None or who is None or not is_open(intent, view):
            continue
        if locks.family(agent, intent.agent):
            mark = (intent.id, intent.agent, intent.until)
            record = record_of(path, view, found[0])
            found[0]["path/" + path] = record._replace(intents=(*record.intents, mark))
            found[0][key_of(identifier)] = intent._replace(marked=(*intent.marked, path))
        elif agent not in intent.told:
            _tell(intent, path, who, view, found)
    return Change(None, found[0], tuple(found[1]))


def dropped(identifier: str, view: View) -> Change:
    """The end of an intent that counts no more."""
    intent = view.record(key_of(identifier))
    why = ending(intent, view) if intent is not None else ""
    writes: dict[str, Any] = {}
    return Change(None, writes, ended(intent, why, view, writes) if why else ())


def _tell(intent: Intent, path: str, who: Agent, view: View, found: tuple[dict[str, Any], list[Event]]) -> None:
    writes, events = found
    writes[key_of(intent.id)] = known_to(intent, who.id)
    file, until = printable(path), clock(intent.until)
    warning = f"{called(intent.agent, intent.stream, intent.task)} announced work on {file} until {until}."
    mine = f"{warning} Your change stands; keep it small, or agree with them first."
    theirs = f"{called(who.id, who.stream, who.task)} is editing {file}, which you announced until {until}. "
    theirs += "Look at it again before you edit it."
    tell(who.id, Notice(mine, view.now, f"intent:{intent.id}", "medium"), view, writes)
    tell(intent.agent, Notice(theirs, view.now, f"intent:{intent.id}:{who.id}", "medium"), view, writes)
    details = {"answer": "conflict_alert", "file": path, "holder": intent.agent}
    details |= {"warning": warning, "severity": "medium"}
    events.append(Event(who.id, who.stream, "warned", details))


def known_to(intent: Intent, agent: str) -> Intent:
    """The intent once that agent knows of it."""
    return intent._replace(told=(*intent.told, agent)[-_TOLD:])


def ticked(
    record: PathRecord, agents: Iterable[str], view: View, writes: dict[str, Any]
) -> tuple[PathRecord, tuple[str, ...]]:
    """The record after these agents' changes of it were committed, and the ids of their intents that named it."""
    landed = tuple(agents)
    met_by = [mark for mark in record.intents if any(locks.family(mark[1], agent) for agent in landed)]
    for identifier, _, _ in met_by:
        key = key_of(identifier)
        intent = writes.get(key) or view.record(key)
        if intent is not None:
            rest = tuple(path for path in intent.marked if path != record.path)
            writes[key] = intent._replace(marked=rest, done=(*intent.done, record.path))
    left = tuple(mark for mark in record.intents if mark not in met_by)
    return record._replace(intents=left), tuple(identifier for identifier, _, _ in met_by)


def fulfilled(identifiers: Iterable[str], view: View, writes: dict[str, Any]) -> tuple[Event, ...]:
    """Ends those of the intents of which nothing is left to do; gives what to log."""
    events: tuple[Event, ...] = ()
    for identifier in dict.fromkeys(identifiers):
        intent = writes.get(key_of(identifier)) or view.record(key_of(identifier))
        if intent is not None and _is_through(intent, view, writes):
            events += ended(intent, COMMITTED, view, writes)
    return events


def _is_through(intent: Intent, view: View, writes: dict[str, Any]) -> bool:
    """Whether every path is committed, and of every pattern something, with nothing left uncommitted below it."""
    plain = [path for path in intent.files if not is_pattern(path)]
    if not all(path in intent.done for path in plain):
        return False
    agent = view.agent(intent.agent)
    for pattern in intent.patterns:
        if not any(matches((pattern,), path) for path in intent.done):
            return False
        for name, path in agent.paths if agent is not None else ():
            record = record_of(path, view, writes)
            mine = locks.own(record.tree(name), intent.agent)
            if mine is not None and mine.wrote is not None and matches((pattern,), path):
                return False
    return True


def ended(intent: Intent, why: str, view: View, writes: dict[str, Any]) -> tuple[Event, ...]:
    """Adds to `writes` that the intent and its marks are gone; gives what to log."""
    writes[key_of(intent.id)] = None
    for path in intent.marked:
        try:
            record = record_of(path, view, writes)
        except StoreError:
            continue  # damaged: it has no mark any more
        left = record._replace(intents=tuple(mark for mark in record.intents if mark[0] != intent.id))
        writes["path/" + path] = left if left != PathRecord(path) else None
    details = {"intent": intent.id, "why": why, "task": intent.task}
    return (Event(intent.agent, intent.stream, "intent ended", details),)


def record_of(path: str, view: View, writes: dict[str, Any]) -> PathRecord:
    """The path's record as it is after what is written already."""
    key = "path/" + path
    return (writes[key] or PathRecord(path)) if key in writes else view.path(path)


def tell(agent: str, notice: Notice, view: View, writes: dict[str, Any]) -> None:
    """Adds a notice for the agent to what is written; people read `pucs intents`."""
    if not agent.startswith(PERSON):
        notices.tell(agent, notice, view, writes)


def is_pattern(text: str) -> bool:
    """Whether it stands for more than one path."""
    return text.endswith("/") or any(c in text for c in "*?[")


def called(agent: str, stream: str | None, task: str) -> str:
    """`llm-agent-1 (stream llm, task "…")`."""
    about = [f"stream {printable(stream, 40)}"] if stream else []
    about += [f'task "{words(task, 80)}"'] if task else []
    return printable(agent, 60) + (f" ({', '.join(about)})" if about else "")


def clock(moment: float) -> str:
    """`10:45 UTC`."""
    return f"{text_of(moment)[11:16]} UTC"
