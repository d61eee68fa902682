"""The edit gate at work: look at the disk, ask the rules, record, and say it in words."""

from __future__ import annotations

import time

from pucs import agents, cases, edit_gate, locks
from pucs.client import noting
from pucs.client.calls import Answer, Caller, ToolCall, identity_of
from pucs.client.looking import Sight, looked, see
from pucs.client.opening import Repository, is_off, outside_windows, spot_of
from pucs.client.protection import denied_outside, protected
from pucs.errors import StoreError
from pucs.git import locate
from pucs.model import DENY, GRANT, SILENT, Agent, EditRequest, Finding, PathRecord, Target, Verdict
from pucs.paths import key_of
from pucs.view import Change

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pucs.model import Snapshot
    from pucs.view import View

__all__ = ["Answer", "Caller", "ToolCall", "after", "before", "identity_of", "leftovers"]

_LOOKS, _LONGEST_PAUSE = 4, 0.1
_LANDABLE = ("held", "parked", "parked-kept")


def before(call: ToolCall) -> Answer:
    """The edit gate: grants and locks all paths of the call, or none."""
    answer = Answer(SILENT)
    passed: list[Gate] = []
    try:
        for gate in _gates(call):
            answer = outside_windows(gate.repository, gate)
            if answer.decision == DENY:
                for other in passed:
                    other.withdraw()
                return answer
            passed.append(gate)
        if len(passed) < len(call.paths):
            reason = denied_outside([path for path, _ in call.paths], call.cwd, call.tool, call.values)
            return Answer(DENY, reason) if reason else answer
    except StoreError as error:
        from pucs.client.words import trouble  # noqa: PLC0415 - a grant is silence

        return Answer(DENY, trouble(call.paths[0][0], error))
    return answer


def after(call: ToolCall, *, wrote: bool) -> Answer:
    """Records what a finished call left (`wrote` false: it failed), and gives the agent its notices."""
    told: tuple[str, ...] = ()
    ends = False
    for gate in _gates(call):
        answer = gate.after(wrote=wrote)
        told, ends = told + answer.told, ends or answer.ends
    return Answer(SILENT, told=told, ends=ends)


def _gates(call: ToolCall) -> list[Gate]:
    """One gate for each working tree the call writes to."""
    found: dict[tuple[str, str], Gate] = {}
    for path, whole in call.paths:
        spot = spot_of(path, call.cwd)
        if spot is not None:
            tree = spot.repository.tree
            found.setdefault((tree.common, tree.root), Gate(call, spot.repository)).paths.append((spot.inside, whole))
    return list(found.values())


