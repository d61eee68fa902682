"""Places in streams at work: claiming one, waiting for it, giving it back, and handing on what became free."""

from __future__ import annotations

import time
from functools import partial

from pucs import agents, streams
from pucs.client.opening import Repository
from pucs.errors import Refusal, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pucs.agents import Identity
    from pucs.policy import StreamRule
    from pucs.streams import Place
    from pucs.view import Change, View

_PAUSE = 0.2


def rule_of(repository: Repository, stream: str) -> StreamRule:
    """What the configuration says of a stream. Raises UsageError where it says nothing."""
    found = [rule for rule in repository.policy.streams if rule.name == stream]
    if not found:
        names = ", ".join(rule.name for rule in repository.policy.streams)
        raise UsageError(f"no stream {stream} is configured", f"the streams are: {names or 'none'}")
    return found[0]


def claim(
    repository: Repository,
    identity: Identity,
    stream: str,
    seconds: float = 0.0,
    tell: Callable[[Place], None] = lambda _: None,
) -> Place:
    """A place in the stream for that agent, at once or within so many seconds; else it stays in line.

    `tell` is told once that it has to wait. Whoever is gone is not counted. Raises Refusal where the stream was chosen
    by its launcher, and is another.
    """
    rule = rule_of(repository, stream)
    if identity.chosen and identity.stream not in (None, stream):
        raise Refusal(
            f"{identity.given} was started for stream {identity.stream}",
            "work there, or ask the person you work for to start an agent without PUCS_STREAM",
        )
    end = time.monotonic() + seconds
    place = _asked(repository, identity, rule)
    if not place.granted:
        tell(place)
    while not place.granted and time.monotonic() < end:
        time.sleep(_PAUSE)
        place = streams.place_of(identity.given, rule, repository.store.read())
        if place.granted:
            place = _asked(repository, identity, rule)
    return place


def leave(repository: Repository, agent: str) -> str | None:
    """Gives the agent's place back; gives the stream it was in by a claim, None where it was in none."""

    def rule(view: View) -> Change:
        known = view.agent(agent)
        if known is None:
            raise UsageError(f"no agent {agent} is known", "it has to begin first")
        return streams.leave(known, view)

    left: str | None = repository.store.transact(rule)
    promote(repository)
    return left


def promote(repository: Repository) -> None:
    """Gives places that are free to who waits for them; asks for next to nothing where nobody does."""
    view = repository.store.read()
    for name in list(view.names("roster")):
        rule = next((one for one in repository.policy.streams if one.name == name), None)
        if rule is not None and streams.promote(rule, view).writes:
            repository.store.transact(partial(streams.promote, rule))


def crowd(repository: Repository, stream: str | None, view: View) -> tuple[int, int]:
    """How many are in the stream and how many may be, where that is too many; else zeros."""
    most = next((rule.max_agents for rule in repository.policy.streams if rule.name == stream), None)
    inside = len(streams.members(stream, view)) if most is not None and stream is not None else 0
    return (inside, most) if most is not None and inside > most else (0, 0)


def _asked(repository: Repository, identity: Identity, rule: StreamRule) -> Place:
    def asked(view: View) -> Change:
        begun = agents.named(identity, view)
        change = streams.claim(begun.result, rule, view.after(begun))
        writes = {**begun.writes, **change.writes}
        return change._replace(writes=writes, events=begun.events + change.events)

    promote(repository)
    place: Place = repository.store.transact(asked)
    return place
