"""The rules of waiting with a state in memory: contents are words, time and death come at a test's command."""

from __future__ import annotations

from functools import partial
from itertools import count

from pucs import adoption, agents, edit_end, edit_gate, locks, notices, places, turns
from pucs.model import ALIVE, DEAD, GRANT, Agent, EditRequest, Process, Target, Verdict
from pucs.policy import LockPolicy, Policy
from pucs.state.memory import MemoryStore
from pucs.view import Change, View

BASE = "base"
LONG = 1e9


def patient(**how: float) -> Policy:
    """A policy under which nobody's bytes are parked for mere idleness."""
    return Policy(locks=LockPolicy(wait_s=0, default_s=LONG, max_s=LONG, **how))


class Ruled:
    """Agents, their commands and what the paths hold; each method is one thing that happens."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.now = 1_700_000_000.0
        self.dead: set[int] = set()
        self.disk: dict[str, str] = {}
        self.store = MemoryStore(lambda: self.now, lambda one: DEAD if one and one.pid in self.dead else ALIVE)
        self._pids = count(1)
        self._words = count(1)

    def process(self) -> Process:
        """A new one."""
        return Process("here", "boot", "ns", next(self._pids), "1")

    def agent(self, name: str) -> Process:
        """Registers an agent and gives its client."""
        process = self.process()
        self.store.transact(lambda view: agents.named(agents.Identity("", "", name, process=process), view))
        return process

    def target(self, path: str, view: View) -> Target:
        """The path as a look at it finds it."""
        return Target(path, ".", self.disk.get(path, BASE), path, view.revision)

    def _known(self, name: str, view: View) -> Agent:
        found = view.agent(name)
        assert found is not None
        return found

    def edits(self, name: str, path: str) -> Verdict:
        """A whole call: asked, and written and reported if it was granted."""
        call = f"call-{next(self._words)}"
        target = self.target(path, self.store.read())

        def before(view: View) -> Change:
            return edit_gate.before(EditRequest(self._known(name, view), call, "Edit", (target,)), self.policy, view)

        verdict: Verdict = self.store.transact(before)
        if verdict.decision == GRANT:
            self.disk[path] = f"word-{next(self._words)}"
            target = self.target(path, self.store.read())

            def after(view: View) -> Change:
                request = EditRequest(self._known(name, view), call, "Edit", (target,))
                return edit_end.after(request, self.policy, view, wrote=True)

            self.store.transact(after)
        return verdict

    def gives_back(self, name: str, path: str) -> None:
        """What it has there is committed or taken back, and a lock it asked for given back."""
        self.disk[path] = BASE
        target = self.target(path, self.store.read())
        self.store.transact(lambda view: edit_end.swept(self._known(name, view), (target,), view))
        target = self.target(path, self.store.read())
        self.store.transact(lambda view: edit_end.released(name, (target,), view))

    def looks(self, name: str, paths: tuple[str, ...], process: Process) -> turns.Outcome:
        """One look of a waiting command."""
        view = self.store.read()
        errand = turns.Errand(self._known(name, view), tuple(self.target(path, view) for path in paths), process)
        found: turns.Outcome = self.store.transact(partial(turns.asked, errand, self.policy))
        assert found.verdict.decision != edit_gate.AGAIN
        return found

    def leaves(self, number: int, *, for_good: bool) -> None:
        """The command ends by itself: its time was up, or it was interrupted."""
        how = places.ended if for_good else places.away

        def rule(view: View) -> Change:
            wait = view.wait(number)
            return Change(None) if wait is None else how(wait, view)

        self.store.transact(rule)

    def adopts(self, name: str, path: str) -> bool:
        """Takes over what is parked there, and says whether anything was."""
        target = self.target(path, self.store.read())
        return bool(self.store.transact(lambda view: adoption.adopted(self._known(name, view), target, view)))

    def tidies(self) -> None:
        """What the publisher does from time to time."""
        view = self.store.read()
        for number in [int(name) for name in view.names("wait")]:
            self.store.transact(partial(places.dropped, number, self.policy))
        for path in tuple(view.names("path")):
            targets = (self.target(path, self.store.read()),)
            self.store.transact(partial(places.heard, targets, self.policy))

    def told(self, name: str) -> list[str]:
        """What the agent is told, once."""
        found: list[str] = []

        def rule(view: View) -> Change:
            inbox = notices.inbox_of(name, view)
            found.extend(one.text for one in inbox.notices)
            return Change(None, {"inbox/" + name: None} if inbox.notices else {})

        self.store.transact(rule)
        return found

    def holders(self, path: str) -> list[str]:
        """Whose lock there binds."""
        view = self.store.read()
        content = self.disk.get(path, BASE)
        found = view.path(path).tree(".").locks
        return [lock.agent for lock in found if locks.state_of(lock, content, view) == locks.HELD]
