"""The rule of queues: who stands in line for a path, whose turn it is, and which wait would never end.

Whose turn it is follows from the places, from which locks bind, from the time and from who lives, and from nothing
else: nothing is reserved for somebody who wandered off, and a wait holds nothing while it waits (DESIGN section 6).
A wait for several paths keeps those behind it waiting for a while, then lets them pass for a while: `insists`.
"""

from __future__ import annotations

from pucs import locks
from pucs.errors import StoreError
from pucs.model import DEAD, PathRecord, Tree
from pucs.policy import Policy, critical
from pucs.record import Record
from pucs.waits import Wait

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pucs.model import Lock, Target
    from pucs.view import View

    Pair = tuple[str, str]

BEAT_S = 3.0
"""So often a waiting command gives a sign of life."""

MINDED_S = 10.0
"""So long after the last one it still has its turn: a stopped process or a suspended host keeps nobody out longer."""

KEPT_S = 300.0
"""So long a place is kept for an agent whose command ended, for it to call again."""

PATIENCE_S = 10.0
"""So long a wait for several paths lets everybody pass, before it insists on its turn for the first time."""

LONGEST_S = 300.0
"""So long at a stretch a wait that lacks a path may keep others out of the rest."""

_ANY_CONTENT = ""
"""No fingerprint: under it a lock counts as dirty if its agent wrote at all."""


class Link(Record):
    """One agent that waits for a path, and who holds that."""

    agent: str
    path: str
    holder: str


def stands(wait: Wait, view: View) -> bool:
    """Whether somebody really waits there now; a wait from a moment that has not come yet is one of another clock."""
    if wait.process is None or view.liveness(wait.process) == DEAD or abs(view.now - wait.seen) > MINDED_S:
        return False
    agent = view.agent(wait.agent)
    return agent is None or not (agent.ended or (agent.process is not None and view.liveness(agent.process) == DEAD))


def kept(wait: Wait, view: View) -> bool:
    """Whether its place is still its own, for its agent to come back to."""
    return abs(view.now - wait.seen) <= KEPT_S


def line(record: PathRecord, trees: Iterable[str], view: View) -> tuple[Wait, ...]:
    """Who really stands in line for the path in those trees, in order."""
    numbers = {waiter.place for name in trees for waiter in record.tree(name).waiters if waiter.place}
    found = (view.wait(number) for number in sorted(numbers))
    return tuple(wait for wait in found if wait is not None and stands(wait, view) and _wants(wait, record.path))


def _wants(wait: Wait, path: str) -> bool:
    return any(wanted == path for _, wanted in wait.paths)


def order(tree: Tree, view: View) -> tuple[str, ...]:
    """Who waits there: first those in line, then those who were denied and want to hear, the longest first."""
    standing, rest = [], []
    for waiter in tree.waiters:
        wait = view.wait(waiter.place) if waiter.place else None
        if wait is not None and stands(wait, view):
            standing.append((wait.number, waiter.agent))
        elif waiter.denials:
            rest.append((waiter.since, waiter.agent))
    return tuple(agent for _, agent in (*sorted(standing), *sorted(rest)))


def ahead(pair: Pair, who: tuple[str, int], policy: Policy, view: View) -> Wait | None:
    """The wait whose turn it is there before that of `who`: an agent, and its place (0: it does not stand in line).

    One that could not have all its paths now is passed over: it keeps its place, and nobody out unless it insists. Then
    it lets only those pass that it waits for itself.
    """
    agent, number = who
    record = view.path(pair[1])
    for wait in line(record, _trees(pair, policy, record), view):
        if number and wait.number >= number:
            return None
        if locks.family(wait.agent, agent):
            continue
        if not any(_obstacles(wait, policy, view)):
            return wait
        home = _root(agent, view)
        if insists(wait, view) and not _chain(wait, {home}, home, (policy, view)):
            return wait
    return None


def insists(wait: Wait, view: View) -> bool:
    """Whether those behind it have to wait, too, though it lacks a path: by turns, each time for longer.

    Else those who come and go for single ones of its paths might never leave it all of them at once; and if it always
    did, paths would lie idle for as long as the slowest of their holders needs. It begins at the age of PATIENCE_S,
    twice that, four times that, …, for half that age and at most LONGEST_S.
    """
    age = view.now - wait.since
    if len(wait.paths) < 2 or age < PATIENCE_S:  # noqa: PLR2004 - only several can come free one after another
        return False
    began = PATIENCE_S
    while began * 2 <= age:
        began *= 2
    return age - began < min(began / 2, LONGEST_S)


