"""The rule of resources: things that only so many commands may use at once, or in a time, and the line before them.

Time is counted in ticks of the boot clock, which no setting of the wall clock moves. Nothing here reads a clock.
"""

from __future__ import annotations

from pucs import conflicts, notices
from pucs.model import DEAD, UNKNOWN, Agent, Event, Notice, Process
from pucs.policy import ResourceRule
from pucs.record import Record
from pucs.view import Change

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pucs.view import View

TICKS = 100
KEPT_S = 120.0
"""So long a free slot waits for whoever was told that it is its turn."""

_LONGEST_WHAT = 80


class Slot(Record):
    """One use of a resource: by which call of an agent (or which process), since when, by the clock and in ticks.

    `background` is the host's id of a command that goes on when its call is over.
    """

    agent: str
    call: str
    process: Process | None = None
    since: float = 0.0
    tick: int = 0
    boot: str = ""
    what: str = ""
    background: str = ""


class Turn(Record):
    """One place in line: whose, its number (the lowest is first), the tick at which it was told of its turn.

    `conflict` is the one that its wait is recorded as.
    """

    agent: str
    number: int
    process: Process | None = None
    tick: int = 0
    conflict: str = ""


class Resource(Record):
    """What is known of a resource: who uses it, who is in line, when it was used, and which tree has which value.

    `used` are pairs of boot and tick, for rates; `numbered` is the number of the last turn given.
    """

    name: str
    slots: tuple[Slot, ...] = ()
    turns: tuple[Turn, ...] = ()
    used: tuple[tuple[str, int], ...] = ()
    numbered: int = 0
    given: dict[str, str] = {}
    extra: dict[str, Any] = {}


class Asking(Record):
    """Who wants resources, for which call of which command, at which tick of which boot; `process` is its life."""

    agent: Agent
    call: str
    process: Process | None
    what: str
    boot: str
    tick: int


class Taken(Record):
    """What became of it.

    Where it was refused: by which resource, whose slots, how many are before, and for how long a rate alone is against
    it.
    """

    granted: bool
    name: str = ""
    holders: tuple[Slot, ...] = ()
    before: int = 0
    wait_s: float = 0.0


def take(asking: Asking, rules: tuple[ResourceRule, ...], view: View, *, hold: bool = True) -> Change:
    """Gives the call a slot of each resource, or of none and a place in line of the first that is not to be had.

    Results in Taken. A second hook of the same call finds its slots and takes no others. Without `hold` the turn that
    has come is only kept for the agent's next call.
    """
    writes: dict[str, Any] = {}
    refused: Taken | None = None
    records = {rule.name: swept(rule, asking, view) for rule in rules}
    open_rules = [rule for rule in rules if not _has(records[rule.name], asking)]
    for rule in open_rules:
        refused = refused or _refusal(records[rule.name], rule, asking)
    for rule in open_rules:
        record = records[rule.name]
        if refused is None and not hold:
            record = _lined_up(record, asking, asking.tick)
        elif refused is None:
            record = _used(record, rule, asking, view.now)
        elif refused.name == rule.name:
            record = _lined_up(record, asking)
        records[rule.name] = _called(record, rule, asking, (view, writes))
    for name, record in records.items():
        if record != view.record("resource/" + name):
            writes["resource/" + name] = record
    return Change(refused or Taken(True), writes)


def given_back(
    asking: Asking, rules: tuple[ResourceRule, ...], view: View, calls: tuple[str, ...] | None, *, all_of: bool = False
) -> Change:
    """Frees what those calls of the agent use, or (None) all its calls; of what goes on behind them only with `all_of`.

    Whoever is next hears of it.
    """
    writes: dict[str, Any] = {}
    for rule in rules:
        before = view.record("resource/" + rule.name)
        if before is None:
            continue
        record = swept(rule, asking, view)
        slots = tuple(
            one
            for one in record.slots
            if one.agent != asking.agent.id
            or (calls is not None and one.call not in calls)
            or (one.background and not all_of)
        )
        record = _called(record._replace(slots=slots), rule, asking, (view, writes))
        if record != before:
            writes["resource/" + rule.name] = record
    return Change(None, writes)


