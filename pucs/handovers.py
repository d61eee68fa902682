"""Accepting a handoff: the first that accepts has its locks, with the bytes and lines under them, from then on."""

from __future__ import annotations

from pucs import handoffs, heirs, locks, notices, scopes
from pucs.errors import Refusal
from pucs.handoffs import ACCEPTED, Handoff
from pucs.model import Agent, Event, Notice, PathRecord, Target
from pucs.policy import Policy, outside
from pucs.record import Record
from pucs.view import Change

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pucs.view import View


class Accepted(Record):
    """What accepting came to: the handoff, the targets whose locks changed hands, and why others did not, by path."""

    handoff: Handoff
    passed: tuple[Target, ...] = ()
    kept: dict[str, str] = {}


def accepted(agent: Agent, identifier: str, targets: tuple[Target, ...], policy: Policy, view: View) -> Change:
    """The handoff is the agent's; the result is Accepted. Raises Refusal where somebody else was first.

    The result is None where the sender acted after the targets were looked at: look again, and ask again. Accepted
    again by the same agent it goes on where that was interrupted.
    """
    handoff = handoffs.found(identifier, view)
    again = next((name for name, answer in handoff.answers.items() if _is(answer, agent)), "")
    name = again or handoffs.answerable(handoff, agent)
    now = handoff if again else handoffs.with_answer(handoff, name, agent, ACCEPTED, view)
    if any(_is_late(target, handoff.from_agent, view) for target in targets):
        return Change(None)
    writes: dict[str, Any] = {}
    events: list[Event] = []
    passed: list[Target] = []
    kept: dict[str, str] = {}
    for target in targets if now.heir == agent.id else ():
        record = view.path(target.path)
        why = _obstacle(record, target, handoff, (agent, policy), view)
        if why and again and locks.own(record.tree(target.tree), agent.id) is not None:
            continue  # it changed hands before the interruption
        if why:
            kept[target.path] = why
            continue
        passed.append(target)
        writes["path/" + target.path] = given(record, target, (handoff.from_agent, agent), view)
        details = {"file": target.path, "from": handoff.from_agent, "snapshot": target.content}
        events.append(Event(agent.id, agent.stream, "handed_over", details))
    indexed = dict.fromkeys([*agent.paths, *((target.tree, target.path) for target in passed)])
    first = {"agent/" + agent.id: agent._replace(paths=tuple(indexed)), handoffs.handoff_key(identifier): now}
    # Who has it is decided before any lock moves; what is told, and taken from what is open, comes last.
    writes = {**first, **writes}
    if not again or passed:
        text = f"{agent.id} accepted your handoff {identifier}." + _locks_in_words(passed)
        notices.tell(
            handoff.from_agent, Notice(text, view.now, f"handoff:{identifier}:{agent.id}", "medium"), view, writes
        )
    if not again:
        details = {"id": identifier, "from": handoff.from_agent}
        events.insert(0, Event(agent.id, agent.stream, "handoff_accepted", details))
    handoffs.closed(now, view, writes)
    return Change(Accepted(now, tuple(passed), kept), writes, tuple(events))


def _is_late(target: Target, giver: str, view: View) -> bool:
    lock = locks.own(view.path(target.path).tree(target.tree), giver)
    return lock is not None and lock.revision > target.revision


def _is(answer: dict[str, Any], agent: Agent) -> bool:
    return bool(answer["agent"] == agent.id and answer["answer"] == ACCEPTED)


def _obstacle(record: PathRecord, target: Target, handoff: Handoff, who: tuple[Agent, Policy], view: View) -> str:
    """Why the sender's lock stays where it is; "" where it can change hands. Raises Refusal while it is being used."""
    agent, policy = who
    lock = locks.own(record.tree(target.tree), handoff.from_agent)
    state = locks.VOID if lock is None else locks.state_of(lock, target.content, view)
    if lock is None or state == locks.VOID:
        return f"{handoff.from_agent} has no lock there any more"
    if outside(policy, agent.stream, target.name):
        return f"it is outside stream {agent.stream}"
    if lock.calls and state == locks.HELD:
        again = f"accept it again in a moment: pucs handoff accept {handoff.id}"
        raise Refusal(f"{handoff.from_agent} is writing {target.path} just now; nothing was changed", again)
    return ""


def given(record: PathRecord, target: Target, who: tuple[str, Agent], view: View) -> PathRecord:
    """The record after the giver's lock, under a new token, and its lines became the heir's."""
    giver, heir = who
    tree = record.tree(target.tree)
    lock = locks.own(tree, giver)
    if lock is None:
        return record
    known = tree.weave
    record = heirs.given(record, target, lock, heir, view)
    if known is None:
        return record
    return scopes.shared(record, target.tree, scopes.given(known, giver, heir.id))


def _locks_in_words(passed: list[Target]) -> str:
    if not passed:
        return ""
    names = ", ".join(target.path for target in passed[:3]) + (", …" if len(passed) > 3 else "")  # noqa: PLR2004
    return f" Its locks are theirs now: {names}. Do not change these files any more."[:300]
