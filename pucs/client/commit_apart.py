"""`pucs commit`: the commit of exactly one agent's lines, also of files it shares with others."""

from __future__ import annotations

import time
from contextlib import contextmanager

from pucs import hotfiles, locks, scopes, system
from pucs.client.looking import Sight, copy_of, see_key
from pucs.client.opening import Repository
from pucs.errors import Refusal
from pucs.git import commits, settling
from pucs.git.private_index import PrivateIndex, environment
from pucs.linediff import cuts, is_text, lines_of
from pucs.record import Record
from pucs.state.turn import Turn
from pucs.system import flock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pucs.model import Agent, Lock

_TRIES = 5
_PATIENCE, _PAUSE = 90.0, 0.05


class Made(Record):
    """How the commit ended: git's exit status and words, and whether the real index could be brought up to date."""

    status: int
    words: str
    paths: tuple[str, ...]
    settled: bool = True


def commit(repository: Repository, agent: Agent, message: str, paths: tuple[str, ...]) -> Made:
    """Commits what the agent changed in these paths, or everywhere in this tree, through all gates and hooks.

    Others' lines stay in the tree uncommitted, what else is staged stays staged. One such commit at a time is made in a
    tree, and made again where another one came in between. Raises Refusal where there is nothing to commit, or where it
    cannot be told apart.
    """
    with _turn(repository):
        make_up(repository)
        for _ in range(_TRIES):
            began = commits.began_from(repository.tree)
            made = _made(repository, agent, message, paths)
            if made.status == 0 or commits.began_from(repository.tree) == began:
                break
        return made


def make_up(repository: Repository) -> None:
    """Brings the real index up to date with a commit whose process was killed before it did so."""
    if settling.is_left(repository.tree):
        settling.make_up(repository.tree, environment())


def make_up_in_background(repository: Repository) -> None:
    """The same, unless such a commit is under way."""
    if not settling.is_left(repository.tree):
        return
    with Turn(repository.store.root, _turn_of(repository)) as free:
        if free:
            make_up(repository)


def _turn_of(repository: Repository) -> str:
    return f"commit-{system.basename(repository.tree.gitdir)}.turn"


@contextmanager
def _turn(repository: Repository) -> Iterator[None]:
    """Runs the body when no other such commit is on in this tree: git has one file for the message of all of them."""
    fd = system.open(f"{repository.store.root}/{_turn_of(repository)}", system.O_RDWR | system.O_CREAT, 0o600)
    try:
        until = time.monotonic() + _PATIENCE
        while not flock.taken(fd):
            if time.monotonic() > until:
                raise Refusal(
                    "another agent's commit is under way in this working tree", "try again when it is through"
                )
            time.sleep(_PAUSE)
        yield
    finally:
        system.close(fd)


def _made(repository: Repository, agent: Agent, message: str, paths: tuple[str, ...]) -> Made:
    operation = commits.operation(repository.tree)
    if operation != commits.Operation() or commits.is_rebasing(repository.tree):
        raise Refusal("a merge, pick or rebase is under way here", "conclude it with git first")
    with PrivateIndex(repository.tree) as index:
        names = _chosen(repository, agent, paths)
        if not paths:
            ignored = index.ignored(names)
            names = tuple(name for name in names if name not in ignored)
        index.take(names)
        for name in names:
            _apart(repository, agent, index, name)
        if not names or not index.changed():
            hint = f"see who changed what: {repository.installation.command} status"
            raise Refusal(f"nothing of {agent.id} is uncommitted {'there' if paths else 'here'}", hint)
        done = index.commit(message)
        words = (done.stdout + done.stderr).decode("utf-8", "replace")
        return Made(done.status, words, names, index.settle(names) if done.status == 0 else True)


def _chosen(repository: Repository, agent: Agent, named: tuple[str, ...]) -> tuple[str, ...]:
    """The agent's dirty paths, as far as they are named or below a named folder; a named path of nobody is its own."""
    view = repository.store.read()
    mine = []
    for tree, path in (view.agent(agent.id) or agent).paths:
        if tree != repository.tree.id:
            continue
        lock = locks.own(view.path(path).tree(tree), agent.id)
        if lock is not None and locks.dirty(lock, see_key(repository, path, view).target.content):
            mine.append(path)
    if not named:
        return tuple(mine)
    chosen: dict[str, None] = {}
    for name in named:
        below = [path for path in mine if path == name or path.startswith(name.rstrip("/") + "/") or name in ("", ".")]
        chosen.update(dict.fromkeys(below or [name]))
    return tuple(chosen)


def _apart(repository: Repository, agent: Agent, index: PrivateIndex, name: str) -> None:
    """Puts the agent's lines alone in the place of a file that holds others', too."""
    view = repository.store.read()
    tree, sight = view.path(name).tree(repository.tree.id), see_key(repository, name, view)
    if hotfiles.hot(repository.policy, name).word == hotfiles.REBUILD:
        return  # whole: what is made anew is of one piece
    if tree.weave is None:
        _before_it(repository, locks.own(tree, agent.id), index, sight)
        return
    found = scopes.alone(tree, sight.target, agent.id)
    if found is None:
        hint = f"wait until it is free: {repository.installation.command} wait {name}"
        raise Refusal(f"whose lines are whose in {name} cannot be told any more", hint)
    base, mine = found
    head = commits.checked_out(repository.tree, name)
    if head is not None and head != base:
        merged = index.merged(head, base, mine)
        if merged is None and hotfiles.hot(repository.policy, name).word == hotfiles.UNION and _only_adds(base, mine):
            merged = index.merged(head, base, mine, union=True)
        if merged is None:
            hint = f"make {name} fit what HEAD holds now, then commit again"
            raise Refusal(f"the lines of {agent.id} in {name} do not fit the HEAD of this tree", hint)
        mine = merged
    index.put(name, mine, shared=True)


def _only_adds(base: bytes, mine: bytes) -> bool:
    return all(cut[0] == cut[1] for cut in cuts(lines_of(base), lines_of(mine)))


def _before_it(repository: Repository, lock: Lock | None, index: PrivateIndex, sight: Sight) -> None:
    """Leaves out what was uncommitted before the agent came, as far as that stands apart; the rest the gates judge."""
    base = copy_of(repository, lock.base) if lock is not None else None
    head = commits.checked_out(repository.tree, sight.target.path)
    if base is None or head is None or sight.data is None or head == base or not is_text(base + sight.data):
        return
    merged = index.merged(head, base, sight.data)
    if merged is not None:
        index.put(sight.target.path, merged)
