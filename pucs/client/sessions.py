"""The lives of agents as their host reports them: begin, end of a turn, end of a subagent, end of a session."""

from __future__ import annotations

import time

from pucs import agents, edit_end, locks, notices
from pucs.client import noting, offers
from pucs.client.edits import Answer, Caller, identity_of
from pucs.client.looking import looked, see, see_key
from pucs.client.opening import Repository, is_off, repository_at, spot_of
from pucs.client.publishing import publish_soon
from pucs.client.refreshing import recompile_if_stale
from pucs.client.surveying import at_work
from pucs.client.turn_reports import report_turn
from pucs.edit_gate import EDIT_TOOLS
from pucs.model import SILENT, Agent, Target
from pucs.paths import words
from pucs.record import Record
from pucs.view import Change
from pucs.wording import Company, greeting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pucs.view import View

_SHELLS = ("Bash", "PowerShell")
_BUDGET = 0.8
_DEADLINE = 0.3
"""A client gives SessionEnd hooks 1.5 seconds; who died without saying so is found out at the next look anyway."""


class Finished(Record):
    """A call that the host lists as over, whether it was refused, and the paths that it read or was to write."""

    call: str
    refused: bool = False
    paths: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()


def start(caller: Caller, cwd: str) -> tuple[str, ...]:
    """Registers the agent (or brings it back), and gives what it should know: who it is, its boundary, who is here."""
    repository = repository_at(cwd)
    if repository is None or is_off(repository.store.read()):
        return ()
    identity = identity_of(caller, repository)

    def rule(view: View) -> Change:
        begun = agents.resolve(identity, view)
        writes = dict(begun.writes)
        offers.put(begun.result, view, writes)
        due = notices.is_due(begun.result.id, writes, view)
        return Change((begun.result, due), writes, begun.events)

    agent, due = repository.store.transact(rule)
    recompile_if_stale(repository, hooks=True)
    view = repository.store.read()
    company = Company(agent, agents.stream_of(identity, agent), repository.policy, tuple(_others(agent, view)))
    problem = repository.installation.problem
    trouble = (f"PUCS has a problem that a person should see: {words(problem, 250)}",) if problem else ()
    told = _notices(repository, agent, caller) if due else ()
    if agent.orders or any(rule.max_agents is not None for rule in repository.policy.streams):
        from pucs.client.welcome import obstacles  # noqa: PLC0415 - most agents meet none

        trouble = (*obstacles(repository, company, view), *trouble)
    return (greeting(company), *trouble, *told)


def batch(caller: Caller, cwd: str, finished: Iterable[Finished]) -> Answer:
    """Closes what the host says is over, notes what the agent has read, and gives its notices."""
    done = tuple(finished)
    told: tuple[str, ...] = ()
    ends = False
    for repository in _repositories(cwd, done):
        answer = _close(repository, caller, done)
        told, ends = told + answer.told, ends or answer.ends
        recompile_if_stale(repository, hooks=True)
    return Answer(SILENT, told=told, ends=ends)


def stop(caller: Caller, cwd: str) -> None:
    """The end of a turn: no call of this agent is open any more; what its locks do not need is freed."""
    repository = repository_at(cwd)
    if repository is not None:
        _wind_up(repository, caller, over=False)


def end(caller: Caller, cwd: str) -> None:
    """The end of a session: its agents are gone; clean paths are free, dirty ones parked."""
    repository = repository_at(cwd)
    if repository is not None:
        _wind_up(repository, caller, over=True)


