"""What a rule comes to for an agent that says by name who it is."""

from __future__ import annotations

from pucs import agents
from pucs.view import Change

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from pucs.agents import Identity
    from pucs.client.opening import Repository
    from pucs.model import Agent
    from pucs.view import View


def perform(repository: Repository, who: Identity, rule: Callable[[Agent, View], Change]) -> Any:
    """The result of the rule for the agent of that name, registered on first sight; its change is stored."""

    def whole(view: View) -> Change:
        begun = agents.named(who, view)
        change = rule(begun.result, view.after(begun))
        return Change(change.result, {**begun.writes, **change.writes}, begun.events + change.events)

    return repository.store.transact(whole)
