"""The edit gate: may this tool call write these paths, and what is recorded before it does.

`before` is the table of DESIGN section 7, first match wins, one function a row; all paths of a call or none. What a
call leaves behind is `edit_end`. Nothing here reads clock, disk or environment: contents, positions and identities come
in with the request.
"""

from __future__ import annotations

from pucs import locks
from pucs.cases import Case, case_of, in_lines, overtaken, timely
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
    PathRecord,
    Verdict,
    Waiter,
)
from pucs.policy import Policy, outside
from pucs.view import Change, Damaged

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from pucs.view import View

AGAIN = "again"
"""A decision meaning that a peer acted after the request looked at the disk: look again and ask again."""

WAIT = "wait"
"""The answer to a patient request: ask again in a moment, a peer is writing the file now or about to get its turn."""

EDIT_TOOLS = ("Write", "Edit", "MultiEdit", "NotebookEdit")


def before(request: EditRequest, policy: Policy, view: View) -> Change:
    """The verdict on a tool call that is about to write, with its lock if granted.

    Writes nothing but a waiter, an offer or a mark of what was shown when it denies. The result is a Verdict; its
    decision may be AGAIN.
    """
    granted: list[Case] = []
    warnings: list[Finding] = []
    for target in request.targets:
        try:
            case = case_of(request, target, policy, view)
        except Damaged as damage:
            return Change(Verdict(DENY, (Finding("damaged", target.path, tree=target.tree, note=damage.key),)))
        if overtaken(case):
            return Change(Verdict(AGAIN))
        case = in_lines(case)
        warnings += _warnings(case)
        for row in _ROWS:
            denied = row(case)
            if denied is not None:
                return denied
        granted.append(case)
    return _grant(request, granted, tuple(warnings), view)


def _warnings(case: Case) -> list[Finding]:
    if case.policy.guard.boundaries != "warn":
        return []
    owners = outside(case.policy, case.request.stream, case.target.name)
    return [Finding("boundary", case.target.name, owners=owners)] if owners else []


def _ordered(case: Case) -> Change | None:
    """Its agent was told to pause, or to end."""
    if not case.request.agent.orders:
        return None
    from pucs import orders  # noqa: PLC0415 - hardly anybody has any

    order = orders.binding(case.request.agent, case.view.now)
    return None if order is None else _deny(orders.finding(order, case.target.path), case)


def _protected(case: Case) -> Change | None:
    if not case.target.protected:
        return None
    return _deny(Finding("protected", case.target.path, note=case.target.protected), case)


def _boundary(case: Case) -> Change | None:
    if case.policy.guard.boundaries != "enforce":
        return None
    owners = outside(case.policy, case.request.stream, case.target.name)
    return _deny(Finding("boundary", case.target.name, owners=owners), case) if owners else None


def _elsewhere(case: Case) -> Change | None:
    if not (case.target.elsewhere or case.target.abroad) or not case.alone:
        return None
    from pucs import across  # noqa: PLC0415 - most files are changed in one worktree

    finding, waits = across.in_the_way(case)
    if finding is None:
        return None
    return _deny_waiting(finding, case, finding.tree) if waits else _deny(finding, case)


def _held(case: Case) -> Change | None:
    # First who is in the way with the whole file: the others may be on other lines.
    for lock, state in sorted(case.states, key=lambda one: not (one[0].calls or one[0].explicit)):
        if state == locks.HELD:
            if lock.calls and case.request.patient and case.target.proposed is not None:
                return Change(Verdict(WAIT))
            finding = Finding("held", case.target.path, lock=lock, tree=case.target.tree, others=_hunk(case, lock))
            finding = finding._replace(note=case.plan.parts.get(lock.agent, "") if case.plan is not None else "")
            return _deny_waiting(finding, case, case.target.tree)
    return None


