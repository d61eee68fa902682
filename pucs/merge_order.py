"""The question of the merge order: what a stream has to wait for before its work may land on what it builds on.

Whoever merges streams (finalize) asks `streams_waiting` and merges those that it does not name, dependencies first.
"""

from __future__ import annotations

from pucs.handoffs import Handoff, open_ones
from pucs.policy import Policy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pucs.view import View


def streams_waiting(policy: Policy, view: View) -> dict[str, tuple[Handoff, ...]]:
    """The configured streams that must not be merged yet, each with the open handoffs it waits for."""
    waiting = {rule.name: open_for(rule.name, builds_on(policy, rule.name), view) for rule in policy.streams}
    return {name: found for name, found in waiting.items() if found}


def builds_on(policy: Policy, stream: str) -> tuple[str, ...]:
    """All streams that a stream depends on, directly or through others; names that are no streams are left out."""
    direct = {rule.name: rule.dependencies for rule in policy.streams}
    found: dict[str, None] = {}
    left = list(direct.get(stream, ()))
    while left:
        name = left.pop(0)
        if name in direct and name not in found and name != stream:
            found[name] = None
            left += direct[name]
    return tuple(found)


def open_for(stream: str, needs: Iterable[str], view: View) -> tuple[Handoff, ...]:
    """The open handoffs that a stream has to wait for before it is merged; `needs` are all streams it builds on.

    Those are what is offered to it or to an agent of it, which may change it yet, and what a stream that it builds on
    hands to anybody: that is not finished.
    """
    before = set(needs)

    def of(name: str) -> str | None:
        agent = view.agent(name)
        return agent.stream if agent is not None else None

    def waits(handoff: Handoff) -> bool:
        left = [name for name in handoff.to if name not in handoff.answers]
        here = any(name == stream if name in handoff.streams else of(name) == stream for name in left)
        return here or (handoff.stream or of(handoff.from_agent)) in before

    return tuple(handoff for handoff in open_ones(view) if waits(handoff))
