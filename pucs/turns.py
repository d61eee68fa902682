"""The gate of a wait: is it this agent's turn? Then all its paths are locked for it; else it stands in line.

The same rules as before an edit decide (`edit_gate`), so that whoever gets a path by waiting may edit it.
"""

from __future__ import annotations

from pucs import edit_gate, locks, places, queues
from pucs.model import DEAD, DENY, GRANT, Agent, EditRequest, Finding, PathRecord, Process, Target, Verdict
from pucs.policy import Policy, partitions
from pucs.record import Record
from pucs.view import Change

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pucs.model import Lock
    from pucs.view import View
    from pucs.waits import Wait

WORTH_WAITING = ("held", "critical", "next")
"""The findings that time mends."""

CIRCLE = "circle"
OVERDUE = "overdue"
GONE = "gone"


class Errand(Record):
    """An agent's wish for some paths, and the process that waits for them."""

    agent: Agent
    targets: tuple[Target, ...]
    process: Process | None
    head: str = ""


class Outcome(Record):
    """What one look came to: `taken` locks by path where it was the agent's turn, None for one that others share.

    Else `wait` is its place, with so many `before` it, and the verdict says what is in the way; or it stands in line
    no more: the verdict says that time does not mend it, or `over` (CIRCLE, OVERDUE, GONE) why.
    """

    verdict: Verdict
    taken: dict[str, Lock | None] = {}
    wait: Wait | None = None
    before: int = 0
    over: str = ""
    circle: tuple[queues.Link, ...] = ()


def asked(errand: Errand, policy: Policy, view: View) -> Change:
    """One look of a waiting process. The result is an Outcome; its verdict may be AGAIN."""
    agent = view.agent(errand.agent.id) or errand.agent
    joined = places.joined(agent, errand.targets, errand.process, view)
    wait: Wait = joined.result
    if agent.ended or (agent.process is not None and view.liveness(agent.process) == DEAD):
        return _over(Outcome(_nothing(errand), over=GONE), wait, view.after(joined), joined)
    fresh = Change(None, {**joined.writes, **places.cleared(agent.id, errand.targets, view.after(joined))})
    now = view.after(fresh)
    lines = (one for one in errand.targets if not one.parts and partitions(policy, one.name))
    shared = tuple(one for one in lines if queues.shares(one, agent.id, now))
    targets = tuple(one for one in errand.targets if one not in shared)
    request = EditRequest(
        now.agent(agent.id) or agent, "", "wait", targets, agent.stream, errand.head, True, place=wait.number
    )
    change = edit_gate.before(request, policy, now)
    verdict: Verdict = change.result
    if verdict.decision == edit_gate.AGAIN:
        return Change(Outcome(verdict))
    if verdict.decision == GRANT:
        return _taken(verdict, wait, view, (fresh, change))
    joined = joined._replace(writes={**joined.writes, **_behind(errand, verdict.findings[0], wait, view.after(joined))})
    return _denied(Outcome(verdict, wait=wait), joined, policy, view.after(joined))


def _nothing(errand: Errand) -> Verdict:
    return Verdict(DENY, (Finding("state", errand.targets[0].path),))


def _taken(verdict: Verdict, wait: Wait, view: View, changes: tuple[Change, Change]) -> Change:
    fresh, granted = changes
    writes = {**fresh.writes, **granted.writes}
    after = view.after(Change(None, writes))
    taken = {path: locks.own(after.path(path).tree(tree), wait.agent) for tree, path in wait.paths}
    ended = places.ended(wait, after)
    return Change(Outcome(verdict, taken, wait), {**writes, **ended.writes}, granted.events)


def _behind(errand: Errand, finding: Finding, wait: Wait, view: View) -> dict[str, PathRecord]:
    """The record that says whom it waits for in a file that others share, if it wants parts of that only."""
    target = next((one for one in errand.targets if one.path == finding.path), None)
    if target is None or not target.parts or finding.rule != "held" or finding.lock is None:
        return {}
    record = places.behind(view.path(target.path), target.tree, wait, finding.lock.agent)
    return {} if record is None else {"path/" + target.path: record}


def _denied(found: Outcome, joined: Change, policy: Policy, view: View) -> Change:
    """It is not its turn: it stays in line unless that is of no use."""
    wait = found.wait
    if wait is None or found.verdict.findings[0].rule not in WORTH_WAITING:
        return _over(found._replace(wait=None), joined.result, view, joined)
    circle = queues.circle(wait, policy, view)
    if circle:
        return _over(found._replace(over=CIRCLE, circle=circle), wait, view, joined)
    if places.overdue(wait, policy, view):
        return _over(found._replace(over=OVERDUE), wait, view, joined)
    return Change(found._replace(before=queues.before(wait, policy, view)), joined.writes, joined.events)


def _over(found: Outcome, wait: Wait, view: View, joined: Change) -> Change:
    ended = places.ended(wait, view)
    return Change(found, {**joined.writes, **ended.writes})