def _next(case: Case) -> Change | None:
    """A path that is free goes to whom has waited for it the longest, and really waits now."""
    if any(state != locks.VOID for _, state in case.states):
        return None
    if not any(waiter.place for tree in case.record.trees.values() for waiter in tree.waiters):
        return None
    agent, target = case.request.agent.id, case.target
    mine = locks.own(case.tree, agent)
    if mine is not None and locks.state_of(mine, target.content, case.view) != locks.VOID:
        return None
    from pucs import queues  # noqa: PLC0415 - nobody waits for most files

    first = queues.ahead((target.tree, target.path), (agent, case.request.place), case.policy, case.view)
    if first is None:
        return None
    if case.request.patient:
        return Change(Verdict(WAIT))
    lock = Lock(first.agent, None, "", first.since, 0.0, 0.0, 0, target.content)
    return _deny_waiting(Finding("next", target.path, lock=lock, tree=target.tree), case, target.tree)


def _hunk(case: Case, lock: Lock) -> tuple[bytes, ...]:
    return (case.plan.clashes[lock.agent],) if case.plan is not None else ()


def _parked(case: Case) -> Change | None:
    agent = case.request.agent.id
    content = case.target.content
    for lock, state in case.states:
        if state != locks.PARKED or locks.family(lock.agent, agent):
            continue
        if case.policy.locks.parked == "retry" and case.tree.offers.get(agent) == content:
            continue
        note = "moving" if lock.wrote is not None and content != lock.wrote else ""
        rule = "parked" if case.policy.locks.parked == "retry" else "parked-kept"
        finding = Finding(rule, case.target.path, lock=lock, tree=case.target.tree, note=note, others=_hunk(case, lock))
        # The change is in the denial: writing over it is no surprise any more, and no second denial.
        record = locks.shown(case.record, case.target.tree, agent, case.view)
        tree = record.tree(case.target.tree)._replace(offers={**case.tree.offers, agent: content})
        return _deny(finding, case, record.with_tree(case.target.tree, tree))
    return None


def _stale(case: Case) -> Change | None:
    """A whole-file write over what another agent wrote after this one last saw the path, or began."""
    writer, agent = case.tree.writer, case.request.agent
    if not case.target.whole or writer is None or locks.family(writer.agent, agent.id):
        return None
    if writer.revision <= max(case.tree.seen.get(agent.id, 0), agent.first) or case.target.content != writer.content:
        return None
    if case.plan is not None and writer.agent not in case.plan.clashes and locks.own(case.tree, writer.agent):
        return None  # what it writes leaves the lines of that agent as they are
    from pucs import hotfiles  # noqa: PLC0415 - hardly any write gets here

    if hotfiles.hot(case.policy, case.target.name).word == hotfiles.REBUILD:
        return None
    lock = Lock(writer.agent, None, "", writer.at, 0.0, 0.0, 0, writer.before, wrote=writer.content)
    finding = Finding("stale", case.target.path, lock=lock, tree=case.target.tree)
    return _deny(finding, case, locks.shown(case.record, case.target.tree, agent.id, case.view))


_ROWS: tuple[Callable[[Case], Change | None], ...] = (
    _ordered,
    _protected,
    _boundary,
    _elsewhere,
    _held,
    _next,
    _parked,
    _stale,
)


def _deny_waiting(finding: Finding, case: Case, tree_name: str) -> Change:
    """A denial that puts the agent among the waiters of that tree, with a ticket for `pucs wait`."""
    agent, view = case.request.agent.id, case.view
    now = timely(case, tree_name)
    tree = now.tree(tree_name)
    mine = next((waiter for waiter in tree.waiters if waiter.agent == agent), None)
    if mine is None:
        waiter = Waiter(agent, f"t{view.revision}", view.now, holder=finding.lock.agent if finding.lock else "")
    else:
        holder = finding.lock.agent if finding.lock else ""
        waiter = mine._replace(ticket=mine.ticket or f"t{view.revision}", denials=mine.denials + 1, holder=holder)
    rest = tuple(one for one in tree.waiters if one.agent != agent)
    record = now.with_tree(tree_name, tree._replace(waiters=(*rest, waiter)))
    ticket = Name(case.target.path, at=view.now, extra={"tree": tree_name, "agent": agent, "for": case.target.tree})
    finding = finding._replace(ticket=waiter.ticket, denials=waiter.denials)
    return _deny(finding, case, record, {"ticket/" + waiter.ticket: ticket})


