"""Reads pucs_config.yaml: what each key must be, and what it is where the file does not say."""

from __future__ import annotations

from pucs import hotfiles
from pucs.config.compiling import compile_critical_path, compile_pattern
from pucs.config.document import read
from pucs.config.resources import shared_things
from pucs.config.sections import Report, Section
from pucs.config.settings import (
    ConflictSettings,
    CriticalSettings,
    LoggingSettings,
    SessionSettings,
    Settings,
    StreamSettings,
)
from pucs.errors import ConfigError, UsageError
from pucs.policy import CommitPolicy, GuardPolicy, LockPolicy, SnapshotPolicy
from pucs.tasklists import check_order, listed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pucs.patterns import Pattern

HOURS_A_YEAR = 8_760
DAYS_IN_TEN_YEARS = 3_650
LONGEST_SCAN = 8
PARTITIONS = ("off", "ranges", "symbols")
SECONDS_OF_A_HOOK = 7
"""A client gives a hook ten, and the decision comes after the wait."""
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


def load(path: str) -> Settings:
    """The settings in the file; a ConfigError with everything that is wrong with it."""
    try:
        with open(path, "rb") as file:
            text = file.read().decode("utf-8")
    except OSError as error:
        raise ConfigError(
            f"{path}: cannot be read: {error.strerror}", "Check that it is a file you may read."
        ) from None
    except UnicodeDecodeError as error:
        message = f"{path}: expected UTF-8 text, got byte 0x{error.object[error.start]:02x} at offset {error.start}"
        raise ConfigError(message, "Save the file as UTF-8.") from None
    return parse(text, path)


def parse(text: str, origin: str) -> Settings:
    """The settings in the text; `origin` names it in messages. Empty text gives the defaults."""
    document = read(text, origin)
    report = Report(document, origin)
    file = Section(report, (), document.value)
    settings = Settings(
        _session(file.section("session")),
        _streams(file.section("streams")),
        tuple(_critical(entry) for entry in file.sections("critical_files")),
        _locks(file.section("locks")),
        _logging(file.section("logging")),
        _conflicts(file.section("conflict_resolution")),
        _guard(file.section("guard")),
        _commits(file.section("commits")),
        _snapshots(file.section("snapshots")),
        policies=_policies(file.section("policies")),
        tasks=_tasks(file),
        resources=shared_things(file.section("resources")),
    )
    if not settings.conflict_resolution.partition_enabled:
        settings = settings._replace(locks=settings.locks._replace(partition="off", partition_paths=()))
    return settings._replace(warnings=report.finish())


def _session(section: Section) -> SessionSettings:
    default = SessionSettings()
    return SessionSettings(
        section.number("max_duration_hours", default.max_duration_hours, "hours", HOURS_A_YEAR),
        section.flag("auto_finalize", default=default.auto_finalize),
    )


def _streams(section: Section) -> tuple[StreamSettings, ...]:
    return tuple(_stream(name, section) for name in section.names())


def _stream(name: str, streams: Section) -> StreamSettings:
    if not _is_stream_name(name):
        streams.wrong(
            name,
            "a stream name of letters, digits, dots, dashes and underscores",
            f'"{name}"',
            "Rename the stream: its name becomes part of branches, agents and commit subjects.",
        )
    section = streams.section(name)
    section.given("files_pattern", "one or more patterns", "Say which files belong to the stream.")
    return StreamSettings(
        name,
        section.patterns("files_pattern"),
        section.patterns("test_pattern"),
        section.flag("critical", default=False),
        section.count("max_agents", None),
        section.words("dependencies", ()),
        _tasks(section),
    )


def _tasks(section: Section) -> tuple[str, ...]:
    texts = section.texts("tasks")
    try:
        check_order(listed(texts, None, "config"))
    except UsageError as error:
        section.wrong("tasks", "tasks that can be done one after another", f"a list in which {error}", error.hint)
    return texts


def _is_stream_name(name: str) -> bool:
    plain = name.replace(".", "").replace("-", "").replace("_", "")
    return plain.isascii() and plain.isalnum() and name[0].isalnum() and name[-1].isalnum()


