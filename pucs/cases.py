"""One target of a tool call in the light of the state: what the rows of the edit gate look at."""

from __future__ import annotations

from pucs import locks
from pucs.model import EditRequest, Lock, PathRecord, Target, Tree
from pucs.policy import Policy, critical, partition
from pucs.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pucs.scopes import Plan
    from pucs.view import View


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

    @property
    def is_critical(self) -> bool:
        """Whether the configuration lists the file as critical."""
        return is_critical(self.policy, self.target)

    @property
    def alone(self) -> bool:
        """Whether work on the path in another worktree keeps this one out."""
        return alone(self.policy, self.target)


def is_critical(policy: Policy, target: Target) -> bool:
    """Whether the configuration lists the file as critical."""
    return (critical(policy, target.name) or critical(policy, target.path)) is not None


def alone(policy: Policy, target: Target) -> bool:
    """Whether only one worktree at a time may change the path, or its lines."""
    return policy.locks.across_worktrees == "deny" or is_critical(policy, target)


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


def timely(case: Case, tree_name: str) -> PathRecord:
    """The case's record with no lock in that tree from a time that has not come (`queues.timely`)."""
    if all(max(lock.last, lock.acquired) <= case.view.now for lock in case.record.tree(tree_name).locks):
        return case.record
    from pucs import queues  # noqa: PLC0415 - clocks are hardly ever set back

    return queues.timely(case.record, tree_name, case.view)


def overtaken(case: Case) -> bool:
    """Whether a peer acted after the disk was looked at, here or in a worktree whose work keeps this one out."""
    newest = max((lock.revision for lock, _ in case.states), default=0)
    trees = [name for name in case.record.trees if name != case.target.tree]
    if newest > case.target.revision or not trees or not case.alone:
        return newest > case.target.revision
    there = {name: locks.others(case.record.tree(name), case.request.agent.id) for name in trees}
    # The number of a revision is known before its records are, so that a look may have missed what it counts.
    return any(
        name not in case.target.elsewhere or any(lock.revision > case.target.revision for lock in found)
        for name, found in there.items()
        if found
    )


def elsewhere(case: Case) -> list[tuple[str, Lock]]:
    """Locks of living work on the same path in other trees, as far as those trees still stand."""
    found = []
    for name, tree in case.record.trees.items():
        if name == case.target.tree or name not in case.target.elsewhere:
            continue
        content = case.target.elsewhere[name]
        if not content:
            continue
        for lock in locks.others(tree, case.request.agent.id):
            if locks.state_of(lock, content, case.view) == locks.HELD:
                found.append((name, lock))
    if found:
        from pucs import hotfiles  # noqa: PLC0415 - most files are changed in one tree

        if hotfiles.hot(case.policy, case.target.name).word == hotfiles.REBUILD:
            return []  # nobody merges it: it is made anew
    return found
