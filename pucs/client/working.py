"""What an agent does with tasks and handoffs by the library: the part of `PUCSClient` that is no lock."""

from __future__ import annotations

from pucs.client import boards, handing, handling
from pucs.client.publishing import publish
from pucs.merge_order import streams_waiting
from pucs.tasks import Draft

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from pucs.agents import Identity
    from pucs.client.opening import Repository
    from pucs.handoffs import Handoff
    from pucs.handovers import Accepted
    from pucs.tasklists import Imported
    from pucs.tasks import Task


class Work:
    """Tasks and handoffs, for one agent. See `PUCSClient`."""

    repository: Repository
    agent_id: str
    _stream: str | None

    def _identity(self, task: str) -> Identity:
        raise NotImplementedError

    def tasks(self, stream: str | None = None) -> tuple[Task, ...]:
        """The board, or a stream's: in the order in which tasks were added, each with its state."""
        return boards.board(self.repository, stream)

    def add_task(self, title: str, stream: str | None = None, after: Iterable[str] = (), description: str = "") -> Task:
        """Puts a task on a stream's board (default: this agent's), to be begun when those of the ids `after` are done.

        Raises UsageError for an id that is not there.
        """
        draft = Draft(title, stream, needs=tuple(after), source="agent", description=description)
        return boards.add(self.repository, self._identity(""), draft)

    def claim_task(self, task_id: str | None = None, stream: str | None = None) -> Task | None:
        """Takes that task, or the next one of this agent's board (or of `stream`): no other agent gets it.

        Without an id an agent that has one gets that one again, and None says that none is free now. Raises Refusal
        where that task is not to be had.
        """
        if task_id is not None:
            return boards.take(self.repository, self._identity(""), task_id)
        return boards.claim(self.repository, self._identity(""), stream)

    def complete_task(self, task_id: str) -> Task:
        """Says that a task is done. Raises Refusal where another agent has it, or others must be done before."""
        return boards.complete(self.repository, self._identity(""), task_id)

    def reopen_task(self, task_id: str) -> Task:
        """Puts a task back on the board. Raises Refusal where another living agent has it."""
        return boards.reopen(self.repository, self._identity(""), task_id)

    def assign_task(self, task_id: str, agent: str) -> Task:
        """Keeps a task for one agent, which is told. Raises Refusal where another has it, or it is done."""
        return boards.assign(self.repository, self._identity(""), task_id, agent)

    def import_tasks(self, markdown: str, stream: str | None = None, source: str = "markdown") -> Imported:
        """Brings in the tasks of a Markdown page (see docs/tasks.md), each once however often it is read."""
        from pucs.tasklists import drafts_of  # noqa: PLC0415 - regular expressions

        streams = [rule.name for rule in self.repository.policy.streams]
        drafts = drafts_of(markdown, streams, source, stream)
        return boards.bring_in(self.repository, self._identity(""), drafts)

    def import_configured_tasks(self) -> Imported:
        """Brings in the tasks of pucs_config.yaml. Raises ConfigError where that is wrong."""
        drafts = boards.configured(self.repository.installation.config)
        return boards.bring_in(self.repository, self._identity(""), drafts)

    def handoff(
        self,
        to_agents: Iterable[str] | str,
        completed_tasks: Iterable[str] = (),
        context: Mapping[str, Any] | None = None,
        locks: Iterable[str] = (),
    ) -> Handoff:
        """Offers work to agents and streams; `locks` are files of this agent that go to the first that accepts.

        The context is the proposal's (new_interfaces, breaking_changes, test_status, notes) and whatever else is JSON.
        Raises UsageError for what is no handoff, Refusal for a lock that is not this agent's.
        """
        names = [to_agents] if isinstance(to_agents, str) else list(to_agents)
        paths = [handling.inside_of(self.repository, path) for path in locks]
        return handing.offer(self.repository, self._identity(""), names, completed_tasks, context, paths)

    def handoffs(self) -> tuple[Handoff, ...]:
        """The handoffs that this agent offered, answered, or may answer."""
        return handing.listed(self.repository, self.agent_id)

    def accept_handoff(self, handoff_id: str) -> Accepted:
        """Takes a handoff, with its locks if this agent is the first. Raises Refusal where another was first."""
        return handing.accept(self.repository, self._identity(""), handoff_id)

    def decline_handoff(self, handoff_id: str, reason: str = "") -> Handoff:
        """Says that this agent does not want it; its sender is told."""
        return handing.decline(self.repository, self._identity(""), handoff_id, reason)

    def withdraw_handoff(self, handoff_id: str) -> Handoff:
        """Takes an offer of this agent back. Raises Refusal for another's."""
        return handing.withdraw(self.repository, self._identity(""), handoff_id)

    def streams_waiting(self) -> dict[str, tuple[Handoff, ...]]:
        """The streams that must not be merged yet, each with the open handoffs that it waits for."""
        return streams_waiting(self.repository.policy, self.repository.store.read())


def record_handoff(from_agent: str, to_agents: list[str], completed_tasks: list[str], context: dict[str, Any]) -> None:
    """Records a handoff in the repository around the current folder: the proposal's function (section 3.6)."""
    from pucs.client.library import PUCSClient  # noqa: PLC0415 - it builds on this module

    client = PUCSClient(from_agent)
    client.outlives_this_process()
    client.handoff(to_agents, completed_tasks, context)
    publish(client.repository)
