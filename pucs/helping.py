"""The rule of what agents report and ask: how far they are, which clash they found, and what only a person can say."""

from __future__ import annotations

from pucs import conflicts, notices
from pucs.conflicts import Conflict
from pucs.model import Agent, Event, Notice
from pucs.protocol import AgentMessage, CoordinatorMessage
from pucs.record import Record
from pucs.texts import neutral
from pucs.view import Change

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pucs.view import View

WORKING, BLOCKED, COMPLETE, FAILED = "working", "blocked", "complete", "failed"

STATUSES = (WORKING, BLOCKED, COMPLETE, FAILED)
"""What an agent may report of its work."""

_LOGGED = 200
_ANSWER = 220


class Help(Record):
    """A question of an agent that waits for a person, and the answer once there is one (`answered`: when)."""

    id: str
    agent: str
    stream: str | None
    question: str
    at: float
    answer: str = ""
    by: str = ""
    answered: float = 0.0
    extra: dict[str, Any] = {}


class Report(Record):
    """What an agent reported last of its work: one of STATUSES, and a summary."""

    agent: str
    status: str
    summary: str = ""
    at: float = 0.0
    extra: dict[str, Any] = {}


class Clash(Record):
    """What an agent found: with whom, where (a key and a tree, what the path holds there), and what it says of it."""

    others: tuple[str, ...]
    path: str
    tree: str
    content: str
    note: str
    severity: str = "medium"


def reported(agent: Agent, report: Report, details: dict[str, Any], view: View) -> Change:
    """The agent's report is on record, and in the log as `completed` or `reported`."""
    done = report._replace(at=view.now)
    action = "completed" if report.status == COMPLETE else "reported"
    said = {"summary": neutral(report.summary, _LOGGED)} if report.summary else {}
    event = Event(agent.id, agent.stream, action, {**details, "status": report.status, **said})
    return Change(done, {"report/" + agent.id: done}, (event,))


def asked(agent: Agent, question: str, view: View) -> Change:
    """The agent's question waits for a person. The result is its Help; the same question once more is the same one."""
    for name in view.names("help"):
        known: Help | None = view.record("help/" + name)
        if known is not None and (known.agent, known.question, known.answered) == (agent.id, question, 0.0):
            return Change(known)
    found = Help(f"q{view.revision}", agent.id, agent.stream, question, view.now)
    details = {"message": AgentMessage.REQUEST_HELP, "help": found.id, "question": neutral(question, _LOGGED)}
    return Change(found, {"help/" + found.id: found}, (Event(agent.id, agent.stream, "asked", details),))


def answered(identifier: str, text: str, by: str, view: View) -> Change:
    """A person's answer to a question, or decision of a reported conflict, told to whom it concerns.

    The result is the Help or the Conflict, None where there is none of that id.
    """
    help_: Help | None = view.record("help/" + identifier)
    conflict = view.conflict(identifier)
    writes: dict[str, Any] = {}
    said = neutral(text, _ANSWER)
    if help_ is not None:
        done: Help | Conflict = help_._replace(answer=text, by=by, answered=view.now)
        writes["help/" + identifier] = done
        about = f"Your question {identifier} ({neutral(help_.question, 40)}): {said}"
        _tell((help_.agent,), Notice(about, view.now, "help:" + identifier, "high", by), view, writes)
        event = Event(by, help_.stream, "answered", {"help": identifier, "to": help_.agent, "answer": said})
    elif conflict is not None:
        done = conflict._replace(resolution=text, resolved_by=by, resolved=view.now)
        writes[conflicts.key_of(identifier)] = done
        about = f"Conflict {identifier} ({neutral(conflict.path, 60)}) is decided: {said}"
        _tell(conflict.parties, Notice(about, view.now, "conflict:" + identifier, "high", by), view, writes)
        event = Event(by, None, "resolved", {"conflict": identifier, "file": conflict.path, "resolution": said})
    else:
        view.demand("help/" + identifier)
        view.demand(conflicts.key_of(identifier))
        return Change(None)
    return Change(done, writes, (event,))


def clashed(agent: Agent, clash: Clash, view: View) -> Change:
    """The agent's conflict is recorded until a person decides it, and the others are alerted. The result is it."""
    found = Conflict(
        f"c{view.revision}",
        conflicts.REPORTED,
        (agent.id, *clash.others),
        clash.path,
        clash.tree,
        clash.content,
        clash.content,
        view.now,
        severity=clash.severity,
        revision=view.revision,
        note=clash.note,
    )
    writes: dict[str, Any] = {conflicts.key_of(found.id): found}
    where = f" in {neutral(clash.path, 80)}" if clash.path else ""
    said = f"I see a conflict{where} with what you do ({found.id}): {neutral(clash.note, 160)}"
    _tell(clash.others, Notice(said, view.now, "conflict:" + found.id, clash.severity, agent.id), view, writes)
    details = {
        "message": AgentMessage.REPORT_CONFLICT,
        **({"answer": CoordinatorMessage.CONFLICT_ALERT} if clash.others else {}),
        "file": clash.path,
        "conflict": found.id,
        "with": list(clash.others),
        "warning": f"{agent.id} reports a conflict{where}: {neutral(clash.note, _LOGGED)}",
        "severity": clash.severity,
    }
    return Change(found, writes, (Event(agent.id, agent.stream, "conflict", details),))


def _tell(agents: tuple[str, ...], notice: Notice, view: View, writes: dict[str, Any]) -> None:
    for name in agents:
        if view.agent(name) is not None:
            notices.tell(name, notice, view, writes)