def background(asking: Asking, rules: tuple[ResourceRule, ...], view: View, task: str) -> Change:
    """Notes that the command of a call goes on behind it, under the host's id for it."""
    writes: dict[str, Any] = {}
    for rule in rules:
        record: Resource | None = view.record("resource/" + rule.name)
        if record is not None and _has(record, asking):
            slots = tuple(one._replace(background=task) if _is(one, asking) else one for one in record.slots)
            writes["resource/" + rule.name] = record._replace(slots=slots)
    return Change(None, writes)


def finished(asking: Asking, rules: tuple[ResourceRule, ...], view: View, running: tuple[str, ...]) -> Change:
    """Frees what commands in the background used that are not among the running ones any more."""
    over = []
    for rule in rules:
        record: Resource | None = view.record("resource/" + rule.name)
        slots = record.slots if record is not None else ()
        mine = [one for one in slots if one.agent == asking.agent.id and one.background]
        over += [one.call for one in mine if one.background not in running]
    return given_back(asking, rules, view, tuple(over), all_of=True) if over else Change(None)


def denied(asking: Asking, refused: Taken, tree: str, view: View) -> Change:
    """That a call was refused, in the log, among the warnings, and as a conflict: one for each wait, over with it."""
    me = asking.agent.id
    users = tuple(dict.fromkeys(one.agent for one in refused.holders if one.agent != me))
    warning = f"{me} waits for {refused.name}" + (f", which {users[0]} uses" if users else "")
    details = {"rule": "resource", "type": conflicts.RESOURCE, "resource": refused.name, "before": refused.before}
    writes: dict[str, Any] = {}
    record: Resource | None = view.record("resource/" + refused.name)
    turn = next((one for one in record.turns if one.agent == me), None) if record is not None else None
    if record is not None and turn is not None and not turn.conflict:
        name, sides = f"c{view.revision}", (UNKNOWN, UNKNOWN)
        found = conflicts.Conflict(name, conflicts.RESOURCE, (me, *users), "", tree, *sides, view.now, asking.call)
        found = found._replace(
            command=" ".join(asking.what.split())[:_LONGEST_WHAT], severity="low", revision=view.revision, note=warning
        )
        writes[conflicts.key_of(name)] = found._replace(extra={"resource": refused.name})
        turns = tuple(one._replace(conflict=name) if one is turn else one for one in record.turns)
        writes["resource/" + refused.name] = record._replace(turns=turns)
    event = Event(me, asking.agent.stream, "denied", {**details, "warning": warning, "severity": "low"})
    return Change(None, writes, (event,))


def swept(rule: ResourceRule, asking: Asking, view: View) -> Resource:
    """The record without the dead: uses of processes that are gone, or longer than allowed, and lost places in line."""
    record: Resource = view.record("resource/" + rule.name) or Resource(rule.name)
    slots = tuple(one for one in record.slots if _lives(one, rule, asking, view))
    line = tuple(
        one
        for one in record.turns
        if view.liveness(one.process) != DEAD
        and not _has_ended(one.agent, view)
        and not (one.tick and asking.tick - one.tick > KEPT_S * TICKS)
    )
    window = rule.per_s * TICKS
    used = tuple(pair for pair in record.used if pair[0] == asking.boot and asking.tick - pair[1] < window)
    return record._replace(slots=slots, turns=line, used=used)


