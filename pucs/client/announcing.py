"""What an agent announces and logs by the library: the part of `PUCSClient` that keeps nobody out."""

from __future__ import annotations

from pucs.model import Agent, Event

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from typing import Any

    from pucs.agents import Identity
    from pucs.announcements import IntentResult, Overlap
    from pucs.client.opening import Repository
    from pucs.intents import Intent

_LONGEST_TASK = 120


class Announcing:
    """Intents and the log, for one agent. See `PUCSClient`."""

    repository: Repository
    agent_id: str
    _stream: str | None

    def _identity(self, task: str) -> Identity:
        raise NotImplementedError

    def signal_intent(
        self, files: Iterable[str] | str, description: str = "", estimated_duration_min: float | None = None
    ) -> IntentResult:
        """Announces that this agent will change these files, folders (`llm/`) or patterns (`llm/**/*.py`).

        The result has the `conflicts` that this meets (each with `file`, `holder`, `type`, `task`, `until`, `warning`),
        and the `files` that are free for `acquire_locks`. It counts for that time (default and longest: those of
        locks), until its files are committed, or the agent ends. It keeps nobody out; whom it concerns is told once.
        """
        from pucs.client import intending  # noqa: PLC0415 - locks need none of it

        named = [files] if isinstance(files, str) else files
        seconds = (estimated_duration_min or 0) * 60
        return intending.announce(self.repository, self._identity(description[:_LONGEST_TASK]), named, seconds)

    def check_conflicts(self, proposed_files: Iterable[str] | str) -> list[Overlap]:
        """What announcing these files would meet. Changes nothing."""
        from pucs.client import intending  # noqa: PLC0415 - as above

        known = self.repository.store.read().agent(self.agent_id) or Agent(self.agent_id)
        named = [proposed_files] if isinstance(proposed_files, str) else proposed_files
        wish = known._replace(stream=self._stream or known.stream)
        return list(intending.conflicts(self.repository, wish, named).conflicts)

    def log_activity(self, action: str, **details: Any) -> None:
        """Adds a line about this agent to the activity log."""
        from pucs.client.cross_logger import details_of  # noqa: PLC0415 - as above

        self.repository.store.append([Event(self.agent_id, self._stream, action, details_of(details))])

    def log_conflict(self, warning: str, severity: str = "medium") -> None:
        """Adds a line about a possible clash to the activity log and to the conflict warnings."""
        from pucs.client.cross_logger import CrossLogger  # noqa: PLC0415 - as above

        CrossLogger(self.repository.tree.root).log_conflict(self.agent_id, warning, severity)

    def get_stream_log(self, stream: str | None = None, since: datetime | None = None) -> list[dict[str, Any]]:
        """The entries of a stream (default: this agent's), oldest first; only those `since` that moment."""
        from pucs.client.cross_logger import CrossLogger  # noqa: PLC0415 - as above

        return CrossLogger(self.repository.tree.root).get_stream_log(stream or self._stream or "", since)

    def close_intents(self) -> tuple[Intent, ...]:
        """Ends what this agent announced, and gives it."""
        from pucs.client import intending  # noqa: PLC0415 - as above

        return intending.close(self.repository, self.agent_id)
