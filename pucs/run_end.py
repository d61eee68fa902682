"""The end of a run: what follows from each change that was found in the tree, by who made it.

What was free becomes the agent's dirty bytes, what another holds a conflict; what nobody can be proven to have made is
recorded and held against nobody. Nothing here reads clock, disk or git.
"""

from __future__ import annotations

from pucs import conflicts, hotfiles, locks, scopes
from pucs.authors import Altered, Scene, author_of
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
)
from pucs.notices import tell
from pucs.paths import argument
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

_LONGEST_WHAT = 200
_NAMED_AT_ONCE = 3


class RunRequest(Record):
    """A run that is over, or looked at on its way: whose, in which tree, what changed, and who could have done it."""

    agent: Agent
    call: str
    tool: str
    tree: str
    command: str
    scene: Scene
    altered: tuple[Altered, ...]
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
        author = author_of(altered, request.scene, record.tree(request.tree), view)
        if author == request.agent.id:
            _attribute(work, altered, record, locked=altered.plain and not sweeping)
        elif author == "":
            work.note(altered, UNATTRIBUTED, "")
            work.events.append(Event(NOBODY, None, "changed", {"file": altered.path, "during": request.call}))
    _tell(work)
    paths = tuple(work.paths)
    if paths and request.agent.task and not request.agent.paths:
        files = [path for _, path in paths]
        work.event("intended", message="signal_intent", task=request.agent.task, files=files, by="first edit")
    if paths != request.agent.paths:
        work.writes["agent/" + request.agent.id] = request.agent._replace(paths=paths)
    return Change(Outcome(tuple(work.snapshots), tuple(work.conflicts)), work.writes, tuple(work.events))


def _attribute(work: _Work, altered: Altered, record: PathRecord, *, locked: bool) -> None:
    request, view = work.request, work.view
    me, tree = request.agent.id, record.tree(request.tree)
    states = [(lock, locks.state_of(lock, altered.before, view)) for lock in locks.others(tree, me)]
    holders = hotfiles.in_the_way(work.policy, altered.path, (one for one, state in states if state != locks.VOID))
    if holders and tree.weave is not None:
        holders = _overwritten(work, altered, record, holders)
    for lock in holders:
        _conflict(work, altered, lock)
    work.note(altered, FOREIGN if holders else RAN, me)
    mine = locks.own(tree, me)
    if holders or tree.weave is not None or (mine is None and not locked):
        return
    passing = altered.clean or not (altered.plain or mine is None or mine.explicit or mine.wrote is not None)
    for lock in (one for one, state in states if state == locks.VOID):
        record = record.with_tree(request.tree, locks.without(record.tree(request.tree), lock.agent))
    changed = _let_go(record, request) if passing else _taken(work, record, altered)
    now = locks.own(changed.tree(request.tree), me)
    if now is not None and (mine is None or now.wrote != mine.wrote):
        work.event("changed", file=altered.path, tool=request.tool)
        work.paths[request.tree, altered.path] = None
        if record.intents:
            from pucs import intents  # noqa: PLC0415 - nobody announced most files

            intents.met(record, request.agent, request.stream, view, (work.writes, work.events))
    elif mine is not None and now is None:
        work.event("released", message="release_lock", file=altered.path)
    if changed != view.path(altered.path):
        work.writes["path/" + altered.path] = woken(changed, request.tree, view, work.writes)


def _overwritten(work: _Work, altered: Altered, record: PathRecord, holders: list[Lock]) -> list[Lock]:
    """Those of the holders of a shared file whose lines the agent changed, which has lines there itself.

    All of them where lines cannot tell.
    """
    request, tree = work.request, record.tree(work.request.tree)
    if locks.own(tree, request.agent.id) is None:
        return holders
    target = Target(altered.path, request.tree, altered.after, altered.path, work.view.revision, texts=altered.texts)
    record, lost = scopes.followed(record, request.tree, target, request.agent.id)
    if record.tree(request.tree) == tree:
        return holders
    work.writes["path/" + altered.path] = woken(record, request.tree, work.view, work.writes)
    return [lock for lock in holders if lock.agent in lost]


def _let_go(record: PathRecord, request: RunRequest) -> PathRecord:
    """The record without the lock that the run took for its time: nothing of the agent's is left to protect."""
    tree = record.tree(request.tree)
    mine = locks.own(tree, request.agent.id)
    if mine is None or mine.explicit or not set(mine.calls) <= {request.call}:
        return record
    return record.with_tree(request.tree, locks.without(tree, request.agent.id))


def _taken(work: _Work, record: PathRecord, altered: Altered) -> PathRecord:
    """The record with what the path holds now as the agent's dirty bytes, as an edit would leave them."""
    request = work.request
    mine = locks.own(record.tree(request.tree), request.agent.id)
    target = Target(altered.path, request.tree, altered.after, altered.path, work.view.revision)
    edit = EditRequest(request.agent, "", request.tool, (target,), request.stream, request.head)
    claim = claim_for(edit, target, work.policy)
    record = locks.written(record, request.tree, claim, work.view, base=mine.base if mine else altered.before)
    return locks.closed(record, request.tree, request.agent.id, request.call, target.content, work.view)


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
        revision=view.revision,
    )
    work.conflicts.append(conflict)
    work.writes[conflicts.key_of(conflict.id)] = conflict
    warning = f"{request.agent.id} changed {altered.path}, which {lock.agent} holds"
    work.event(
        "conflict",
        answer="conflict_alert",
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
        undo = f"{request.said} undo {argument(theirs[0])} --yes" if len(theirs) == 1 else f"{request.said} undo --yes"
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
    tell(agent, Notice(text, work.view.now, about, "high"), work.view, work.writes)


def _listed(paths: list[str]) -> str:
    shown = ", ".join(paths[:_NAMED_AT_ONCE])
    more = len(paths) - _NAMED_AT_ONCE
    return f"{shown} and {more} more" if more > 0 else shown
