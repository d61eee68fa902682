"""Standing in line: look, ask, and again when something changed, until all paths are the agent's or the time is up.

Between two looks a wait costs next to nothing: it compares a counter, in growing intervals of at most half a second.
"""

from __future__ import annotations

import os
import time
from functools import partial

from pucs import agents, edit_gate, locks, places, queues, turns
from pucs.client import landing, noting
from pucs.client.looking import see
from pucs.client.opening import Repository
from pucs.client.parting import with_parts
from pucs.client.words import words_of
from pucs.errors import Refusal, StoreBusy, UsageError
from pucs.git import locate
from pucs.model import DENY, Finding, Verdict
from pucs.state import processes
from pucs.view import Change
from pucs.wording import ago

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from pucs.client.looking import Sight
    from pucs.client.parting import Wish
    from pucs.model import Agent, Lock
    from pucs.turns import Outcome
    from pucs.view import View
    from pucs.waits import Wait

_FIRST_PAUSE, _LONGEST_PAUSE, _GROWTH = 0.02, 0.5, 1.5


class _Late(Refusal):
    """The time is up; the place is kept."""


class Waiting:
    """One `pucs wait` of an agent, for paths or parts of them in one tree. `tell` hears once that it stands in line."""

    def __init__(
        self, repository: Repository, agent: Agent, wanted: tuple[Wish, ...], tell: Callable[[str], None]
    ) -> None:
        self._repository = repository
        self._store = repository.store
        self._wanted = wanted
        self._paths = tuple(one.path for one in wanted)
        self._tell = tell
        self._process = processes.identify(os.getpid())
        self._agent = self._known(agent)
        self._wait: Wait | None = None
        self._compared: set[tuple[str, int]] = set()

    def until(self, end: float) -> dict[str, Lock | None]:
        """The locks by path, once it is this agent's turn; none on a file in which others hold just other lines.

        Raises Refusal where its turn does not come.

        When the time is up (at `end` of the monotonic clock) the agent's place is kept for some minutes.
        """
        try:
            return self._served(end)
        except _Late:
            self._leave(places.away)
            raise
        except BaseException:
            self._leave(places.ended)
            raise

    def _served(self, end: float) -> dict[str, Lock | None]:
        told = False
        while True:
            before = self._marks(self._store.read())
            found, sights = self._look()
            if found.taken:
                self._wait = None
                return found.taken
            self._refuse(found, sights)
            if self._landed(found.verdict.findings[0], sights):
                continue
            if not told:
                told = True
                self._tell(self._standing(found))
            if time.monotonic() >= end:
                raise self._late(found)
            self._watch(end, before)

    def _known(self, agent: Agent) -> Agent:
        """The agent, on record: it is at work as long as it waits."""
        identity = agents.Identity("", "", agent.id, agent.stream, agent.task, agent.process)
        known: Agent = self._store.transact(lambda view: agents.named(identity, view))
        return known

    def _look(self) -> tuple[Outcome, list[Sight]]:
        root, policy = self._store.root, self._repository.policy
        head = locate.head_of(self._repository.tree)
        while True:
            view, sights = self._seen()
            noting.keep(root, sights)
            errand = turns.Errand(self._agent, tuple(sight.target for sight in sights), self._process, head)
            try:
                found: Outcome = self._store.transact(partial(turns.asked, errand, policy))
            except StoreBusy as error:
                finding = Finding("state", self._paths[0], note=str(error))
                return turns.Outcome(Verdict(DENY, (finding,)), wait=self._wait), sights
            if found.verdict.decision != edit_gate.AGAIN:
                break
        self._wait = found.wait
        if found.taken:
            act = noting.Act(self._agent.id, view.now, f"wait-{view.revision}", "wait")
            noting.granted(root, act, sights, found.verdict.adopted)
        return found, sights

    def _seen(self) -> tuple[View, list[Sight]]:
        """The paths and parts as they are now, and the state at which they were looked at.

        While somebody writes a file, it may be empty for a moment. Raises UsageError where a part stays away.
        """
        repository, end = self._repository, time.monotonic() + queues.BEAT_S
        while True:
            view = self._store.read()
            try:
                return view, [
                    with_parts(see(repository, one.path, view), one.parts, repository) for one in self._wanted
                ]
            except UsageError:
                if self._wait is None or time.monotonic() >= end:
                    raise
            time.sleep(_LONGEST_PAUSE)

    def _refuse(self, found: Outcome, sights: list[Sight]) -> None:
        """Raises Refusal where it stands in line no more."""
        command = self._repository.installation.command
        if found.over == turns.CIRCLE:
            said = ", ".join(f"{link.agent} waits for {link.path} (held by {link.holder})" for link in found.circle)
            raise Refusal(
                f"this wait would never end: {said}",
                f"commit what you have in {found.circle[-1].path}, or give it back, then wait again",
            )
        if found.over == turns.OVERDUE:
            raise Refusal(
                f"{self._agent.id} waits for longer than locks.queue_timeout_min allows, and lost its place",
                "work on something else, and say in your report what you did not get",
            )
        if found.over == turns.GONE:
            raise Refusal(f"{self._agent.id} is gone, and nobody waits for it any more")
        if found.wait is None:
            finding = found.verdict.findings[0]
            said = words_of(self._repository, finding, sights, self._agent.stream)
            raise Refusal(said, f"see: {command} why {finding.path}")

    def _landed(self, finding: Finding, sights: list[Sight]) -> bool:
        """Whether git was asked if the bytes in the way were committed unseen; once for each lock and HEAD."""
        lock, head = finding.lock, locate.head_of(self._repository.tree)
        if finding.rule != "held" or lock is None or lock.calls or (head, lock.token) in self._compared:
            return False
        content = next((sight.target.content for sight in sights if sight.target.path == finding.path), lock.wrote)
        if lock.head == head and lock.wrote == content:
            return False
        self._compared.add((head, lock.token))
        landing.compare(self._repository, finding, head)
        return True

    def _standing(self, found: Outcome) -> str:
        finding = found.verdict.findings[0]
        by = f"held by {finding.lock.agent}" if finding.lock is not None else "the state is busy"
        place = f", {found.before} before {self._agent.id} in line" if found.before else ""
        return f"waiting for {finding.path} ({by}){place}"

    def _late(self, found: Outcome) -> _Late:
        finding, now = found.verdict.findings[0], self._store.read().now
        lock = finding.lock
        who = f"by {lock.agent}, who took it {ago(now - lock.acquired)}" if lock is not None else "up"
        if finding.rule == "next" and lock is not None:
            who = f"up: {lock.agent} is next"
        again = f"{self._repository.installation.command} wait"
        return _Late(
            f"{finding.path} is still held {who}",
            f"call `{again}` again within {round(queues.KEPT_S / 60)} minutes to keep your place in line",
        )

    def _watch(self, end: float, before: list[Any]) -> None:
        """Returns when what this wait depends on is not as `before`, or it is time for a sign of life."""
        end = min(end, time.monotonic() + queues.BEAT_S)
        pause, view = _FIRST_PAUSE, self._store.read()
        while self._marks(view) == before and (left := end - time.monotonic()) > 0:
            time.sleep(min(pause, left))
            pause = min(pause * _GROWTH, _LONGEST_PAUSE)
            now = self._store.read()
            if now.revision != view.revision:
                view = now

    def _marks(self, view: Any) -> list[Any]:
        """What a look would see of the state: records of the paths, who of their holders and waiters is there."""
        tree = self._repository.tree.id
        marks: list[Any] = []
        for path in self._paths:
            record = view.path(path)
            marks.append(record)
            marks += [locks.state_of(lock, "", view) for one in record.trees.values() for lock in one.locks]
            marks += [wait.number for wait in queues.line(record, (tree,), view)]
        return marks

    def _leave(self, how: Callable[..., Change]) -> None:
        wait = self._wait
        if wait is None:
            return

        def rule(view: Any) -> Change:
            mine = view.wait(wait.number)
            return how(mine, view) if mine is not None and mine.process == self._process else Change(None)

        self._store.transact(rule)


def agent_of(repository: Repository, caller: Agent | None, denied: Iterable[str]) -> Agent | None:
    """Whom the wait is for: who was given the tickets, where that is the caller or of its family; else the caller.

    In one host session nobody can tell which of several subagents runs a command, but a ticket can.
    """
    names = {name for name in denied if name}
    if caller is None or len(names) != 1:
        return caller
    name = names.pop()
    return repository.store.read().agent(name) if locks.related(caller.id, name) else caller
