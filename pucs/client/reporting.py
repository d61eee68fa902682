"""Reports, questions and conflicts at work: what agents say of themselves."""

from __future__ import annotations

import time

from pucs import agents, helping
from pucs.client.looking import see_key
from pucs.client.opening import Repository
from pucs.client.surveying import open_conflicts, questions
from pucs.conflicts import REPORTED
from pucs.errors import Refusal, UsageError
from pucs.helping import STATUSES, Clash, Help, Report
from pucs.view import Change

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from pucs.agents import Identity
    from pucs.conflicts import Conflict
    from pucs.view import View

_PAUSE = 0.3


def report(repository: Repository, identity: Identity, said: Report, details: dict[str, Any]) -> Report:
    """Records what an agent reports of its work. Raises UsageError for a status that is none."""
    if said.status not in STATUSES:
        raise UsageError(f"{said.status!r} is no status", f"say one of: {', '.join(STATUSES)}")

    def rule(view: View) -> Change:
        begun = agents.named(identity, view)
        change = helping.reported(begun.result, said, details, view.after(begun))
        return _joined(begun, change)

    found: Report = repository.store.transact(rule)
    return found


def ask(repository: Repository, identity: Identity, question: str) -> Help:
    """Puts an agent's question to whoever looks at `pucs status`. Raises UsageError for an empty one."""
    if not question.strip():
        raise UsageError("there is no question", "say what a person must decide or do")

    def rule(view: View) -> Change:
        begun = agents.named(identity, view)
        return _joined(begun, helping.asked(begun.result, question.strip(), view.after(begun)))

    found: Help = repository.store.transact(rule)
    return found


def awaited(repository: Repository, asked: Help, seconds: float) -> Help:
    """The question as it is when it is answered, or when the time is over."""
    end = time.monotonic() + seconds
    while True:
        found: Help = repository.store.read().record("help/" + asked.id) or asked
        if found.answered or time.monotonic() >= end:
            return found
        time.sleep(_PAUSE)


def answer(repository: Repository, identifier: str, text: str, by: str) -> Help | Conflict:
    """A person's answer to a question, or decision of a conflict. Raises UsageError where there is none of that id."""
    found: Help | Conflict | None = repository.store.transact(lambda view: helping.answered(identifier, text, by, view))
    if found is None:
        waiting = ", ".join(one.id for one in questions(repository.store.read(), unanswered=True))
        raise UsageError(f"nobody asked {identifier}", f"open questions: {waiting or 'none'}")
    return found


def clash(
    repository: Repository, identity: Identity, path: str, others: Iterable[str], said: tuple[str, str]
) -> Conflict:
    """Records a conflict that an agent found; `said` are its words and its severity.

    Where it names nobody, those are meant who hold the path. Raises Refusal where that is nobody.
    """
    view, tree = repository.store.read(), repository.tree.id
    content = see_key(repository, path, view).target.content if path else ""
    named = tuple(dict.fromkeys(others))
    unknown = [name for name in named if view.agent(name) is None]
    if unknown:
        raise UsageError(f"no agent {unknown[0]} is known", f"see: {repository.installation.command} agents")
    if not named and path:
        locks = [lock for one in view.path(path).trees.values() for lock in one.locks]
        named = tuple(dict.fromkeys(lock.agent for lock in locks if lock.agent != identity.given))
    if not named:
        raise Refusal("nobody holds that path, so the conflict is with nobody", "name the other agent")
    found = Clash(named, path, tree, content, said[0], said[1])

    def rule(view: View) -> Change:
        begun = agents.named(identity, view)
        return _joined(begun, helping.clashed(begun.result, found, view.after(begun)))

    recorded: Conflict = repository.store.transact(rule)
    return recorded


def all_conflicts(repository: Repository) -> tuple[tuple[Conflict, bool], ...]:
    """Every recorded conflict, the oldest first, each with whether it is open still."""
    view = repository.store.read()
    still = {one.id for one in open_conflicts(repository, view)}
    found = (view.conflict(name) for name in view.names("conflict"))
    known = sorted((one for one in found if one is not None), key=lambda one: (one.at, one.id))
    return tuple((one, one.id in still) for one in known)


def is_reported(conflict: Conflict) -> bool:
    """Whether an agent said so, rather than the tree."""
    return conflict.type == REPORTED


def _joined(begun: Change, change: Change) -> Change:
    return change._replace(writes={**begun.writes, **change.writes}, events=begun.events + change.events)