def value_of(record: Resource, rule: ResourceRule, tree: str, there: frozenset[str]) -> tuple[str, Resource]:
    """The tree's own value of the resource, and the record with it; "" where all are given to other trees.

    `there` are the trees that exist: what was given to another is free.
    """
    given = {name: value for name, value in record.given.items() if name in there and value in rule.values}
    if tree not in given:
        free = [value for value in rule.values if value not in given.values()]
        if not free:
            return "", record
        given[tree] = free[0]
    return given[tree], record._replace(given=given)


def _refusal(record: Resource, rule: ResourceRule, asking: Asking) -> Taken | None:
    mine = next((one.number for one in record.turns if one.agent == asking.agent.id), None)
    before = sum(mine is None or one.number < mine for one in record.turns)
    slots = rule.limit - len(record.slots) if rule.limit else before + 1
    uses = rule.rate - len(record.used) if rule.rate else before + 1
    if min(slots, uses) > before:
        return None
    wait = 0.0
    if uses <= before < slots:
        oldest = sorted(tick for _, tick in record.used)[max(0, min(before - uses, len(record.used) - 1))]
        wait = max(0.0, rule.per_s - (asking.tick - oldest) / TICKS)
    return Taken(False, rule.name, record.slots, before, wait)


def _used(record: Resource, rule: ResourceRule, asking: Asking, now: float) -> Resource:
    """The record with the call as one more use."""
    line = tuple(one for one in record.turns if one.agent != asking.agent.id)
    used = (*record.used, (asking.boot, asking.tick)) if rule.rate else ()
    return record._replace(slots=(*record.slots, _slot(asking, now)), turns=line, used=used)


def _slot(asking: Asking, now: float) -> Slot:
    what = " ".join(asking.what.split())[:_LONGEST_WHAT]
    return Slot(asking.agent.id, asking.call, asking.process, now, asking.tick, asking.boot, what)


def _lined_up(record: Resource, asking: Asking, tick: int = 0) -> Resource:
    """The record with the agent in line, at the place that its first denial gave it; its turn has come at `tick`."""
    if any(one.agent == asking.agent.id for one in record.turns):
        line = tuple(
            one._replace(process=asking.process, tick=tick) if one.agent == asking.agent.id else one
            for one in record.turns
        )
        return record._replace(turns=line)
    number = record.numbered + 1
    return record._replace(turns=(*record.turns, Turn(asking.agent.id, number, asking.process, tick)), numbered=number)


def _called(record: Resource, rule: ResourceRule, asking: Asking, scene: tuple[View, dict[str, Any]]) -> Resource:
    """The record once those in line whose turn it is were told, each once."""
    view, writes = scene
    slots = rule.limit - len(record.slots) if rule.limit else len(record.turns)
    uses = rule.rate - len(record.used) if rule.rate else len(record.turns)
    line = list(record.turns)
    for place in range(max(0, min(slots, uses, len(line)))):
        one = line[place]
        if one.tick or one.agent == asking.agent.id:
            continue
        line[place] = one._replace(tick=asking.tick)
        text = f"{rule.name} is free now, and you are next: run your command within {round(KEPT_S / 60)} minutes."
        about = f"{notices.FREE}resource:{rule.name}"
        notices.tell(one.agent, Notice(text, view.now, about, "medium"), view, writes)
    return record._replace(turns=tuple(line))


def _lives(slot: Slot, rule: ResourceRule, asking: Asking, view: View) -> bool:
    if view.liveness(slot.process) == DEAD or _has_ended(slot.agent, view):
        return False
    if slot.boot != asking.boot:  # another start of this machine, or another machine: its clock is not ours
        return view.now - slot.since < rule.longest_s
    return asking.tick - slot.tick < rule.longest_s * TICKS


def _has_ended(agent: str, view: View) -> bool:
    known = view.agent(agent)
    return known is not None and bool(known.ended)


def _has(record: Resource, asking: Asking) -> bool:
    return any(_is(slot, asking) for slot in record.slots)


def _is(slot: Slot, asking: Asking) -> bool:
    return slot.agent == asking.agent.id and slot.call == asking.call
