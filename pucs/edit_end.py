"""The end of a tool call: what it leaves behind, however its end was reported, and whom that sets free."""

from __future__ import annotations

from pucs import locks, notices
from pucs.claims import claim_for
from pucs.model import UNKNOWN, Agent, EditRequest, Event, Lock, Notice, PathRecord, Target
from pucs.paths import printable
from pucs.policy import Policy
from pucs.view import Change

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pucs.view import View


def after(request: EditRequest, policy: Policy, view: View, *, wrote: bool) -> Change:
    """What a finished tool call leaves: dirty bytes of its agent, or nothing. `wrote` is false for a failed call."""
    writes: dict[str, Any] = {}
    events: list[Event] = []
    agent = request.agent
    paths = dict.fromkeys(agent.paths)
    for target in request.targets:
        record = view.path(target.path)
        mine = locks.own(record.tree(target.tree), agent.id)
        known = (mine.wrote or mine.base) if mine else None
        changed = record
        if mine is None and _accounted_for(record, target, agent, view):
            pass
        elif mine is None and wrote and (holder := _late(record, target, agent, view)) is not None:
            _clash(request, target, holder, view, (writes, events))
        elif wrote and target.content not in (known, mine.base if mine else None):
            claim = claim_for(request, target, policy)
            changed = locks.written(record, target.tree, claim, view, base=mine.base if mine else UNKNOWN)
            events.append(Event(agent.id, request.stream, "changed", {"file": target.path, "tool": request.tool}))
        elif wrote:
            changed = locks.shown(record, target.tree, agent.id, view)
        changed = locks.closed(changed, target.tree, agent.id, request.call, target.content, view)
        changed = _in_lines(changed, target, (agent, agent.id if wrote else ""), view, (writes, events))
        if mine and locks.own(changed.tree(target.tree), agent.id) is None:
            events.append(_released(agent.id, request.stream, target))
        if mine is None and locks.own(changed.tree(target.tree), agent.id) is not None:
            paths[target.tree, target.path] = None  # no gate saw the call, so that no index names it yet
        changed = woken(changed, target.tree, view, writes)
        if changed != record:
            writes["path/" + target.path] = changed
    calls = {key: call for key, call in agent.calls.items() if key != request.call}
    if (tuple(paths), len(calls)) != (agent.paths, len(agent.calls)):
        # First, as the gate does: a lock that no index names would outlive its agent.
        writes = {"agent/" + agent.id: agent._replace(paths=tuple(paths), calls=calls, seen=view.now), **writes}
    return Change(None, writes, tuple(events))


def _in_lines(
    record: PathRecord, target: Target, who: tuple[Agent, str], view: View, found: tuple[dict[str, Any], list[Event]]
) -> PathRecord:
    """The record with each line of a shared file at its owner; `who` is whose call ended, and who wrote if anybody did.

    A client that writes the whole file from an older read may undo another's lines: both are told.
    """
    if record.tree(target.tree).weave is None:
        return record
    from pucs import scopes  # noqa: PLC0415 - most files have one agent

    agent, writer = who
    writes, events = found
    record, lost = scopes.followed(record, target.tree, target, writer)
    for other in lost:
        details = {"file": target.path, "holder": other, "content": target.content, "severity": "high"}
        events.append(Event(agent.id, agent.stream, "overwrote", details))
        about = "overwrote:" + target.path
        theirs = f"{agent.id} changed lines of {target.path} that are yours. Look at the file before you go on."
        notices.tell(other, Notice(theirs, view.now, about, "high"), view, writes)
        mine = f"Your last edit of {target.path} changed lines of {other}. Look at the file, and put them back."
        notices.tell(agent.id, Notice(mine, view.now, about, "high"), view, writes)
    return record


def _accounted_for(record: PathRecord, target: Target, agent: Agent, view: View) -> bool:
    """Whether the locks of others explain what the path holds, at the end of a call of an agent without one.

    So it is when the hook before the call was killed and the path passed on meanwhile: a second lock beside theirs
    would keep both out.
    """
    for lock in locks.others(record.tree(target.tree), agent.id):
        if target.content in (lock.base, lock.wrote):
            return True
        if lock.calls and locks.state_of(lock, target.content, view) == locks.HELD:
            return True
    return False


def _late(record: PathRecord, target: Target, agent: Agent, view: View) -> Lock | None:
    """The lock of another whose bytes were overwritten by a call that had lost its own lock meanwhile."""
    tree = record.tree(target.tree)
    if tree.weave is not None:
        return None  # its lines tell
    for lock in locks.others(tree, agent.id):
        if lock.wrote is not None and locks.state_of(lock, target.content, view) != locks.VOID:
            return lock
    return None


