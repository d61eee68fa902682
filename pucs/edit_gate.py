"""The edit gate: may this tool call write these paths, and what is recorded before it does.

`before` is the table of DESIGN section 7, first match wins, one function a row; all paths of a call or none. What a
call leaves behind is `edit_end`. Nothing here reads clock, disk or environment: contents, positions and identities come
in with the request.
"""

from __future__ import annotations

from pucs import locks, notices
from pucs.claims import claim_for
from pucs.model import (
    DENY,
    GRANT,
    Call,
    EditRequest,
    Event,
    Finding,
    Lock,
    Name,
    Notice,
    PathRecord,
    Target,
    Tree,
    Verdict,
    Waiter,
)
from pucs.policy import Policy, critical, outside
from pucs.record import Record
from pucs.view import Change, Damaged

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from pucs.view import View

AGAIN = "again"
"""A decision meaning that a peer acted after the request looked at the disk: look again and ask again."""

EDIT_TOOLS = ("Write", "Edit", "MultiEdit", "NotebookEdit")

_TOLD = 64


class _Case(Record):
    """One target in the light of the state: what the rows look at."""

    request: EditRequest
    target: Target
    record: PathRecord
    tree: Tree
    states: tuple[tuple[Lock, str], ...]
    policy: Policy
    view: View


def before(request: EditRequest, policy: Policy, view: View) -> Change:
    """The verdict on a tool call that is about to write, with its lock if granted.

    Writes nothing but a waiter, an offer or a mark of what was shown when it denies. The result is a Verdict; its
    decision may be AGAIN.
    """
    granted: list[_Case] = []
    warnings: list[Finding] = []
    for target in request.targets:
        try:
            case = _case(request, target, policy, view)
        except Damaged as damage:
            return Change(Verdict(DENY, (Finding("damaged", target.path, tree=target.tree, note=damage.key),)))
        if any(lock.revision > target.revision for lock, _ in case.states):
            return Change(Verdict(AGAIN))
        warnings += _warnings(case)
        for row in _ROWS:
            denied = row(case)
            if denied is not None:
                return denied
        granted.append(case)
    return _grant(request, granted, tuple(warnings), view)


def _case(request: EditRequest, target: Target, policy: Policy, view: View) -> _Case:
    record = view.path(target.path)
    tree = record.tree(target.tree)
    foreign = locks.others(tree, request.agent.id)
    states = tuple((lock, locks.state_of(lock, target.content, view)) for lock in foreign)
    return _Case(request, target, record, tree, states, policy, view)


def _warnings(case: _Case) -> list[Finding]:
    if case.policy.guard.boundaries != "warn":
        return []
    owners = outside(case.policy, case.request.stream, case.target.name)
    return [Finding("boundary", case.target.name, owners=owners)] if owners else []


def _protected(case: _Case) -> Change | None:
    if not case.target.protected:
        return None
    return _deny(Finding("protected", case.target.path, note=case.target.protected), case)


def _boundary(case: _Case) -> Change | None:
    if case.policy.guard.boundaries != "enforce":
        return None
    owners = outside(case.policy, case.request.stream, case.target.name)
    return _deny(Finding("boundary", case.target.name, owners=owners), case) if owners else None


def _critical_elsewhere(case: _Case) -> Change | None:
    entry = critical(case.policy, case.target.name) or critical(case.policy, case.target.path)
    if not entry and case.policy.locks.across_worktrees != "deny":
        return None
    for tree, lock in _elsewhere(case):
        finding = Finding("critical", case.target.path, lock=lock, tree=tree)
        return _deny_waiting(finding, case, tree)
    return None


def _held(case: _Case) -> Change | None:
    for lock, state in case.states:
        if state == locks.HELD:
            finding = Finding("held", case.target.path, lock=lock, tree=case.target.tree)
            return _deny_waiting(finding, case, case.target.tree)
    return None


