"""What pucs_config.yaml says, compiled: the values that rules read, and questions on paths and branches."""

from __future__ import annotations

from pucs.patterns import matches
from pucs.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from pucs.patterns import Pattern

BRANCH_PREFIX = "feature/stream-"


class StreamRule(Record):
    """A stream: `patterns` (its files) and `tests` are its boundary; no limit where `max_agents` is None.

    `files` is the boundary as the configuration writes it, for people to read.
    """

    name: str
    patterns: tuple[Pattern, ...]
    critical: bool = False
    max_agents: int | None = None
    dependencies: tuple[str, ...] = ()
    tests: tuple[Pattern, ...] = ()
    files: str = ""


class CriticalRule(Record):
    """A path that asks for more care; `path` is how the configuration writes it."""

    pattern: Pattern
    path: str
    max_lock_s: float = 7200
    requires_review: bool = False
    test_required: bool = False
    partition: bool = False


class LockPolicy(Record):
    """How long locks last; `parked` is retry or deny, `across_worktrees` warn or deny.

    `partition` is off, ranges or symbols: whether several may work in different lines of one file. `partition_paths`
    are pairs of a pattern and such a word, the last that fits decides; `wait_s` is how long the edit gate itself waits
    for an open call to end, `commit_wait_s` for hook managers in somebody's commit.
    """

    default_s: float = 1800
    max_s: float = 7200
    queue_timeout_s: float = 3600
    parked: str = "retry"
    across_worktrees: str = "warn"
    partition: str = "ranges"
    partition_paths: tuple[tuple[Pattern, str], ...] = ()
    wait_s: float = 1
    commit_wait_s: float = 6


class GuardPolicy(Record):
    """`mode` is enforce or observe, `on_failure` allow or block, `boundaries` enforce, warn or off.

    `scan_seconds` is how long one look at a tree may take before or after a command (0: as long as it takes).
    """

    mode: str = "enforce"
    on_failure: str = "allow"
    boundaries: str = "enforce"
    scan_seconds: float = 0.3


class CommitPolicy(Record):
    """What commit messages look like; `format` is off, warn or enforce."""

    format: str = "enforce"
    types: tuple[str, ...] = (
        "feat",
        "fix",
        "docs",
        "style",
        "refactor",
        "perf",
        "test",
        "build",
        "ci",
        "chore",
        "revert",
    )


class SnapshotPolicy(Record):
    """How long kept contents stay, and how much of them."""

    keep_days: float = 14
    keep_mb: int = 500


class ResourceRule(Record):
    """A shared thing that commands need which begin like one of `commands`: no limit or rate where these are 0.

    At most `limit` use it at once, for `longest_s` each, and it is used at most `rate` times in `per_s`. A call waits
    `wait_s` by itself. Each working tree has one of the `values` in the variable `env`.
    """

    name: str
    commands: tuple[str, ...] = ()
    limit: int = 0
    rate: int = 0
    per_s: float = 60
    longest_s: float = 1800
    wait_s: float = 2
    env: str = ""
    values: tuple[str, ...] = ()


class Policy(Record):
    """What the configuration tells the rules; without arguments, what holds where nothing is configured.

    `policies` are patterns with a policy of hot files and a command, after those that `hotfiles` has by itself.
    """

    streams: tuple[StreamRule, ...] = ()
    critical_files: tuple[CriticalRule, ...] = ()
    locks: LockPolicy = LockPolicy()
    guard: GuardPolicy = GuardPolicy()
    commits: CommitPolicy = CommitPolicy()
    log_max_entries: int = 10000
    snapshots: SnapshotPolicy = SnapshotPolicy()
    policies: tuple[tuple[Pattern, str, str], ...] = ()
    resources: tuple[ResourceRule, ...] = ()


def owners(policy: Policy, path: str) -> tuple[str, ...]:
    """The streams whose boundary contains the path, in the configuration's order."""
    return tuple(
        stream.name for stream in policy.streams if matches(stream.patterns, path) or matches(stream.tests, path)
    )


def outside(policy: Policy, stream: str | None, path: str) -> tuple[str, ...]:
    """Whose path it is, if it lies outside the stream's boundary; else nobody's.

    For no stream, or one that is not configured, nothing is outside; a path that no stream owns is inside
    every boundary.
    """
    if all(rule.name != stream for rule in policy.streams):
        return ()
    owning = owners(policy, path)
    return () if stream in owning else owning


