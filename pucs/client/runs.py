"""Truth after: the tree before and after a command is compared, and every change in it is somebody's or nobody's."""

from __future__ import annotations

import time

from pucs import agents, locks
from pucs.authors import Aim
from pucs.client import branches, open_runs, scanning, stashes
from pucs.client.edits import Caller, ToolCall, identity_of
from pucs.client.open_runs import Run
from pucs.client.opening import Repository, is_off, repository_of
from pucs.client.recording import record_command
from pucs.client.run_changes import record
from pucs.errors import StoreBusy, StoreError
from pucs.git import locate
from pucs.model import ABSENT, DEAD, RISKED, Snapshot
from pucs.paths import key_of
from pucs.state import journal
from pucs.system.texts import read_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pucs.client.scanning import Scan
    from pucs.commands import Reading
    from pucs.view import View

    Scans = dict[str, Scan]

_NAMED = 50
_TREES = 4
_LONGEST_COMMAND = 200
_KEEPS_FILES = ("add", "commit")
_CARE = 5.0
"""Seconds that a look at the end of a turn may take: nobody waits for a tool then."""


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
        stashes.note(repository, run)
        _look(repository, run, {}, over=True)


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
    repository: Repository, caller: Caller, *, running: Iterable[str] | None = None, care: bool = False
) -> None:
    """Looks at the agent's runs that are on; all are over but the background commands that go on.

    Those are `running`, as the host says; None: all of them. With `care` what was too slow before is made up for.
    """
    agent = agents.known(identity_of(caller, repository), repository.store.read())
    found: Scans = {}
    for run in list(open_runs.every(repository.store.root)) if agent is not None else ():
        if agent is None or run.agent != agent.id or (run.unfinished and not care):
            continue
        goes_on = bool(run.background) and (running is None or run.background in running)
        _look(repository, run, found, over=not goes_on, care=care)


def _begin(
    call: ToolCall, reading: Reading, command: str, repositories: list[Repository], named: dict[str, list[str]]
) -> None:
    repository = repositories[0]
    root, identity = repository.store.root, identity_of(call.caller, repository)
    known = agents.known(identity, repository.store.read())
    if known is None or call.call not in known.calls:
        record_command(call, command or call.tool, repository)
    view = repository.store.read()
    agent = agents.known(identity, view)
    if agent is None:
        return  # the state is busy, for which no command is failed
    size, found, trees = journal.size(root), {}, {}
    aims = {one.tree.id: _aim(one, reading, agent.id, call.cwd) for one in repositories}
    for one in repositories:
        before = scanning.latest(one)
        found[one.tree.id] = scanning.scan(one, before, one.policy.guard.scan_seconds)
        names = [name for name in named[one.tree.root] if name][:_NAMED]
        names += scanning.ignored_below(one, aims[one.tree.id].folders)
        if not found[one.tree.id].whole:
            names += _held(one, view)
        trees[one.tree.id] = scanning.with_files(one, found[one.tree.id], names, before)
    _look_at_others(repository, agent.id, found, view)
    now = time.time()
    run = Run(
        call=call.call,
        tool=call.tool,
        agent=agent.id,
        command=(command or call.tool)[:_LONGEST_COMMAND],
        since=now,
        revision=view.revision,
        journal=size,
        process=identity.process or agent.process,
        stash=read_text(f"{repository.tree.common}/refs/stash").strip(),
        branches=branches.tips(repository),
        trees=trees,
        aims={tree: one._replace(since=now) for tree, one in aims.items()},
    )
    open_runs.store(root, run)
    for one in repositories:
        _note_risks(one, run, reading, view)


def _look_at_others(repository: Repository, agent: str, found: Scans, view: View) -> None:
    """Compares what this agent's other runs did, and those that are over; where the state is busy, they wait."""
    for run in list(open_runs.every(repository.store.root)):
        try:
            if run.agent == agent and not run.unfinished:
                _look(repository, run, found, over=not run.background)
            elif run.agent != agent and not is_on(run, view):
                _look(repository, run, found, over=True, care=run.unfinished)
        except StoreBusy:
            return  # nothing is forgotten yet, and this run's own beginning must not be missed for it


def is_on(run: Run, view: View) -> bool:
    """Whether the run's command may still be at work, as far as this machine can tell."""
    agent = view.agent(run.agent)
    if view.liveness(run.process) == DEAD or agent is None or agent.ended:
        return False
    return bool(run.background) or run.call in agent.calls


def _look(repository: Repository, run: Run, found: Scans, *, over: bool, care: bool = False) -> None:
    """Compares the run's trees with what they were. Not `over`: the run goes on from what they are now.

    `found` are the scans that this process made already, by tree.
    """
    root, left = repository.store.root, {}
    branches.note(repository, run)
    for tree_id, before in run.trees.items():
        tree = locate.tree_of_id(repository.tree.common, tree_id)
        there = repository_of(tree) if tree is not None else None
        if there is None:
            continue
        if tree_id not in found:
            budget = there.policy.guard.scan_seconds
            found[tree_id] = scanning.scan(there, before, max(budget, _CARE) if care and budget else budget)
            if found[tree_id].whole:
                scanning.store_latest(there, found[tree_id])
        now = scanning.with_files(there, found[tree_id], _to_look_at(before, found[tree_id]), before)
        others = [one for one in open_runs.every(root) if one.agent != run.agent and is_on(one, there.store.read())]
        record(there, run, now, [one.aims[tree_id] for one in others if tree_id in one.aims])
        left[tree_id] = now if now.whole else before
    whole = all(one.whole for one in found.values())
    if over and (whole or care):
        open_runs.forget(root, run)
    elif open_runs.of_call(root, run.call) is not None:
        # What was found in part is found again: the journal says what of it was judged already.
        going_on = run._replace(trees={**run.trees, **left}, unfinished=over and not whole)
        open_runs.store(root, going_on._replace(journal=journal.size(root)) if whole else going_on)


def _note_risks(repository: Repository, run: Run, reading: Reading, view: View) -> None:
    """Notes what uncommitted content there is before a command that may destroy it: it can be brought back."""
    tree, fold = repository.tree.id, repository.installation.fold_case
    noted = []
    for name, file in run.trees[tree].files.items():
        if file.content == ABSENT:
            continue  # also words of the command that only might have been paths
        path = key_of(name, fold_case=fold)
        if reading.git or _is_anothers(view, path, tree, run.agent, file.content):
            entry = Snapshot(RISKED, run.agent, tree, path, file.content, at=run.since)
            noted.append(entry._replace(group=run.call, what=run.command))
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


def _held(repository: Repository, view: View) -> list[str]:
    """The paths of that tree on which anybody has or had a lock."""
    agents_known = (view.agent(name) for name in view.names("agent"))
    pairs = (pair for agent in agents_known if agent is not None for pair in agent.paths)
    return [path for tree, path in dict.fromkeys(pairs) if tree == repository.tree.id]


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
    moves = any(one.verb not in _KEEPS_FILES for one in reading.git)
    return Aim(
        agent,
        paths=tuple(keys[0]),
        folders=tuple(keys[1]),
        complete=not reading.unknown and not moves,
        routine=reading.routine and not moves,
    )


def _to_look_at(before: Scan, now: Scan) -> list[str]:
    """The files of the earlier scan that git did not list now, though they are to be looked at."""
    whole = before.whole and now.whole
    return [name for name, file in before.files.items() if not whole or not file.head]