def _parked(case: _Case) -> Change | None:
    agent = case.request.agent.id
    content = case.target.content
    for lock, state in case.states:
        if state != locks.PARKED or locks.family(lock.agent, agent):
            continue
        if case.policy.locks.parked == "retry" and case.tree.offers.get(agent) == content:
            continue
        note = "moving" if lock.wrote is not None and content != lock.wrote else ""
        rule = "parked" if case.policy.locks.parked == "retry" else "parked-kept"
        finding = Finding(rule, case.target.path, lock=lock, tree=case.target.tree, note=note)
        # The change is in the denial: writing over it is no surprise any more, and no second denial.
        record = locks.shown(case.record, case.target.tree, agent, case.view)
        tree = record.tree(case.target.tree)._replace(offers={**case.tree.offers, agent: content})
        return _deny(finding, case, record.with_tree(case.target.tree, tree))
    return None


def _stale(case: _Case) -> Change | None:
    """A whole-file write over what another agent wrote after this one last saw the path, or began."""
    writer, agent = case.tree.writer, case.request.agent
    if not case.target.whole or writer is None or locks.family(writer.agent, agent.id):
        return None
    if writer.revision <= max(case.tree.seen.get(agent.id, 0), agent.first) or case.target.content != writer.content:
        return None
    lock = Lock(writer.agent, None, "", writer.at, 0.0, 0.0, 0, writer.before, wrote=writer.content)
    finding = Finding("stale", case.target.path, lock=lock, tree=case.target.tree)
    return _deny(finding, case, locks.shown(case.record, case.target.tree, agent.id, case.view))


_ROWS: tuple[Callable[[_Case], Change | None], ...] = (
    _protected,
    _boundary,
    _critical_elsewhere,
    _held,
    _parked,
    _stale,
)


def _elsewhere(case: _Case) -> list[tuple[str, Lock]]:
    """Locks of living work on the same path in other trees, as far as those trees still stand."""
    found = []
    for name, tree in case.record.trees.items():
        if name == case.target.tree or name not in case.target.elsewhere:
            continue
        content = case.target.elsewhere[name]
        for lock in locks.others(tree, case.request.agent.id):
            if locks.state_of(lock, content, case.view) == locks.HELD:
                found.append((name, lock))
    return found


def _deny_waiting(finding: Finding, case: _Case, tree_name: str) -> Change:
    """A denial that puts the agent among the waiters of that tree, with a ticket for `pucs wait`."""
    agent, view = case.request.agent.id, case.view
    tree = case.record.tree(tree_name)
    mine = next((waiter for waiter in tree.waiters if waiter.agent == agent), None)
    if mine is None:
        waiter = Waiter(agent, f"t{view.revision}", view.now)
    else:
        waiter = mine._replace(denials=mine.denials + 1)
    rest = tuple(one for one in tree.waiters if one.agent != agent)
    record = case.record.with_tree(tree_name, tree._replace(waiters=(*rest, waiter)))
    ticket = Name(case.target.path, at=view.now, extra={"tree": tree_name, "agent": agent})
    finding = finding._replace(ticket=waiter.ticket, denials=waiter.denials)
    return _deny(finding, case, record, {"ticket/" + waiter.ticket: ticket})


def _deny(
    finding: Finding, case: _Case, record: PathRecord | None = None, writes: dict[str, Any] | None = None
) -> Change:
    observing = case.policy.guard.mode == "observe"
    details: dict[str, Any] = {"file": finding.path, "rule": finding.rule, "tool": case.request.tool}
    if finding.lock is not None:
        details["holder"] = finding.lock.agent
    action = "would_deny" if observing else "denied"
    event = Event(case.request.agent.id, case.request.stream, action, details)
    if observing:
        return Change(Verdict(DENY, (finding,)), {}, (event,))
    written = dict(writes or {})
    if record is not None:
        written["path/" + finding.path] = record
    return Change(Verdict(DENY, (finding,)), written, (event,))


