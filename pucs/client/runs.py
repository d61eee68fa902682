"""Truth after: the tree before and after a command is compared, and every change in it is somebody's or nobody's."""

from __future__ import annotations

import time

from pucs import agents, locks, run_end
from pucs.client import open_runs, scanning
from pucs.client.differences import altered
from pucs.client.edits import Caller, ToolCall, identity_of
from pucs.client.open_runs import Run
from pucs.client.opening import Repository, is_off, repository_of
from pucs.errors import StoreError
from pucs.git import locate
from pucs.model import DEAD, RISKED, Agent, Snapshot
from pucs.paths import key_of
from pucs.run_end import Aim, Outcome, RunRequest
from pucs.state import journal
from pucs.system.texts import read_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pucs.client.scanning import Scan
    from pucs.commands import Reading
    from pucs.view import Change, View

_NAMED = 50
_TREES = 4
_LONGEST_COMMAND = 200
_CARE = 5.0
"""Seconds that the look at the end of a turn may take: nobody waits for a tool then."""


def begin(call: ToolCall, reading: Reading, command: str = "") -> None:
    """Notes what the trees are that the call may reach, and keeps every content in them that git does not have."""
    if reading.read_only:
        return
    named = _named(call, reading)
    groups: dict[str, list[Repository]] = {}
    for root in list(named)[:_TREES]:
        tree = locate.tree_at(root)
        repository = repository_of(tree) if tree is not None else None
        if repository is not None and not is_off(repository.store.read()):
            groups.setdefault(repository.store.root, []).append(repository)
    for repositories in groups.values():
        _begin(call, reading, command, repositories, named)


def end(call: ToolCall, repository: Repository) -> None:
    """Compares, attributes and records what the call of a run left in its trees; the run is over."""
    run = open_runs.of_call(repository.store.root, call.call)
    if run is not None:
        finish(repository, run)


def finish(repository: Repository, run: Run, *, seconds: float = scanning.BUDGET, over: bool = True) -> None:
    """Compares the run's trees with what they were. Not `over`: the run goes on from what they are now."""
    root, left = repository.store.root, {}
    for tree_id, before in run.trees.items():
        tree = locate.tree_of_id(repository.tree.common, tree_id)
        there = repository_of(tree) if tree is not None else None
        if there is None:
            continue
        now = scanning.scan(there, before, _looked_at(before), seconds)
        _record(there, run, now)
        if now.whole:
            scanning.store_latest(there, now)
        left[tree_id] = now if before.whole and now.whole else before
    whole = all(one.whole for one in left.values())
    if over and (whole or seconds >= _CARE):
        open_runs.forget(root, run)
    elif open_runs.of_call(root, run.call) is not None:
        size = journal.size(root)
        open_runs.store(root, run._replace(trees={**run.trees, **left}, journal=size, unfinished=over and not whole))


def in_background(call: ToolCall, repository: Repository, task: str) -> None:
    """Notes that the call's command goes on while its agent works."""
    run = open_runs.of_call(repository.store.root, call.call)
    if run is not None:
        open_runs.store(repository.store.root, run._replace(background=task or run.call))


def discard(repository: Repository, call: str) -> None:
    """Forgets the run of a call that was refused and so did nothing."""
    run = open_runs.of_call(repository.store.root, call)
    if run is not None:
        open_runs.forget(repository.store.root, run)


def catch_up(
    repository: Repository, caller: Caller, *, running: Iterable[str] | None = None, quick: bool = False
) -> None:
    """Looks at the agent's runs that are on. `running` are the background commands that the host says go on.

    None: nobody knows, so that those go on. Other runs of the agent are over. `quick`: the caller has no time.
    """
    agent = agents.known(identity_of(caller, repository), repository.store.read())
    if agent is None:
        return
    for run in list(open_runs.every(repository.store.root)):
        if run.agent == agent.id:
            goes_on = bool(run.background) and (running is None or run.background in running)
            finish(repository, run, seconds=scanning.BUDGET if quick or running is None else _CARE, over=not goes_on)


def _begin(
    call: ToolCall, reading: Reading, command: str, repositories: list[Repository], named: dict[str, list[str]]
) -> None:
    repository = repositories[0]
    root, identity = repository.store.root, identity_of(call.caller, repository)
    view = repository.store.read()
    agent = agents.known(identity, view) or _registered(repository, identity)
    if agent is None:
        return
    size, began = journal.size(root), view.revision
    trees: dict[str, Scan] = {}
    aims: dict[str, Aim] = {}
    for one in repositories:
        names = [name for name in named[one.tree.root] if name][:_NAMED]
        trees[one.tree.id] = scanning.scan(one, scanning.latest(one), names)
        aims[one.tree.id] = _aim(one, reading, agent.id, call.cwd)
    for run in list(open_runs.every(root)):
        _catch_up_before(repository, run, agent.id, view)
    now = time.time()
    run = Run(
        call=call.call,
        tool=call.tool,
        agent=agent.id,
        command=(command or call.tool)[:_LONGEST_COMMAND],
        since=now,
        revision=began,
        journal=size,
        process=identity.process or agent.process,
        stash=read_text(f"{repository.tree.common}/refs/stash").strip(),
        trees=trees,
        aims={tree: one._replace(since=now) for tree, one in aims.items()},
    )
    open_runs.store(root, run)
    for one in repositories:
        _note_risks(one, run, reading, view)


