"""Whatever arrives on stdin: exit 0, and stdout is empty or exactly one JSON object."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from pucs.hosts import reading_only
from pucs.hosts.claude_code import HANDLERS
from tests.support import ENTRY, ROOT, Client, Repo, policy, run_hook

SCRIPTS = {
    "pre_tool_use": "PreToolUse",
    "post_tool_use": "PostToolUse",
    "post_tool_use_failure": "PostToolUseFailure",
    "post_tool_batch": "PostToolBatch",
    "session_start": "SessionStart",
    "user_prompt_submit": "UserPromptSubmit",
    "session_end": "SessionEnd",
    "stop": "Stop",
    "subagent_start": "SubagentStart",
    "subagent_stop": "SubagentStop",
    "task_created": "TaskCreated",
    "task_completed": "TaskCompleted",
}

INPUTS = {
    "empty": b"",
    "blank": b" \n",
    "not-json": b"hello",
    "half": b'{"session_id": "s", "tool_na',
    "a-list": b'[{"session_id": "s"}]',
    "a-text": b'"PreToolUse"',
    "a-number": b"7",
    "null": b"null",
    "nan": b'{"session_id": NaN}',
    "two-objects": b"{} {}",
    "deep": b"[" * 300_000 + b"]" * 300_000,
    "deep-object": b'{"tool_input":' * 100_000 + b"1" + b"}" * 100_000,
    "not-utf-8": b'{"session_id": "\xff\xfe"}',
    "binary": bytes(range(256)) * 20,
    "empty-object": b"{}",
}


def well_behaved(reply) -> bool:
    if reply.status != 0 or reply.stderr:
        return False
    return reply.stdout == "" or isinstance(json.loads(reply.stdout), dict)


@pytest.mark.parametrize("script", SCRIPTS)
def test_what_is_no_event_is_answered_with_silence(guarded: Repo, script) -> None:
    for name, data in INPUTS.items():
        reply = run_hook(script, data, guarded.env, guarded.root)
        assert well_behaved(reply), (name, reply)
        if name not in ("empty-object", "not-utf-8"):
            assert reply.silent, (name, reply)


def test_a_byte_order_mark_is_no_hindrance(client, guarded: Repo) -> None:
    client().write("a.py", "anna\n")
    event = {
        "session_id": "s",
        "cwd": str(guarded.root),
        "tool_name": "Edit",
        "tool_use_id": "c",
        "tool_input": {"file_path": "a.py"},
    }
    data = b"\xef\xbb\xbf" + json.dumps(event).encode()
    assert run_hook("pre_tool_use", data, guarded.env, guarded.root).denied


def test_a_content_of_ten_megabytes_is_judged_as_any_other(client, guarded: Repo) -> None:
    anna, ben = client(), client()
    big = "x" * 10_000_000
    assert anna.write("big.txt", big).silent
    assert 0 < len(ben.pre("Write", "big.txt", content=big).reason) <= 600


@pytest.mark.parametrize("field", ["session_id", "agent_id", "tool_name", "tool_use_id", "cwd"])
def test_ten_megabytes_in_any_other_field(guarded: Repo, field) -> None:
    event = {
        "session_id": "s",
        "cwd": str(guarded.root),
        "tool_name": "Edit",
        "tool_use_id": "c",
        "tool_input": {"file_path": "a.py"},
    }
    reply = run_hook("pre_tool_use", {**event, field: "y" * 10_000_000}, guarded.env, guarded.root)
    assert well_behaved(reply)
    assert not reply.message
    assert sum(file.stat().st_size for file in guarded.state.rglob("*") if file.is_file()) < 1_000_000


def answered(event: str, data: dict[str, Any]) -> Any:
    """What the hook of that event answers."""
    if event in ("PreToolUse", "PostToolUse", "PostToolUseFailure"):
        return reading_only.answered(event, data)
    return HANDLERS[event](data)


WRONG: list[Any] = [None, True, 7, 7.5, "", "text", [], ["x"], {}, {"x": 1}, [[[]]], "\ud800", "a\0b", -1]


@pytest.mark.parametrize("script", SCRIPTS)
def test_wrong_types_for_each_field(place: Repo, script) -> None:
    call = {"tool_name": "Edit", "tool_use_id": "c", "tool_input": {"file_path": "a.py"}, "tool_response": "ok"}
    event = {
        "session_id": "s",
        "agent_id": "g",
        "cwd": str(place.root),
        **call,
        "reason": "other",
        "source": "startup",
        "tool_calls": [call],
    }
    shell = {**event, "tool_name": "Bash", "tool_input": {"command": "ls"}}
    for field in event:
        for wrong in WRONG:
            answered(SCRIPTS[script], {**shell, field: wrong})
            answer = answered(SCRIPTS[script], {**event, field: wrong})
            assert answer is None or isinstance(answer, dict), (field, wrong)
            json.dumps(answer)
    for wrong in WRONG:
        for inner in ("file_path", "notebook_path", "path", "paths", "content", "old_string", "command"):
            for tool in ("Edit", "Write", "NotebookEdit", "mcp__x__write_file", "Bash", "PowerShell"):
                answered(
                    SCRIPTS[script], {**event, "tool_name": tool, "tool_input": {"file_path": "a.py", inner: wrong}}
                )
        answered(
            SCRIPTS[script],
            {**event, "tool_calls": [wrong, {**call, "tool_input": wrong}, {**call, "tool_use_id": wrong}]},
        )


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Repo]:
    """A guarded repository for handlers that run in this process, with a living client."""
    repo = Repo.create(tmp_path_factory.mktemp("place"))
    repo.guard()
    client = Client(repo)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLAUDE_PID", str(client.process.pid))
        patch.setattr("pucs.client.publishing.publish_soon", lambda repository: None)
        yield repo
    client.close()


TEXT = some.text(max_size=20) | some.sampled_from(
    ["a.py", "b.py", "s1", "s2", "c1", "c2", "../a.py", "", "/", ".git/config"]
)
TOOLS = (
    some.sampled_from(["Write", "Edit", "MultiEdit", "NotebookEdit", "Bash", "Read", "mcp__fs__write", "mcp__fs__read"])
    | TEXT
)
ANY = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats(allow_nan=False) | TEXT,
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(TEXT, inner, max_size=3),
    max_leaves=5,
)
INPUT = some.fixed_dictionaries(
    {},
    optional=dict.fromkeys(
        ("file_path", "notebook_path", "path", "paths", "content", "old_string", "command"), TEXT | ANY
    ),
)
CALL = some.fixed_dictionaries(
    {},
    optional={
        "tool_name": TOOLS | ANY,
        "tool_use_id": TEXT | ANY,
        "tool_input": INPUT | ANY,
        "tool_response": TEXT | ANY,
    },
)
EVENT = some.fixed_dictionaries(
    {},
    optional={
        "session_id": TEXT | ANY,
        "agent_id": TEXT | ANY,
        "cwd": some.just("") | TEXT | ANY,
        "tool_name": TOOLS | ANY,
        "tool_use_id": TEXT | ANY,
        "tool_input": INPUT | ANY,
        "reason": some.sampled_from(["clear", "resume", "other"]) | ANY,
        "tool_calls": some.lists(CALL | ANY, max_size=3) | ANY,
    },
)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(events=some.lists(some.tuples(some.sampled_from(sorted(HANDLERS)), EVENT), max_size=4))
def test_no_event_makes_a_handler_fail(place: Repo, events) -> None:
    before = os.getcwd()
    os.chdir(place.root)
    try:
        for name, event in events:
            answer = answered(name, {"cwd": str(place.root), **event})
            assert answer is None or set(answer) == {"hookSpecificOutput"}
            json.dumps(answer)
    finally:
        os.chdir(before)


class TestFailure:
    """PUCS itself fails: a copy of the package whose edit gate has a bug."""

    def run(self, repo: Repo, tmp_path: Path) -> "subprocess.CompletedProcess[str]":
        copy = tmp_path / "copy"
        copy.mkdir()
        ignored = shutil.ignore_patterns("__pycache__")
        for folder in ("pucs", "hooks"):
            shutil.copytree(ROOT / folder, copy / folder, ignore=ignored)
        gate = copy / "pucs/edit_gate.py"
        text = gate.read_text()
        assert "granted: list[Case] = []" in text
        gate.write_text(text.replace("granted: list[Case] = []", "raise KeyError('a bug')"))
        command = [sys.executable, "-I", "-S", "-c", ENTRY, str(copy), str(copy / "hooks/pre_tool_use.py")]
        event = {
            "session_id": "s",
            "cwd": str(repo.root),
            "tool_name": "Edit",
            "tool_use_id": "c",
            "tool_input": {"file_path": "a.py"},
        }
        env = {**repo.env, "SECRET_TOKEN": "hush-hush"}
        return subprocess.run(command, input=json.dumps(event), text=True, capture_output=True, env=env, check=False)

    def test_allow_lets_it_pass_and_tells_the_person(self, guarded: Repo, tmp_path: Path) -> None:
        done = self.run(guarded, tmp_path)
        assert done.returncode == 0
        answer = json.loads(done.stdout)
        assert list(answer) == ["systemMessage"]
        assert "PUCS failed at PreToolUse" in answer["systemMessage"]
        assert "unguarded" in answer["systemMessage"]
        report = (guarded.state / "bug-report.txt").read_text()
        assert "KeyError: 'a bug'" in report
        assert "hush-hush" not in report

    def test_block_denies(self, guarded: Repo, tmp_path: Path) -> None:
        guarded.guard(policy(guard={"on_failure": "block"}))
        done = self.run(guarded, tmp_path)
        assert done.returncode == 0
        assert json.loads(done.stdout)["hookSpecificOutput"]["permissionDecision"] == "deny"

    def test_a_script_that_is_not_there_exits_1_and_never_2(self, guarded: Repo) -> None:
        command = [sys.executable, "-I", "-S", "-c", ENTRY, str(ROOT), str(ROOT / "hooks/none.py")]
        assert subprocess.run(command, input=b"{}", capture_output=True, check=False).returncode == 1

    def test_closed_stdin_is_no_crash(self, guarded: Repo) -> None:
        command = [sys.executable, "-I", "-S", "-c", ENTRY, str(ROOT), str(ROOT / "hooks/pre_tool_use.py")]
        shell = ["sh", "-c", 'exec "$@" <&-', "sh", *command]
        done = subprocess.run(shell, capture_output=True, text=True, check=False, env=guarded.env, cwd=guarded.root)
        assert done.returncode == 0
        assert done.stdout == "" or isinstance(json.loads(done.stdout), dict)
