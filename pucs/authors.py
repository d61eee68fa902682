"""Who made a change that was found in the tree after a run.

It is the run's if nobody else can have made it. What several could have made, or somebody who is no agent, is nobody's.
"""

from __future__ import annotations

from pucs import locks
from pucs.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pucs.model import Tree
    from pucs.view import View

_CLOCK = 0.05
"""How far the time that a file system notes may lie behind the clock."""


class Altered(Record):
    """One path that is not what it was: `before` and `after` are its contents.

    `clean` says that HEAD holds what it holds now, `plain` that it may be locked (no generated file, no link); `at` is
    when the file was changed last, 0 where that cannot be seen. Of a file that agents share, `texts` are contents by
    fingerprint.
    """

    path: str
    before: str
    after: str
    clean: bool = False
    plain: bool = True
    at: float = 0.0
    texts: dict[str, bytes] = {}


class Aim(Record):
    """What one run is known to write: paths, folders, and whether that is `complete`.

    A `routine` one may write more, but only as formatters do: see `commands.Reading`.
    """

    agent: str
    since: float = 0.0
    paths: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    complete: bool = False
    routine: bool = False

    def names(self, path: str) -> bool:
        """Whether the path is among them."""
        return path in self.paths or any(not one or path.startswith(one + "/") for one in self.folders)


class Scene(Record):
    """What one run could do: its own `aim`, when it began (as the state's revision), and who else was at work.

    `rivals` are the runs of other agents in the same tree that overlapped with it.
    """

    aim: Aim
    revision: int
    rivals: tuple[Aim, ...] = ()


def author_of(altered: Altered, scene: Scene, tree: Tree, view: View) -> str | None:
    """The agent who made the change; "" for one nobody can be proven to have made.

    None where somebody else did, who records it by himself: an edit, or a run that is still on.
    """
    me, path, writer = scene.aim.agent, altered.path, tree.writer
    mine = scene.aim.names(path)
    if writer is not None and writer.agent != me and writer.revision > scene.revision:
        # Its bytes may have been formatted since: by the same tool call, an editor, or this command.
        return None if writer.content == altered.after else me if mine else ""
    writing = [lock for lock in tree.locks if lock.calls and lock.agent != me]
    if any(locks.state_of(lock, altered.before, view) == locks.HELD for lock in writing):
        return None
    rivals = [one for one in scene.rivals if not altered.at or one.since - _CLOCK <= altered.at]
    if not rivals:
        return me if mine or _writes_unnamed(scene.aim, tree) else ""
    everybody = [scene.aim, *rivals]
    named = {one.agent for one in everybody if one.names(path)}
    able = named or {one.agent for one in everybody if not one.complete}
    if len(able) != 1:
        return ""
    return me if me in able else None


def _writes_unnamed(aim: Aim, tree: Tree) -> bool:
    """Whether what the run does not name is its own nevertheless, as nobody else was at work that is on record.

    While tests run or files are tidied, people and editors go on: then it is so only where the agent has a lock.
    """
    return not aim.complete and (not aim.routine or locks.own(tree, aim.agent) is not None)