def critical(policy: Policy, path: str) -> CriticalRule | None:
    """The first entry of critical_files that the path fits."""
    for rule in policy.critical_files:
        if matches((rule.pattern,), path):
            return rule
    return None


def partition(policy: Policy, path: str) -> str:
    """How several agents share the path: `off`, or by `ranges` or `symbols`."""
    entry = critical(policy, path)
    if entry is not None and not entry.partition:
        return "off"
    for pattern, word in reversed(policy.locks.partition_paths):
        if matches((pattern,), path):
            return word
    return policy.locks.partition


def partitions(policy: Policy, path: str) -> bool:
    """Whether several agents may work in different lines of the path."""
    return partition(policy, path) != "off"


def stream_of_branch(policy: Policy, branch: str) -> str | None:
    """The stream that a branch `feature/stream-<name>[-<description>]` serves: the longest name that fits."""
    if not branch.startswith(BRANCH_PREFIX):
        return None
    rest = branch[len(BRANCH_PREFIX) :]
    fitting = [rule.name for rule in policy.streams if rest == rule.name or rest.startswith(rule.name + "-")]
    return max(fitting, key=len, default=None)


def decode(data: Mapping[str, Any]) -> Policy:
    """The policy of its JSON form; what is missing has its default, what is unknown is passed over."""
    streams = data.get("streams") or {}
    commits = _known(CommitPolicy._fields, data.get("commits"))
    if "types" in commits:
        commits["types"] = tuple(commits["types"])
    return Policy(
        streams=tuple(_decode_stream(name, entry) for name, entry in streams.items()),
        critical_files=tuple(
            CriticalRule(**_known(CriticalRule._fields, entry)) for entry in data.get("critical_files") or ()
        ),
        locks=_decode_locks(data.get("locks")),
        guard=GuardPolicy(**_known(GuardPolicy._fields, data.get("guard"))),
        commits=CommitPolicy(**commits),
        snapshots=SnapshotPolicy(**_known(SnapshotPolicy._fields, data.get("snapshots"))),
        policies=tuple((pattern, word, command) for pattern, word, command in data.get("policies") or ()),
        resources=tuple(_decode_resource(name, entry) for name, entry in (data.get("resources") or {}).items()),
        **_known(("log_max_entries",), data),
    )


def encode(policy: Policy) -> dict[str, Any]:
    """The policy's JSON form, which `decode` reads back."""
    return {
        "streams": {rule.name: _plain(rule, "name") for rule in policy.streams},
        "critical_files": [_plain(rule) for rule in policy.critical_files],
        "locks": _plain(policy.locks),
        "guard": _plain(policy.guard),
        "commits": _plain(policy.commits),
        "log_max_entries": policy.log_max_entries,
        "snapshots": _plain(policy.snapshots),
        "policies": list(policy.policies),
        # Left out where there are none: hooks that read no policy see by the bare text that nobody needs any.
        **({"resources": {rule.name: _plain(rule, "name") for rule in policy.resources}} if policy.resources else {}),
    }


def _decode_stream(name: str, entry: Mapping[str, Any]) -> StreamRule:
    known = _known(StreamRule._fields, entry)
    for field in ("patterns", "dependencies", "tests"):
        known[field] = tuple(known.get(field, ()))
    return StreamRule(**{**known, "name": name})


def _decode_resource(name: str, entry: Mapping[str, Any]) -> ResourceRule:
    known = _known(ResourceRule._fields, entry)
    for field in ("commands", "values"):
        known[field] = tuple(known.get(field, ()))
    return ResourceRule(**{**known, "name": name})


def _decode_locks(entry: Mapping[str, Any] | None) -> LockPolicy:
    known = _known(LockPolicy._fields, entry)
    pairs = known.get("partition_paths", ())
    return LockPolicy(**{**known, "partition_paths": tuple((pattern, word) for pattern, word in pairs)})


def _known(fields: tuple[str, ...], data: Mapping[str, Any] | None) -> dict[str, Any]:
    return {field: data[field] for field in fields if field in data} if data else {}


def _plain(record: Record, *without: str) -> dict[str, Any]:
    return {
        field: list(value) if type(value) is tuple else value
        for field, value in record._asdict().items()
        if field not in without
    }
