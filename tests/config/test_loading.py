from __future__ import annotations

import os

import pytest

from pucs.config import Settings, compile_settings, load, parse
from pucs.config.settings import (
    ConflictSettings,
    CriticalSettings,
    LoggingSettings,
    SessionSettings,
    StreamSettings,
)
from pucs.errors import ConfigError
from pucs.hotfiles import HotFile, hot
from pucs.policy import CommitPolicy, GuardPolicy, LockPolicy, Policy, SnapshotPolicy, decode, partitions

PROPOSAL = os.path.join(os.path.dirname(os.path.dirname(__file__)), "data", "proposal_config.yaml")
GENERAL = "Correct the value, or leave the key out to have its default."
QUOTES = "Put it in quotes if YAML takes it for something else."
SYNTAX = "Check the quotes and the indentation there; spaces, not tabs."


def refused(text):
    """The message and the hint that the text is refused with."""
    with pytest.raises(ConfigError) as caught:
        parse(text, "pucs_config.yaml")
    return str(caught.value), caught.value.hint


def test_the_proposals_file_means_what_it_says():
    assert load(PROPOSAL) == Settings(
        SessionSettings(8, auto_finalize=False),
        (
            StreamSettings(
                "execution", ("execution/**/*.py",), ("tests/test_*execution*.py",), False, 4, ("config", "models")
            ),
            StreamSettings("llm", ("llm/**/*.py",), ("tests/test_*llm*.py",), False, 5, ("config",)),
            StreamSettings(
                "scanners",
                ("scanners/**/*.py", "indicators/**/*.py"),
                ("tests/test_*scanner*.py",),
                False,
                3,
                ("config", "llm"),
            ),
            StreamSettings(
                "risk",
                ("models/risk*.py", "models/circuit*.py", "compliance/**/*.py"),
                ("tests/test_*risk*.py", "tests/test_circuit*.py"),
                True,
                2,
                ("config",),
            ),
            StreamSettings(
                "backtesting",
                ("backtesting/**/*.py", "evaluation/**/*.py"),
                ("tests/test_*backtest*.py",),
                False,
                3,
                ("models",),
            ),
            StreamSettings(
                "observability", ("observability/**/*.py",), ("tests/test_*observability*.py",), False, 3, ()
            ),
            StreamSettings(
                "api", ("api/**/*.py", "mcp/**/*.py"), ("tests/test_*api*.py",), False, 3, ("execution", "models")
            ),
        ),
        (
            CriticalSettings("config/__init__.py", 1800, requires_review=True, test_required=False),
            CriticalSettings("models/circuit_breaker.py", 2700, requires_review=True, test_required=True),
            CriticalSettings("models/risk_manager.py", 2700, requires_review=True, test_required=True),
        ),
        LockPolicy(1800, 7200, 3600, "retry", "warn"),
        LoggingSettings("INFO", ".claude/state/pucs_log.json", 10000),
        ConflictSettings(auto_merge=True, partition_enabled=True, arbitration_timeout_s=900),
        GuardPolicy("enforce", "allow", "enforce"),
        CommitPolicy(),
        SnapshotPolicy(14, 500),
        (),
    )


@pytest.mark.parametrize(
    "text", ["", "# nothing yet\n", "---\n", "{}", "streams:\nlocks:\ncritical_files:\n", "locks:\n  parked:\n"]
)
def test_what_is_not_said_has_its_default(text):
    assert parse(text, "pucs_config.yaml") == Settings()


def test_every_other_key_is_obeyed():
    settings = parse(
        """
session: {max_duration_hours: 0.5, auto_finalize: yes}
locks: {default_duration_min: 0.5, max_duration_min: 1.25, queue_timeout_min: 3, parked: deny, across_worktrees: DENY,
  partition: ranges, partition_paths: {"*.md": off}, wait_seconds: 0.5}
logging: {level: debug, persist_path: log.json, max_entries: 5}
conflict_resolution: {auto_merge: no, partition_enabled: false, arbitration_timeout_min: 1}
guard: {mode: observe, on_failure: block, boundaries: warn, scan_seconds: 0}
commits: {format: warn, types: "feat, hot-fix"}
snapshots: {keep_days: 0.5, keep_mb: 20}
critical_files: [{path: setup.py}]
""",
        "pucs_config.yaml",
    )
    assert settings == Settings(
        session=SessionSettings(0.5, auto_finalize=True),
        critical_files=(CriticalSettings("setup.py", None, requires_review=False, test_required=False),),
        locks=LockPolicy(30, 75, 180, "deny", "deny", "off", (), 0.5),
        logging=LoggingSettings("DEBUG", "log.json", 5),
        conflict_resolution=ConflictSettings(auto_merge=False, partition_enabled=False, arbitration_timeout_s=60),
        guard=GuardPolicy("observe", "block", "warn", 0),
        commits=CommitPolicy("warn", ("feat", "hot-fix")),
        snapshots=SnapshotPolicy(0.5, 20),
    )


