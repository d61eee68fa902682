"""Whether an undo may touch a path: for an agent as an edit of it would be; and who must hear of it."""

from __future__ import annotations

from pucs import edit_end, edit_gate, locks
from pucs.client.looking import Sight, see_key
from pucs.client.opening import Repository
from pucs.client.protection import protected
from pucs.client.words import words_of
from pucs.git import locate
from pucs.model import DENY, FOREIGN, Agent, EditRequest, Event, Lock, Notice, Verdict
from pucs.notices import tell
from pucs.view import Change

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pucs.steps import Step
    from pucs.view import View

_CALL = "undo"
_LOOKS = 4


class Rights:
    """What one caller may put back. An agent takes the lock for it, as by an edit; a person needs none."""

    def __init__(self, repository: Repository, agent: Agent | None, by: str) -> None:
        self.repository = repository
        self.agent = agent
        self._by = by

    def refusal(self, step: Step) -> str:
        """What the agent would be told if it edited the path now; "" where it may. Changes nothing."""
        if self.agent is None or self._gives_back(step):
            return ""
        why = protected(self.repository, step.path, "Edit", {})
        if why:
            return why
        sight = self._sight(step)
        verdict = edit_gate.before(self._request(self.agent, sight), self.repository.policy, self._view()).result
        # Parked bytes are denied once, which has to be noted; that is for `taken`.
        return "" if verdict.decision == DENY and verdict.findings[0].rule == "parked" else self._words(verdict, sight)

    def taken(self, step: Step) -> str:
        """Takes the agent's lock for the undo; why not, where that is refused."""
        agent = self.agent
        if agent is None or self._gives_back(step):
            return ""
        verdict, sight = Verdict(DENY), self._sight(step)
        for _ in range(_LOOKS):
            sight = self._sight(step)

            def rule(view: View, sight: Sight = sight) -> Change:
                request = self._request(view.agent(agent.id) or agent, sight)
                return edit_gate.before(request, self.repository.policy, view)

            verdict = self.repository.store.transact(rule)
            if verdict.decision != edit_gate.AGAIN:
                break
        return self._words(verdict, sight)

    def given_back(self, step: Step) -> None:
        """Records what the path holds after it, closes the agent's call, and tells who else holds the path."""
        agent, content = self.agent, self._sight(step).target.content
        mine = agent is not None and not self._gives_back(step)

        def rule(view: View) -> Change:
            writes: dict[str, Any] = {}
            events: tuple[Event, ...] = ()
            if agent is not None and mine:
                request = self._request(view.agent(agent.id) or agent, self._sight(step))
                ended = edit_end.after(request, self.repository.policy, view, wrote=True)
                writes, events = dict(ended.writes), ended.events
            for lock in self._holders(step, view):
                told = Notice(self._told(step, lock, content), view.now, "undone:" + step.path, "high")
                tell(lock.agent, told, view, writes)
            event = Event(self._by, None, "undone", {"file": step.path, "content": content})
            return Change(None, writes, (*events, event))

        self.repository.store.transact(rule)

    def _gives_back(self, step: Step) -> bool:
        """Whether this agent's command changed what another holds, and the undo gives that one's bytes back."""
        if self.agent is None:
            return False
        mine = any(entry.reason == FOREIGN and entry.agent == self.agent.id for entry in step.entries)
        return mine and any(step.before == _theirs(lock) for lock in self._holders(step, self._view()))

    def _holders(self, step: Step, view: View) -> tuple[Lock, ...]:
        tree = view.path(step.path).tree(step.tree)
        return locks.others(tree, self.agent.id if self.agent is not None else self._by)

    def _told(self, step: Step, lock: Lock, content: str) -> str:
        if content == _theirs(lock):
            return f"{step.path} holds again what you left there: {self._by} undid what had changed it."
        command = self.repository.installation.command
        kept = f"a copy of what it held is kept (`{command} snapshots {step.path}`)"
        return f"{self._by} put {step.path} back to an earlier content; {kept}. Look at the file before you go on."

    def _sight(self, step: Step) -> Sight:
        return see_key(self.repository, step.path, self._view(), step.tree)

    def _request(self, agent: Agent, sight: Sight) -> EditRequest:
        head = locate.head_of(self.repository.tree)
        return EditRequest(agent, _CALL, _CALL, (sight.target,), agent.stream, head)

    def _words(self, verdict: Verdict, sight: Sight) -> str:
        if verdict.decision == edit_gate.AGAIN:
            return "others keep changing it"
        if verdict.decision != DENY or self.repository.policy.guard.mode == "observe":
            return ""
        return words_of(self.repository, verdict.findings[0], [sight], self.agent.stream if self.agent else None)

    def _view(self) -> View:
        return self.repository.store.read()


def _theirs(lock: Lock) -> str:
    return lock.wrote if lock.wrote is not None else lock.base
