"""The proposal's cross-logger and intent signal as functions and classes of their own: thin faces of the library."""

from __future__ import annotations

import os

from pucs.client.library import PUCSClient
from pucs.client.opening import repository_at
from pucs.errors import UsageError
from pucs.model import Event
from pucs.state import publishing
from pucs.times import moment_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from typing import Any

    from pucs.announcements import IntentResult, Overlap
    from pucs.client.opening import Repository
    from pucs.negotiation import PartitionResult

_SEVERITIES = ("low", "medium", "high")


class CrossLogger:
    """The shared logs of the repository at `path`. Safe to use from any process and thread."""

    def __init__(self, path: str = ".") -> None:
        repository = repository_at(os.path.abspath(path))
        if repository is None:
            raise UsageError(f"PUCS does not guard {os.path.abspath(path)}", "run: pucs init")
        self.repository: Repository = repository

    def log_activity(self, agent_id: str, stream: str | None, action: str, **kwargs: Any) -> None:
        """Adds a line to the activity log. What JSON cannot say is kept as text."""
        self.repository.store.append([Event(agent_id, stream, action, {"message": "log_action", **details_of(kwargs)})])

    def log_conflict(self, agent_id: str, warning: str, severity: str = "medium") -> None:
        """Adds a line to the activity log and to the conflict warnings; `severity` is low, medium or high."""
        if severity not in _SEVERITIES:
            raise UsageError(f"{severity!r} is no severity", f"say {', '.join(_SEVERITIES)}")
        known = self.repository.store.read().agent(agent_id)
        details = {"answer": "conflict_alert", "warning": warning, "severity": severity}
        self.repository.store.append([Event(agent_id, known.stream if known else None, "warned", details)])
        publishing.derive_logs(self.repository.store.root)

    def get_stream_log(self, stream: str, since: datetime | None = None) -> list[dict[str, Any]]:
        """The entries of one stream, oldest first; only those `since` that moment (a naive one is local time)."""
        first = since.timestamp() if since is not None else 0.0
        entries = (entry for entry in self.repository.store.events() if entry.get("stream") == stream)
        return [entry for entry in entries if _moment(entry) >= first]


def log_activity(agent_id: str, stream: str | None, action: str, **kwargs: Any) -> None:
    """`CrossLogger.log_activity` in the repository around the current folder."""
    CrossLogger().log_activity(agent_id, stream, action, **kwargs)


def log_conflict(agent_id: str, warning: str, severity: str = "medium") -> None:
    """`CrossLogger.log_conflict` in the repository around the current folder."""
    CrossLogger().log_conflict(agent_id, warning, severity)


def get_stream_log(stream: str, since: datetime | None = None) -> list[dict[str, Any]]:
    """`CrossLogger.get_stream_log` in the repository around the current folder."""
    return CrossLogger().get_stream_log(stream, since)


class IntentSignal:
    """Announcing work for any agent of the repository at `path`; `PUCSClient` does so for one."""

    def __init__(self, path: str = ".") -> None:
        self._path = path

    def signal_intent(
        self, agent_id: str, work_stream: str, files: list[str], description: str, estimated_duration_min: float
    ) -> IntentResult:
        """See `PUCSClient.signal_intent`."""
        client = PUCSClient(agent_id, work_stream, self._path)
        return client.signal_intent(files, description, estimated_duration_min)

    def check_conflicts(self, proposed_files: list[str]) -> list[Overlap]:
        """Everybody's locks and intents on these files."""
        return PUCSClient("nobody", None, self._path).check_conflicts(proposed_files)

    def negotiate_partition(self, agent_a: str, agent_b: str, shared_module: str) -> PartitionResult:
        """See `PUCSClient.negotiate_partition`."""
        return PUCSClient("nobody", None, self._path).negotiate_partition(agent_a, agent_b, shared_module)


def details_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values as a line of the log can say them."""
    return {str(key): _plain(value) for key, value in values.items()}


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (str, bool, int)):
        return value
    if isinstance(value, float):
        return value if abs(value) < float("inf") else str(value)
    if isinstance(value, dict):
        return details_of(value)
    if isinstance(value, (list, tuple, set, frozenset)):
        items: Iterable[Any] = value
        return [_plain(one) for one in items]
    return str(value)


def _moment(entry: Mapping[str, Any]) -> float:
    try:
        return moment_of(str(entry.get("timestamp")))
    except (ValueError, IndexError):
        return 0.0