def test_files_may_be_shared_or_not_path_by_path():
    settings = parse(
        'locks: {partition: off, partition_paths: {"*.md": on, "docs/": off, "a.py": symbols}}', "pucs_config.yaml"
    )
    rules = Policy(locks=settings.locks)
    shared = {path: partitions(rules, path) for path in ("b.py", "x.md", "docs/x.md", "a.py")}
    assert shared == {"b.py": False, "x.md": True, "docs/x.md": False, "a.py": True}


def test_policies_of_hot_files_are_words_or_a_command():
    text = """
policies:
  "docs/*.txt": union
  "api/": {rebuild: make api}
  "*.lock": rebuild
  CHANGELOG.md: NONE
locks: {partition_paths: {"whole/**": off}}
critical_files: [{path: go.sum}]
"""
    rules = decode(compile_settings(parse(text, "pucs_config.yaml")))
    said = {
        "docs/x.txt": HotFile("union"),
        "api/v1/x.json": HotFile("rebuild", "make api"),
        "x/yarn.lock": HotFile("rebuild", "yarn install"),
        "odd.lock": HotFile("rebuild"),
        "CHANGELOG.md": HotFile(),
        "CHANGES.rst": HotFile("union"),
        "a/b/__init__.py": HotFile("symbols"),
        "a.py": HotFile(),
        "whole/CHANGES.rst": HotFile(),
        "go.sum": HotFile(),
        "x/go.sum": HotFile("rebuild", "go mod tidy"),
        "gen/x_pb2.py": HotFile("rebuild"),
    }
    assert {path: hot(rules, path) for path in said} == said
    assert hot(Policy(), "package-lock.json").command == "npm install --package-lock-only"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("{a: merge}", 'policies.a: expected rebuild, union, version, symbols or none, got "merge"'),
        ("{a: {rebuild: }}", "policies.a.rebuild: expected a command, got nothing"),
        ("{a: {union: x}}", "policies.a.rebuild: expected a command, got nothing"),
        ("[a]", "policies: expected a mapping of keys"),
        ("{'a[': union}", 'policies.a[: expected a gitignore pattern, got "a["'),
    ],
)
def test_what_is_wrong_with_a_policy_is_named(text, what):
    with pytest.raises(ConfigError) as raised:
        parse(f"policies: {text}", "pucs_config.yaml")
    assert what in str(raised.value)


def test_a_critical_file_is_shared_only_if_its_entry_says_so():
    settings = parse("critical_files: [{path: a.py}, {path: b.py, partition: true}]", "pucs_config.yaml")
    rules = decode(compile_settings(settings))
    assert [partitions(rules, path) for path in ("a.py", "b.py", "c.py")] == [False, True, True]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("off", "off"),
        ("Off", "off"),
        ("no", "off"),
        ("false", "off"),
        ('"off"', "off"),
        ("on", "enforce"),
        ("yes", "enforce"),
        ("true", "enforce"),
        ("Warn", "warn"),
    ],
)
def test_a_switch_may_be_written_as_yaml_booleans(written, meant):
    settings = parse(f"commits: {{format: {written}}}\nguard: {{boundaries: {written}}}", "pucs_config.yaml")
    assert (settings.commits.format, settings.guard.boundaries) == (meant, meant)


@pytest.mark.parametrize(
    ("written", "patterns"),
    [
        ('"a/**, b/*.py,"', ("a/**", "b/*.py")),
        ('["a/**", "b,c.py"]', ("a/**", "b,c.py")),
        ("a/**", ("a/**",)),
        ('"a/**,!a/vendor/"', ("a/**", "!a/vendor/")),
    ],
)
def test_patterns_are_one_text_with_commas_or_a_list(written, patterns):
    settings = parse(f"streams:\n  one:\n    files_pattern: {written}", "pucs_config.yaml")
    assert settings.streams == (StreamSettings("one", patterns),)


