"""Paths that no agent of this stream, or no agent at all, may write: denied in every permission mode."""

import shlex

import pytest

from tests.e2e.client import Claude
from tests.e2e.guarded import Guarded
from tests.e2e.model_server import ModelServer
from tests.e2e.script import bash, edit, write
from tests.e2e.workplace import Repo

pytestmark = pytest.mark.client

STREAMS = """\
streams:
  app:
    files_pattern: "src/**"
  docs:
    files_pattern: "*.md"
"""
DENIED = "PreToolUse:{} hook error: PUCS: {}"


@pytest.mark.parametrize("mode", ["acceptEdits", "bypassPermissions"])
def test_an_edit_outside_the_stream_is_denied_with_its_owner(
    claude: Claude, model: ModelServer, repo: Repo, guarded: Guarded, mode: str
) -> None:
    guarded.configure(STREAMS)
    model.script(
        "MAIN-1",
        [edit(repo.path / "README.md", "repository", "thing"), write(repo.path / "new.md", "new\n")],
        [edit(repo.path / "src/app.py", "return 0", "return 1"), edit(repo.path / "shared.txt", "two", "TWO")],
    )

    claude.start("MAIN-1 go", mode=mode, env={"PUCS_STREAM": "app"}).wait()

    results = model.results("MAIN-1")
    assert [result.is_error for result in results] == [True, True, False, False]
    for result, tool, name in zip(results[:2], ("Edit", "Write"), ("README.md", "new.md"), strict=True):
        assert result.text.startswith(
            DENIED.format(tool, f"{name} belongs to stream docs; you work in stream app. Leave it unchanged and say")
        )
        assert f"why {name}` shows the rule." in result.text
    assert (repo.read("README.md"), (repo.path / "new.md").exists()) == ("# a repository\n", False)
    assert (repo.read("src/app.py"), repo.read("shared.txt")) == ("def main():\n    return 1\n", "one\nTWO\nthree\n")


@pytest.mark.parametrize("mode", ["acceptEdits", "bypassPermissions"])
def test_what_guards_the_agents_is_not_theirs_to_change(
    claude: Claude, model: ModelServer, repo: Repo, guarded: Guarded, mode: str
) -> None:
    names = ["pucs_config.yaml", ".git/pucs-installed.json", ".git/hooks/pre-commit", ".claude/settings.local.json"]
    before = [repo.read(name) for name in names]
    model.script(
        "MAIN-1",
        [write(repo.path / name, "{}\n") for name in names],
        [edit(repo.path / names[-1], "pre_tool_use.py", "nothing.py")],
        [bash(shlex.join([*guarded.run, "off"]))],
        [write(repo.path / "shared.txt", "free\n")],
    )

    claude.start("MAIN-1 go", mode=mode).wait()

    results = model.results("MAIN-1")
    assert [repo.read(name) for name in names] == before
    assert [result.is_error for result in results] == [True] * 6 + [False]
    reasons = [
        "is the configuration of PUCS",
        "is git's and PUCS's own state",
        "is git's and PUCS's own state",
        "contains the hooks of PUCS, which this call would take out or cannot be shown to keep",
    ]
    for result, name, reason in zip(results, names, reasons, strict=False):
        assert result.text.startswith(DENIED.format("Write", f"{name} {reason}, and agents do not edit it."))
    assert results[4].text.startswith(DENIED.format("Edit", f"{names[-1]} {reasons[-1]}, and agents do not edit it."))
    assert "pucs off is for people, and agent-1 is an agent" in results[5].text
    assert repo.read("shared.txt") == "free\n"


def test_the_rest_of_the_settings_is_theirs(claude: Claude, model: ModelServer, repo: Repo, guarded: Guarded) -> None:
    settings = repo.path / ".claude/settings.local.json"
    wished = settings.read_text().replace("{", '{\n  "env": {"A": "b"},', 1)
    model.script("MAIN-1", [write(settings, wished)])

    claude.start("MAIN-1 go", mode="bypassPermissions").wait()

    assert [result.is_error for result in model.results("MAIN-1")] == [False]
    assert settings.read_text() == wished
    assert guarded.log("denied") == []
