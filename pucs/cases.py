"""One target of a tool call in the light of the state: what the rows of the edit gate look at."""

from __future__ import annotations

from pucs import locks, notices
from pucs.model import EditRequest, Event, Lock, Notice, PathRecord, Target, Tree
from pucs.policy import Policy, partition
from pucs.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from pucs.scopes import Plan
    from pucs.view import View

_TOLD = 64


class Case(Record):
    """A target with what is on record; `states` are the locks that are in its way, each with what it is.

    With a `plan`, locks on other lines are not among them.
    """

    request: EditRequest
    target: Target
    record: PathRecord
    tree: Tree
    states: tuple[tuple[Lock, str], ...]
    policy: Policy
    view: View
    plan: Plan | None = None


def case_of(request: EditRequest, target: Target, policy: Policy, view: View) -> Case:
    """The target, judged as a whole file."""
    record = view.path(target.path)
    tree = record.tree(target.tree)
    foreign: Sequence[Lock] = locks.others(tree, request.agent.id)
    if foreign:
        from pucs import hotfiles  # noqa: PLC0415 - most edits have their file to themselves

        foreign = hotfiles.in_the_way(policy, target.name, foreign)
    states = tuple((lock, locks.state_of(lock, target.content, view)) for lock in foreign)
    return Case(request, target, record, tree, states, policy, view)


def in_lines(case: Case) -> Case:
    """The case without the locks on other lines than those that the call would change, where lines can be told."""
    target = case.target
    if (target.proposed is None and not target.parts) or not case.states:
        return case
    how = partition(case.policy, target.name)
    if how == "off":
        return case
    from pucs import hotfiles, scopes  # noqa: PLC0415 - most edits have their file to themselves

    word = hotfiles.hot(case.policy, target.name).word
    plan = scopes.plan(case.tree, target, case.states, by_symbols=how == "symbols", hot=word)
    if plan is None:
        return case
    left = tuple(one for one in case.states if one[1] == locks.VOID or one[0].agent in plan.clashes)
    return case._replace(states=left, plan=plan)


def elsewhere(case: Case) -> list[tuple[str, Lock]]:
    """Locks of living work on the same path in other trees, as far as those trees still stand."""
    found = []
    for name, tree in case.record.trees.items():
        if name == case.target.tree or name not in case.target.elsewhere:
            continue
        content = case.target.elsewhere[name]
        for lock in locks.others(tree, case.request.agent.id):
            if locks.state_of(lock, content, case.view) == locks.HELD:
                found.append((name, lock))
    if found:
        from pucs import hotfiles  # noqa: PLC0415 - most files are changed in one tree

        if hotfiles.hot(case.policy, case.target.name).word == hotfiles.REBUILD:
            return []  # nobody merges it: it is made anew
    return found


def told(record: PathRecord, case: Case, writes: dict[str, Any], events: list[Event]) -> PathRecord:
    """The record after both sides were told of work on the same path in another worktree, once a pair."""
    tree, view = record.tree(case.target.tree), case.view
    me = case.request.agent.id
    for name, lock in elsewhere(case):
        pair = f"{min(me, lock.agent)}|{max(me, lock.agent)}"
        if any(pair in known.told for known in (tree, *record.trees.values())):
            continue
        tree = tree._replace(told=(*tree.told, pair)[-_TOLD:])
        about = "elsewhere:" + record.path
        theirs = f"{lock.agent} is changing {record.path} in {_label(name)}; yours will have to be merged with it."
        here = _label(case.target.tree)
        mine = f"{me} is changing {record.path} in {here}; yours will have to be merged with it."
        events.append(_warned(case, lock, theirs))
        notices.tell(me, Notice(theirs, view.now, about, "medium"), view, writes)
        notices.tell(lock.agent, Notice(mine, view.now, about, "medium"), view, writes)
    return record.with_tree(case.target.tree, tree)


def _warned(case: Case, lock: Lock, warning: str) -> Event:
    details = {"file": case.target.path, "holder": lock.agent, "warning": warning, "severity": "medium"}
    return Event(case.request.agent.id, case.request.stream, "warned", details)


def _label(tree: str) -> str:
    return "the main worktree" if tree == "." else f"worktree {tree.rpartition(':')[0]}"
