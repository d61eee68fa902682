"""What pucs_config.yaml says, as written: the values that loading gives and compiling takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pucs.policy import CommitPolicy, GuardPolicy, LockPolicy, ResourceRule, SnapshotPolicy

if TYPE_CHECKING:
    from pucs.patterns import Pattern


class SessionSettings(NamedTuple):
    """How long one coordinated effort may last, and whether it finalizes itself."""

    max_duration_hours: float = 8
    auto_finalize: bool = False


class StreamSettings(NamedTuple):
    """One stream; `files` and `tests` are the texts of patterns. Dependencies may name what is no stream."""

    name: str
    files: tuple[str, ...]
    tests: tuple[str, ...] = ()
    critical: bool = False
    max_agents: int | None = None
    dependencies: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()


class CriticalSettings(NamedTuple):
    """One entry of critical_files; None is the longest duration that any lock may have."""

    path: str
    max_lock_s: float | None = None
    requires_review: bool = False
    test_required: bool = False
    partition: bool = False


class LoggingSettings(NamedTuple):
    """What is logged, how much of it is kept, and where finalize puts the merged log."""

    level: str = "INFO"
    persist_path: str = ".claude/state/pucs_log.json"
    max_entries: int = 10000


class ConflictSettings(NamedTuple):
    """How conflicts may be resolved."""

    auto_merge: bool = True
    partition_enabled: bool = True
    arbitration_timeout_s: float = 900


class Settings(NamedTuple):
    """The whole file, with what it says in vain as `warnings`; without arguments, the empty file."""

    session: SessionSettings = SessionSettings()
    streams: tuple[StreamSettings, ...] = ()
    critical_files: tuple[CriticalSettings, ...] = ()
    locks: LockPolicy = LockPolicy()
    logging: LoggingSettings = LoggingSettings()
    conflict_resolution: ConflictSettings = ConflictSettings()
    guard: GuardPolicy = GuardPolicy()
    commits: CommitPolicy = CommitPolicy()
    snapshots: SnapshotPolicy = SnapshotPolicy()
    policies: tuple[tuple[Pattern, str, str], ...] = ()
    warnings: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    resources: tuple[ResourceRule, ...] = ()
