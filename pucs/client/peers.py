"""What others have at stake in one working tree: their bytes, their open work, their living agents."""

from __future__ import annotations

from pucs import locks, system
from pucs.client.looking import see_key
from pucs.client.opening import Repository
from pucs.client.surveying import at_work
from pucs.git import locate
from pucs.model import Agent, Lock
from pucs.record import Record
from pucs.view import Damaged

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pucs.view import View


class Stake(Record):
    """A binding lock of another agent on one path. `has_bytes` says that something uncommitted would be lost.

    What is damaged has no lock and counts as bytes.
    """

    path: str
    lock: Lock | None
    state: str = locks.HELD
    has_bytes: bool = True


def stakes(repository: Repository, agent: str, view: View) -> list[Stake]:
    """What other agents hold or left in this tree; agents whose lock covers this one are not others."""
    found = []
    for path in sorted(_paths(repository.tree.id, view)):
        try:
            foreign = locks.others(view.path(path).tree(repository.tree.id), agent)
        except Damaged:
            found.append(Stake(path, None))
            continue
        if not foreign:
            continue
        content = see_key(repository, path, view).target.content
        for lock in foreign:
            state = locks.state_of(lock, content, view)
            if state != locks.VOID:
                found.append(Stake(path, lock, state, locks.dirty(lock, content)))
    return found


def own_files(repository: Repository, agent: Agent | None, view: View) -> list[str]:
    """The paths in this tree that hold uncommitted bytes of the agent itself."""
    found = []
    for tree, path in agent.paths if agent is not None else ():
        if tree == repository.tree.id and agent is not None:
            try:
                mine = locks.own(view.path(path).tree(tree), agent.id)
            except Damaged:
                continue
            if mine is not None and locks.dirty(mine, see_key(repository, path, view).target.content):
                found.append(path)
    return found


def others_at_work(agent: str, view: View) -> list[Agent]:
    """The agents at work anywhere in the repository that are not of this one's family."""
    return [other for other in at_work(view) if not locks.family(other.id, agent)]


def working_in(tree: locate.Tree, agent: str, view: View) -> list[Agent]:
    """The other agents at work in that very tree: by what they hold there, or by where their client stands."""
    return [other for other in others_at_work(agent, view) if _is_in(other, tree)]


def _is_in(agent: Agent, tree: locate.Tree) -> bool:
    if any(where == tree.id for where, _ in agent.paths):
        return True
    if agent.process is None:
        return False
    try:
        folder = system.readlink(f"/proc/{agent.process.pid}/cwd")
    except OSError:
        return False  # another system, or another user's process
    return folder == tree.root or folder.startswith(tree.root + "/")


def _paths(tree: str, view: View) -> Iterable[str]:
    """The paths where any agent has or had a lock in that tree."""
    found: set[str] = set()
    for name in view.names("agent"):
        agent = view.agent(name)
        if agent is not None:
            found.update(path for where, path in agent.paths if where == tree)
    return found