def subagent_stop(caller: Caller, cwd: str) -> None:
    """The end of a subagent: what it left clean is free, what it left dirty is its parent's."""
    repository = repository_at(cwd)
    if repository is None:
        return
    view = repository.store.read()
    identity = identity_of(caller, repository)
    child = agents.known(identity, view)
    if child is None or child.parent is None or is_off(view):
        return
    open_calls = {call: looked(repository, what.paths, view) for call, what in child.calls.items()}
    targets = looked(repository, child.paths, view)
    from pucs.client.delivering import reader_of  # noqa: PLC0415 - the other events mostly do without

    reader = reader_of(repository, caller)

    def rule(view: View) -> Change:
        mine, above = view.agent(child.id), view.agent(child.parent or "")
        if mine is None or above is None:
            return Change(())
        noted = noting.settled(_acting(mine, view), open_calls, view)
        settled = edit_end.settle(mine, open_calls, view)
        passed = edit_end.inherited(mine, above, targets, view.after(settled))
        ended = agents.end(mine._replace(paths=()), view)
        writes = {**settled.writes, **passed.writes, **ended.writes}
        notices.passed_on(child.id, above.id, reader, view, writes)
        return Change(noted, writes, settled.events + ended.events)

    noting.note(repository.store.root, repository.store.transact(rule))


def _close(repository: Repository, caller: Caller, done: tuple[Finished, ...]) -> Answer:
    view = repository.store.read()
    agent = agents.known(identity_of(caller, repository), view)
    if agent is None or is_off(view):
        return Answer(SILENT)
    over = {one.call: one for one in done if one.call in agent.calls}
    # An edit that is open still was interrupted: an assistant's turn comes when those of the last are over.
    over |= {call: Finished(call) for call, what in agent.calls.items() if what.tool in EDIT_TOOLS and call not in over}
    # A command may have taken back what this agent wrote: what is clean now must not count as its later.
    ran = any(agent.calls[call].tool in _SHELLS for call in over)
    left = looked(repository, agent.paths, view) if ran else ()
    refused = {call: looked(repository, agent.calls[call].paths, view) for call in over if over[call].refused}
    ended = {call: looked(repository, agent.calls[call].paths, view) for call in over if not over[call].refused}
    read = tuple(_read_targets(repository, done, view))
    if not over and not read and view.record("inbox/" + agent.id) is None and not offers.is_news(agent, view):
        return Answer(SILENT, ends=agents.is_terminated(agent, view))

    def rule(view: View) -> Change:
        now = view.agent(agent.id) or agent
        noted = noting.settled(_acting(now, view), ended, view)
        change = edit_end.settle(now, ended, view)
        more = edit_end.settle(view.after(change).agent(agent.id) or now, refused, view.after(change), wrote=False)
        writes = {**change.writes, **more.writes}
        events = change.events + more.events
        if left:
            swept = edit_end.swept(now, left, view.after(Change(None, writes)))
            writes.update(swept.writes)
            events += swept.events
        for target in read:
            key = "path/" + target.path
            record = writes.get(key) or view.path(target.path)
            if record.tree(target.tree).writer is not None:
                writes[key] = locks.shown(record, target.tree, agent.id, view)
        offers.put(now, view, writes)
        return Change((notices.is_due(agent.id, writes, view), noted), writes, events)

    due, noted = repository.store.transact(rule)
    noting.note(repository.store.root, noted)
    told = _notices(repository, agent, caller, tuple(one.call for one in done)) if due else ()
    return Answer(SILENT, told=told, ends=agents.is_terminated(agent, view))


def _notices(repository: Repository, agent: Agent, caller: Caller, calls: tuple[str, ...] = ()) -> tuple[str, ...]:
    from pucs.client.delivering import deliver  # noqa: PLC0415 - mostly there is nothing to tell

    return deliver(repository, agent.id, caller, calls)