class Gate:
    """One call on paths of one working tree."""

    def __init__(self, call: ToolCall, repository: Repository) -> None:
        self.call = call
        self.paths: list[tuple[str, bool]] = []
        self.repository = repository
        self.store = repository.store
        self.identity = identity_of(call.caller, repository)
        self.head = locate.head_of(repository.tree)
        self._asked = False
        self._act = noting.Act("", 0.0, "", "")

    def before(self) -> Answer:
        verdict, sights, agent = Verdict(SILENT), [], None
        looks, patience, pause = _LOOKS, self.repository.policy.locks.wait_s, 0.01
        while looks:
            view = self.store.read()
            if is_off(view):
                return Answer(SILENT)
            agent = agents.known(self.identity, view)
            sights = self._sights(view, agent)
            if not self._asked and self._moved_on(agent, sights):
                continue
            self._keep_copies(agent, sights)
            verdict = self._decide(
                sights, leftovers(self.repository, agent, view, self.call.call), patient=patience > 0
            )
            if verdict.decision == edit_gate.WAIT:
                time.sleep(pause)
                patience, pause = patience - pause, min(2 * pause, _LONGEST_PAUSE)
                continue
            if verdict.decision != edit_gate.AGAIN and not (self._unsure(verdict, sights) and self._compared(verdict)):
                break
            looks -= 1
        if verdict.decision == edit_gate.AGAIN:
            verdict = Verdict(DENY, (Finding("state", sights[0].target.name, note="others keep changing it"),))
        if verdict.decision == GRANT:
            noting.granted(self.store.root, self._act, sights, verdict.adopted)
        if verdict.decision != DENY or self.repository.policy.guard.mode == "observe":
            return Answer(SILENT if verdict.decision == DENY else verdict.decision)
        from pucs.client.words import words_of  # noqa: PLC0415 - a grant is silence

        finding = verdict.findings[0]
        stream = agents.stream_of(self.identity, agent or agents.known(self.identity, self.store.read()))
        return Answer(DENY, words_of(self.repository, finding, sights, stream), ends=finding.rule == "terminated")

    def withdraw(self) -> None:
        """Takes back what `before` granted, since another tree denied the same call."""
        from pucs import edit_end  # noqa: PLC0415 - a call on several trees is rare

        view = self.store.read()
        targets = tuple(see(self.repository, inside, view).target for inside, _ in self.paths)

        def rule(view: View) -> Change:
            begun = agents.resolve(self.identity, view)
            request = self._request(begun.result, targets)
            ended = edit_end.after(request, self.repository.policy, view.after(begun), wrote=False)
            return Change(None, {**begun.writes, **ended.writes}, begun.events + ended.events)

        self.store.transact(rule)

    def after(self, *, wrote: bool) -> Answer:
        view = self.store.read()
        if is_off(view):
            return Answer(SILENT)
        sights = [see(self.repository, inside, view) for inside, _ in self.paths]
        targets = tuple(sight.target for sight in sights)
        if wrote:
            noting.keep(self.store.root, sights)
        if wrote and any(sight.is_shared for sight in sights):
            from pucs.client.abroad import tell  # noqa: PLC0415 - another worktree is at the path

            tell(self.repository, sights, agents.known(self.identity, view), view)
        from pucs import edit_end, notices  # noqa: PLC0415 - not needed before a call
        from pucs.client.publishing import publish_soon  # noqa: PLC0415
        from pucs.client.refreshing import recompile_if_stale  # noqa: PLC0415

        def rule(view: View) -> Change:
            begun = agents.resolve(self.identity, view)
            request = self._request(begun.result, targets)
            ended = edit_end.after(request, self.repository.policy, view.after(begun), wrote=wrote)
            writes = {**begun.writes, **ended.writes}
            known = tuple(notices.FREE + target.path for target in targets)
            due = notices.is_due(begun.result.id, writes, view, known)
            call = begun.result.calls.get(self.call.call)
            seen = [(target.tree, target.path) for target in targets]
            left = tuple(pair for pair in call.paths if pair not in seen) if call is not None else ()
            noted = noting.written(self._acting(begun.result, view), targets, view) if wrote else ()
            return Change((begun.result, due, left, noted), writes, begun.events + ended.events)

        agent, due, left, noted = self.store.transact(rule)
        noting.note(self.store.root, noted)
        if left:  # the write made another file of it: a hard link was replaced, a link became a file
            found = {self.call.call: looked(self.repository, left, view)}
            noting.note(self.store.root, noting.settled(self._acting(agent, view), found, view))
            self.store.transact(lambda view: edit_end.settle(view.agent(agent.id) or agent, found, view))
        publish_soon(self.repository)
        recompile_if_stale(self.repository)
        ends = agents.is_terminated(agent, view)
        if not due:
            return Answer(SILENT, ends=ends)
        from pucs.client.delivering import deliver  # noqa: PLC0415 - mostly there is nothing to tell

        told = deliver(self.repository, agent.id, self.call.caller, (self.call.call,))
        return Answer(SILENT, told=told, ends=ends)

    def _sights(self, view: View, agent: Agent | None) -> list[Sight]:
        sights = []
        for inside, whole in self.paths:
            why = protected(self.repository, inside, self.call.tool, self.call.values)
            if why:
                key = key_of(inside, fold_case=self.repository.installation.fold_case)
                target = Target(key, self.repository.tree.id, "", key, view.revision, protected=why)
                sights.append(Sight(target, None, PathRecord(key)))
                continue
            sight = see(self.repository, inside, view)
            sight = sight._replace(target=sight.target._replace(whole=whole))
            if locks.others(sight.record.tree(sight.target.tree), agent.id if agent else ""):
                from pucs.client.sharing import with_proposal  # noqa: PLC0415 - most files have one agent

                sight = with_proposal(sight, self.repository, self.call.tool, self.call.values)
            if sight.is_shared and cases.alone(self.repository.policy, sight.target):
                from pucs.client.abroad import judged  # noqa: PLC0415 - another worktree is at the path

                sight = judged(sight, self.repository, (self.call.tool, self.call.values), agent, view)
            sights.append(sight)
        return sights

    def _decide(self, sights: list[Sight], leftovers: dict[str, tuple[Target, ...]], *, patient: bool) -> Verdict:
        targets = tuple(sight.target for sight in sights)

        def rule(view: View) -> Change:
            begun = agents.resolve(self.identity, view)
            writes, events, agent = dict(begun.writes), begun.events, begun.result
            self._act = self._acting(agent, view)
            noted: tuple[Snapshot, ...] = ()
            if leftovers:
                from pucs import edit_end  # noqa: PLC0415 - calls are left over rarely

                noted = noting.settled(self._act, leftovers, view)
                settled = edit_end.settle(agent, leftovers, view.after(begun))
                writes.update(settled.writes)
                events += settled.events
                agent = writes.get("agent/" + agent.id, agent)
            request = self._request(agent, targets)._replace(patient=patient)
            change = edit_gate.before(request, self.repository.policy, view.after(Change(None, writes)))
            if change.result.decision in (edit_gate.AGAIN, edit_gate.WAIT) or self._unsure(change.result, sights):
                return Change((change.result, ()))
            if change.result.adopted:
                from pucs.client.losing import told  # noqa: PLC0415 - hardly anybody takes over

                change = told(self.repository, change, sights)
            return Change((change.result, noted), {**writes, **change.writes}, events + change.events)

        verdict: Verdict
        try:
            verdict, settled = self.store.transact(rule)
            noting.note(self.store.root, settled)
        except StoreError as error:
            # Reading needs no mutex: what is held stays held; what is free is not granted, as it could not be recorded.
            try:
                verdict = rule(self.store.read()).result[0]
            except StoreError:
                verdict = Verdict(SILENT)
            if verdict.decision != DENY or verdict.findings[0].rule in ("parked", "stale"):
                verdict = Verdict(DENY, (Finding("state", targets[0].name, note=str(error)),))
        return verdict

    def _keep_copies(self, agent: Agent | None, sights: list[Sight]) -> None:
        """Keeps what a lock is about to start from, or an adoption to take over, before it can be granted."""
        noting.keep(self.store.root, [one for one in sights if self._may_be_ours(one, agent.id if agent else "")])

    def _may_be_ours(self, sight: Sight, name: str) -> bool:
        tree = sight.record.tree(sight.target.tree)
        foreign = locks.others(tree, name)
        if not foreign or name in tree.offers:
            return True
        from pucs import hotfiles  # noqa: PLC0415 - most files have one agent

        return not hotfiles.in_the_way(self.repository.policy, sight.target.name, foreign)

    def _unsure(self, verdict: Verdict, sights: list[Sight]) -> bool:
        """Whether HEAD or the file moved on since the bytes that deny this were written: git knows if they landed."""
        lock = verdict.findings[0].lock if verdict.findings and verdict.findings[0].rule in _LANDABLE else None
        if self._asked or lock is None or lock.calls:
            return False
        return lock.head != self.head or all(sight.target.content != lock.wrote for sight in sights)

    def _moved_on(self, agent: Agent | None, sights: list[Sight]) -> bool:
        """Whether git was asked of all whose lines this call may be beside, HEAD having moved since they wrote."""
        found = [
            Finding("held", target.path, lock=lock, tree=target.tree)
            for target, _, record in sights
            if target.proposed is not None
            for lock in locks.others(record.tree(target.tree), agent.id if agent else "")
            if lock.head != self.head and lock.wrote is not None and not lock.calls
        ]
        return bool(found) and self._compared(Verdict(DENY, tuple(found)))

    def _compared(self, verdict: Verdict) -> bool:
        """Asks git once for this HEAD and notes the answer; false where it could not be noted."""
        from pucs.client.landing import compare  # noqa: PLC0415 - only a HEAD that moved pays for it

        self._asked = True
        try:
            for finding in verdict.findings:
                compare(self.repository, finding, self.head)
        except StoreError:
            return False
        return True

    def _acting(self, agent: Agent, view: View) -> noting.Act:
        return noting.Act(agent.id, view.now, self.call.call, self.call.tool)

    def _request(self, agent: Agent, targets: tuple[Target, ...]) -> EditRequest:
        stream, call = agents.stream_of(self.identity, agent), self.call
        return EditRequest(agent, call.call, call.tool, targets, stream, self.head)


def leftovers(repository: Repository, agent: Agent | None, view: View, now: str) -> dict[str, tuple[Target, ...]]:
    """Earlier edits of this agent that nobody closed: a client runs its writing calls one after another."""
    return {
        call: looked(repository, what.paths, view)
        for call, what in (agent.calls if agent else {}).items()
        if what.tool in edit_gate.EDIT_TOOLS and call != now
    }
