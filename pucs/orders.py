"""The noun of orders: somebody told an agent, a stream or everybody to pause, or an agent to end."""

from __future__ import annotations

from pucs.model import Finding
from pucs.paths import printable
from pucs.record import Record
from pucs.texts import neutral
from pucs.times import text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from pucs.model import Agent
    from pucs.view import View

PAUSE, TERMINATE = "pause", "terminate"

EVERYBODY = "*"
"""The scope of an order to all agents."""

_STREAM = "stream:"


RULES = {PAUSE: "paused", TERMINATE: "terminated"}
"""What a finding is called that goes by an order."""

_LONGEST_REASON = 160
_UNTIL = 5


class Order(Record):
    """What somebody (`by`) ordered. `scope` is whom it was given to: an agent's id, a stream's scope or EVERYBODY.

    It stands in the record of each agent it binds, and for newcomers under a key of its own, unless it was given to one
    agent. `until` is when it ends by itself, 0 for never.
    """

    kind: str
    scope: str
    by: str
    why: str = ""
    at: float = 0.0
    until: float = 0.0
    extra: dict[str, Any] = {}


def stream_scope(stream: str) -> str:
    """The scope of an order to all agents of a stream."""
    return _STREAM + stream


def key_of(scope: str) -> str:
    """The key under which an order for newcomers is stored."""
    return "order/" + scope


def orders_of(agent: Agent) -> tuple[Order, ...]:
    """The orders on the agent's record, also those whose time is over."""
    return tuple(Order(*one) for one in agent.orders)


def binding(agent: Agent, now: float) -> Order | None:
    """The order that binds the agent now: to end before to pause, then the one that lasts longest."""
    found = [order for order in orders_of(agent) if not order.until or now < order.until]
    return max(found, key=lambda order: (order.kind == TERMINATE, order.until or float("inf")), default=None)


def words(order: Order) -> str:
    """Who gave it, until when and why: `by person-anna until 14:30 UTC: "the merge comes first"`."""
    until = f" until {text_of(order.until)[11:16]} UTC" if order.until else ""
    why = f': "{neutral(order.why, _LONGEST_REASON)}"' if order.why else ""
    return f"by {printable(order.by, 60)}{until}{why}"


def finding(order: Order, path: str = "") -> Finding:
    """What is against writing that path, or anything."""
    return Finding(RULES[order.kind], path, note=words(order))


def is_terminated(agent: Agent, now: float) -> bool:
    """Whether somebody ordered it to end, and nobody to resume."""
    order = binding(agent, now) if agent.orders else None
    return order is not None and order.kind == TERMINATE


def given(agent: Agent, order: Order) -> Agent:
    """The agent with the order, in place of an earlier one to the same scope."""
    rest = tuple(one for one in agent.orders if one[1] != order.scope)
    return agent._replace(orders=(*rest, plain(order)))


def without(agent: Agent, scopes: Iterable[str]) -> Agent:
    """The agent without the orders that were given to these scopes."""
    taken = set(scopes)
    return agent._replace(orders=tuple(one for one in agent.orders if one[1] not in taken))


def plain(order: Order) -> tuple[Any, ...]:
    """The order as an agent's record holds it."""
    return tuple(order)[:-1]


def current(plain_orders: Iterable[tuple[Any, ...]], now: float) -> tuple[tuple[Any, ...], ...]:
    """Those whose time is not over, the last one of each scope."""
    latest = {one[1]: one for one in plain_orders}
    return tuple(one for one in latest.values() if not one[_UNTIL] or now < one[_UNTIL])


def moved(agent: Agent, stream: str | None, view: View) -> Agent:
    """The agent in another stream: that one's orders bind it, and those of the one it leaves no more."""
    if stream == agent.stream:
        return agent
    left = without(agent, [stream_scope(agent.stream)] if agent.stream else ())._replace(stream=stream)
    order: Order | None = view.record(key_of(stream_scope(stream))) if stream else None
    return left if order is None else given(left, order)
