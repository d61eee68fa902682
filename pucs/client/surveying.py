"""Looking at everything at once: all binding locks, all agents at work. For people and published files, not hooks."""

from __future__ import annotations

from pucs import intents, locks, presence, queues, streams
from pucs.client.looking import see_key
from pucs.client.opening import Repository, is_off
from pucs.conflicts import DEPENDENCY, REPORTED, RESOURCE, is_open
from pucs.errors import StoreError
from pucs.model import ALIVE, DEAD, PERSON
from pucs.report import Holding, Queue, Standing, Survey

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pucs.conflicts import Conflict
    from pucs.helping import Help
    from pucs.model import Agent
    from pucs.view import View

_DAY = 86400.0
_LOG = 10


def survey(repository: Repository) -> Survey:
    """The state as the rules see it now: a lock that binds nobody is not in it."""
    from pucs import handoffs, tasks  # noqa: PLC0415 - hooks only ask who is at work

    view = repository.store.read()
    installation = repository.installation
    holdings = tuple(sorted(_holdings(repository, view), key=lambda holding: (holding.path, holding.tree)))
    return Survey(
        now=view.now,
        session=installation.session,
        started=installation.started,
        policy=repository.policy,
        agents=tuple(sorted(at_work(view), key=lambda agent: agent.id)),
        holdings=holdings,
        is_off=is_off(view),
        log=tuple(repository.store.events())[-_LOG:],
        conflicts=open_conflicts(repository, view),
        queues=tuple(sorted(_queues(view))),
        waiting={name: tuple(agent for agent, _ in streams.waiting(name, view)) for name in view.names("roster")},
        questions=questions(view, unanswered=True),
        states={agent.id: presence.state_of(agent, view) for agent in at_work(view)},
        tasks=tasks.board(view),
        handoffs=handoffs.all_of(view),
        intents=(*standing(view), *_of_first_edits(holdings, view)),
    )


def standing(view: View) -> tuple[Standing, ...]:
    """The intents that agents announced and that count."""
    return tuple(Standing(intent, intents.edited(intent, view)) for intent in intents.all_open(view))


def _of_first_edits(holdings: tuple[Holding, ...], view: View) -> Iterable[Standing]:
    """The intents of agents that announced nothing: their task, for the files that they hold, while they do."""
    known = intents.all_open(view)
    mine: dict[str, list[Holding]] = {}
    for one in holdings:
        said = any(intent.agent == one.lock.agent and intents.covers(intent, one.path) for intent in known)
        if one.state == locks.HELD and not said:
            mine.setdefault(one.lock.agent, []).append(one)
    for agent, held in mine.items():
        files = tuple(dict.fromkeys(one.path for one in held))
        edited = tuple(dict.fromkeys(one.path for one in held if one.lock.wrote is not None))
        since, until = min(one.lock.acquired for one in held), max(one.expires for one in held)
        intent = intents.Intent("", agent, held[0].lock.stream, held[-1].lock.task, files, since, until)
        yield Standing(intent, edited, automatic=True)


def questions(view: View, *, unanswered: bool = False) -> tuple[Help, ...]:
    """The questions of agents to people, the oldest first."""
    found: list[Help | None] = [view.record("help/" + name) for name in view.names("help")]
    chosen = (one for one in found if one is not None and not (unanswered and one.answered))
    return tuple(sorted(chosen, key=lambda one: (one.at, one.id)))


def open_conflicts(repository: Repository, view: View, path: str = "") -> tuple[Conflict, ...]:
    """The recorded conflicts (on that path) that are not over, oldest first."""
    found = (view.conflict(name) for name in view.names("conflict"))
    still = (one for one in found if one is not None and path in ("", one.path) and _is_open(repository, one, view))
    return tuple(sorted(still, key=lambda one: (one.at, one.id)))


def _is_open(repository: Repository, conflict: Conflict, view: View) -> bool:
    if conflict.resolved or conflict.type in (REPORTED, DEPENDENCY):
        return not conflict.resolved
    if conflict.type == RESOURCE:
        record = view.record("resource/" + str(conflict.extra.get("resource", "")))
        return record is not None and any(one.conflict == conflict.id for one in record.turns)
    try:
        tree = view.path(conflict.path).tree(conflict.tree)
    except StoreError:
        return True
    if not tree.locks:
        return False
    return is_open(conflict, tree, see_key(repository, conflict.path, view, conflict.tree).target.content)


def at_work(view: View) -> Iterable[Agent]:
    """The agents that neither ended nor died; of those nobody can tell about, the ones seen within a day."""
    for name in view.names("agent"):
        agent = view.agent(name)
        if agent is None or agent.ended or agent.id.startswith(PERSON):
            continue
        life = view.liveness(agent.process)
        if life == ALIVE or (life != DEAD and view.now - agent.seen < _DAY):
            yield agent


def holdings_of(repository: Repository, path: str, view: View) -> Iterable[Holding]:
    """The binding locks on one path, in all trees."""
    try:
        record = view.path(path)
    except StoreError:
        return
    for tree_id, tree in record.trees.items():
        if not tree.locks:
            continue
        content = see_key(repository, path, view, tree_id).target.content
        for lock in tree.locks:
            state = locks.state_of(lock, content, view)
            if state == locks.VOID:
                continue
            agent = view.agent(lock.agent)
            expires = lock.expires(agent.seen if agent else 0.0)
            yield Holding(path, tree_id, lock, state, expires, queues.order(tree, view))


def _holdings(repository: Repository, view: View) -> Iterable[Holding]:
    for path in view.names("path"):
        yield from holdings_of(repository, path, view)


def _queues(view: View) -> Iterable[Queue]:
    for path in view.names("path"):
        try:
            record = view.path(path)
        except StoreError:
            continue
        for name, tree in record.trees.items():
            if tree.waiters:
                standing = len(queues.line(record, (name,), view))
                yield Queue(path, name, standing, queues.order(tree, view))