def _grant(request: EditRequest, cases: list[_Case], warnings: tuple[Finding, ...], view: View) -> Change:
    writes: dict[str, Any] = {}
    events: list[Event] = []
    adopted: list[Lock] = []
    paths = dict.fromkeys(request.agent.paths)
    for case in cases:
        record, parked = _taken(case)
        adopted += parked
        pair = (case.target.tree, case.target.path)
        if locks.own(case.tree, request.agent.id) is None:
            events.append(Event(request.agent.id, request.stream, "locked", {"file": case.target.path}))
        for lock in parked:
            details = {"file": case.target.path, "from": lock.agent, "snapshot": case.target.content}
            events.append(Event(request.agent.id, request.stream, "adopted", details))
            text = f"{request.agent.id} took over your uncommitted change to {case.target.path}; a copy is kept."
            _tell(lock.agent, Notice(text, view.now, "adopted:" + case.target.path, "high"), view, writes)
        writes["path/" + case.target.path] = _told(record, case, writes, events)
        paths[pair] = None
        if case.target.inode:
            writes[case.target.inode] = Name(case.target.path, at=view.now)
    # The same call may pass here once for each tree that it writes to.
    earlier = request.agent.calls.get(request.call)
    pairs = dict.fromkeys(earlier.paths if earlier is not None else ())
    pairs.update(dict.fromkeys((case.target.tree, case.target.path) for case in cases))
    call = Call(request.tool, view.now, paths=tuple(pairs))
    calls = {**request.agent.calls, request.call: call} if request.call else request.agent.calls
    agent = request.agent._replace(paths=tuple(paths), calls=calls)
    if agent != request.agent:
        # First: an index that names a path too many is harmless, a lock that no index names would outlive its agent.
        writes = {"agent/" + agent.id: agent, **writes}
    return Change(Verdict(GRANT, (), warnings, tuple(adopted)), writes, tuple(events))


def _taken(case: _Case) -> tuple[PathRecord, list[Lock]]:
    """The record with the requester's lock: void locks dropped, parked ones adopted."""
    claim = claim_for(case.request, case.target, case.policy)
    record, parked = case.record, []
    for lock, state in case.states:
        if state == locks.PARKED:
            parked.append(lock)
            record = locks.adopt(record, case.target.tree, claim, lock, case.view)
        else:
            record = record.with_tree(case.target.tree, locks.without(record.tree(case.target.tree), lock.agent))
    return locks.take(record, case.target.tree, claim, case.view), parked


def _told(record: PathRecord, case: _Case, writes: dict[str, Any], events: list[Event]) -> PathRecord:
    """The record after both sides were told of work on the same path in another worktree, once a pair."""
    tree, view = record.tree(case.target.tree), case.view
    me = case.request.agent.id
    for name, lock in _elsewhere(case):
        pair = f"{min(me, lock.agent)}|{max(me, lock.agent)}"
        if any(pair in known.told for known in (tree, *record.trees.values())):
            continue
        tree = tree._replace(told=(*tree.told, pair)[-_TOLD:])
        about = "elsewhere:" + record.path
        theirs = f"{lock.agent} is changing {record.path} in {_label(name)}; yours will have to be merged with it."
        here = _label(case.target.tree)
        mine = f"{me} is changing {record.path} in {here}; yours will have to be merged with it."
        events.append(_warned(case, lock, theirs))
        _tell(me, Notice(theirs, view.now, about, "medium"), view, writes)
        _tell(lock.agent, Notice(mine, view.now, about, "medium"), view, writes)
    return record.with_tree(case.target.tree, tree)


def _warned(case: _Case, lock: Lock, warning: str) -> Event:
    details = {"file": case.target.path, "holder": lock.agent, "warning": warning, "severity": "medium"}
    return Event(case.request.agent.id, case.request.stream, "warned", details)


def _label(tree: str) -> str:
    return "the main worktree" if tree == "." else f"worktree {tree.rpartition(':')[0]}"


def _tell(agent: str, notice: Notice, view: View, writes: dict[str, Any]) -> None:
    key = "inbox/" + agent
    writes[key] = notices.put(writes.get(key) or view.inbox(agent), notice)
