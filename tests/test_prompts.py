"""What is kept of a prompt: one line, short, without secrets; and whether it is a new task at all."""

import pytest

from pucs.prompts import replaces, task_line


@pytest.mark.parametrize(
    ("prompt", "line"),
    [
        ("Add an index to the table", "Add an index to the table"),
        ("\n\n  Add an index\nto the table", "Add an index"),
        ("# Task\n\nAdd an index", "Task"),
        ("---\n```\n- **Fix** the login\n", "Fix** the login"),
        ("<context>\nFix the login", "Fix the login"),
        ("<div> is wrong", "<div> is wrong"),
        ("a\tb\x1b[31mc", "a b [31mc"),
        ("", ""),
        (" \n…\n!!\n", ""),
        ("修正登录", "修正登录"),
        ("<task-notification>\n<task-id>1</task-id>\nDone: all tests pass", ""),
        ("  <system-reminder>Look at this</system-reminder>", ""),
    ],
)
def test_the_first_line_that_says_something(prompt: str, line: str) -> None:
    assert task_line(prompt) == line


def test_it_is_cut() -> None:
    line = task_line("word " * 100)
    assert len(line) == 120
    assert line.endswith("…")
    assert task_line("x" * 120) == "x" * 120


@pytest.mark.parametrize(
    ("prompt", "line"),
    [
        ("Use the key sk-proj-abc123DEF456ghi789 please", "Use the key [hidden] please"),
        ("Log in with ghp_16C7e42F292c6912E7710c838347Ae178B4a", "Log in with [hidden]"),
        ("curl -H 'Authorization: Bearer aB3xK9mQ7tR2vW5yZ8pL1nD4'", "curl -H 'Authorization: Bearer [hidden]"),
        ("export DB_PASSWORD=hunter2 and go", "export DB_PASSWORD=[hidden] and go"),
        ("the password: hunter2", "the password: [hidden]"),
        ("token:abc", "token:[hidden]"),
    ],
)
def test_what_looks_like_a_secret_is_hidden(prompt: str, line: str) -> None:
    assert task_line(prompt) == line


@pytest.mark.parametrize(
    "prompt",
    [
        "Look at execution/fill_predictor.py and tests/test_fill_predictor_v2.py",
        "Revert 939cd7a1b2c3d4e5f60718293a4b5c6d7e8f9012 on main",
        "See https://example.com/issues/123456789#IssueComment-987654321",
        "Rename RiskManager.validate to RiskManager.check",
        "Count tokens per request: the tokenizer is wrong",
    ],
)
def test_names_of_things_are_no_secrets(prompt: str) -> None:
    assert task_line(prompt) == prompt


@pytest.mark.parametrize(
    ("line", "task", "new"),
    [
        ("go", "", True),
        ("yes", "Add an index", False),
        ("Go on, please", "Add an index", True),
        ("Add an index", "Add an index", False),
    ],
)
def test_a_short_answer_is_no_new_task(line: str, task: str, new: bool) -> None:
    assert replaces(line, task) is new
