"""The rule of pauses: who is told to pause, to go on or to end, and what stays behind of whom was told to end."""

from __future__ import annotations

from pucs import notices, orders
from pucs.model import DEAD, PERSON, Agent, Event, Notice
from pucs.orders import EVERYBODY, PAUSE, TERMINATE, Order
from pucs.protocol import CoordinatorMessage
from pucs.view import Change

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from pucs.view import View

ABOUT = "order"
"""What the notices of orders are about: a newer one takes the place of one that was not delivered."""

_PAST = {PAUSE: "paused", TERMINATE: "terminated"}


def give(order: Order, view: View) -> Change:
    """Everybody in the order's scope is told, and bound by it; newcomers to it will be, unless it is one to end.

    The result are the agents that it binds now. Whoever has to end has ended, and its place in a stream is free.
    """
    order = order._replace(at=view.now)
    writes: dict[str, Any] = {}
    events: list[Event] = []
    found: list[Agent] = []
    for agent in _meant(order.scope, view):
        bound = orders.given(agent, order)
        if order.kind == TERMINATE:
            bound = bound._replace(ended=bound.ended or view.now)
        writes["agent/" + agent.id] = bound
        notices.tell(agent.id, Notice(words_of(order), view.now, ABOUT, "high"), view, writes)
        events.append(_event(_PAST[order.kind], order.kind, agent, order))
        found.append(bound)
    if order.kind == PAUSE and order.scope.startswith(("stream:", EVERYBODY)):
        writes[orders.key_of(order.scope)] = order
    if not found:
        details = {"message": order.kind, "scope": order.scope, **_reason(order)}
        events.append(Event(order.by, None, _PAST[order.kind], details))
    return Change(tuple(found), writes, tuple(events))


def lift(scope: str, by: str, view: View, *, own: bool = False) -> Change:
    """Takes back the orders to this scope: of an agent all that bind it, of EVERYBODY all there are.

    With `own` only those that `by` or a subagent of it gave. The result are the agents that were bound until now.
    """
    writes: dict[str, Any] = {}
    events: list[Event] = []
    found: list[Agent] = []
    for agent in _meant(scope, view):
        lifted = [
            order
            for order in orders.orders_of(agent)
            if (scope in (EVERYBODY, order.scope) or _is_agent(scope)) and (not own or _is_own(order.by, by))
        ]
        if not lifted:
            continue
        free = orders.without(agent, [order.scope for order in lifted])
        writes["agent/" + agent.id] = free
        found.append(free)
        left = orders.binding(free, view.now)
        said = f"You may write again: {_who(by)} lifted the order to {lifted[0].kind}."
        if left is not None:
            said = f"{_who(by)} lifted one order, but you are still told to {left.kind} {orders.words(left)}."
        notices.tell(agent.id, Notice(said, view.now, ABOUT, "high"), view, writes)
        details = {"message": CoordinatorMessage.RESUME, "by": by}
        events.append(Event(agent.id, agent.stream, "resumed", details))
    keys = [] if _is_agent(scope) else [orders.key_of(scope)]
    if scope == EVERYBODY:
        keys += ["order/" + name for name in view.names("order")]
    keys = [key for key in dict.fromkeys(keys) if view.record(key) is not None]
    writes.update(dict.fromkeys(keys))
    if keys and not found:
        events.append(Event(by, None, "resumed", {"message": CoordinatorMessage.RESUME, "scope": scope}))
    return Change((tuple(found), bool(keys)), writes, tuple(events))


def _meant(scope: str, view: View) -> Iterable[Agent]:
    """The agents in that scope. Of a stream and of all only who may act now; whoever comes back is a newcomer."""
    if _is_agent(scope):
        yield from _family(scope, view)
        return
    for name in list(view.names("agent")):
        agent = view.agent(name)
        if agent is None or agent.id.startswith(PERSON):
            continue
        inside = scope == EVERYBODY or (agent.stream is not None and orders.stream_scope(agent.stream) == scope)
        if inside and (agent.orders or not (agent.ended or view.liveness(agent.process) == DEAD)):
            yield agent


def _family(name: str, view: View) -> Iterable[Agent]:
    agent = view.agent(name)
    if agent is None:
        return
    yield agent
    for number in range(1, agent.children + 1):
        yield from _family(f"{name}/{number}", view)


def _is_agent(scope: str) -> bool:
    return scope != EVERYBODY and not scope.startswith("stream:")


def _is_own(giver: str, agent: str) -> bool:
    return giver == agent or giver.startswith(agent + "/")


def _event(action: str, message: str, agent: Agent, order: Order) -> Event:
    return Event(agent.id, agent.stream, action, {"message": message, "by": order.by, **_reason(order)})


def _reason(order: Order) -> dict[str, Any]:
    return {**({"why": order.why} if order.why else {}), **({"until": order.until} if order.until else {})}


def words_of(order: Order) -> str:
    """What an agent is told of an order to it."""
    given = orders.words(order)
    if order.kind == TERMINATE:
        return f"You are told to end {given}. Stop now: nothing that you write is taken any more."
    return f"You are paused {given}. Read if you like, but write nothing until you are told to go on."


def _who(by: str) -> str:
    return f"a person ({by})" if by.startswith(PERSON) else by
