"""The rule of places: how an agent gets into line, keeps its place, leaves, and who hears that a path is free."""

from __future__ import annotations

from pucs import locks, notices, queues
from pucs.model import Agent, Event, Notice, PathRecord, Process, Tree, Waiter
from pucs.paths import argument, printable
from pucs.policy import Policy
from pucs.view import Change
from pucs.waits import Wait, key_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from pucs.model import Lock, Target
    from pucs.view import View

    Pair = tuple[str, str]


def joined(agent: Agent, targets: tuple[Target, ...], process: Process | None, view: View) -> Change:
    """The agent stands in line, in the place it has or had a moment ago, else as the last. The result is its Wait."""
    paths = tuple((target.tree, target.path) for target in targets)
    partly = tuple(target.path for target in targets if target.parts)
    wait = _earlier(agent, paths, process, view)
    writes: dict[str, Any] = {}
    events: tuple[Event, ...] = ()
    if wait is None:
        wait = Wait(agent.id, view.revision, view.now, view.now, process, paths, partly)
        writes["agent/" + agent.id] = agent._replace(waits=(*agent.waits, wait.number))
        events = (Event(agent.id, agent.stream, "waits", {"files": [path for _, path in paths]}),)
        writes[key_of(wait.number)] = wait
    elif (wait.process, wait.paths, wait.partly) != (process, paths, partly) or _is_due(wait, view):
        wait = wait._replace(process=process, paths=paths, partly=partly, seen=view.now)
        writes[key_of(wait.number)] = wait
    for tree_name, path in paths:
        known = writes.get("path/" + path) or view.path(path)
        record = queues.timely(known, tree_name, view)
        placed = _placed(record.tree(tree_name), wait, view)
        if placed is not None or record != known:
            writes["path/" + path] = record.with_tree(tree_name, placed or record.tree(tree_name))
    return Change(wait, writes, events)


def _is_due(wait: Wait, view: View) -> bool:
    return abs(view.now - wait.seen) >= queues.BEAT_S


def _earlier(agent: Agent, paths: tuple[Pair, ...], process: Process | None, view: View) -> Wait | None:
    for number in sorted(agent.waits):
        wait = view.wait(number)
        if wait is None or not set(paths) <= set(wait.paths):
            continue
        if wait.process == process or (not queues.stands(wait, view) and queues.kept(wait, view)):
            return wait
    return None


def _placed(tree: Tree, wait: Wait, view: View) -> Tree | None:
    """The tree with the wait's agent in line there; None where it is already, perhaps by another wait of its own."""
    mine = next((waiter for waiter in tree.waiters if waiter.agent == wait.agent), None)
    other = view.wait(mine.place) if mine is not None and mine.place else None
    if mine is not None and (mine.place == wait.number or (other is not None and queues.stands(other, view))):
        return None
    waiter = (mine or Waiter(wait.agent, "", view.now, 0))._replace(place=wait.number)
    return _with(tree, waiter)


def behind(record: PathRecord, tree_name: str, wait: Wait, holder: str) -> PathRecord | None:
    """The record that says for whose lock there the wait stands in line; None where it says so already."""
    tree = record.tree(tree_name)
    mine = next((waiter for waiter in tree.waiters if waiter.place == wait.number), None)
    if mine is None or mine.holder == holder:
        return None
    return record.with_tree(tree_name, _with(tree, mine._replace(holder=holder)))


def _with(tree: Tree, waiter: Waiter) -> Tree:
    rest = tuple(one for one in tree.waiters if one.agent != waiter.agent)
    return tree._replace(waiters=(*rest, waiter))


def away(wait: Wait, view: View) -> Change:
    """The command ended and nothing came of it: its agent's place is kept for a while, and keeps nobody out."""
    writes: dict[str, Any] = {key_of(wait.number): wait._replace(process=None, seen=view.now)}
    return _left(wait, view, writes)


