"""Pausing, resuming and ending agents, and what they are told when they go on writing all the same."""

from __future__ import annotations

from pucs import agents, orders
from pucs.client.calls import Answer, identity_of
from pucs.client.opening import Repository, is_off
from pucs.client.standing import standing
from pucs.errors import Refusal, UsageError
from pucs.model import DENY, SILENT, Event, Finding
from pucs.orders import EVERYBODY, PAUSE, TERMINATE, Order, stream_scope
from pucs.wording import Circumstances, denial

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pucs.client.calls import ToolCall
    from pucs.model import Agent
    from pucs.view import Change, View

_SEPARATORS = frozenset(";&|<>\n$`")


def of_command(call: ToolCall, command: str) -> Answer:
    """What an agent with an order is answered that runs what may write; commands of PUCS itself it may run."""
    repository = standing(call, command)
    if repository is None:
        return Answer(SILENT)
    view = repository.store.read()
    agent = agents.known(identity_of(call.caller, repository), view)
    if agent is None or not agent.orders or is_off(view):
        return Answer(SILENT)
    own = repository.installation.command + " "
    if command.startswith(own) and _SEPARATORS.isdisjoint(command):
        return Answer(SILENT)
    found = finding_for(agent, view)
    if found is None:
        return Answer(SILENT)
    observing = repository.policy.guard.mode == "observe"
    details = {"rule": found.rule, "tool": call.tool}
    repository.store.append([Event(agent.id, agent.stream, "would_deny" if observing else "denied", details)])
    if observing:
        return Answer(SILENT)
    return Answer(DENY, words(repository, found, view), ends=found.rule == orders.RULES[TERMINATE])


def finding_for(agent: Agent, view: View, path: str = "") -> Finding | None:
    """What is against the agent's writing anything; None where no order binds it."""
    order = orders.binding(agent, view.now) if agent.orders else None
    return None if order is None else orders.finding(order, path)


def refuse(repository: Repository, agent: Agent | None) -> None:
    """Raises Refusal where an order keeps this agent from writing; never for a person."""
    view = repository.store.read()
    found = finding_for(agent, view) if agent is not None else None
    if found is not None and repository.policy.guard.mode != "observe" and not is_off(view):
        raise Refusal(words(repository, found, view))


def words(repository: Repository, finding: Finding, view: View) -> str:
    """The finding as the agent reads it."""
    return denial(finding, Circumstances(repository.installation.command, view.now))


def pause(repository: Repository, scope: str, by: str, why: str = "", seconds: float = 0.0) -> tuple[Agent, ...]:
    """Keeps an agent with its subagents, a stream or everybody from writing, for that long (0: until resumed).

    Gives whom it keeps now; who joins the stream, or begins, later is kept as well.
    """
    from pucs import pauses  # noqa: PLC0415 - hooks ask for orders, and give none

    def rule(view: View) -> Change:
        return pauses.give(Order(PAUSE, scope, by, why, until=view.now + seconds if seconds else 0.0), view)

    found: tuple[Agent, ...] = repository.store.transact(rule)
    return found


def resume(repository: Repository, scope: str, by: str, *, own: bool = False) -> tuple[tuple[Agent, ...], bool]:
    """Takes the orders to that scope back; gives whom they bound, and whether they were for newcomers too."""
    from pucs import pauses  # noqa: PLC0415

    found: tuple[tuple[Agent, ...], bool] = repository.store.transact(
        lambda view: pauses.lift(scope, by, view, own=own)
    )
    return found


def terminate(repository: Repository, scope: str, by: str, why: str = "") -> tuple[Agent, ...]:
    """Ends the loops of these agents: at its next call each is told so, and its client stops.

    What they hold clean is free at once, what is dirty is parked for others to take over.
    """
    from pucs import pauses  # noqa: PLC0415
    from pucs.client import joining  # noqa: PLC0415
    from pucs.client.sessions import clear  # noqa: PLC0415

    found: tuple[Agent, ...] = repository.store.transact(
        lambda view: pauses.give(Order(TERMINATE, scope, by, why), view)
    )
    for agent in found:
        clear(repository, agent)
    joining.promote(repository)
    return found


def scope_of(repository: Repository, agent: str = "", stream: str = "") -> str:
    """The scope of an order: an agent that is known, a stream, or everybody. Raises UsageError for who is not known."""
    if stream:
        from pucs import streams  # noqa: PLC0415

        names = [rule.name for rule in repository.policy.streams]
        if stream not in names and not streams.members(stream, repository.store.read()):
            raise UsageError(f"no stream {stream} is configured", _listed("the streams are", names))
        return stream_scope(stream)
    if not agent:
        return EVERYBODY
    view = repository.store.read()
    if view.agent(agent) is None:
        from pucs.client.surveying import at_work  # noqa: PLC0415

        raise UsageError(f"no agent {agent} is known", _listed("at work are", [one.id for one in at_work(view)]))
    return agent


def _listed(words: str, names: Sequence[str]) -> str:
    return f"{words}: {', '.join(sorted(names)) or 'none'}"
