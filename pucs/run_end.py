"""The end of a run: who made each change that was found in the tree, and what follows from it.

A change is the run's if nobody else can have made it. What several could have made, or somebody who is no agent, is
unattributed: recorded, and held against nobody. Nothing here reads clock, disk or git.
"""

from __future__ import annotations

from pucs import conflicts, locks
from pucs.claims import claim_for
from pucs.conflicts import Conflict
from pucs.edit_end import woken
from pucs.model import (
    FOREIGN,
    RAN,
    UNATTRIBUTED,
    Agent,
    EditRequest,
    Event,
    Lock,
    Notice,
    PathRecord,
    Snapshot,
    Target,
    Tree,
)
from pucs.notices import put
from pucs.policy import Policy
from pucs.record import Record
from pucs.view import Change, Damaged

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pucs.view import View

SWEEPING = 20
"""More changed files than this are no edit: a pull, a formatter, a generator. They take no locks."""

NOBODY = "nobody"
"""Who the log says made what is unattributed."""

_CLOCK = 0.05
"""How far the time that a file system notes may lie behind the clock."""

_LONGEST_WHAT = 200
_NAMED_AT_ONCE = 3


class Altered(Record):
    """One path that is not what it was: `before` and `after` are its contents.

    `clean` says that HEAD holds what it holds now, `plain` that it may be locked (no generated file, no link); `at` is
    when the file was changed last, 0 where that cannot be seen.
    """

    path: str
    before: str
    after: str
    clean: bool = False
    plain: bool = True
    at: float = 0.0


class Aim(Record):
    """What one run is known to write: paths, folders, and whether that is `complete`."""

    agent: str
    since: float = 0.0
    paths: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    complete: bool = False

    def names(self, path: str) -> bool:
        """Whether the path is among them."""
        return path in self.paths or any(not one or path.startswith(one + "/") for one in self.folders)


class RunRequest(Record):
    """A run that is over, or looked at on its way: whose, since which revision of the state, what it changed.

    `rivals` are the runs of other agents in the same tree that overlapped with it.
    """

    agent: Agent
    call: str
    tool: str
    tree: str
    command: str
    since: float
    revision: int
    aim: Aim
    altered: tuple[Altered, ...]
    rivals: tuple[Aim, ...] = ()
    stream: str | None = None
    head: str = ""
    said: str = "pucs"


class Outcome(Record):
    """What came of a run: entries for the journal, and the conflicts it is part of."""

    snapshots: tuple[Snapshot, ...] = ()
    conflicts: tuple[Conflict, ...] = ()


class _Work:
    """The change under construction."""

    def __init__(self, request: RunRequest, policy: Policy, view: View) -> None:
        self.request = request
        self.policy = policy
        self.view = view
        self.writes: dict[str, Any] = {}
        self.events: list[Event] = []
        self.snapshots: list[Snapshot] = []
        self.conflicts: list[Conflict] = []
        self.paths = dict.fromkeys(request.agent.paths)

    def note(self, altered: Altered, reason: str, agent: str) -> None:
        request = self.request
        what, now = request.command[:_LONGEST_WHAT], self.view.now
        entry = Snapshot(reason, agent, request.tree, altered.path, altered.before, altered.after, now)
        self.snapshots.append(entry._replace(group=request.call, what=what))

    def event(self, action: str, **details: Any) -> None:
        self.events.append(Event(self.request.agent.id, self.request.stream, action, details))


def after(request: RunRequest, policy: Policy, view: View) -> Change:
    """What a run leaves: dirty bytes of its agent, conflicts with holders, changes of nobody. Results in an Outcome."""
    work = _Work(request, policy, view)
    sweeping = len(request.altered) > SWEEPING
    for altered in request.altered:
        try:
            record = view.path(altered.path)
        except Damaged:
            work.note(altered, RAN, request.agent.id)
            continue
        author = author_of(altered, request, record.tree(request.tree), view)
        if author == request.agent.id:
            _attribute(work, altered, record, locked=altered.plain and not sweeping)
        elif author == "":
            work.note(altered, UNATTRIBUTED, "")
            work.events.append(Event(NOBODY, None, "changed", {"file": altered.path, "during": request.call}))
    _tell(work)
    paths = tuple(work.paths)
    if paths != request.agent.paths:
        work.writes["agent/" + request.agent.id] = request.agent._replace(paths=paths)
    return Change(Outcome(tuple(work.snapshots), tuple(work.conflicts)), work.writes, tuple(work.events))