def ended(wait: Wait, view: View) -> Change:
    """The wait is over, because its paths are its agent's or it gave up: it stands in line no more."""
    writes: dict[str, Any] = {key_of(wait.number): None}
    agent = view.agent(wait.agent)
    if agent is not None and wait.number in agent.waits:
        left = tuple(number for number in agent.waits if number != wait.number)
        writes["agent/" + agent.id] = agent._replace(waits=left)
    for tree_name, path in wait.paths:
        record = writes.get("path/" + path) or view.path(path)
        tree = record.tree(tree_name)
        has_it = locks.own(tree, wait.agent) is not None
        writes["path/" + path] = record.with_tree(tree_name, _without(tree, wait, has_it=has_it))
    return _left(wait, view, writes)


def _without(tree: Tree, wait: Wait, *, has_it: bool) -> Tree:
    """The tree without its place; whoever was denied still wants to hear, unless its way is free now.

    Then the others in line wait for this agent.
    """
    left = []
    for waiter in tree.waiters:
        if waiter.place != wait.number:
            behind = has_it and waiter.place and waiter.denials
            left.append(waiter._replace(holder=wait.agent) if behind else waiter)
        elif waiter.denials and (not has_it or _is_barred(waiter, tree)):
            left.append(waiter._replace(place=0))
    return tree._replace(waiters=tuple(left))


def overdue(wait: Wait, policy: Policy, view: View) -> bool:
    """Whether it stands in line for longer than anybody may."""
    return abs(view.now - wait.since) > policy.locks.queue_timeout_s


def cleared(agent: str, targets: Iterable[Target], view: View) -> dict[str, Any]:
    """The records without locks of the agent itself that protect nothing any more: what it is given now is new."""
    writes: dict[str, Any] = {}
    for target in targets:
        record = view.path(target.path)
        mine = locks.own(record.tree(target.tree), agent)
        if mine is not None and locks.state_of(mine, target.content, view) == locks.VOID:
            tree = locks.without(record.tree(target.tree), agent)
            writes["path/" + target.path] = record.with_tree(target.tree, tree)
    return writes


def _left(wait: Wait, view: View, writes: dict[str, Any]) -> Change:
    """Tells those who were kept out only because of this wait."""
    after = view.after(Change(None, writes))
    for tree_name, path in wait.paths:
        record = after.path(path)
        changed = woken(record, tree_name, after, writes)
        if changed != record:
            writes["path/" + path] = changed
    return Change(None, writes)


def woken(record: PathRecord, tree_name: str, view: View, writes: dict[str, Any]) -> PathRecord:
    """The record once those whose way is free now are told, in `writes`; whoever stands in line sees it by itself.

    Where somebody stands in line, the others hear of that, and again when the path is free for them.
    """
    tree = record.tree(tree_name)
    now = view.after(Change(None, writes))
    standing = queues.line(record, (tree_name,), view)
    first = next((wait for wait in standing if queues.comes_first(wait, record, now)), None)
    left = []
    for waiter in tree.waiters:
        wait = view.wait(waiter.place) if waiter.place else None
        if (wait is not None and queues.stands(wait, view)) or _is_barred(waiter, tree):
            left.append(waiter)
            continue
        text = _free(waiter, record)
        if first is not None and first.agent != waiter.agent:
            left.append(waiter._replace(holder=first.agent))
            if waiter.holder == first.agent:
                continue
            text = f"{record.path} is free now, but {first.agent} waits for it and is next. `pucs wait` stands in line."
        elif wait is not None and queues.kept(wait, view):
            left.append(waiter)
        notices.tell(waiter.agent, Notice(text, view.now, notices.FREE + record.path), view, writes)
    return record.with_tree(tree_name, tree._replace(waiters=tuple(left)))


def _is_barred(waiter: Waiter, tree: Tree) -> bool:
    """Whether a lock is there that it waits for: of several in one file, that of the agent whose lines it wanted."""
    return any(_bars(lock, waiter) for lock in locks.others(tree, waiter.agent))


def _bars(lock: Lock, waiter: Waiter) -> bool:
    return not waiter.holder or locks.family(lock.agent, waiter.holder)