def test_stream_names_that_yaml_reads_as_something_else_stay_names():
    settings = parse(
        "streams: {on: {files_pattern: a}, 1: {files_pattern: b}, 1.0: {files_pattern: c}}", "pucs_config.yaml"
    )
    assert [stream.name for stream in settings.streams] == ["on", "1", "1.0"]


def test_shared_blocks_are_merged():
    settings = parse(
        "streams:\n  one: &one {files_pattern: a, max_agents: 2}\n  two: {<<: *one, files_pattern: b}\n",
        "pucs_config.yaml",
    )
    assert settings.streams == (
        StreamSettings("one", ("a",), max_agents=2),
        StreamSettings("two", ("b",), max_agents=2),
    )


def test_unknown_keys_are_warnings_with_the_likely_key():
    settings = parse(
        "guards: {}\nlocks:\n  defualt_duration_min: 3\n  color: red\n"
        "streams:\n  one:\n    files_pattern: a\n    test_patern: b\n",
        "pucs_config.yaml",
    )
    assert settings._replace(warnings=()) == Settings(streams=(StreamSettings("one", ("a",)),))
    assert settings.warnings == (
        "pucs_config.yaml:1: guards: unknown key, ignored; did you mean guard?",
        "pucs_config.yaml:3: locks.defualt_duration_min: unknown key, ignored; did you mean default_duration_min?",
        "pucs_config.yaml:4: locks.color: unknown key, ignored",
        "pucs_config.yaml:8: streams.one.test_patern: unknown key, ignored; did you mean test_pattern?",
    )


MINUTES = "a number of minutes above 0, at most 525600"


