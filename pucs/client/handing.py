"""Handoffs at work: offered with their locks, answered by whom they are for, and told to those who are here now."""

from __future__ import annotations

import time

from pucs import agents, fastjson, handoffs, handovers, locks, tasks
from pucs.client import noting
from pucs.client.looking import see_key
from pucs.client.performing import perform
from pucs.client.surveying import at_work
from pucs.errors import Refusal, UsageError
from pucs.handoffs import Handoff, Offer
from pucs.view import Change

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from pucs.agents import Identity
    from pucs.client.opening import Repository
    from pucs.handovers import Accepted
    from pucs.model import Agent, Target
    from pucs.view import View

LONGEST = 16_000
"""So many characters a context may have as JSON: more belongs into a file that it names."""

_LOOKS = 4
_LISTS = ("new_interfaces", "breaking_changes")
_TEXTS = ("test_status", "notes")


def offer(
    repository: Repository,
    who: Identity,
    to: Iterable[str],
    completed_tasks: Iterable[str] = (),
    context: Mapping[str, Any] | None = None,
    paths: Iterable[str] = (),
) -> Handoff:
    """Offers work to agents and streams, and tells those of them that are at work.

    A completed task may be one of the board, by its id: its title is said, and it is done. `paths` are keys of files
    whose locks go to the first that accepts. Raises UsageError for what is no handoff, Refusal for a lock that is not
    the sender's.
    """
    names = tuple(dict.fromkeys(name.strip() for name in to))
    if not names or not all(names):
        raise UsageError("a handoff is for somebody", "name agents or streams")
    said = checked(context or {})
    here = repository.tree.id
    targets = tuple(see_key(repository, path, repository.store.read()).target for path in dict.fromkeys(paths))
    done = tuple(completed_tasks)

    def rule(view: View) -> Change:
        begun = agents.named(who, view)
        sender = begun.result
        if sender.id in names:
            raise UsageError("a handoff is for others", "name agents or streams")
        for target in targets:
            lock = locks.own(view.path(target.path).tree(here), sender.id)
            if lock is None or locks.state_of(lock, target.content, view) == locks.VOID:
                raise Refusal(f"{sender.id} has no lock on {target.path} to pass on", "see: pucs locks")
        titles, changes = _titles(sender, done, view.after(begun))
        streams = tuple(name for name in names if _is_stream(name, repository, view))
        pairs = tuple((here, target.path) for target in targets)
        change = handoffs.offered(sender, Offer(names, titles, said, pairs, streams), view.after(begun))
        whole = Change(None, {**begun.writes, **changes.writes, **change.writes})
        return whole._replace(result=change.result, events=begun.events + changes.events + change.events)

    handoff: Handoff = repository.store.transact(rule)
    tell(repository)
    return handoff


def unknown(repository: Repository, handoff: Handoff) -> tuple[str, ...]:
    """The addressees that nobody has heard of yet: agents that begin later, or slips of the pen."""
    view = repository.store.read()
    return tuple(name for name in handoff.to if name not in handoff.streams and view.agent(name) is None)


def tell(repository: Repository) -> None:
    """Tells the agents at work of the open handoffs that concern them and that they were not told of."""
    view = repository.store.read()
    here = tuple(agent for agent in at_work(view) if handoffs.concern(agent, view))

    def rule(view: View) -> Change:
        writes: dict[str, Any] = {}
        handoffs.told(here, view, writes)
        return Change(None, writes)

    if here:
        repository.store.transact(rule)