def _deny(
    finding: Finding, case: Case, record: PathRecord | None = None, writes: dict[str, Any] | None = None
) -> Change:
    observing = case.policy.guard.mode == "observe"
    details: dict[str, Any] = {"file": finding.path, "rule": finding.rule, "tool": case.request.tool}
    if finding.lock is not None:
        details["holder"] = finding.lock.agent
    action, said = ("would_deny", {}) if observing else ("denied", {"message": "acquire_lock", "answer": "lock_denied"})
    event = Event(case.request.agent.id, case.request.stream, action, {**details, **said})
    if observing:
        return Change(Verdict(DENY, (finding,)), {}, (event,))
    written = dict(writes or {})
    if record is not None:
        written["path/" + finding.path] = record
    return Change(Verdict(DENY, (finding,)), written, (event,))


def _grant(request: EditRequest, cases: list[Case], warnings: tuple[Finding, ...], view: View) -> Change:
    writes: dict[str, Any] = {}
    events: list[Event] = []
    adopted: list[Lock] = []
    if request.agent.task and not (request.agent.paths or request.explicit):
        events += _intended(request, cases)
    paths = dict.fromkeys(request.agent.paths)
    for case in cases:
        record, parked = _taken(case)
        adopted += parked
        pair = (case.target.tree, case.target.path)
        if locks.own(case.tree, request.agent.id) is None:
            details = {"message": "acquire_lock", "answer": "lock_granted", "file": case.target.path}
            events.append(Event(request.agent.id, request.stream, "locked", details))
        for lock in parked:
            from pucs import heirs  # noqa: PLC0415 - as in _taken

            heir = (request.agent.id, request.stream)
            events.append(heirs.noted(lock, heir, case.target, view, writes))
        if record.intents:
            from pucs import intents  # noqa: PLC0415 - nobody announced most files

            record = intents.met(record, request.agent, request.stream, view, (writes, events))
        writes["path/" + case.target.path] = record
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


def _intended(request: EditRequest, cases: list[Case]) -> tuple[Event, ...]:
    """What the log is told of a first edit that nobody announced: its agent's task is its intent."""
    if any(mark[1] == request.agent.id for case in cases for mark in case.record.intents):
        return ()
    files = [case.target.path for case in cases]
    details = {"message": "signal_intent", "task": request.agent.task, "files": files, "by": "first edit"}
    return (Event(request.agent.id, request.stream, "intended", details),)


def _taken(case: Case) -> tuple[PathRecord, list[Lock]]:
    """The record with the requester's lock: void locks dropped, parked ones adopted, the others' lines known."""
    claim = claim_for(case.request, case.target, case.policy)
    record, parked = case.record, [lock for lock, state in case.states if state == locks.PARKED]
    known = case.plan.weave if case.plan is not None else case.tree.weave
    for lock, _ in case.states:
        record = record.with_tree(case.target.tree, locks.without(record.tree(case.target.tree), lock.agent))
    if parked:
        from pucs import heirs  # noqa: PLC0415 - hardly any edit takes something over

        record = heirs.adopted(record, case.target.tree, claim, parked, case.view)
    record = locks.take(record, case.target.tree, claim, case.view)
    if known is not None:
        from pucs import scopes  # noqa: PLC0415 - most edits have their file to themselves

        for lock in parked:
            known = scopes.given(known, lock.agent, claim.agent)
        record = scopes.shared(record, case.target.tree, known)
    return record, parked