def _clash(
    request: EditRequest, target: Target, holder: Lock, view: View, found: tuple[dict[str, Any], list[Event]]
) -> None:
    """Records that the call wrote over what the holder had made of the path, and tells both."""
    from pucs import conflicts  # noqa: PLC0415 - hardly any call comes too late

    writes, events = found
    me, path = request.agent.id, target.path
    number = sum(key.startswith("conflict/") for key in writes)
    name = f"c{view.revision}" + (f"-{number + 1}" if number else "")
    sides = (holder.wrote or UNKNOWN, target.content)
    clash = conflicts.Conflict(
        name, conflicts.FILE_LOCK, (me, holder.agent), path, target.tree, *sides, view.now, request.call, request.tool
    )._replace(revision=view.revision)
    writes[conflicts.key_of(name)] = clash
    details = {"answer": "conflict_alert", "file": path, "holder": holder.agent, "conflict": name, "severity": "high"}
    details["warning"] = f"{me} changed {path}, which {holder.agent} holds"
    events.append(Event(me, request.stream, "conflict", details))
    about, shown = "conflict:", printable(path, 100)
    mine = f"Your call wrote {shown} after {holder.agent} had taken it over, and is recorded as conflict {name}. "
    mine += f"Look at the file, and put {holder.agent}'s version back; both versions are kept."
    notices.tell(me, Notice(mine, view.now, about + holder.agent, "high"), view, writes)
    theirs = f"{me} wrote over your change to {shown} with a call from before it was yours (conflict {name}). "
    theirs += "Both versions are kept. Look at the file before you go on."
    notices.tell(holder.agent, Notice(theirs, view.now, f"{about}{me}:{path}", "high"), view, writes)


def settle(agent: Agent, found: dict[str, tuple[Target, ...]], view: View, *, wrote: bool = True) -> Change:
    """Closes calls whose end nobody reported. `found` maps each call to its targets as they are on disk now."""
    writes: dict[str, Any] = {}
    records: dict[str, PathRecord] = {}
    events: list[Event] = []
    for call, targets in found.items():
        for target in targets:
            record = records.get(target.path) or view.path(target.path)
            mine = locks.own(record.tree(target.tree), agent.id)
            if mine is None or call not in mine.calls:
                continue
            close = locks.settled if wrote else locks.closed
            changed = close(record, target.tree, agent.id, call, target.content, view)
            changed = _in_lines(changed, target, (agent, agent.id if wrote else ""), view, (writes, events))
            if locks.own(changed.tree(target.tree), agent.id) is None:
                events.append(_released(agent.id, mine.stream, target))
            records[target.path] = woken(changed, target.tree, view, writes)
    left = {key: call for key, call in agent.calls.items() if key not in found}
    if left != agent.calls:
        writes["agent/" + agent.id] = agent._replace(calls=left, seen=view.now)
    writes.update({"path/" + path: record for path, record in records.items()})
    return Change(None, writes, tuple(events))


def woken(record: PathRecord, tree_name: str, view: View, writes: dict[str, Any]) -> PathRecord:
    """The record without the waiters whose way is free now; their notices are added to `writes`."""
    if not record.tree(tree_name).waiters:
        return record
    from pucs import places  # noqa: PLC0415 - nobody waits for most files

    return places.woken(record, tree_name, view, writes)


def swept(agent: Agent, targets: tuple[Target, ...], view: View) -> Change:
    """Drops the agent's locks that protect nothing any more, and wakes who waited for them."""
    writes: dict[str, Any] = {}
    events: list[Event] = []
    for target in targets:
        record = view.path(target.path)
        tree = record.tree(target.tree)
        mine = locks.own(tree, agent.id)
        if mine is None or mine.revision > target.revision or locks.state_of(mine, target.content, view) != locks.VOID:
            continue
        events.append(_released(agent.id, mine.stream, target))
        freed = record.with_tree(target.tree, locks.without(tree, agent.id))
        writes["path/" + target.path] = woken(freed, target.tree, view, writes)
    return Change(None, writes, tuple(events))


def inherited(child: Agent, parent: Agent, targets: tuple[Target, ...], view: View) -> Change:
    """Gives what an ended subagent left dirty to its parent, and frees what it left clean."""
    from pucs import heirs  # noqa: PLC0415 - most calls end no subagent

    writes: dict[str, Any] = {}
    paths = dict.fromkeys(parent.paths)
    for target in targets:
        record = writes.get("path/" + target.path) or view.path(target.path)
        changed = heirs.inherited(record, target.tree, child.id, parent.id, target.content)
        if changed.tree(target.tree).weave is not None:
            from pucs import scopes  # noqa: PLC0415 - most files have one agent

            changed = scopes.inherited(changed, target.tree, child.id, parent.id)
        if changed == record:
            continue
        if locks.own(changed.tree(target.tree), parent.id) is not None:
            paths[target.tree, target.path] = None
        writes["path/" + target.path] = woken(changed, target.tree, view, writes)
    return Change(None, {"agent/" + parent.id: parent._replace(paths=tuple(paths)), **writes})


def released(agent: str, targets: tuple[Target, ...], view: View) -> Change:
    """Gives back an agent's explicit locks; one with dirty bytes or an open call goes on protecting those.

    The result names the paths that are free now.
    """
    writes: dict[str, Any] = {}
    events: list[Event] = []
    free: list[str] = []
    for target in targets:
        record = writes.get("path/" + target.path) or view.path(target.path)
        tree = record.tree(target.tree)
        mine = locks.own(tree, agent)
        if mine is None:
            continue
        given = set(locks.texts_of(target.parts))
        if given and not given >= set(locks.texts_of(mine.parts)):
            changed = locks.narrowed(record, target.tree, agent, given)
        elif locks.dirty(mine, target.content) or mine.calls:
            changed = locks.plain(record, target.tree, agent)
        else:
            free.append(target.path)
            events.append(_released(agent, mine.stream, target))
            changed = record.with_tree(target.tree, locks.without(tree, agent))
        writes["path/" + target.path] = woken(changed, target.tree, view, writes)
    return Change(tuple(free), writes, tuple(events))


def _released(agent: str, stream: str | None, target: Target) -> Event:
    return Event(agent, stream, "released", {"message": "release_lock", "file": target.path})