def comes_first(wait: Wait, record: PathRecord, view: View) -> bool:
    """Whether those behind it hear of it, once the path of the record is free: as far as its own trees tell.

    It lacks no other path, or it insists.
    """
    pairs = (pair for pair in wait.paths if pair[1] != record.path)
    others = (lock for name, path in pairs for lock in meant(wait, path, view.path(path).tree(name)))
    lacks = any(locks.state_of(lock, _ANY_CONTENT, view) != locks.VOID for lock in others)
    return not lacks or insists(wait, view)


def before(wait: Wait, policy: Policy, view: View) -> int:
    """How many others stand in line before it for any of its paths."""
    found = {
        other.number
        for pair in wait.paths
        for other in line(view.path(pair[1]), _trees(pair, policy, view.path(pair[1])), view)
        if other.number < wait.number and not locks.family(other.agent, wait.agent)
    }
    return len(found)


def _trees(pair: Pair, policy: Policy, record: PathRecord) -> tuple[str, ...]:
    """The trees that share a path: all where only one may change it at a time."""
    across = policy.locks.across_worktrees == "deny" or critical(policy, pair[1]) is not None
    return tuple(record.trees) if across else (pair[0],)


def _obstacles(wait: Wait, policy: Policy, view: View) -> Iterable[tuple[str, Lock, str]]:
    """The locks in the way of a wait, each with its path and state, as far as the records tell without the disk."""
    for pair in wait.paths:
        try:
            record = view.path(pair[1])
        except StoreError:
            continue
        for name in _trees(pair, policy, record):
            for lock in meant(wait, pair[1], record.tree(name)):
                state = locks.state_of(lock, _ANY_CONTENT, view)
                if state == locks.HELD or (state == locks.PARKED and name == pair[0]):
                    yield pair[1], lock, state


def meant(wait: Wait, path: str, tree: Tree) -> tuple[Lock, ...]:
    """The locks there that keep it waiting: where its agent was denied lines of a file, of whose lines these are.

    Where it wants only a part of the path, those of the agent that it met there last: its next look tells of others.
    """
    there = locks.others(tree, wait.agent)
    holder = next((waiter.holder for waiter in tree.waiters if waiter.agent == wait.agent), "")
    found = tuple(lock for lock in there if holder and locks.family(lock.agent, holder))
    return found if path in wait.partly else found or there


def shares(target: Target, agent: str, view: View) -> bool:
    """Whether the lines that the agent was denied are free, and others hold only other lines of the file."""
    tree = view.path(target.path).tree(target.tree)
    holder = next((waiter.holder for waiter in tree.waiters if waiter.agent == agent and waiter.denials), "")
    there = locks.others(tree, agent)
    binding = [lock for lock in there if locks.state_of(lock, target.content, view) != locks.VOID]
    if not holder or not binding:
        return False
    return not any((lock.explicit and not lock.parts) or locks.family(lock.agent, holder) for lock in binding)


def timely(record: PathRecord, tree_name: str, view: View) -> PathRecord:
    """The record with no lock from a time that has not come: after the clock was set back it lasts from now on."""
    tree = record.tree(tree_name)
    if all(lock.last <= view.now and lock.acquired <= view.now for lock in tree.locks):
        return record
    past = tuple(
        lock._replace(last=min(lock.last, view.now), acquired=min(lock.acquired, view.now)) for lock in tree.locks
    )
    return record.with_tree(tree_name, tree._replace(locks=past))


def circle(wait: Wait, policy: Policy, view: View) -> tuple[Link, ...]:
    """The waits that would wait for each other for ever, beginning with this one; empty where it is none of such.

    Whoever is of one family waits for one another's paths: what a subagent holds passes to its parent.
    """
    home = _root(wait.agent, view)
    return _chain(wait, {home}, home, (policy, view))


def _chain(wait: Wait, known: set[str], home: str, scene: tuple[Policy, View]) -> tuple[Link, ...]:
    policy, view = scene
    for path, lock, state in _obstacles(wait, policy, view):
        root = _root(lock.agent, view)
        if state != locks.HELD or root == _root(wait.agent, view):
            continue
        link = Link(wait.agent, path, lock.agent)
        if root == home:
            return (link,)
        if root in known:
            continue
        known.add(root)
        for further in _waits_of(root, view):
            rest = _chain(further, known, home, scene)
            if rest:
                return (link, *rest)
    return ()


def _waits_of(root: str, view: View) -> list[Wait]:
    """All that the family of that agent stands in line for."""
    found: list[Wait] = []
    agent = view.agent(root)
    if agent is None:
        return found
    waits = (view.wait(number) for number in agent.waits)
    found += [wait for wait in waits if wait is not None and stands(wait, view)]
    for number in range(1, agent.children + 1):
        found += _waits_of(f"{root}/{number}", view)
    return found


def _root(agent: str, view: View) -> str:
    known = view.agent(agent)
    return agent if known is None or known.parent is None else _root(known.parent, view)
