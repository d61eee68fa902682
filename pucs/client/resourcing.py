"""Resources at work: a command's call takes its slots, waits a little or is denied, and gives them back at its end."""

from __future__ import annotations

import time
from contextlib import suppress

from pucs import agents, resources, system
from pucs.client.calls import Answer, ToolCall, identity_of
from pucs.client.opening import Repository, is_off, repository_at
from pucs.errors import StoreError
from pucs.git import locate
from pucs.model import DENY, SILENT, Agent, Call
from pucs.resource_commands import needed
from pucs.resource_wording import denial
from pucs.state import processes
from pucs.view import Change

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pucs.client.calls import Caller
    from pucs.model import Process
    from pucs.policy import ResourceRule
    from pucs.resources import Asking, Taken
    from pucs.view import View

_PAUSE = 0.1


def before(call: ToolCall, command: str) -> Answer:
    """Whether the command may run now: with a slot of each resource that it needs. Silence where it needs none."""
    repository = repository_at(call.cwd)
    if repository is None or not repository.policy.resources:
        return Answer(SILENT)
    rules = tuple(rule for rule in needed(repository.policy.resources, command) if rule.limit or rule.rate)
    if not rules or is_off(repository.store.read()):
        return Answer(SILENT)
    identity = identity_of(call.caller, repository)
    end = time.monotonic() + max(rule.wait_s for rule in rules)
    while True:

        def rule(view: View) -> Change:
            begun = agents.resolve(identity, view)
            asking = asking_of(begun.result, call.call, begun.result.process, command)
            taken = resources.take(asking, rules, view.after(begun))
            writes = {**begun.writes, **taken.writes}
            if taken.result.granted and call.call not in begun.result.calls:  # its end is looked for then
                opened = agents.calls(begun.result, call.call, Call(call.tool, 0.0, command[:120]), view)
                writes.update(opened.writes)
            return Change((taken.result, asking), writes, begun.events)

        try:
            taken, asking = repository.store.transact(rule)
        except StoreError:
            return Answer(SILENT)  # a command is not held up by trouble with the state; its writes are judged after it
        if taken.granted or repository.policy.guard.mode == "observe":
            return Answer(SILENT)
        if time.monotonic() >= end:
            refused(repository, asking, taken)
            one = next(rule for rule in rules if rule.name == taken.name)
            return Answer(DENY, denial(one, taken, ticks(), repository.installation.command))
        time.sleep(_PAUSE)


def ended(repository: Repository, caller: Caller, calls: tuple[str, ...] | None) -> None:
    """Gives back what these calls of the agent used, or (None: its turn is over) all its calls."""
    agent = agents.known(identity_of(caller, repository), repository.store.read())
    if agent is not None:
        release(repository, agent, calls)


def goes_on(repository: Repository, caller: Caller, call: str, task: str) -> None:
    """Notes that a call's command goes on in the background."""
    agent = agents.known(identity_of(caller, repository), repository.store.read())
    if agent is not None:
        asking = asking_of(agent, call, agent.process, "")
        repository.store.transact(lambda view: resources.background(asking, repository.policy.resources, view, task))


def still_running(repository: Repository, caller: Caller, running: tuple[str, ...]) -> None:
    """Gives back what commands in the background used that the host does not name any more."""
    agent = agents.known(identity_of(caller, repository), repository.store.read())
    if agent is not None:
        asking = asking_of(agent, "", agent.process, "")
        repository.store.transact(lambda view: resources.finished(asking, repository.policy.resources, view, running))


def release(repository: Repository, agent: Agent, calls: tuple[str, ...] | None, *, all_of: bool = False) -> None:
    """Gives slots back, and tells who is next; nothing is written where the agent has none."""
    rules = repository.policy.resources
    view = repository.store.read()
    records = [view.record("resource/" + rule.name) for rule in rules]
    if any(slot.agent == agent.id for record in records if record is not None for slot in record.slots):
        asking = asking_of(agent, "", agent.process, "")
        repository.store.transact(lambda view: resources.given_back(asking, rules, view, calls, all_of=all_of))


def attempt(repository: Repository, asking: Asking, rules: tuple[ResourceRule, ...], *, hold: bool) -> Taken:
    """One try to take the slots, or to have one's turn, for who is no tool call."""
    taken: Taken = repository.store.transact(lambda view: resources.take(asking, rules, view, hold=hold))
    return taken


def refused(repository: Repository, asking: Asking, taken: Taken) -> None:
    """Logs and records that somebody has to wait, which it does all the same where the state cannot be written."""
    tree = repository.tree.id
    with suppress(StoreError):
        repository.store.transact(lambda view: resources.denied(asking, taken, tree, view))


def asking_of(agent: Agent, call: str, process: Process | None, what: str) -> Asking:
    """Who asks, with the time by the clock that nobody sets."""
    me = processes.identify(system.getpid())
    return resources.Asking(agent, call, process, what, me.boot if me is not None else "", ticks())


def ticks() -> int:
    """Hundredths of a second since this machine started, sleep included where the system counts it."""
    clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
    return int(time.clock_gettime(clock) * resources.TICKS)


def environment(repository: Repository) -> dict[str, str]:
    """The variables with the values that this working tree has of resources; it gets them now if it has none."""
    rules = [rule for rule in repository.policy.resources if rule.values]
    tree = repository.tree.id
    there = frozenset({tree, *_trees(repository, rules)})

    def rule(view: View) -> Change:
        writes, found = {}, {}
        for one in rules:
            record: resources.Resource = view.record("resource/" + one.name) or resources.Resource(one.name)
            value, after = resources.value_of(record, one, tree, there)
            if value:
                found[one.env] = value
            if after != record:
                writes["resource/" + one.name] = after
        return Change(found, writes)

    values: dict[str, str] = repository.store.transact(rule) if rules else {}
    return values


def _trees(repository: Repository, rules: list[ResourceRule]) -> Iterable[str]:
    """Those of the trees with values that still exist."""
    view = repository.store.read()
    for one in rules:
        record = view.record("resource/" + one.name)
        for tree in record.given if record is not None else ():
            if tree == locate.MAIN or locate.tree_of_id(repository.tree.common, tree) is not None:
                yield tree