def _registered(repository: Repository, identity: agents.Identity) -> Agent | None:
    """The agent, known from now on; None where the state is busy, for which no command is failed."""

    def rule(view: View) -> Change:
        return agents.resolve(identity, view)

    try:
        agent: Agent = repository.store.transact(rule)
    except StoreError:
        return None
    return agent


def _catch_up_before(repository: Repository, run: Run, agent: str, view: View) -> None:
    """Looks at a run that was left open: of this agent, whose next command begins, or of a client that died."""
    if run.agent == agent:
        finish(repository, run, over=not run.background)
    elif view.liveness(run.process) == DEAD:
        finish(repository, run)


def _record(repository: Repository, run: Run, now: Scan) -> None:
    root, tree = repository.store.root, repository.tree.id
    before = run.trees[tree]
    changes = altered(repository, before, now, journal.entries(root, run.journal))
    if not changes:
        return
    rivals = tuple(
        one.aims[tree]
        for one in open_runs.every(root)
        if one.agent != run.agent and tree in one.aims and repository.store.read().liveness(one.process) != DEAD
    )

    def rule(view: View) -> Change:
        agent = view.agent(run.agent) or Agent(run.agent, process=run.process)
        request = RunRequest(
            agent=agent,
            call=run.call,
            tool=run.tool,
            tree=tree,
            command=run.command,
            since=run.since,
            revision=run.revision,
            aim=run.aims[tree],
            altered=changes,
            rivals=rivals,
            stream=agent.stream,
            head=now.head,
            said=repository.installation.command,
        )
        return run_end.after(request, repository.policy, view)

    outcome: Outcome = repository.store.transact(rule)
    journal.note(root, outcome.snapshots)
    if outcome.snapshots:
        from pucs.client.publishing import publish_soon  # noqa: PLC0415 - most commands change nothing

        publish_soon(repository)


def _note_risks(repository: Repository, run: Run, reading: Reading, view: View) -> None:
    """Notes what uncommitted content there is before a command that may destroy it: it can be brought back."""
    tree, fold = repository.tree.id, repository.installation.fold_case
    noted = []
    for name, file in run.trees[tree].files.items():
        path = key_of(name, fold_case=fold)
        if reading.git or _is_anothers(view, path, tree, run.agent, file.content):
            noted.append(
                Snapshot(RISKED, run.agent, tree, path, file.content, at=run.since, group=run.call, what=run.command)
            )
    journal.note(repository.store.root, noted)


def _is_anothers(view: View, path: str, tree: str, agent: str, content: str) -> bool:
    try:
        found = locks.others(view.path(path).tree(tree), agent)
    except StoreError:
        return True
    return any(locks.state_of(lock, content, view) != locks.VOID for lock in found)


def _named(call: ToolCall, reading: Reading) -> dict[str, list[str]]:
    """The trees that the call may reach, its own first, each with the paths in it that the command names."""
    found: dict[str, list[str]] = {}
    folders = tuple(one.folder for one in reading.git if one.folder)
    words = (*reading.writes, *reading.folders, *folders, *reading.named[:_NAMED])
    for path in (call.cwd, *words, *(path for path, _ in call.paths)):
        try:
            place = locate.place_of(path, call.cwd)
        except (OSError, ValueError):
            continue
        if place is not None and not place.inside.startswith(".git/"):
            found.setdefault(place.tree.root, []).append(place.inside)
    return found


def _aim(repository: Repository, reading: Reading, agent: str, cwd: str) -> Aim:
    """What the command is known to write in the tree, by the keys that its locks would have."""
    keys: list[list[str]] = [[], []]
    for which, paths in enumerate((reading.writes, reading.folders)):
        for path in paths:
            try:
                place = locate.place_of(path, cwd)
            except (OSError, ValueError):
                continue
            if place is not None and place.tree.root == repository.tree.root:
                keys[which].append(key_of(place.inside, fold_case=repository.installation.fold_case))
    complete = not reading.unknown and not reading.git
    return Aim(agent, 0.0, tuple(keys[0]), tuple(keys[1]), complete)


def _looked_at(before: Scan) -> list[str]:
    """The files of a scan that git may not list the next time, though they are to be looked at."""
    return list(before.files) if not before.whole else [name for name, file in before.files.items() if not file.head]
