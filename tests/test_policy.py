from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pucs.config import compile_settings, load
from pucs.config.compiling import compile_pattern
from pucs.policy import (
    CommitPolicy,
    CriticalRule,
    GuardPolicy,
    LockPolicy,
    Policy,
    SnapshotPolicy,
    StreamRule,
    critical,
    decode,
    encode,
    outside,
    owners,
    stream_of_branch,
)

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PROPOSAL = os.path.join(ROOT, "tests", "data", "proposal_config.yaml")


def stream(name, *texts, tests=()):
    patterns = tuple(compile_pattern(text) for text in texts)
    return StreamRule(name, patterns, tests=tuple(compile_pattern(text) for text in tests))


POLICY = Policy(
    streams=(
        stream("llm", "llm/**", "!llm/vendor/", tests=("tests/test_*llm*.py",)),
        stream("llm-agents", "llm/agents/**", tests=("!llm/agents/",)),
        stream("api", "api/**"),
    ),
    critical_files=(
        CriticalRule(compile_pattern("/config/__init__.py"), "config/__init__.py", 60),
        CriticalRule(compile_pattern("/config/"), "config/", 120),
    ),
)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("llm/a.py", ("llm",)),
        ("llm/agents/b.py", ("llm", "llm-agents")),
        ("llm/vendor/c.py", ()),
        ("tests/test_my_llm.py", ("llm",)),
        ("README.md", ()),
    ],
)
def test_a_path_belongs_to_every_stream_whose_boundary_contains_it(path, expected):
    assert owners(POLICY, path) == expected


@pytest.mark.parametrize(
    ("stream", "path", "expected"),
    [
        ("llm", "api/a.py", ("api",)),
        ("api", "llm/agents/b.py", ("llm", "llm-agents")),
        ("llm-agents", "llm/agents/b.py", ()),
        ("llm", "README.md", ()),
        ("llm", "llm/vendor/c.py", ()),
        (None, "api/a.py", ()),
        ("elsewhere", "api/a.py", ()),
    ],
)
def test_a_path_is_outside_if_only_other_streams_own_it(stream, path, expected):
    assert outside(POLICY, stream, path) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [("config/__init__.py", 60), ("config/other.py", 120), ("sub/config/__init__.py", None), ("config", None)],
)
def test_the_first_entry_that_fits_makes_a_file_critical(path, expected):
    rule = critical(POLICY, path)
    assert (rule and rule.max_lock_s) == expected


@pytest.mark.parametrize(
    ("branch", "expected"),
    [
        ("feature/stream-llm", "llm"),
        ("feature/stream-llm-sentiment-analysis", "llm"),
        ("feature/stream-llm-agents", "llm-agents"),
        ("feature/stream-llm-agents-debate", "llm-agents"),
        ("feature/stream-llm-agentsdebate", "llm"),
        ("feature/stream-llms", None),
        ("feature/stream-", None),
        ("feature/llm", None),
        ("stream-llm", None),
        ("main", None),
        ("", None),
    ],
)
def test_a_branch_serves_the_stream_with_the_longest_name_that_fits(branch, expected):
    assert stream_of_branch(POLICY, branch) == expected


def test_nothing_at_all_is_the_default_policy():
    assert decode({}) == Policy()
    assert Policy() == Policy(
        streams=(),
        critical_files=(),
        locks=LockPolicy(1800, 7200, 3600, "retry", "warn"),
        guard=GuardPolicy("enforce", "allow", "enforce"),
        commits=CommitPolicy(
            "enforce",
            ("feat", "fix", "docs", "style", "refactor", "perf", "test", "build", "ci", "chore", "revert"),
        ),
        log_max_entries=10000,
        snapshots=SnapshotPolicy(14, 500),
    )


def test_decoding_passes_over_what_it_does_not_know():
    data = {
        "streams": {"llm": {"color": "red", "patterns": [["+", "llm/", True, ["", ".py"], False]]}, "api": {}},
        "critical_files": [{"pattern": ["+", "", False, ["a.py"], False], "path": "a.py", "color": "red"}],
        "locks": {"default_s": 60, "color": "red"},
        "guard": None,
        "commits": {"types": ["feat"], "color": "red"},
        "color": "red",
    }
    assert decode(data) == Policy(
        streams=(StreamRule("llm", (["+", "llm/", True, ["", ".py"], False],)), StreamRule("api", ())),
        critical_files=(CriticalRule(["+", "", False, ["a.py"], False], "a.py"),),
        locks=LockPolicy(default_s=60),
        commits=CommitPolicy(types=("feat",)),
    )


names = st.text("abc-", min_size=1, max_size=6)
seconds = st.integers(1, 10**6) | st.floats(0.5, 10**6)
patterns = st.sampled_from(["a/**/*.py", "*.md", "!b/", "c?.py"]).map(compile_pattern)
policies = st.builds(
    Policy,
    streams=st.lists(
        st.builds(
            StreamRule,
            names,
            st.lists(patterns, max_size=3).map(tuple),
            st.booleans(),
            st.none() | st.integers(1, 9),
            st.lists(names, max_size=2).map(tuple),
            st.lists(patterns, max_size=3).map(tuple),
        ),
        max_size=3,
        unique_by=lambda rule: rule.name,
    ).map(tuple),
    critical_files=st.lists(
        st.builds(CriticalRule, patterns, names, seconds, st.booleans(), st.booleans()), max_size=3
    ).map(tuple),
    locks=st.builds(LockPolicy, seconds, seconds, seconds, names, names),
    guard=st.builds(GuardPolicy, names, names, names, seconds),
    commits=st.builds(CommitPolicy, names, st.lists(names).map(tuple)),
    log_max_entries=st.integers(1),
    snapshots=st.builds(SnapshotPolicy, seconds, st.integers(1)),
)


@given(policies)
def test_a_policy_survives_being_written_as_json(policy):
    assert decode(json.loads(json.dumps(encode(policy)))) == policy


HEAVY = ("re", "typing", "json", "collections", "pathspec", "yaml")


def test_the_hook_path_obeys_the_proposal_without_a_heavy_module():
    program = f"""
import sys
sys.path.insert(0, {ROOT!r})
before = set(sys.modules)
from pucs.patterns import matches
from pucs.policy import critical, decode, outside, owners
policy = decode({compile_settings(load(PROPOSAL))!r})
assert owners(policy, "execution/sub/b.py") == ("execution",)
assert outside(policy, "api", "models/risk_manager.py") == ("risk",)
assert outside(policy, "api", "nobody/owns.this") == ()
assert critical(policy, "models/risk_manager.py").max_lock_s == 2700
assert matches(policy.streams[0].tests, "tests/test_my_execution_x.py")
print(*sorted(set(sys.modules) - before))
print(*(name for name in {HEAVY!r} if name in sys.modules))
"""
    done = subprocess.run([sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=False)
    assert (done.stdout.splitlines(), done.stderr) == (
        ["__future__ _collections pucs pucs.patterns pucs.policy pucs.record", ""],
        "",
    )
