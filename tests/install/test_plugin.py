"""The repository as a Claude Code plugin: valid, silent where PUCS is not installed, and never a second voice."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pucs import __version__
from pucs.install import claude_settings
from tests.e2e.client import can_isolate
from tests.e2e.conftest import client_binary as client_binary  # noqa: PLC0414 - a fixture
from tests.install.conftest import Pucs
from tests.support import ROOT, Client, Reply, Repo


@pytest.fixture
def plugin(repo: Repo) -> "Plugin":
    return Plugin(repo)


class Plugin:
    """The plugin's hooks, run as the client runs them."""

    def __init__(self, repo: Repo) -> None:
        self.repo = repo
        self.hooks = json.loads((ROOT / "hooks/hooks.json").read_text())["hooks"]

    def run(self, event: str, project: Path | None = None, **fields: object) -> Reply:
        """What the plugin's hook says in a session that started in that folder."""
        folder = project or self.repo.root
        (hook,) = self.hooks[event][0]["hooks"]
        data = {"session_id": "plugin", "cwd": str(folder), "hook_event_name": event, **fields}
        python = shutil.which(hook["command"], path=os.path.dirname(sys.executable)) or hook["command"]
        done = subprocess.run(
            [python, *(word.replace("${CLAUDE_PLUGIN_ROOT}", str(ROOT)) for word in hook["args"])],
            input=json.dumps(data).encode(),
            cwd=folder,
            env={**self.repo.env, "CLAUDE_PROJECT_DIR": str(folder), "CLAUDE_PLUGIN_ROOT": str(ROOT)},
            capture_output=True,
            check=False,
        )
        return Reply(done.returncode, done.stdout.decode(), done.stderr.decode())

    def start(self, project: Path | None = None) -> Reply:
        """SessionStart, which always has something to say in a guarded repository."""
        return self.run("SessionStart", project, source="startup")


def test_its_hooks_are_those_of_an_installation() -> None:
    document = json.loads((ROOT / "hooks/hooks.json").read_text())
    assert document["hooks"] == {event: [group] for event, group in claude_settings.plugin_groups().items()}


def test_its_manifest_is_of_this_version() -> None:
    manifest = json.loads((ROOT / ".claude-plugin/plugin.json").read_text())
    assert (manifest["name"], manifest["version"]) == ("pucs", __version__)


def test_it_is_silent_where_pucs_is_not_installed(repo: Repo, plugin: Plugin, tmp_path: Path) -> None:
    call = {"tool_name": "Write", "tool_use_id": "t", "tool_input": {"file_path": str(repo.root / "a.py")}}
    for project in (repo.root, tmp_path):
        for event in plugin.hooks:
            assert plugin.run(event, project, **call, source="startup").silent, event


def test_it_guards_alone(guarded: Repo, plugin: Plugin) -> None:
    assert plugin.start().context
    anna = Client(guarded)
    try:
        anna.write("a.py", "a = 2\n")
        call = {"tool_name": "Edit", "tool_use_id": "t", "tool_input": {"file_path": str(guarded.root / "a.py")}}
        assert plugin.run("PreToolUse", **call).denied
    finally:
        anna.close()


@pytest.mark.parametrize("scope", ["", "--shared", "--user"])
def test_it_leaves_the_word_to_an_installation(repo: Repo, pucs: Pucs, plugin: Plugin, scope: str) -> None:
    pucs("init", *([scope] if scope else []))
    for event in plugin.hooks:
        assert plugin.run(event, source="startup", tool_name="Write", tool_input={}).silent
    anna = Client(repo)
    try:
        anna.write("a.py", "a = 2\n")
        call = {"tool_name": "Edit", "tool_use_id": "t", "tool_input": {"file_path": str(repo.root / "a.py")}}
        assert plugin.run("PreToolUse", **call).silent
    finally:
        anna.close()


def test_entries_that_somebody_took_out_count_no_more(repo: Repo, pucs: Pucs, plugin: Plugin) -> None:
    pucs("init")
    path = repo.root / ".claude/settings.local.json"
    read = json.loads(path.read_text())
    del read["hooks"]["SessionStart"]
    path.write_text(json.dumps(read))
    assert plugin.start().context
    assert plugin.run("Stop").silent


def test_local_settings_hold_in_worktrees_and_sub_directories(repo: Repo, pucs: Pucs, plugin: Plugin) -> None:
    pucs("init")
    linked = repo.worktree("linked")
    for folder in (repo.root / "docs", linked.root, linked.root / "docs"):
        assert plugin.start(folder).silent


def test_shared_settings_do_not_reach_a_sub_directory_and_so_the_plugin_speaks(
    repo: Repo, pucs: Pucs, plugin: Plugin
) -> None:
    pucs("init", "--shared")
    linked = repo.worktree("linked")
    assert plugin.start(repo.root / "docs").context
    assert plugin.start(linked.root).context


@pytest.mark.client
def test_the_client_finds_it_valid(client_binary: Path, tmp_path: Path) -> None:
    for folder in (".claude-plugin", "hooks", "skills"):
        shutil.copytree(ROOT / folder, tmp_path / "pucs" / folder, ignore=shutil.ignore_patterns("__pycache__"))
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "CLAUDE_CONFIG_DIR": str(tmp_path / "config")}
    # Nothing may leave the machine.
    alone = ["unshare", "-n"] if os.geteuid() == 0 and can_isolate() else []
    for manifest in ("plugin.json", "marketplace.json"):
        done = subprocess.run(
            [*alone, client_binary, "plugin", "validate", tmp_path / "pucs/.claude-plugin" / manifest],
            env={**env, "DISABLE_AUTOUPDATER": "1", "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1"},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert "Validation passed" in done.stdout
