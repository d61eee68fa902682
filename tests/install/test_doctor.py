"""`pucs doctor`: whole where all is well, and one finding for each thing that silently breaks."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.install.conftest import Pucs, picture, run_pucs
from tests.support import Client, Repo


@pytest.fixture
def installed(repo: Repo, pucs: Pucs) -> Repo:
    assert pucs("init").status == 0
    return repo


def test_all_is_well(installed: Repo, pucs: Pucs) -> None:
    ran = pucs("doctor")
    assert (ran.status, ran.stderr) == (0, "")
    assert ran.stdout == (
        f"pucs doctor: {installed.root}\n"
        "  note    no agent has been seen yet\n"
        "  proven  edit gate: one agent was let in, and a second one kept out of what the first had changed\n"
        "  proven  commit gate: git refused the second agent's commit of what the first had changed\n"
        "All is well.\n"
    )


def test_the_reader_of_shell_commands_is_missed(installed: Repo, pucs: Pucs) -> None:
    """As after an upgrade from a version that did not note where it is, or of the interpreter."""
    for name in ("pucs-installed.json", "pucs/installed-copy.json"):
        path = installed.common / name
        marker = json.loads(path.read_text())
        assert marker.pop("libraries")
        path.write_text(json.dumps(marker))
    ran = pucs("doctor")
    assert ran.status == 0
    said = "  note    shell commands are not read before they run: pip install tree-sitter tree-sitter-bash, then pucs init\n"
    assert said in ran.stdout
    assert pucs("init").status == 0
    assert said not in pucs("doctor").stdout


def test_the_proof_leaves_nothing_behind(installed: Repo, pucs: Pucs) -> None:
    def seen() -> dict:
        """Every file, without the log, the copies with their journal, and the published files, which keep that a proof was made."""
        files = {path: one for path, one in picture(installed.root.parent).items() if one[0] != "folder"}
        return {
            path: one
            for path, one in files.items()
            if not re.search("/pucs/(state/|mutex|publishing|spool/|journal)", path)
        }

    client = Client(installed)
    try:
        client.start()
        before = seen()
        assert pucs("doctor").status == 0
        after = seen()
    finally:
        client.close()
    assert after == before
    assert installed.git("worktree", "list").count("\n") == 0


def test_as_json(installed: Repo, pucs: Pucs) -> None:
    said = json.loads(pucs("doctor", "--json").stdout)
    assert said["ok"] is True
    assert said["troubles"] == []
    assert [(proof["gate"], proof["proven"]) for proof in said["proofs"]] == [
        ("edit gate", True),
        ("commit gate", True),
    ]


@pytest.mark.parametrize("scope", ["--user", "--shared"])
def test_in_every_scope(repo: Repo, pucs: Pucs, scope: str) -> None:
    pucs("init", scope)
    assert pucs("doctor").status == 0


def test_from_a_linked_worktree_and_a_sub_directory(installed: Repo) -> None:
    linked = installed.worktree("linked")
    assert run_pucs(linked, "doctor", cwd=linked.root / "docs").status == 0


def test_by_an_agent(installed: Repo, pucs: Pucs) -> None:
    assert pucs("doctor", PUCS_AGENT_ID="anna", CLAUDECODE="1").status == 0


def test_before_the_first_commit(repo: Repo, tmp_path: Path) -> None:
    empty = Repo(tmp_path / "empty", repo.env)
    empty.root.mkdir()
    empty.git("init", "-q")
    assert run_pucs(empty, "init").status == 0
    ran = run_pucs(empty, "doctor")
    assert ran.status == 0
    assert "untried edit gate: there is no commit yet to make a scratch worktree of" in ran.stdout


def test_where_nothing_is_installed(pucs: Pucs) -> None:
    ran = pucs("doctor")
    assert ran.status == 1
    assert "WRONG   PUCS is not installed here" in ran.stdout
    assert "next: pucs init" in ran.stdout


def test_where_only_observing_is_asked_for(installed: Repo, pucs: Pucs) -> None:
    installed.write("pucs_config.yaml", "guard:\n  mode: observe\n")
    pucs("init")
    ran = pucs("doctor")
    assert ran.status == 0
    assert "note    guard.mode is observe" in ran.stdout
    assert "untried edit gate: guard.mode is observe" in ran.stdout


def test_an_absolute_hooks_path_is_not_called_relative(installed: Repo, pucs: Pucs, tmp_path: Path) -> None:
    installed.git("config", "core.hooksPath", str(tmp_path / "elsewhere"))
    ran = pucs("doctor")
    assert ran.status == 1
    assert "FAILED  commit gate: git let the second agent commit" in ran.stdout
    assert "relative" not in ran.stdout


def _settings(repo: Repo, change: Callable[[dict], None]) -> None:
    path = repo.root / ".claude/settings.local.json"
    read = json.loads(path.read_text())
    change(read)
    path.write_text(json.dumps(read))


def _user_settings(repo: Repo, text: str) -> None:
    path = Path(repo.env["HOME"]) / ".claude/settings.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)


def _second(repo: Repo) -> None:
    text = (repo.root / ".claude/settings.local.json").read_text()
    _user_settings(repo, text.replace('"-S",', '"-S", "-B",'))


def _machine(repo: Repo, name: str) -> None:
    marker = json.loads((repo.common / "pucs-installed.json").read_text())
    marker[name] = "/nowhere"
    (repo.common / "pucs-installed.json").write_text(json.dumps(marker))


def _hooks_path(repo: Repo) -> None:
    (repo.root / "other").mkdir()
    repo.git("config", "core.hooksPath", "other")


def _damage(repo: Repo) -> None:
    client = Client(repo)
    try:
        client.write("a.py", "a = 5\n")
    finally:
        client.close()
    (repo.state / "records/path/=").with_name(os.listdir(repo.state / "records/path")[0]).write_text("garbage")


BROKEN = {
    "settings-entry-gone": (
        lambda repo: _settings(repo, lambda read: read["hooks"].pop("PreToolUse")),
        "hooks are missing in {root}/.claude/settings.local.json: PreToolUse",
    ),
    "settings-gone": (
        lambda repo: (repo.root / ".claude/settings.local.json").unlink(),
        "hooks are missing in {root}/.claude/settings.local.json: PreToolUse, PostToolUse, ",
    ),
    "settings-changed": (
        lambda repo: _settings(repo, lambda read: read["hooks"]["PreToolUse"][0].update(matcher="Write")),
        "the hooks in {root}/.claude/settings.local.json are not those of this installation",
    ),
    "settings-broken": (
        lambda repo: (repo.root / ".claude/settings.local.json").write_text("{,}"),
        "is not JSON",
    ),
    "hooks-disabled": (
        lambda repo: _user_settings(repo, '{"disableAllHooks": true}'),
        "hooks are switched off in {home}/.claude/settings.json",
    ),
    "second-installation": (_second, "a second installation of the hooks is in {home}/.claude/settings.json"),
    "hook-overwritten": (
        lambda repo: (repo.common / "hooks/commit-msg").write_text("#!/bin/sh\n"),
        "do not run PUCS (overwritten, removed or not executable): commit-msg",
    ),
    "hook-removed": (
        lambda repo: (repo.common / "hooks/pre-commit").unlink(),
        "do not run PUCS (overwritten, removed or not executable): pre-commit",
    ),
    "hook-not-executable": (
        lambda repo: (repo.common / "hooks/pre-commit").chmod(0o644),
        "do not run PUCS (overwritten, removed or not executable): pre-commit",
    ),
    "hooks-path": (_hooks_path, "where PUCS is not installed (core.hooksPath is other now)"),
    "hooks-path-nowhere": (
        lambda repo: repo.git("config", "core.hooksPath", "/dev/null"),
        "(core.hooksPath is /dev/null now)",
    ),
    "interpreter-gone": (lambda repo: _machine(repo, "python"), "the Python of the hooks is gone: /nowhere"),
    "package-moved": (
        lambda repo: _machine(repo, "root"),
        "PUCS is no longer where it was installed from: /nowhere",
    ),
    "machine-file": (
        lambda repo: (repo.common / "pucs-hook.sh").unlink(),
        "pucs-hook.sh in the git directory is not what `pucs init` wrote",
    ),
    "state-link": (
        lambda repo: (repo.root / ".claude/state").unlink(),
        "{root}/.claude/state does not show the state any more",
    ),
    "exclude": (
        lambda repo: (repo.common / "info/exclude").write_text(""),
        "info/exclude has lost the lines of PUCS",
    ),
    "stale-configuration": (
        lambda repo: repo.write("pucs_config.yaml", "locks: {}\n"),
        "pucs_config.yaml changed and was not compiled yet",
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_is_broken_is_found_and_mended_by_init(installed: Repo, pucs: Pucs, case: str) -> None:
    breaking, words = BROKEN[case]
    breaking(installed)
    ran = pucs("doctor")
    assert ran.status == 1, ran.stdout
    expected = words.format(root=installed.root, home=installed.env["HOME"])
    wrong = [line for line in ran.stdout.splitlines() if line.startswith("  WRONG")]
    assert any(expected in line for line in wrong), ran.stdout
    assert ran.stdout.count("          why:  ") == ran.stdout.count("          next: ") == len(wrong)
    if case in ("settings-broken", "hooks-disabled", "second-installation", "hooks-path-nowhere"):
        return
    assert pucs("init").status == 0
    assert pucs("doctor").status == 0


def test_damaged_state_is_found_and_repaired(installed: Repo, pucs: Pucs) -> None:
    _damage(installed)
    ran = pucs("doctor")
    assert ran.status == 1
    assert "damaged records in the state: records/path/" in ran.stdout
    assert "next: pucs doctor --repair" in ran.stdout
    ran = pucs("doctor", "--repair")
    assert ran.status == 0
    assert "repaired: the record of path/a.py" in ran.stdout


def test_a_damaged_marker_is_found_and_repaired(installed: Repo, pucs: Pucs) -> None:
    marker = installed.common / "pucs-installed.json"
    whole = marker.read_bytes()
    marker.write_bytes(whole[:100])
    ran = pucs("doctor")
    assert (ran.status, "the marker in the git directory is damaged" in ran.stdout) == (1, True)
    ran = pucs("doctor", "--repair")
    assert ran.status == 0
    assert marker.read_bytes() == whole


def test_a_gate_that_lets_everything_pass_fails_its_proof(installed: Repo, pucs: Pucs, tmp_path: Path) -> None:
    """A PUCS whose edit gate is broken in a way that no check of files sees."""
    copy = tmp_path / "copy"
    shutil.copytree(Path(__file__).parents[2] / "pucs", copy / "pucs", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(Path(__file__).parents[2] / "hooks", copy / "hooks")
    shutil.copytree(Path(__file__).parents[2] / "templates", copy / "templates")
    command = [sys.executable, "-c", "import sys;sys.path.insert(0,sys.argv.pop(1));from pucs.cli import main;main()"]
    subprocess.run(
        [*command, str(copy), "init"], cwd=installed.root, env=installed.env, check=True, capture_output=True
    )
    (copy / "hooks/pre_tool_use.py").write_text("")
    ran = pucs("doctor")
    assert ran.status == 1
    assert "FAILED  edit gate: the second agent was let into the first one's file (it said '')" in ran.stdout


class TestClient:
    @pytest.fixture
    def on_path(self, tmp_path: Path) -> Callable[[str], str]:
        def make(version: str) -> str:
            folder = tmp_path / "bin"
            folder.mkdir()
            (folder / "claude").write_text(f"#!/bin/sh\necho '{version} (Claude Code)'\n")
            (folder / "claude").chmod(0o755)
            return f"{folder}:{os.environ['PATH']}"

        return make

    def test_a_new_one_is_no_trouble(self, installed: Repo, pucs: Pucs, on_path: Callable[[str], str]) -> None:
        assert pucs("doctor", PATH=on_path("2.1.330")).status == 0

    def test_an_old_one_that_should_block(self, installed: Repo, pucs: Pucs, on_path: Callable[[str], str]) -> None:
        installed.write("pucs_config.yaml", "guard:\n  on_failure: block\n")
        pucs("init")
        ran = pucs("doctor", PATH=on_path("2.1.294"))
        assert ran.status == 1
        assert "Claude Code 2.1.294 is older than 2.1.295" in ran.stdout

    def test_an_old_one_that_misses_local_settings(
        self, installed: Repo, pucs: Pucs, on_path: Callable[[str], str]
    ) -> None:
        ran = pucs("doctor", PATH=on_path("2.1.197"))
        assert ran.status == 1
        assert "Claude Code 2.1.197 is older than 2.1.211" in ran.stdout


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_a_client_whose_hooks_never_come_is_found(installed: Repo, pucs: Pucs, tmp_path: Path) -> None:
    """A process that looks like the client (by its executable's name) and works in the repository."""
    program = tmp_path / "claude"
    shutil.copy(shutil.which("sleep") or "/bin/sleep", program)
    process = subprocess.Popen([program, "100"], cwd=installed.root / "docs")
    try:
        ran = pucs("doctor")
    finally:
        process.kill()
        process.wait()
    assert ran.status == 1
    assert f"a Claude Code (process {process.pid}) works in {installed.root}/docs, and no hook of it" in ran.stdout
