"""The published documents in the proposal's formats (sections 3.2, 3.3, 3.6, 9): what `pucs status` and files say."""

from __future__ import annotations

from pucs.locks import HELD, PARKED, texts_of
from pucs.model import Lock
from pucs.patterns import matches
from pucs.policy import CriticalRule, Policy
from pucs.record import Record
from pucs.times import text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from pucs.conflicts import Conflict
    from pucs.handoffs import Handoff
    from pucs.helping import Help
    from pucs.intents import Intent
    from pucs.model import Agent
    from pucs.tasks import Task

_CONTEXT: dict[str, Any] = {"new_interfaces": [], "breaking_changes": [], "test_status": "", "notes": ""}


class Holding(Record):
    """One lock that binds: where, in which state, until when, and who waits for it."""

    path: str
    tree: str
    lock: Lock
    state: str
    expires: float
    waiters: tuple[str, ...] = ()


class Queue(Record):
    """Who waits for a path in a tree: how many of them stand in line, and all in order, those first."""

    path: str
    tree: str
    standing: int
    agents: tuple[str, ...]


class Standing(Record):
    """One intent that counts, and which of its paths its agent wrote; `automatic` where its locks alone say it."""

    intent: Intent
    edited: tuple[str, ...]
    automatic: bool = False


class Survey(Record):
    """All that the documents are made of, taken at one moment; `waiting` are agents for a place, by stream.

    `states` says of each agent what it does, and more about it in words (`pucs.presence`).
    """

    now: float
    session: str
    started: float
    policy: Policy
    agents: tuple[Agent, ...]
    holdings: tuple[Holding, ...]
    is_off: bool = False
    log: tuple[dict[str, Any], ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    queues: tuple[Queue, ...] = ()
    waiting: dict[str, tuple[str, ...]] = {}
    questions: tuple[Help, ...] = ()
    tasks: tuple[Task, ...] = ()
    intents: tuple[Standing, ...] = ()
    handoffs: tuple[Handoff, ...] = ()
    states: dict[str, tuple[str, str]] = {}


def file_locks(survey: Survey) -> dict[str, Any]:
    """`file_locks.json` (section 3.3). A path held in several trees stands once for each, the second as `path@tree`."""
    locks: dict[str, Any] = {}
    for holding in survey.holdings:
        name = holding.path if holding.path not in locks else f"{holding.path}@{tree_name(holding.tree)}"
        locks[name] = {
            "agent": holding.lock.agent,
            "stream": holding.lock.stream,
            "acquired": text_of(holding.lock.acquired),
            "expires": text_of(holding.expires),
            "task": holding.lock.task,
            "state": holding.state,
            "tree": tree_name(holding.tree),
            "token": holding.lock.token,
            "explicit": holding.lock.explicit,
            "scope": list(texts_of(holding.lock.parts)),
        }
    return {"locks": locks, "version": 1, "published_at": text_of(survey.now)}


def orchestrator_state(survey: Survey) -> dict[str, Any]:
    """The document of section 3.2, as `pucs status --json` prints it and `orchestrator_state.json` keeps it."""
    names = list(dict.fromkeys([rule.name for rule in survey.policy.streams] + [s for s in _streams(survey) if s]))
    return {
        "session_id": survey.session,
        "started_at": text_of(survey.started) if survey.started else None,
        "streams": {name: _stream(name, survey) for name in names},
        "critical_files": {rule.path: _critical(rule, survey) for rule in survey.policy.critical_files},
        "conflicts": [_conflict(one) for one in survey.conflicts],
        "cross_log": list(survey.log),
        "version": 1,
        "published_at": text_of(survey.now),
        "guard": "off" if survey.is_off else survey.policy.guard.mode,
        "locks": len(survey.holdings),
        "agents": [_agent(agent, *survey.states.get(agent.id, ("", ""))) for agent in survey.agents],
        "help_requests": [_question(one) for one in survey.questions],
        "intents": [announced(standing) for standing in survey.intents],
    }


def announced(standing: Standing) -> dict[str, Any]:
    """An intent as documents say it."""
    intent = standing.intent
    return {
        "id": intent.id,
        "agent": intent.agent,
        "stream": intent.stream,
        "task": intent.task,
        "files": list(intent.files),
        "announced_at": text_of(intent.since),
        "expires_at": text_of(intent.until),
        "edited": list(standing.edited),
        "committed": list(intent.done),
        "automatic": standing.automatic,
    }


def tree_name(tree: str) -> str:
    """How people know a tree: `main`, or the linked worktree's name."""
    return "main" if tree == "." else tree.rpartition(":")[0]


def _streams(survey: Survey) -> Iterable[str | None]:
    found = [agent.stream for agent in survey.agents] + [holding.lock.stream for holding in survey.holdings]
    return found + [task.stream for task in survey.tasks]


def _status(members: list[str], survey: Survey) -> str:
    states = {survey.states.get(name, ("", ""))[0] for name in members}
    return "idle" if not members else "paused" if states == {"paused"} else "active"


def _stream(name: str, survey: Survey) -> dict[str, Any]:
    from pucs.tasks import ACTIVE, DONE  # noqa: PLC0415 - hooks load this module for its nouns

    members = [agent.id for agent in survey.agents if agent.stream == name]
    tasks = [task for task in survey.tasks if task.stream == name]
    return {
        "status": _status(members, survey),
        "agents": members,
        "max_agents": next((rule.max_agents for rule in survey.policy.streams if rule.name == name), None),
        "waiting": list(survey.waiting.get(name, ())),
        "locked_files": [_locked(holding) for holding in survey.holdings if holding.lock.stream == name],
        "completed_tasks": sum(task.state == DONE for task in tasks),
        "pending_tasks": sum(task.state != DONE for task in tasks),
        "active_tasks": sum(task.state == ACTIVE for task in tasks),
    }


def _locked(holding: Holding) -> dict[str, Any]:
    return {
        "path": holding.path,
        "agent": holding.lock.agent,
        "intent": holding.lock.task,
        "locked_at": text_of(holding.lock.acquired),
        "expires_at": text_of(holding.expires),
        "state": holding.state,
        "tree": tree_name(holding.tree),
        "scope": list(texts_of(holding.lock.parts)),
    }


def _critical(rule: CriticalRule, survey: Survey) -> dict[str, Any]:
    found = [holding for holding in survey.holdings if matches((rule.pattern,), holding.path)]
    queues = [queue for queue in survey.queues if matches((rule.pattern,), queue.path)]
    status = {HELD: "locked", PARKED: "parked"}.get(found[0].state, "free") if found else "free"
    return {
        "status": status,
        "owner": found[0].lock.agent if found else None,
        "queue": [agent for queue in queues for agent in queue.agents],
    }


def _conflict(conflict: Conflict) -> dict[str, Any]:
    known = {**conflict._asdict(), **conflict.extra}
    del known["extra"]
    return {**known, "parties": list(conflict.parties), "tree": tree_name(conflict.tree), "at": text_of(conflict.at)}


def _question(asked: Help) -> dict[str, Any]:
    return {
        "id": asked.id,
        "agent": asked.agent,
        "stream": asked.stream,
        "question": asked.question,
        "asked_at": text_of(asked.at),
    }


def _agent(agent: Agent, state: str, about: str) -> dict[str, Any]:
    known = {"agent": agent.id, "stream": agent.stream, "task": agent.task, "last_seen": text_of(agent.seen)}
    return {**known, "state": state, "about": about}


def handoffs_document(survey: Survey) -> dict[str, Any]:
    """`handoffs.json` (section 3.6)."""
    known = [handoff_document(one) for one in survey.handoffs]
    return {"handoffs": known, "version": 1, "published_at": text_of(survey.now)}


def handoff_document(handoff: Handoff) -> dict[str, Any]:
    """The handoff in the proposal's format (section 3.6), with what else is known of it."""
    return {
        "from_agent": handoff.from_agent,
        "to_agents": list(handoff.to),
        "timestamp": text_of(handoff.at),
        "completed_tasks": list(handoff.completed_tasks),
        "context": {**_CONTEXT, **handoff.context},
        "id": handoff.id,
        "stream": handoff.stream,
        "to_streams": list(handoff.streams),
        "status": {name: _answer(handoff, name) for name in handoff.to},
        "declined_by": list(handoff.declined),
        "locks": [path for _, path in handoff.paths],
        "locks_to": handoff.heir or None,
    }


def _answer(handoff: Handoff, name: str) -> dict[str, Any]:
    from pucs.handoffs import OFFERED, WITHDRAWN  # noqa: PLC0415 - hooks load this module for its nouns

    answer = handoff.answers.get(name)
    if answer is None:
        return {"status": WITHDRAWN if handoff.withdrawn else OFFERED}
    return {"status": answer["answer"], "agent": answer["agent"], "at": text_of(answer["at"])}