@pytest.mark.parametrize(
    ("text", "message", "hint"),
    [
        ("- a", ":1: the file: expected a mapping of keys, got a list", GENERAL),
        ("hello", ':1: the file: expected a mapping of keys, got "hello"', GENERAL),
        ("locks: 5", ":1: locks: expected a mapping of keys, got 5", GENERAL),
        ("streams: [a]", ":1: streams: expected a mapping of keys, got a list", GENERAL),
        ("locks: {default_duration_min: 0}", f":1: locks.default_duration_min: expected {MINUTES}, got 0", GENERAL),
        ("locks: {max_duration_min: -5}", f":1: locks.max_duration_min: expected {MINUTES}, got -5", GENERAL),
        ("locks: {max_duration_min: .inf}", f":1: locks.max_duration_min: expected {MINUTES}, got .inf", GENERAL),
        ("locks: {queue_timeout_min: .nan}", f":1: locks.queue_timeout_min: expected {MINUTES}, got .nan", GENERAL),
        ("locks: {queue_timeout_min: yes}", f":1: locks.queue_timeout_min: expected {MINUTES}, got yes", GENERAL),
        ('locks: {queue_timeout_min: "5"}', f':1: locks.queue_timeout_min: expected {MINUTES}, got "5"', GENERAL),
        ("locks: {queue_timeout_min: 5 min}", f':1: locks.queue_timeout_min: expected {MINUTES}, got "5 min"', GENERAL),
        (
            "locks: {queue_timeout_min: 525600.5}",
            f":1: locks.queue_timeout_min: expected {MINUTES}, got 525600.5",
            GENERAL,
        ),
        ("locks: {parked: maybe}", ':1: locks.parked: expected retry or deny, got "maybe"', GENERAL),
        ("locks: {parked: off}", ":1: locks.parked: expected retry or deny, got off", GENERAL),
        (
            "locks: {commit_wait_seconds: 8}",
            ":1: locks.commit_wait_seconds: expected a number of seconds, at most 7, got 8",
            GENERAL,
        ),
        (
            "locks:\n  across_worktrees: [warn]",
            ":2: locks.across_worktrees: expected warn or deny, got a list",
            GENERAL,
        ),
        (
            "locks:\n  max_duration_min: 20.5",
            ":2: locks.max_duration_min: expected at least default_duration_min, 30, got 20.5",
            "Raise locks.max_duration_min or lower locks.default_duration_min.",
        ),
        (
            "\nlocks:\n  default_duration_min: 180",
            ":2: locks.max_duration_min: expected at least default_duration_min, 180, got 120",
            "Raise locks.max_duration_min or lower locks.default_duration_min.",
        ),
        ("guard: {mode: off}", ":1: guard.mode: expected enforce or observe, got off", GENERAL),
        ("guard: {on_failure: deny}", ':1: guard.on_failure: expected allow or block, got "deny"', GENERAL),
        ("guard: {boundaries: 1}", ":1: guard.boundaries: expected enforce, warn or off, got 1", GENERAL),
        ("commits: {format: strict}", ':1: commits.format: expected off, warn or enforce, got "strict"', GENERAL),
        ("commits: {types: 7}", ":1: commits.types: expected a list of texts, or one text with commas, got 7", GENERAL),
        (
            "commits: {types: []}",
            ':1: commits.types: expected one or more names of letters, digits and dashes, got ""',
            GENERAL,
        ),
        (
            "commits: {types: feat fix}",
            ':1: commits.types: expected one or more names of letters, digits and dashes, got "feat fix"',
            GENERAL,
        ),
        (
            "session: {max_duration_hours: 0}",
            ":1: session.max_duration_hours: expected a number of hours above 0, at most 8760, got 0",
            GENERAL,
        ),
        ("session: {auto_finalize: 1}", ":1: session.auto_finalize: expected true or false, got 1", GENERAL),
        (
            "logging: {level: LOUD}",
            ':1: logging.level: expected DEBUG, INFO, WARNING, ERROR or CRITICAL, got "LOUD"',
            GENERAL,
        ),
        ('logging: {persist_path: " "}', ':1: logging.persist_path: expected text, got " "', GENERAL),
        ("logging: {max_entries: 1.5}", ":1: logging.max_entries: expected a whole number above 0, got 1.5", GENERAL),
        (
            "conflict_resolution: {auto_merge: maybe}",
            ':1: conflict_resolution.auto_merge: expected true or false, got "maybe"',
            GENERAL,
        ),
        (
            "streams: {a: }",
            ":1: streams.a.files_pattern: expected one or more patterns, got nothing",
            "Say which files belong to the stream.",
        ),
        (
            'streams: {a: {files_pattern: " , "}}',
            ":1: streams.a.files_pattern: expected one or more patterns, got nothing",
            "Say which files belong to the stream.",
        ),
        (
            "streams: {a: {files_pattern: 5}}",
            ":1: streams.a.files_pattern: expected a list of texts, or one text with commas, got 5",
            GENERAL,
        ),
        ("streams: {a: {files_pattern: [b, no]}}", ":1: streams.a.files_pattern[1]: expected text, got no", QUOTES),
        (
            "streams: {a: {files_pattern: [b, ]}}\ncommits: {types: [~]}",
            ":2: commits.types[0]: expected text, got ~",
            QUOTES,
        ),
        (
            'streams: {a: {files_pattern: "b,[z-a]"}}',
            ':1: streams.a.files_pattern: expected gitignore patterns, got "[z-a]" (bad character range z-a)',
            GENERAL,
        ),
        (
            "streams: {a: {files_pattern: ./b}}",
            ':1: streams.a.files_pattern: expected gitignore patterns, got "./b" (it can never match)',
            "Write patterns as seen from the repository's root, without ./",
        ),
        (
            "streams: {a: {files_pattern: b, max_agents: 0}}",
            ":1: streams.a.max_agents: expected a whole number above 0, got 0",
            GENERAL,
        ),
        (
            "streams: {a: {files_pattern: b, max_agents: true}}",
            ":1: streams.a.max_agents: expected a whole number above 0, got true",
            GENERAL,
        ),
        (
            "streams: {a b: {files_pattern: b}}",
            ':1: streams.a b: expected a stream name of letters, digits, dots, dashes and underscores, got "a b"',
            "Rename the stream: its name becomes part of branches, agents and commit subjects.",
        ),
        (
            "streams: {-a: {files_pattern: b}}",
            ':1: streams.-a: expected a stream name of letters, digits, dots, dashes and underscores, got "-a"',
            "Rename the stream: its name becomes part of branches, agents and commit subjects.",
        ),
        ("critical_files: {path: a}", ":1: critical_files: expected a list of mappings, got a mapping", GENERAL),
        ("critical_files: [a.py]", ':1: critical_files[0]: expected a mapping of keys, got "a.py"', GENERAL),
        (
            "critical_files: [{requires_review: true}]",
            ":1: critical_files[0].path: expected a path, got nothing",
            "Name the file as seen from the repository's root.",
        ),
        ("critical_files: [{path: 5}]", ":1: critical_files[0].path: expected text, got 5", GENERAL),
        (
            'critical_files: [{path: "!a"}]',
            ':1: critical_files[0].path: expected a path or a gitignore pattern, got "!a" (nothing is exempted here)',
            "Name the critical files alone.",
        ),
        (
            "critical_files:\n  - path: a\n    max_lock_duration_min: long",
            f':3: critical_files[0].max_lock_duration_min: expected {MINUTES}, got "long"',
            GENERAL,
        ),
        (
            "locks:\n  parked: retry\n  parked: deny",
            ":3: locks.parked: expected once, got it again after line 2",
            "Keep one of the entries.",
        ),
        (
            "streams:\n  a: {files_pattern: b}\n  a: {files_pattern: c}",
            ":3: streams.a: expected once, got it again after line 2",
            "Keep one of the entries.",
        ),
        (
            "locks: {parked: " + "x" * 80 + "}",
            ':1: locks.parked: expected retry or deny, got "' + "x" * 58 + "…",
            GENERAL,
        ),
        ("locks: [", ":1: not valid YAML: expected the node content, but found '<stream end>'", SYNTAX),
        ("locks:\n\tparked: deny", ":2: not valid YAML: found character '\\t' that cannot start any token", SYNTAX),
        ("a: 1\n---\nb: 2", ":2: not valid YAML: but found another document", SYNTAX),
        ("? [a]\n: b", ":1: not valid YAML: found unhashable key", SYNTAX),
        (
            "a: !!python/name:os.system",
            ":1: not valid YAML: could not determine a constructor for the tag 'tag:yaml.org,2002:python/name:os.system'",
            SYNTAX,
        ),
        ("a: 2025-99-99", ": not valid YAML: month must be in 1..12", SYNTAX),
        ("[" * 5000, ": not valid YAML: nested too deeply", SYNTAX),
        ("a: \0", ": not valid YAML: unacceptable character #x0000: special characters are not allowed", SYNTAX),
    ],
)
def test_what_is_wrong_is_named_with_its_place(text, message, hint):
    assert refused(text) == ("pucs_config.yaml" + message, hint)


