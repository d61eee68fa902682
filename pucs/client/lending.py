"""Resources by hand: standing in line for one, holding one while a command runs, and the values of a working tree."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from itertools import count

from pucs import resources
from pucs.client.opening import Repository
from pucs.client.resourcing import asking_of, attempt, refused, release, ticks
from pucs.errors import Refusal, UsageError
from pucs.model import Agent
from pucs.record import Record
from pucs.resource_wording import refusal
from pucs.state import processes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pucs.policy import ResourceRule
    from pucs.resources import Asking, Slot, Turn

    Say = Callable[[str], None]

_PAUSE = 0.25
_TAKEN = count(1)


class Use(Record):
    """What is known of one resource now: who uses it, who is in line, how often it was used, whose its values are."""

    rule: ResourceRule
    slots: tuple[Slot, ...] = ()
    turns: tuple[Turn, ...] = ()
    used: int = 0
    given: dict[str, str] = {}


def uses(repository: Repository) -> tuple[Use, ...]:
    """Every resource of the configuration. Changes nothing."""
    view = repository.store.read()
    asking = asking_of(Agent(""), "", None, "")
    found = []
    for rule in repository.policy.resources:
        record = resources.swept(rule, asking, view)
        found.append(Use(rule, record.slots, record.turns, len(record.used), record.given))
    return tuple(found)


def rules_named(repository: Repository, names: Iterable[str]) -> tuple[ResourceRule, ...]:
    """The resources of these names. Raises UsageError for one that the configuration does not have."""
    known = {rule.name: rule for rule in repository.policy.resources}
    for name in names:
        if name not in known:
            there = ", ".join(known) or "none"
            raise UsageError(f"there is no resource {name}", f"the configuration names: {there}")
    return tuple(known[name] for name in dict.fromkeys(names))


def stand(repository: Repository, rules: tuple[ResourceRule, ...], agent: Agent, timeout: float, say: Say) -> None:
    """Stands in line until it is the agent's turn, which is kept for two minutes. Raises Refusal after the timeout."""
    _wait(repository, rules, asking_of(agent, "", agent.process, ""), (timeout, say), hold=False)


@contextmanager
def held(
    repository: Repository, rules: tuple[ResourceRule, ...], agent: Agent, what: str, patience: tuple[float, Say]
) -> Iterator[None]:
    """Holds a slot of each resource, for this process; what the agent's own call holds already is not taken twice."""
    call = taken(repository, rules, agent, what, patience)
    try:
        yield
    finally:
        if call:
            release(repository, agent, (call,), all_of=True)


def taken(
    repository: Repository, rules: tuple[ResourceRule, ...], agent: Agent, what: str, patience: tuple[float, Say]
) -> str:
    """Takes a slot of each, for this process; gives the call under which they are held, to give them back by.

    "" where the agent's own call has them already. Raises Refusal where they are not to be had in time.
    """
    limited = tuple(rule for rule in rules if rule.limit or rule.rate)
    slots = [one for use in uses(repository) if use.rule in limited for one in use.slots]
    if not limited or any(one.agent == agent.id and one.call in agent.calls for one in slots):
        return ""
    me, call = processes.identify(os.getpid()), f"process-{os.getpid()}-{next(_TAKEN)}"
    _wait(repository, limited, asking_of(agent, call, me, what), patience, hold=True)
    return call


def _wait(
    repository: Repository,
    rules: tuple[ResourceRule, ...],
    asking: Asking,
    patience: tuple[float, Say],
    *,
    hold: bool,
) -> None:
    timeout, say = patience
    end, told = time.monotonic() + timeout, False
    while True:
        asking = asking._replace(tick=ticks())
        taken = attempt(repository, asking, rules, hold=hold)
        if taken.granted:
            return
        said = refusal(next(rule for rule in rules if rule.name == taken.name), taken, asking.tick)
        if not told:
            refused(repository, asking, taken)
        if time.monotonic() >= end:
            raise Refusal(said, "try again: your place in line is kept")
        if not told:
            say(said)
            told = True
        time.sleep(_PAUSE)


def caller_or_person(repository: Repository, agent: Agent | None, person: str) -> Agent:
    """Who asks: an agent, or a person, who holds things under a name of their own."""
    if agent is not None:
        known = repository.store.read().agent(agent.id)
        return known or agent
    return Agent(person, process=processes.identify(os.getpid()))