def accept(repository: Repository, who: Identity, identifier: str) -> Accepted:
    """The handoff is the agent's, with its locks if it is the first. Raises Refusal where another was first."""
    result: Accepted | None = None
    for _ in range(_LOOKS):
        view = repository.store.read()
        handoff = handoffs.found(identifier, view)
        sights = [see_key(repository, path, view, tree) for tree, path in handoff.paths]
        noting.keep(repository.store.root, sights)
        targets = tuple(sight.target for sight in sights)

        def rule(agent: Agent, view: View, targets: tuple[Target, ...] = targets) -> Change:
            return handovers.accepted(agent, identifier, targets, repository.policy, view)

        result = perform(repository, who, rule)
        if result is not None:
            break
    if result is None:
        raise Refusal(
            f"{handoff.from_agent} keeps changing these files", f"try again: pucs handoff accept {identifier}"
        )
    act = noting.Act(who.given, time.time(), f"handoff-{identifier}", f"from {handoff.from_agent}")
    for target in result.passed:
        noting.taken_over(repository.store.root, act, target)
    return result


def decline(repository: Repository, who: Identity, identifier: str, reason: str = "") -> Handoff:
    """The agent does not want it, and the sender hears why. Raises Refusal where it is not offered to it."""
    handoff: Handoff = perform(repository, who, lambda agent, view: handoffs.declined(agent, identifier, reason, view))
    return handoff


def withdraw(repository: Repository, who: Identity, identifier: str) -> Handoff:
    """Nobody can accept it any more. Raises Refusal for an agent that did not offer it."""
    handoff: Handoff = perform(repository, who, lambda agent, view: handoffs.withdrawn(agent, identifier, view))
    return handoff


def listed(repository: Repository, agent: str | None = None) -> tuple[Handoff, ...]:
    """All handoffs, or those that an agent offered or may answer or has answered, oldest first."""
    view = repository.store.read()
    known = handoffs.all_of(view)
    if agent is None:
        return known
    me = view.agent(agent)
    return tuple(
        one
        for one in known
        if agent in (one.from_agent, one.heir, *one.to)
        or any(answer["agent"] == agent for answer in one.answers.values())
        or (me is not None and handoffs.place_of(one, me))
    )


def shown(repository: Repository, identifier: str) -> Handoff:
    """The handoff of that id. Raises UsageError where there is none."""
    return handoffs.found(identifier, repository.store.read())


def checked(context: Mapping[str, Any]) -> dict[str, Any]:
    """The context as it is stored. Raises UsageError where it is not the proposal's, or not JSON, or too long."""
    said = dict(context)
    for key in _LISTS:
        value = said.get(key, [])
        if isinstance(value, str) or not all(isinstance(one, str) for one in value):
            raise UsageError(f"{key} of a handoff is a list of texts", f'write {key}=["…"]')
        if key in said:
            said[key] = list(value)
    for key in _TEXTS:
        if not isinstance(said.get(key, ""), str):
            raise UsageError(f"{key} of a handoff is a text", f'write {key}="…"')
    try:
        text = fastjson.dumps(said)
    except (TypeError, ValueError) as error:
        raise UsageError(f"the context of a handoff is JSON: {error}", "pass texts, numbers and lists") from None
    if len(text) > LONGEST:
        raise UsageError(f"the context of a handoff has {len(text)} characters", "put it into a file, and name that")
    plain: dict[str, Any] = fastjson.loads(text)
    return plain


def _is_stream(name: str, repository: Repository, view: View) -> bool:
    """Whether a name is a stream's: an agent of that name comes first only where no such stream is configured."""
    if any(rule.name == name for rule in repository.policy.streams):
        return True
    if view.agent(name) is not None:
        return False
    return any(agent.stream == name for agent in at_work(view))


def _titles(sender: Agent, done: Iterable[str], view: View) -> tuple[tuple[str, ...], Change]:
    """The completed tasks as texts; what is the id of one on the board is done by that."""
    titles: list[str] = []
    writes: dict[str, Any] = {}
    events: list[Any] = []
    for text in done:
        task = view.record(tasks.task_key(text)) if text.isdecimal() else None
        if task is not None:
            change = tasks.completed(sender, text, (), view.after(Change(None, writes)))
            writes.update(change.writes)
            events += change.events
        titles.append(task.title if task is not None else text)
    return tuple(titles), Change(None, writes, tuple(events))