def test_all_problems_are_told_at_once_in_the_order_of_the_file():
    text = """
guard:
  mode: strict
streams:
  risk: {max_agents: none}
locks:
  default_duration_min: half an hour
  max_duration_min: 1
"""
    assert refused(text) == (
        (
            'pucs_config.yaml:3: guard.mode: expected enforce or observe, got "strict"\n'
            "pucs_config.yaml:5: streams.risk.files_pattern: expected one or more patterns, got nothing\n"
            'pucs_config.yaml:5: streams.risk.max_agents: expected a whole number above 0, got "none"\n'
            f'pucs_config.yaml:7: locks.default_duration_min: expected {MINUTES}, got "half an hour"'
        ),
        f"{GENERAL} Say which files belong to the stream.",
    )


def test_every_duplicate_is_told():
    assert refused("guard: {mode: observe, mode: enforce}\nlocks:\nguard: {}\nstreams: {1: , '1': }") == (
        (
            "pucs_config.yaml:1: guard.mode: expected once, got it again after line 1\n"
            "pucs_config.yaml:3: guard: expected once, got it again after line 1\n"
            "pucs_config.yaml:4: streams.1: expected once, got it again after line 4"
        ),
        "Keep one of the entries.",
    )


def test_an_anchor_within_itself_ends():
    assert parse("streams: &all\n  a: {files_pattern: b, more: *all}", "c.yaml").warnings == (
        "c.yaml:2: streams.a.more: unknown key, ignored",
    )


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    missing, folder, binary = (str(tmp_path / name) for name in ("missing.yaml", "folder", "binary.yaml"))
    os.mkdir(folder)
    with open(binary, "wb") as file:
        file.write(b"locks: \xff")
    told = []
    for path in (missing, folder, binary):
        with pytest.raises(ConfigError) as caught:
            load(path)
        told.append((str(caught.value), caught.value.hint))
    assert told == [
        (f"{missing}: cannot be read: No such file or directory", "Check that it is a file you may read."),
        (f"{folder}: cannot be read: Is a directory", "Check that it is a file you may read."),
        (f"{binary}: expected UTF-8 text, got byte 0xff at offset 7", "Save the file as UTF-8."),
    ]


def test_a_byte_order_mark_is_no_part_of_the_first_key(tmp_path):
    path = tmp_path / "pucs_config.yaml"
    path.write_bytes(b"\xef\xbb\xbfguard: {mode: observe}\r\n")
    assert load(str(path)) == Settings(guard=GuardPolicy(mode="observe"))
