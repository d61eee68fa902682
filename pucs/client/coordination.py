"""What an agent says to the coordinator, and what it may ask for, by the library: a part of `PUCSClient`."""

from __future__ import annotations

import os

from pucs import agents, streams
from pucs.client import attendance, halting, joining, reporting, warned
from pucs.client.callers import calling_agent
from pucs.client.handling import inside_of
from pucs.errors import Refusal
from pucs.helping import Report
from pucs.locks import related
from pucs.record import Record
from pucs.streams import Place
from pucs.view import Change

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from pucs.agents import Identity
    from pucs.client.opening import Repository
    from pucs.client.warned import ImpactWarning
    from pucs.conflicts import Conflict
    from pucs.helping import Help
    from pucs.model import Agent
    from pucs.presence import Presence
    from pucs.view import View


class Registered(Record):
    """What an agent is told when it begins: its id, its stream, and how many are in that where it is too many."""

    agent_id: str
    stream: str | None
    crowded: tuple[int, int] = (0, 0)


class Coordination:
    """The life of one agent among others. See `PUCSClient`."""

    repository: Repository
    agent_id: str
    _stream: str | None
    _chosen: bool

    def _identity(self, task: str) -> Identity:
        raise NotImplementedError

    def register(self, task: str = "") -> Registered:
        """Begins, on record; everything else here does so by itself. Again after its end it comes back."""
        identity = self._identity(task)

        def rule(view: View) -> Change:
            return agents.named(identity, view)

        agent: Agent = self.repository.store.transact(rule)
        stream = agents.stream_of(identity, agent)
        return Registered(agent.id, stream, joining.crowd(self.repository, stream, self.repository.store.read()))

    def claim_stream(self, name: str, wait: float = 0.0) -> Place:
        """Asks for a place in a stream: `granted` at once, or within `wait` seconds, or it stays in line.

        A place that becomes free is given to who has waited longest, and told by a notice. Raises UsageError for a
        stream that is not configured.
        """
        launcher = os.environ.get("PUCS_STREAM")
        identity = self._identity("")._replace(stream=launcher or self._stream, chosen=bool(launcher))
        place = joining.claim(self.repository, identity, name, wait)
        self._chosen = bool(launcher)  # from now on the claim counts, also one that is granted later
        return place

    def leave_stream(self) -> str | None:
        """Gives its place in a stream back, and waits for none any more; gives the stream it was in by a claim."""
        return joining.leave(self.repository, self.agent_id)

    def place_in(self, stream: str) -> Place:
        """What a claim of that stream would come to now. Changes nothing."""
        rule = joining.rule_of(self.repository, stream)
        return streams.place_of(self.agent_id, rule, self.repository.store.read())

    def agents(self) -> tuple[Presence, ...]:
        """Every agent on record: its stream, what it does, its task, its locks, when it was seen."""
        return attendance.everyone(self.repository)

    def report(self, status: str = "complete", summary: str = "", details: Mapping[str, Any] | None = None) -> Report:
        """Says how far the work is: `working`, `blocked`, `complete` or `failed`. On record, and in the log."""
        said = Report(self.agent_id, status, summary)
        return reporting.report(self.repository, self._identity(""), said, dict(details or {}))

    def report_conflict(
        self, path: str = "", description: str = "", others: Iterable[str] = (), severity: str = "medium"
    ) -> Conflict:
        """Records that this agent's work clashes with that of `others` (default: who holds the path), who are told.

        It is open until a person decides it with `pucs answer`.
        """
        key = inside_of(self.repository, path) if path else ""
        return reporting.clash(self.repository, self._identity(""), key, others, (description, severity))

    def impact_warnings(
        self, stream: str | None = None, agent: str | None = None, *, unacknowledged: bool = True
    ) -> tuple[ImpactWarning, ...]:
        """Changes that break what others work on, of which those were warned: all, a stream's, or an agent's.

        Whoever merges a stream asks for those that nobody acknowledged.
        """
        return warned.warnings(self.repository, stream, agent, unacknowledged=unacknowledged)

    def acknowledge_impact(self, identifier: str, why: str) -> ImpactWarning:
        """Notes that this agent knows of a warning that it was given, and why it is right. Raises Refusal otherwise."""
        return warned.acknowledge(self.repository, identifier, self.agent_id, why)

    def request_help(self, question: str, wait: float = 0.0) -> Help:
        """Asks a person; `answer` is theirs if it came within `wait` seconds, else it comes as a notice."""
        asked = reporting.ask(self.repository, self._identity(""), question)
        return reporting.awaited(self.repository, asked, wait) if wait else asked

    def pause(
        self, agent: str = "", *, stream: str = "", everybody: bool = False, why: str = "", minutes: float = 0.0
    ) -> tuple[str, ...]:
        """Keeps an agent with its subagents (default: this one), a stream or everybody from writing; gives whom.

        An agent may pause itself and its subagents only; a program that no agent runs is a person's. Raises Refusal.
        """
        scope, by = self._order("pause", agent, stream, everybody=everybody)
        return tuple(one.id for one in halting.pause(self.repository, scope, by, why, minutes * 60))

    def resume(self, agent: str = "", *, stream: str = "", everybody: bool = False) -> tuple[str, ...]:
        """Takes such orders back; gives whom they bound until now. An agent lifts only its own. Raises Refusal."""
        scope, by = self._order("resume", agent, stream, everybody=everybody)
        found, _ = halting.resume(self.repository, scope, by, own=self._caller() is not None)
        return tuple(one.id for one in found)

    def terminate(
        self, agent: str = "", *, stream: str = "", everybody: bool = False, why: str = ""
    ) -> tuple[str, ...]:
        """Ends agents: their clients stop at the next call, clean files are free, dirty ones parked; gives whom.

        Whose orders, as with `pause`. Raises Refusal.
        """
        scope, by = self._order("terminate", agent, stream, everybody=everybody)
        return tuple(one.id for one in halting.terminate(self.repository, scope, by, why))

    def _order(self, what: str, agent: str, stream: str, *, everybody: bool) -> tuple[str, str]:
        scope = self.agent_id if not (agent or stream or everybody) else agent
        scope = halting.scope_of(self.repository, scope, stream)
        by = self._caller()
        if by is not None and not related(by.id, scope):
            raise Refusal(
                f"an agent may {what} itself and its subagents, and {by.id} is an agent",
                "ask the person you work for",
            )
        return scope, self.agent_id

    def _caller(self) -> Agent | None:
        return calling_agent(self.repository, os.environ)
