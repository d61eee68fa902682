"""PUCS, the Parallel Upgrade Coordination System: several coding agents in one git repository, nothing lost."""

from __future__ import annotations

__version__ = "0.1.0"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pucs.client import PUCSClient
    from pucs.client.conflict_resolver import ConflictResolver
    from pucs.client.cross_logger import CrossLogger, IntentSignal, get_stream_log, log_activity, log_conflict
    from pucs.client.dependency_checker import DependencyChecker
    from pucs.client.working import record_handoff
    from pucs.protocol import AgentMessage, CoordinatorMessage

__all__ = [
    "AgentMessage",
    "ConflictResolver",
    "CoordinatorMessage",
    "CrossLogger",
    "DependencyChecker",
    "IntentSignal",
    "PUCSClient",
    "__version__",
    "get_stream_log",
    "log_activity",
    "log_conflict",
    "record_handoff",
]

_CROSS_LOGGER = ("CrossLogger", "IntentSignal", "get_stream_log", "log_activity", "log_conflict")


def __getattr__(name: str) -> object:
    # Lazy, because the hook path imports this package at every tool call and must not load the client's library face.
    if name == "PUCSClient":
        from pucs.client import PUCSClient  # noqa: PLC0415

        return PUCSClient
    if name == "ConflictResolver":
        from pucs.client.conflict_resolver import ConflictResolver  # noqa: PLC0415

        return ConflictResolver
    if name == "DependencyChecker":
        from pucs.client.dependency_checker import DependencyChecker  # noqa: PLC0415

        return DependencyChecker
    if name in _CROSS_LOGGER:
        from pucs.client import cross_logger  # noqa: PLC0415

        return getattr(cross_logger, name)
    if name in ("AgentMessage", "CoordinatorMessage"):
        from pucs import protocol  # noqa: PLC0415

        return getattr(protocol, name)
    if name == "record_handoff":
        from pucs.client.working import record_handoff  # noqa: PLC0415

        return record_handoff
    raise AttributeError(f"module 'pucs' has no attribute {name!r}")
