"""Handoffs that an agent was not told of: offered before it began, or before it had its stream."""

from __future__ import annotations

from pucs.model import Agent
from pucs.view import Change

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pucs.client.opening import Repository
    from pucs.view import View


def is_news(agent: Agent, view: View) -> bool:
    """Whether there is one."""
    if view.name("open/handoffs") is None:
        return False
    from pucs import handoffs  # noqa: PLC0415 - mostly none was ever offered

    return handoffs.concern(agent, view)


def put(agent: Agent, view: View, writes: dict[str, Any]) -> None:
    """Puts what there is into its inbox, in `writes`."""
    if is_news(agent, view):
        from pucs import handoffs  # noqa: PLC0415 - as above

        handoffs.told((agent,), view, writes)


def bring(repository: Repository, agent: str) -> None:
    """Puts what there is into the inbox of an agent that has no hooks, and is about to look into it."""
    view = repository.store.read()
    if not is_news(view.agent(agent) or Agent(agent), view):
        return

    def rule(view: View) -> Change:
        writes: dict[str, Any] = {}
        put(view.agent(agent) or Agent(agent), view, writes)
        return Change(None, writes)

    repository.store.transact(rule)
