from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from pucs.config import Settings, compile_settings, load, parse, source_stamp
from pucs.policy import Policy, critical, decode, encode, outside, owners, stream_of_branch

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROPOSAL = os.path.join(ROOT, "tests", "data", "proposal_config.yaml")


@pytest.fixture(scope="module")
def proposal():
    return decode(json.loads(json.dumps(compile_settings(load(PROPOSAL)))))


@pytest.mark.parametrize(
    ("stream", "inside", "elsewhere"),
    [
        (
            "execution",
            ["execution/a.py", "execution/sub/b.py", "tests/test_my_execution_x.py", "tests/test_execution.py"],
            ["execution/data.json", "old/execution/a.py", "tests/sub/test_execution.py", "execution_x.py"],
        ),
        (
            "llm",
            ["llm/sentiment.py", "llm/agents/base.py", "tests/test_llm_sentiment.py"],
            ["llm/prompts/a.txt", "tests/test_lm.py", "tests/llm_test.py"],
        ),
        (
            "scanners",
            ["scanners/a.py", "indicators/deep/b.py", "tests/test_options_scanner.py"],
            ["scanners", "indicators.py", "tests/test_scan.py"],
        ),
        (
            "risk",
            ["models/risk_manager.py", "models/circuit_breaker.py", "compliance/a/b.py", "tests/test_circuit.py"],
            ["models/sub/risk.py", "models/var_risk.py", "models/circuit.txt", "tests/test_x_circuit.py"],
        ),
        (
            "backtesting",
            ["backtesting/a.py", "evaluation/b/c.py", "tests/test_backtest.py", "tests/test_my_backtesting.py"],
            ["backtesting/a.csv", "tests/test_back.py"],
        ),
        (
            "observability",
            ["observability/otel/tracer.py", "tests/test_observability.py"],
            ["observability/README.md", "tests/test_tracer.py"],
        ),
        (
            "api",
            ["api/rest.py", "mcp/servers/a.py", "tests/test_rest_api.py"],
            ["api/openapi.json", "mcp.py", "tests/api.py"],
        ),
    ],
)
def test_each_stream_of_the_proposal_owns_its_paths(proposal, stream, inside, elsewhere):
    assert {path: owners(proposal, path) for path in inside} == dict.fromkeys(inside, (stream,))
    assert {path: owners(proposal, path) for path in elsewhere} == dict.fromkeys(elsewhere, ())


def test_the_proposals_streams_keep_out_of_each_other(proposal):
    assert outside(proposal, "api", "execution/a.py") == ("execution",)
    assert outside(proposal, "api", "config/__init__.py") == ()
    assert outside(proposal, "api", "tests/test_llm_api.py") == ()
    assert outside(proposal, "risk", "tests/test_llm_api.py") == ("llm", "api")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("config/__init__.py", ("config/__init__.py", 1800, True, False)),
        ("models/circuit_breaker.py", ("models/circuit_breaker.py", 2700, True, True)),
        ("models/risk_manager.py", ("models/risk_manager.py", 2700, True, True)),
        ("models/__init__.py", None),
        ("sub/config/__init__.py", None),
    ],
)
def test_the_proposals_critical_files(proposal, path, expected):
    rule = critical(proposal, path)
    assert (rule and tuple(rule)[1:5]) == expected


def test_the_proposals_branches(proposal):
    branches = ["feature/stream-execution-fill-predictor", "feature/stream-llm", "feature/stream-risk-circuit-breaker"]
    assert [stream_of_branch(proposal, branch) for branch in branches] == ["execution", "llm", "risk"]


def test_the_proposal_needs_no_regular_expression(proposal):
    lists = [pattern for rule in proposal.streams for pattern in (*rule.patterns, *rule.tests)]
    lists += [rule.pattern for rule in proposal.critical_files]
    assert {len(pattern) for pattern in lists} == {5}


def test_no_settings_compile_to_the_default_policy():
    assert compile_settings(Settings()) == encode(Policy())


def test_the_compiled_form():
    settings = parse(
        """
streams:
  llm: {files_pattern: "llm/**/*.py,!llm/vendor/", test_pattern: "tests/llm?.py", critical: true, max_agents: 2, dependencies: config}
critical_files:
  - path: setup.py
  - {path: "**/*.lock", max_lock_duration_min: 0.5, requires_review: true, test_required: true}
locks: {max_duration_min: 60}
logging: {max_entries: 7}
""",
        "pucs_config.yaml",
    )
    compiled = compile_settings(settings)
    assert [rule.pop(1)[:12] for rule in compiled["streams"]["llm"]["tests"]] == [r"^tests/llm[^"]
    assert compiled == {
        "streams": {
            "llm": {
                "patterns": [["+", "llm/", True, ["", ".py"], False], ["!", "llm/", False, ["vendor"], True]],
                "critical": True,
                "max_agents": 2,
                "dependencies": ["config"],
                "files": "llm/**/*.py, !llm/vendor/, tests/llm?.py",
                "tests": [["+"]],
            }
        },
        "critical_files": [
            {
                "pattern": ["+", "", False, ["setup.py"], False],
                "path": "setup.py",
                "max_lock_s": 3600,
                "requires_review": False,
                "test_required": False,
                "partition": False,
            },
            {
                "pattern": ["+", "", True, ["", ".lock"], False],
                "path": "**/*.lock",
                "max_lock_s": 30,
                "requires_review": True,
                "test_required": True,
                "partition": False,
            },
        ],
        "locks": {
            "default_s": 1800,
            "max_s": 3600,
            "queue_timeout_s": 3600,
            "parked": "retry",
            "across_worktrees": "warn",
            "partition": "ranges",
            "partition_paths": [],
            "wait_s": 1,
            "commit_wait_s": 6,
        },
        "guard": {"mode": "enforce", "on_failure": "allow", "boundaries": "enforce", "scan_seconds": 0.3},
        "commits": {
            "format": "enforce",
            "types": ["feat", "fix", "docs", "style", "refactor", "perf", "test", "build", "ci", "chore", "revert"],
        },
        "log_max_entries": 7,
        "snapshots": {"keep_days": 14, "keep_mb": 500},
        "policies": [],
    }


def test_loading_and_compiling_raise_no_warning():
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from pucs.config import compile_settings, load\n"
        "compile_settings(load(sys.argv[2]))\n"
    )
    subprocess.run([sys.executable, "-W", "error", "-c", program, ROOT, PROPOSAL], check=True)


def test_a_stamp_tells_versions_of_the_file_apart(tmp_path):
    path = str(tmp_path / "pucs_config.yaml")
    assert source_stamp(path) == {}
    with open(path, "w") as file:
        file.write("guard:")
    os.utime(path, ns=(1, 2))
    first = source_stamp(path)
    assert first == {"mtime_ns": 2, "size": 6, "ino": os.stat(path).st_ino}
    with open(path + ".new", "w") as file:
        file.write("locks:")
    os.utime(path + ".new", ns=(1, 2))
    os.replace(path + ".new", path)
    assert source_stamp(path) != first
