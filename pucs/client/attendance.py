"""Who is here, who was, and what each does: for people and for agents that coordinate others, not for hooks."""

from __future__ import annotations

from pucs import presence
from pucs.client.opening import Repository
from pucs.client.surveying import holdings_of
from pucs.model import PERSON
from pucs.presence import Presence
from pucs.report import tree_name
from pucs.wording import ago

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pucs.helping import Report
    from pucs.model import Agent
    from pucs.view import View


def everyone(repository: Repository) -> tuple[Presence, ...]:
    """All agents on record, by id; who ended and who died are among them."""
    view = repository.store.read()
    held = _held(repository, view)
    found = (view.agent(name) for name in view.names("agent"))
    known = sorted((one for one in found if one is not None and not one.id.startswith(PERSON)), key=_order)
    return tuple(_presence(agent, tuple(held.get(agent.id, ())), view) for agent in known)


def _order(agent: Agent) -> tuple[object, ...]:
    """By id, with numbers as such: agent-2 before agent-10, and subagents behind their parent."""
    words = agent.id.replace("/", "-/-").split("-")
    return tuple((word.isdigit(), int(word) if word.isdigit() else 0, word) for word in words)


def _presence(agent: Agent, held: tuple[str, ...], view: View) -> Presence:
    state, about = presence.state_of(agent, view)
    return Presence(
        agent=agent.id,
        stream=agent.stream,
        state=state,
        task=agent.task,
        locks=held,
        seen=agent.seen,
        about=about,
        claimed=bool(agent.claim),
        parent=agent.parent,
        began=agent.since,
        report=_reported(view.record("report/" + agent.id), view),
    )


def _reported(report: Report | None, view: View) -> str:
    if report is None:
        return ""
    summary = f": {report.summary}" if report.summary else ""
    return f"{report.status} {ago(view.now - report.at)}{summary}"


def _held(repository: Repository, view: View) -> dict[str, list[str]]:
    held: dict[str, list[str]] = {}
    for path in sorted(view.names("path")):
        for holding in holdings_of(repository, path, view):
            where = path if holding.tree == repository.tree.id else f"{path}@{tree_name(holding.tree)}"
            held.setdefault(holding.lock.agent, []).append(where)
    return held