def dropped(number: int, policy: Policy, view: View) -> Change:
    """Takes a wait out of line whose agent neither waits nor can come back to its place, or waits for too long.

    The latter hears of it. The result says whether it was so.
    """
    wait = view.wait(number)
    if wait is None or not is_stale(wait, policy, view):
        return Change(False)
    change = ended(wait, view)
    writes = dict(change.writes)
    if overdue(wait, policy, view):
        notices.tell(wait.agent, _timed_out([path for _, path in wait.paths], policy, view), view, writes)
    return Change(True, writes)


def is_stale(wait: Wait, policy: Policy, view: View) -> bool:
    """Whether the wait is to be dropped."""
    return overdue(wait, policy, view) or not (queues.stands(wait, view) or queues.kept(wait, view))


def heard(targets: tuple[Target, ...], policy: Policy, view: View) -> Change:
    """Drops locks on a path that protect nothing any more, and tells who waits for it; `targets` is it in its trees.

    Whoever was denied longer ago than anybody may wait hears that nobody will tell it any more; and whoever waits only
    for agents that are gone or idle, how to take over what these left.
    """
    writes: dict[str, Any] = {}
    for target in targets:
        before = writes.get("path/" + target.path) or view.path(target.path)
        tree = before.tree(target.tree)
        binding = [
            lock
            for lock in tree.locks
            if lock.revision > target.revision or locks.state_of(lock, target.content, view) != locks.VOID
        ]
        record = before.with_tree(target.tree, tree._replace(locks=tuple(binding)))
        record = _timely(record, target.tree, policy, (view, writes))
        record = woken(_parked(record, target, policy, (view, writes)), target.tree, view, writes)
        if record != before:
            writes["path/" + target.path] = record
    return Change(None, writes)


def _timely(record: PathRecord, tree_name: str, policy: Policy, scene: tuple[View, dict[str, Any]]) -> PathRecord:
    view, writes = scene
    tree = record.tree(tree_name)
    late = [one for one in tree.waiters if not one.place and abs(view.now - one.since) > policy.locks.queue_timeout_s]
    for waiter in late:
        notices.tell(waiter.agent, _timed_out([record.path], policy, view), view, writes)
    return record.with_tree(tree_name, tree._replace(waiters=tuple(one for one in tree.waiters if one not in late)))


def _parked(record: PathRecord, target: Target, policy: Policy, scene: tuple[View, dict[str, Any]]) -> PathRecord:
    """The record without those who were denied and wait only for bytes that are parked by now: they hear what to do.

    Who stands in line or may come back to its place sees it by itself. In another worktree parked bytes bar nobody.
    """
    view, writes = scene
    tree = record.tree(target.tree)
    left = []
    for waiter in tree.waiters:
        there = [one for one in locks.others(tree, waiter.agent) if _bars(one, waiter)]
        states = {locks.state_of(lock, target.content, view) for lock in there}
        if waiter.place or states != {locks.PARKED}:
            left.append(waiter)
            continue
        ticket = view.name("ticket/" + waiter.ticket)
        elsewhere = ticket is not None and ticket.extra.get("for", target.tree) != target.tree
        text = _free(waiter, record) if elsewhere else _left_behind(record.path, there[0].agent, policy)
        notices.tell(waiter.agent, Notice(text, view.now, notices.FREE + record.path), view, writes)
    return record.with_tree(target.tree, tree._replace(waiters=tuple(left)))


def _free(waiter: Waiter, record: PathRecord) -> str:
    return f"{record.path} is free now; you {'were denied' if waiter.denials else 'waited for'} it earlier."


def _left_behind(path: str, agent: str, policy: Policy) -> str:
    again = "repeat your edit (a copy is kept), or run" if policy.locks.parked == "retry" else "run"
    return (
        f"{printable(path, 100)} holds uncommitted changes of {printable(agent, 60)}, who is gone or idle. "
        f"To take them over, {again} `pucs adopt {argument(path)}`; else leave the file alone."
    )


def _timed_out(paths: list[str], policy: Policy, view: View) -> Notice:
    minutes = round(policy.locks.queue_timeout_s / 60)
    text = f"You waited {minutes} min for {', '.join(paths)}; you are no longer in line, and will not hear of it."
    return Notice(text, view.now, notices.FREE + paths[0])