def _critical(section: Section) -> CriticalSettings:
    path = ""
    if section.given("path", "a path", "Name the file as seen from the repository's root."):
        path = section.text("path", "")
    if path:
        section.readable("path", path, compile_critical_path, "a path or a gitignore pattern")
    return CriticalSettings(
        path,
        section.minutes("max_lock_duration_min", None),
        section.flag("requires_review", default=False),
        section.flag("test_required", default=False),
        section.flag("partition", default=False),
    )


def _locks(section: Section) -> LockPolicy:
    default = LockPolicy()
    locks = LockPolicy(
        section.minutes("default_duration_min", default.default_s),
        section.minutes("max_duration_min", default.max_s),
        section.minutes("queue_timeout_min", default.queue_timeout_s),
        section.choice("parked", default.parked, ("retry", "deny")),
        section.choice("across_worktrees", default.across_worktrees, ("warn", "deny")),
        section.choice("partition", default.partition, PARTITIONS),
        _partition_paths(section.section("partition_paths")),
        section.seconds("wait_seconds", default.wait_s, SECONDS_OF_A_HOOK),
        section.seconds("commit_wait_seconds", default.commit_wait_s, SECONDS_OF_A_HOOK),
    )
    if section.sound and locks.max_s < locks.default_s:
        section.wrong(
            "max_duration_min",
            f"at least default_duration_min, {locks.default_s / 60:g}",
            f"{locks.max_s / 60:g}",
            "Raise locks.max_duration_min or lower locks.default_duration_min.",
        )
    return locks


def _partition_paths(section: Section) -> tuple[tuple[Pattern, str], ...]:
    pairs = []
    for text in section.names():
        word = section.choice(text, "ranges", PARTITIONS)
        if section.readable(text, text, compile_pattern, "a gitignore pattern"):
            pairs.append((compile_pattern(text), word))
    return tuple(pairs)


def _policies(section: Section) -> tuple[tuple[Pattern, str, str], ...]:
    """Patterns, each with a word or with `{rebuild: COMMAND}`."""
    found = []
    for text in section.names():
        word, command = section.choice_or_text(text, hotfiles.NONE, hotfiles.WORDS, hotfiles.REBUILD)
        if section.readable(text, text, compile_pattern, "a gitignore pattern"):
            found.append((compile_pattern(text), word, command))
    return tuple(found)


def _logging(section: Section) -> LoggingSettings:
    default = LoggingSettings()
    return LoggingSettings(
        section.choice("level", default.level, LEVELS),
        section.text("persist_path", default.persist_path),
        section.count("max_entries", default.max_entries),
    )


def _conflicts(section: Section) -> ConflictSettings:
    default = ConflictSettings()
    return ConflictSettings(
        section.flag("auto_merge", default=default.auto_merge),
        section.flag("partition_enabled", default=default.partition_enabled),
        section.minutes("arbitration_timeout_min", default.arbitration_timeout_s),
    )


def _guard(section: Section) -> GuardPolicy:
    default = GuardPolicy()
    return GuardPolicy(
        section.choice("mode", default.mode, ("enforce", "observe")),
        section.choice("on_failure", default.on_failure, ("allow", "block")),
        section.choice("boundaries", default.boundaries, ("enforce", "warn", "off")),
        section.seconds("scan_seconds", default.scan_seconds, LONGEST_SCAN),
    )


def _commits(section: Section) -> CommitPolicy:
    default = CommitPolicy()
    types = section.words("types", default.types)
    for name in types or ("",):
        if section.sound and not name.replace("-", "").isalnum():
            section.wrong("types", "one or more names of letters, digits and dashes", f'"{name}"')
    return CommitPolicy(section.choice("format", default.format, ("off", "warn", "enforce")), types)


def _snapshots(section: Section) -> SnapshotPolicy:
    default = SnapshotPolicy()
    return SnapshotPolicy(
        section.number("keep_days", default.keep_days, "days", DAYS_IN_TEN_YEARS),
        section.count("keep_mb", default.keep_mb),
    )