def _wind_up(repository: Repository, caller: Caller, *, over: bool) -> None:
    started = time.monotonic()
    view = repository.store.read()
    agent = agents.known(identity_of(caller, repository), view)
    if agent is None or is_off(view):
        return
    family = [agent, *(_children(agent, view) if over else ())]
    for one in family:
        open_calls = {call: looked(repository, what.paths, view) for call, what in one.calls.items()}

        def rule(view: View, one: Agent = one, open_calls: dict[str, tuple[Target, ...]] = open_calls) -> Change:
            now = view.agent(one.id) or one
            noted = noting.settled(_acting(now, view), open_calls, view)
            settled = edit_end.settle(now, open_calls, view)
            if not over:
                return settled._replace(result=noted)
            ended = agents.end(view.after(settled).agent(one.id) or now, view)
            return Change(noted, {**settled.writes, **ended.writes}, settled.events + ended.events)

        noting.note(repository.store.root, repository.store.transact(rule, deadline=_DEADLINE))
    if view.record("inbox/" + agent.id) is not None:
        from pucs.client.delivering import confirm  # noqa: PLC0415 - mostly there is nothing to confirm

        confirm(repository, agent.id, caller)
    for one in family:
        for pair in one.paths:
            if time.monotonic() - started > _BUDGET:
                return
            _sweep(repository, one, pair)
        _forget(repository, one)
    report_turn(repository, agent, "session ended" if over else "turn ended")
    if over and any(repository.store.read().names("roster")):
        from pucs.client.joining import promote  # noqa: PLC0415 - nobody waits for a place most of the time

        promote(repository)
    publish_soon(repository)


def clear(repository: Repository, agent: Agent) -> None:
    """Frees what an agent that has ended holds clean; paths of calls that are still open are left to their end."""
    pinned = {pair for call in agent.calls.values() for pair in call.paths}
    for pair in agent.paths:
        if pair not in pinned:
            _sweep(repository, agent, pair)
    _forget(repository, agent)


def _acting(agent: Agent, view: View) -> noting.Act:
    return noting.Act(agent.id, view.now, "", "found at the end of its turn")


def _sweep(repository: Repository, agent: Agent, pair: tuple[str, str]) -> None:
    target = see_key(repository, pair[1], repository.store.read(), pair[0]).target
    repository.store.transact(lambda view: edit_end.swept(agent, (target,), view), deadline=_DEADLINE)


def _forget(repository: Repository, agent: Agent) -> None:
    """Takes paths without a lock out of the agent's index."""

    def rule(view: View) -> Change:
        now = view.agent(agent.id)
        if now is None:
            return Change(None)
        held = _held(now, view)
        return Change(None, {} if held == now.paths else {"agent/" + now.id: now._replace(paths=held)})

    repository.store.transact(rule)


def _children(agent: Agent, view: View) -> Iterable[Agent]:
    for number in range(1, agent.children + 1):
        child = view.agent(f"{agent.id}/{number}")
        if child is not None and not child.ended:
            yield child


def _read_targets(repository: Repository, done: tuple[Finished, ...], view: View) -> Iterable[Target]:
    """What the agent has read, as far as somebody's write there is on record."""
    for one in done:
        for path in one.paths:
            spot = spot_of(path, "/")
            if spot is not None and spot.repository.tree.root == repository.tree.root:
                sight = see(spot.repository, spot.inside, view)
                if sight.record.tree(sight.target.tree).writer is not None:
                    yield sight.target


def _repositories(cwd: str, done: tuple[Finished, ...]) -> list[Repository]:
    found: dict[str, Repository] = {}
    for path in (cwd, *(path for one in done for path in (*one.paths, *one.targets))):
        spot = spot_of(path, cwd)
        if spot is not None:
            found.setdefault(spot.repository.tree.common, spot.repository)
    return list(found.values())


def _others(agent: Agent, view: View) -> Iterable[Agent]:
    """The other agents, each with the paths it holds now."""
    for other in at_work(view):
        if not locks.family(other.id, agent.id):
            yield other._replace(paths=_held(other, view))


def _held(agent: Agent, view: View) -> tuple[tuple[str, str], ...]:
    return tuple(pair for pair in agent.paths if locks.own(view.path(pair[1]).tree(pair[0]), agent.id) is not None)