def author_of(altered: Altered, request: RunRequest, tree: Tree, view: View) -> str | None:
    """The agent who made the change; "" for one nobody can be proven to have made.

    None where somebody else did, who records it by himself: an edit, or a run that is still on.
    """
    me, path, writer = request.agent.id, altered.path, tree.writer
    mine = request.aim.names(path)
    if writer is not None and writer.agent != me and writer.revision > request.revision:
        # Its bytes may have been formatted since: by the same tool call, an editor, or this command.
        return None if writer.content == altered.after else me if mine else ""
    writing = [lock for lock in tree.locks if lock.calls and lock.agent != me]
    if any(locks.state_of(lock, altered.before, view) == locks.HELD for lock in writing):
        return None
    rivals = [one for one in request.rivals if not altered.at or one.since - _CLOCK <= altered.at]
    if not rivals:
        return me if mine or not request.aim.complete else ""
    everybody = [request.aim, *rivals]
    named = {one.agent for one in everybody if one.names(path)}
    able = named or {one.agent for one in everybody if not one.complete}
    if len(able) != 1:
        return ""
    return me if me in able else None


def _attribute(work: _Work, altered: Altered, record: PathRecord, *, locked: bool) -> None:
    request, view = work.request, work.view
    me, tree = request.agent.id, record.tree(request.tree)
    states = ((lock, locks.state_of(lock, altered.before, view)) for lock in locks.others(tree, me))
    holders = [lock for lock, state in states if state != locks.VOID]
    if holders:
        for lock in holders:
            _conflict(work, altered, lock)
        work.note(altered, FOREIGN, me)
        return
    work.note(altered, RAN, me)
    mine = locks.own(tree, me)
    if altered.clean:
        if mine is not None and set(mine.calls) <= {request.call} and not mine.explicit:
            work.event("released", file=altered.path)
            freed = record.with_tree(request.tree, locks.without(tree, me))
            work.writes["path/" + altered.path] = woken(freed, request.tree, view, work.writes)
        return
    if mine is None and not locked:
        return
    if mine is None or mine.wrote != altered.after:
        work.event("changed", file=altered.path, tool=request.tool)
    target = Target(altered.path, request.tree, altered.after, altered.path, view.revision)
    edit = EditRequest(request.agent, "", request.tool, (target,), request.stream, request.head)
    claim = claim_for(edit, target, work.policy)
    void = [lock.agent for lock in locks.others(tree, me)]
    for other in void:
        record = record.with_tree(request.tree, locks.without(record.tree(request.tree), other))
    changed = locks.written(record, request.tree, claim, view, base=mine.base if mine else altered.before)
    changed = locks.closed(changed, request.tree, me, request.call, altered.after, view)
    work.writes["path/" + altered.path] = woken(changed, request.tree, view, work.writes)
    work.paths[request.tree, altered.path] = None


def _conflict(work: _Work, altered: Altered, lock: Lock) -> None:
    request, view = work.request, work.view
    number = len(work.conflicts)
    conflict = Conflict(
        f"c{view.revision}" + (f"-{number + 1}" if number else ""),
        conflicts.FILE_LOCK,
        (request.agent.id, lock.agent),
        altered.path,
        request.tree,
        altered.before,
        altered.after,
        view.now,
        request.call,
        request.command[:_LONGEST_WHAT],
    )
    work.conflicts.append(conflict)
    work.writes[conflicts.key_of(conflict.id)] = conflict
    warning = f"{request.agent.id} changed {altered.path}, which {lock.agent} holds"
    work.event(
        "conflict",
        file=altered.path,
        holder=lock.agent,
        conflict=conflict.id,
        warning=warning,
        severity=conflict.severity,
    )


def _tell(work: _Work) -> None:
    """Tells the agent what it overwrote, and each holder what happened to its files."""
    request, found = work.request, work.conflicts
    if not found:
        return
    me, command = request.agent.id, " ".join(request.command.split())[:80]
    for holder in dict.fromkeys(one.parties[1] for one in found):
        theirs = [one.path for one in found if one.parties[1] == holder]
        undo = f"{request.said} undo {theirs[0]}" if len(theirs) == 1 else f"{request.said} undo"
        _put(
            work,
            me,
            f"`{command}` changed {_listed(theirs)}, which {holder} holds, and is recorded as a conflict; you cannot "
            f"commit that. Put {holder}'s version back: {undo}",
            "conflict:" + holder,
        )
        _put(
            work,
            holder,
            f"{me} changed {_listed(theirs)}, which you hold, with `{command}`. Your version is kept; bring it back "
            f"with: {undo}. Look at the file before you go on.",
            "conflict:" + me + ":" + theirs[0],
        )


def _put(work: _Work, agent: str, text: str, about: str) -> None:
    key = "inbox/" + agent
    notice = Notice(text, work.view.now, about, "high")
    work.writes[key] = put(work.writes.get(key) or work.view.inbox(agent), notice)


def _listed(paths: list[str]) -> str:
    shown = ", ".join(paths[:_NAMED_AT_ONCE])
    more = len(paths) - _NAMED_AT_ONCE
    return f"{shown} and {more} more" if more > 0 else shown
