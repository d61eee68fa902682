"""`pucs init` and `pucs uninstall` on real repositories, as processes of their own."""

import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pucs.client.opening import repository_at
from pucs.client.publishing import publish
from pucs.install.claude_settings import EVENTS
from pucs.install.locations import RUN_CODE
from pucs.state.opening import installed
from tests.install.conftest import Pucs, Ran, drop_what_was_kept, picture, run_pucs
from tests.support import ROOT, Client, Repo, run_hook

TODAY = time.strftime("PUCS-%Y%m%d-", time.gmtime())


def entries(path: Path) -> dict[str, list[dict]]:
    """The hook groups of a settings file."""
    return json.loads(path.read_bytes().decode("utf-8-sig"))["hooks"]


def test_one_command_guards(repo: Repo, pucs: Pucs) -> None:
    ran = pucs("init")
    assert (ran.status, ran.stderr) == (0, "")
    assert f"is guarded now (session {TODAY}001)" in ran.stdout
    state = repo.root / ".claude/state"
    assert os.readlink(state) == "../.git/pucs/state"
    assert {path.name: path.read_text() for path in state.iterdir() if path.is_file()} == {
        "file_locks.json": '{"locks": {}, "version": 1}\n',
        "orchestrator_state.json": '{"streams": {}, "started_at": null}\n',
        "handoffs.json": '{"handoffs": []}\n',
        "agent_activity.jsonl": "",
        "conflict_warnings.jsonl": "",
    }
    assert (state / "logs").is_dir()
    assert entries(repo.root / ".claude/settings.local.json").keys() == {event.name for event in EVENTS}
    assert repo.git("status", "--porcelain") == "?? pucs_config.yaml"
    assert all(os.access(repo.common / "hooks" / name, os.X_OK) for name in ("pre-commit", "commit-msg", "post-commit"))
    marker = installed(str(repo.common))
    assert marker is not None
    assert (marker.session, marker.scope, marker.config) == (
        f"{TODAY}001",
        "local",
        str(repo.root / "pucs_config.yaml"),
    )
    assert abs(marker.started - time.time()) < 60
    assert (repo.common / "pucs").stat().st_mode & 0o777 == 0o700


def test_the_first_configuration_is_commented_and_binds_nobody(repo: Repo, pucs: Pucs) -> None:
    for name in ("execution/a.py", "execution/b.py", "llm/c.py", "tests/test_llm.py"):
        repo.write(name, "x\n")
    repo.commit()
    pucs("init")
    text = repo.read("pucs_config.yaml")
    assert '#   execution:\n#     files_pattern: "execution/**"\n' in text
    marker = installed(str(repo.common))
    assert marker is not None
    assert marker.policy["streams"] == {}


def test_a_second_time_changes_nothing(repo: Repo, pucs: Pucs) -> None:
    assert pucs("init").status == 0
    before = picture(repo.root.parent)
    ran = pucs("init")
    assert (ran.status, ran.stdout) == (
        0,
        f"{repo.root} is guarded already, and nothing had to change (session {TODAY}001).\n",
    )
    assert picture(repo.root.parent) == before


def test_uninstall_gives_everything_back(repo: Repo, pucs: Pucs) -> None:
    before = picture(repo.root.parent)
    pucs("init")
    ran = pucs("uninstall")
    assert (ran.status, ran.stdout) == (0, f"{repo.root} is no longer guarded.\n")
    assert picture(repo.root.parent) == before


@pytest.mark.parametrize("scope", ["--user", "--shared", ""])
@pytest.mark.parametrize(
    "theirs",
    [
        pytest.param(b'{\r\n\t"hooks": {"Stop": [ {"hooks": []} ]}\r\n}', id="crlf-tabs-no-newline"),
        pytest.param(b'\xef\xbb\xbf{ "model":"x" }\n\n', id="mark-odd"),
        pytest.param(b"", id="empty"),
        pytest.param(None, id="missing"),
    ],
)
def test_settings_come_back_byte_for_byte(repo: Repo, pucs: Pucs, scope: str, theirs: bytes | None) -> None:
    home = Path(repo.env["HOME"])
    place = {"--user": home / ".claude/settings.json", "--shared": repo.root / ".claude/settings.json"}
    path = place.get(scope, repo.root / ".claude/settings.local.json")
    if theirs is not None:
        path.parent.mkdir()
        path.write_bytes(theirs)
        path.chmod(0o640)
    before = picture(repo.root.parent)
    assert pucs("init", *([scope] if scope else [])).status == 0
    assert len(entries(path)["PreToolUse"]) == 1
    assert pucs("init").stdout.count("nothing had to change") == 1
    assert pucs("uninstall").status == 0
    assert picture(repo.root.parent) == before


def test_what_others_changed_since_stays(repo: Repo, pucs: Pucs) -> None:
    pucs("init")
    settings = repo.root / ".claude/settings.local.json"
    read = json.loads(settings.read_text())
    read["hooks"]["PreToolUse"].append({"hooks": [{"type": "command", "command": "mine"}]})
    read["model"] = "x"
    settings.write_text(json.dumps(read))
    exclude = repo.common / "info/exclude"
    exclude.write_bytes(exclude.read_bytes() + b"/mine\n")
    repo.write("pucs_config.yaml", "locks:\n  default_duration_min: 5\n")
    hook = repo.common / "hooks/pre-commit"
    mine = hook.with_name("post-commit")
    mine.write_text("#!/bin/sh\necho mine\n")
    ran = pucs("uninstall")
    assert ran.status == 0
    assert json.loads(settings.read_text()) == {
        "hooks": {"PreToolUse": [{"hooks": [{"type": "command", "command": "mine"}]}]},
        "model": "x",
    }
    assert "PUCS" not in exclude.read_text()
    assert exclude.read_text().endswith("/mine\n")
    assert repo.read("pucs_config.yaml") == "locks:\n  default_duration_min: 5\n"
    assert f"{repo.root}/pucs_config.yaml is yours now and stays" in ran.stdout
    assert not hook.exists()
    assert mine.read_text() == "#!/bin/sh\necho mine\n"


def test_a_configuration_that_was_committed_stays(repo: Repo, pucs: Pucs) -> None:
    pucs("init")
    repo.commit("Guard")
    pucs("uninstall")
    assert repo.git("status", "--porcelain") == ""
    assert (repo.root / "pucs_config.yaml").exists()


def test_the_state_of_real_work_is_kept_aside(repo: Repo, pucs: Pucs) -> None:
    pucs("init")
    client = Client(repo)
    try:
        assert client.write("a.py", "changed\n").silent
    finally:
        client.close()
    ran = pucs("uninstall")
    (aside,) = repo.common.glob("pucs-removed-*")
    assert f"kept in {aside}" in ran.stdout
    assert any((aside / "spool").iterdir())
    assert not (repo.common / "pucs").exists()
    assert repo.read("a.py") == "changed\n"
    pucs("init")
    marker = installed(str(repo.common))
    assert marker is not None
    assert marker.session == f"{TODAY}002"


def test_uninstalling_twice_says_so(pucs: Pucs) -> None:
    ran = pucs("uninstall")
    assert (ran.status, ran.stdout) == (
        0,
        "  note: PUCS does not guard this repository: there is nothing to take out\n",
    )


def test_an_agent_may_not_uninstall(repo: Repo, pucs: Pucs) -> None:
    pucs("init")
    before = picture(repo.root.parent)
    for env in ({"PUCS_AGENT_ID": "anna"},):
        ran = pucs("uninstall", **env)
        assert (ran.status, ran.stdout) == (1, "")
        assert ran.stderr == (
            "pucs: `pucs uninstall` is for people, and anna is an agent\n  Ask the person you work for.\n"
        )
    assert picture(repo.root.parent) == before
    client = Client(repo, session="theirs")
    try:
        client.start()
        assert pucs("uninstall", CLAUDE_CODE_SESSION_ID="theirs").status == 1
    finally:
        client.close()


class TestSessions:
    def test_the_given_id_is_taken(self, repo: Repo, pucs: Pucs) -> None:
        assert "session PUCS-20251206-001" in pucs("init", "--session", "PUCS-20251206-001").stdout
        assert pucs("init", "--session", "PUCS-20251206-001").stdout.count("nothing had to change") == 1

    def test_another_one_is_refused_while_one_is_open(self, repo: Repo, pucs: Pucs) -> None:
        pucs("init", "--session", "PUCS-20251206-001")
        before = picture(repo.root.parent)
        ran = pucs("init", "--session", "PUCS-20251206-002")
        assert (ran.status, ran.stdout) == (1, "")
        assert ran.stderr == (
            "pucs: session PUCS-20251206-001 is still open here; nothing was changed\n"
            "  Go on with it (pucs init), or end it: pucs uninstall, then pucs init --session PUCS-20251206-002\n"
        )
        assert picture(repo.root.parent) == before

    @pytest.mark.parametrize(
        "given",
        ["x", "PUCS-2025-001", "PUCS-20251306-001", "PUCS-20251206-1", "pucs-20251206-001", "PUCS-20251206-00a"],
    )
    def test_an_id_of_another_form_is_wrong_use(self, repo: Repo, pucs: Pucs, given: str) -> None:
        before = picture(repo.root.parent)
        ran = pucs("init", "--session", given)
        assert ran.status == 2
        assert f"{given} is no session id" in ran.stderr
        assert picture(repo.root.parent) == before


class TestPlaces:
    def test_from_a_sub_directory(self, repo: Repo, pucs: Pucs) -> None:
        assert pucs("init", cwd=repo.root / "docs").status == 0
        assert (repo.root / ".claude/settings.local.json").exists()
        assert not (repo.root / "docs/.claude").exists()

    def test_of_another_folder(self, repo: Repo, pucs: Pucs, tmp_path: Path) -> None:
        assert pucs("init", str(repo.root), cwd=tmp_path).status == 0
        assert installed(str(repo.common)) is not None

    def test_from_a_linked_worktree_everything_is_in_the_main_one(self, repo: Repo) -> None:
        linked = repo.worktree("linked")
        assert run_pucs(linked, "init").status == 0
        assert (repo.root / ".claude/settings.local.json").exists()
        assert (repo.root / "pucs_config.yaml").exists()
        assert sorted(path.name for path in linked.root.iterdir()) == [".git", "a.py", "b.py", "docs"]
        before = picture(repo.root.parent)
        assert run_pucs(repo, "init").stdout.count("nothing had to change") == 1
        assert picture(repo.root.parent) == before

    @pytest.mark.parametrize("layout", ["bare-folder", "git-file"])
    def test_in_worktrees_of_a_bare_repository(self, repo: Repo, tmp_path: Path, layout: str) -> None:
        hub = tmp_path / "hub"
        hub.mkdir()
        bare = hub / (".bare" if layout == "git-file" else "project.git")
        repo.git("clone", "-q", "--bare", str(repo.root), str(bare))
        if layout == "git-file":
            (hub / ".git").write_text("gitdir: ./.bare\n")
        ran = run_pucs(Repo(hub, repo.env), "init", str(bare))
        assert (ran.status, "bare repository without working trees" in ran.stderr) == (2, True)
        one, two = Repo(hub / "one", repo.env), Repo(hub / "two", repo.env)
        for tree in (one, two):
            subprocess.run(
                ["git", "-C", bare, "worktree", "add", "-q", "-b", tree.root.name, tree.root], env=repo.env, check=True
            )
        before = picture(hub)
        assert run_pucs(one, "init").status == 0
        for tree in (one, two):
            assert (tree.root / ".claude/state/file_locks.json").exists()
            assert (tree.root / ".claude/settings.local.json").exists()
        assert (one.root / "pucs_config.yaml").exists()
        assert not (two.root / "pucs_config.yaml").exists()
        assert run_pucs(two, "init").stdout.count("nothing had to change") == 1
        assert run_pucs(one, "doctor").status == 0
        assert run_pucs(one, "uninstall").status == 0
        for path in hub.rglob("pucs-removed-*"):
            subprocess.run(["rm", "-r", path], check=True)
        assert picture(hub) == before

    def test_in_a_submodule(self, repo: Repo, tmp_path: Path) -> None:
        inner = Repo.create(tmp_path, "inner")
        repo.git("submodule", "--quiet", "add", str(inner.root), "sub")
        repo.commit()
        sub = Repo(repo.root / "sub", repo.env)
        assert run_pucs(sub, "init").status == 0
        assert (sub.root / ".claude/state/file_locks.json").exists()
        assert installed(str(repo.common)) is None
        assert installed(str(repo.common / "modules/sub")) is not None

    def test_with_a_git_directory_apart(self, repo: Repo, tmp_path: Path) -> None:
        subprocess.run(
            ["git", "init", "-q", "--separate-git-dir", tmp_path / "apart", tmp_path / "work"], env=repo.env, check=True
        )
        work = Repo(tmp_path / "work", repo.env)
        before = picture(tmp_path)
        assert run_pucs(work, "init").status == 0
        assert (work.root / ".claude/state/handoffs.json").exists()
        assert run_pucs(work, "uninstall").status == 0
        assert picture(tmp_path) == before

    def test_outside_any_repository(self, repo: Repo, tmp_path: Path) -> None:
        ran = run_pucs(repo, "init", cwd=tmp_path)
        assert ran.status == 2
        assert ran.stderr == (
            f"pucs: {tmp_path} is not in a git repository\n  Make it one (git init), or name another folder.\n"
        )

    def test_a_path_that_is_no_folder(self, repo: Repo, pucs: Pucs) -> None:
        for path in ("nowhere", "a.py"):
            ran = pucs("init", path)
            assert ran.status == 2
            assert ran.stderr == f"pucs: {path} is no folder\n  Name a folder inside the repository.\n"

    def test_without_git(self, repo: Repo, pucs: Pucs, tmp_path: Path) -> None:
        before = picture(repo.root.parent)
        ran = pucs("init", PATH=str(tmp_path))
        assert ran.status == 3
        assert "git cannot be run" in ran.stderr
        assert picture(repo.root.parent) == before

    def test_variables_of_a_surrounding_git_hook_do_not_mislead(self, repo: Repo, pucs: Pucs, tmp_path: Path) -> None:
        other = Repo.create(tmp_path, "other")
        assert pucs("init", GIT_DIR=str(other.common), GIT_INDEX_FILE="/nowhere").status == 0
        assert installed(str(repo.common)) is not None
        assert installed(str(other.common)) is None


def test_a_repository_that_was_moved(repo: Repo, pucs: Pucs) -> None:
    pucs("init")
    moved = Repo(repo.root.with_name("moved"), repo.env)
    repo.root.rename(moved.root)
    assert run_pucs(moved, "doctor").status == 1
    assert run_pucs(moved, "init").status == 0
    assert not repo.root.exists()
    assert run_pucs(moved, "doctor").status == 0
    assert run_pucs(moved, "uninstall").status == 0
    assert moved.git("status", "--porcelain") == ""
    assert not (moved.root / ".claude").exists()


def test_a_path_that_is_no_text(repo: Repo) -> None:
    odd = Repo(repo.root.with_name("o\udcffdd place \u00e9"), repo.env)
    repo.root.rename(odd.root)
    for verb in ("init", "init", "doctor", "uninstall"):
        ran = run_pucs(odd, verb)
        assert (ran.status, ran.stderr) == (0, ""), verb


def test_sudo_in_ones_own_repository(repo: Repo, pucs: Pucs) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give a repository away")
    common = repo.common
    os.chown(common, 12345, -1)
    ran = pucs("init", SUDO_UID="12345")
    assert (ran.status, "Run it without sudo" in ran.stderr) == (2, True)
    assert installed(str(common)) is None


@pytest.mark.parametrize("damage", [None, b"garbage"])
def test_without_its_ledger_uninstall_still_takes_out_its_own(repo: Repo, pucs: Pucs, damage: bytes | None) -> None:
    repo.write(".claude/settings.local.json", '{\n  "model": "x"\n}\n')
    before = picture(repo.root.parent)
    pucs("init")
    ledger = repo.common / "pucs-undo.json"
    if damage is not None:
        ledger.write_bytes(damage)
        ran = pucs("uninstall")
        assert ran.status == 3
        assert "Move it away; then `pucs uninstall` works without it" in ran.stderr
    ledger.unlink()
    assert pucs("uninstall").status == 0
    after = picture(repo.root.parent)
    # Without it nobody knows that the configuration was ours.
    after.pop(str(repo.root / "pucs_config.yaml"), None)
    assert after == before


class TestConfiguration:
    def test_the_one_that_is_there_is_obeyed(self, repo: Repo, pucs: Pucs) -> None:
        text = (Path(__file__).parent.parent / "data/proposal_config.yaml").read_bytes()
        repo.write("pucs_config.yaml", text)
        assert pucs("init").status == 0
        assert (repo.root / "pucs_config.yaml").read_bytes() == text
        marker = installed(str(repo.common))
        assert marker is not None
        assert "execution" in marker.policy["streams"]
        assert marker.stamp["size"] == len(text)
        pucs("uninstall")
        assert (repo.root / "pucs_config.yaml").read_bytes() == text

    def test_a_wrong_one_installs_nothing(self, repo: Repo, pucs: Pucs) -> None:
        repo.write("pucs_config.yaml", "locks:\n  default_duration_min: soon\n")
        before = picture(repo.root.parent)
        ran = pucs("init")
        assert ran.status == 2
        assert "default_duration_min" in ran.stderr
        assert picture(repo.root.parent) == before

    def test_on_failure_reaches_the_client(self, repo: Repo, pucs: Pucs) -> None:
        repo.write("pucs_config.yaml", "guard:\n  on_failure: block\n")
        pucs("init")
        groups = entries(repo.root / ".claude/settings.local.json")
        assert groups["PreToolUse"][0]["hooks"][0]["onFailure"] == "block"
        repo.write("pucs_config.yaml", "guard:\n  on_failure: allow\n")
        assert "is guarded now" in pucs("init").stdout
        groups = entries(repo.root / ".claude/settings.local.json")
        assert groups["PreToolUse"][0]["hooks"][0]["onFailure"] == "continue"


class TestRefusals:
    """Nothing is changed where something cannot be."""

    @pytest.fixture(autouse=True)
    def unchanged(self, repo: Repo) -> None:
        self.repo = repo

    def refused(self, words: str, status: int = 2, **env: str) -> None:
        before = picture(self.repo.root.parent)
        ran = run_pucs(self.repo, "init", **env)
        assert (ran.status, ran.stdout) == (status, "")
        assert words in ran.stderr
        assert picture(self.repo.root.parent) == before

    def test_settings_that_are_no_json(self) -> None:
        self.repo.write(".claude/settings.local.json", '{"a": 1, // a note\n}')
        self.refused("settings.local.json is not JSON")

    def test_a_state_folder_of_somebody_else(self) -> None:
        self.repo.write(".claude/state/mine.json", "{}")
        self.refused(".claude/state is already there, and not from PUCS; nothing was changed", status=1)

    def test_a_state_link_to_elsewhere(self) -> None:
        (self.repo.root / ".claude").mkdir()
        (self.repo.root / ".claude/state").symlink_to("/tmp")
        self.refused("is already there", status=1)

    def test_a_folder_that_cannot_be_written(self) -> None:
        # Root may write anywhere: a file where a folder must be stops everybody.
        (self.repo.root / ".claude").write_text("a file")
        self.refused("cannot be written", status=3)

    def test_a_hooks_folder_in_the_way_at_the_very_end(self) -> None:
        hook = self.repo.common / "hooks/post-commit"
        hook.mkdir(parents=True, exist_ok=True)
        self.refused("is no file; nothing was changed", status=1)


class TestRights:
    """As root without the right to ignore modes, which is how everybody else is."""

    @pytest.fixture(autouse=True)
    def able(self, repo: Repo) -> None:
        if os.geteuid() != 0 or not shutil.which("setpriv"):
            pytest.skip("modes can be set up only by root, with setpriv")
        self.repo = repo

    def init(self) -> Ran:
        powerless = ["setpriv", "--bounding-set=-dac_override,-dac_read_search,-fowner", "--inh-caps=-all"]
        done = subprocess.run(
            [*powerless, *_command(), "init"],
            cwd=self.repo.root,
            env=self.repo.env,
            capture_output=True,
            text=True,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    @pytest.mark.parametrize("folder", [".git", ".git/hooks", ".git/info", ".claude", "."])
    def test_a_folder_that_may_not_be_written(self, folder: str) -> None:
        (self.repo.root / ".claude").mkdir()
        (self.repo.common / "hooks").mkdir(exist_ok=True)
        (self.repo.root / folder).chmod(0o555)
        before = picture(self.repo.root.parent)
        try:
            ran = self.init()
            assert (ran.status, ran.stdout) == (3, ""), ran
            assert "cannot be written: Permission denied" in ran.stderr
            assert "nothing was changed" in ran.stderr
            assert picture(self.repo.root.parent) == before
        finally:
            (self.repo.root / folder).chmod(0o755)
        assert self.init().status == 0


def test_without_symbolic_links_the_state_is_copied(repo: Repo, pucs: Pucs) -> None:
    before = picture(repo.root.parent)
    code = (
        "import sys;sys.path.insert(0,sys.argv.pop(1))\n"
        "def stop(name, _):\n"
        "    if name == 'os.symlink': raise OSError(1, 'Operation not permitted')\n"
        "sys.addaudithook(stop)\n"
        "from pucs.cli import main;sys.exit(main(['init']))"
    )
    command = [_command()[0], "-c", code, _command()[3]]
    for _ in range(2):
        done = subprocess.run(command, cwd=repo.root, env=repo.env, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
    assert "nothing had to change" in done.stdout
    folder = repo.root / ".claude/state"
    assert folder.is_dir()
    assert not folder.is_symlink()
    assert (folder / "file_locks.json").read_text() == '{"locks": {}, "version": 1}\n'
    assert repo.git("status", "--porcelain") == "?? pucs_config.yaml"
    client = Client(repo)
    try:
        client.write("a.py", "a = 2\n")
        found = repository_at(str(repo.root))
        assert found is not None
        publish(found)
    finally:
        client.close()
    assert "a.py" in json.loads((folder / "file_locks.json").read_text())["locks"]
    assert pucs("doctor").status == 0
    pucs("uninstall")
    drop_what_was_kept(repo.common)
    repo.git("checkout", "-q", "--", "a.py")
    assert picture(repo.root.parent) == before


def test_a_home_that_cannot_be_written_leaves_nothing_half_done(repo: Repo, pucs: Pucs) -> None:
    home = Path(repo.env["HOME"])
    (home / ".claude").write_text("a file")
    before = picture(repo.root.parent)
    ran = pucs("init", "--user")
    assert ran.status == 3
    assert "nothing was changed" in ran.stderr
    assert picture(repo.root.parent) == before


def test_many_at_once_are_one(repo: Repo) -> None:
    before = picture(repo.root.parent)
    for verb in ("init", "uninstall"):
        command = [*_command(), verb]
        running = [
            subprocess.Popen(
                command, cwd=repo.root, env=repo.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
            )
            for _ in range(6)
        ]
        ended = [(one.communicate(timeout=120), one.returncode) for one in running]
        assert [status for _, status in ended] == [0] * 6, ended
        if verb == "init":
            assert sum("is guarded now" in said for (said, _), _ in ended) == 1
            assert len(entries(repo.root / ".claude/settings.local.json")["PreToolUse"]) == 1
    assert picture(repo.root.parent) == before


def _command() -> list[str]:
    return [sys.executable, "-c", RUN_CODE, str(ROOT)]


def test_an_interrupt_half_way_leaves_nothing(repo: Repo, tmp_path: Path) -> None:
    """The process is interrupted exactly where the marker would be written."""
    before = picture(repo.root.parent)
    code = (
        "import sys;sys.path.insert(0,sys.argv.pop(1))\n"
        "def stop(name, _):\n"
        "    if name == 'os.rename' and str(_[1]).endswith('pucs-installed.json'): raise KeyboardInterrupt\n"
        "sys.addaudithook(stop)\n"
        "from pucs.cli import main;sys.exit(main(['init']))"
    )
    command = [_command()[0], "-c", code, _command()[3]]
    done = subprocess.run(command, cwd=repo.root, env=repo.env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (130, "", "pucs: interrupted\n")
    assert picture(repo.root.parent) == before


@pytest.mark.parametrize("nth", [1, 4, 9, 14, 17, 19, 21])
def test_a_kill_at_any_point_can_be_taken_back(repo: Repo, pucs: Pucs, nth: int) -> None:
    before = picture(repo.root.parent)
    code = (
        "import os,signal,sys;sys.path.insert(0,sys.argv.pop(1))\nleft=int(sys.argv.pop(1))\n"
        "def stop(name, arguments):\n"
        "    global left\n"
        "    if name in ('os.rename', 'os.mkdir', 'os.symlink'):\n"
        "        left -= 1\n"
        "        if left == 0: os.kill(os.getpid(), signal.SIGKILL)\n"
        "from pucs.cli import main\n"
        "sys.addaudithook(stop)\n"
        "sys.exit(main(['init']))"
    )
    command = [_command()[0], "-c", code, _command()[3], str(nth)]
    done = subprocess.run(command, cwd=repo.root, env=repo.env, capture_output=True, text=True, check=False)
    assert done.returncode in (-9, 0), done
    again = pucs("init")
    assert again.status == 0, again
    assert pucs("uninstall").status == 0
    after = {path: seen for path, seen in picture(repo.root.parent).items() if not re.search(r"\.pucs-\d+$", path)}
    assert after == before


def test_another_scope_takes_the_place_of_the_first(repo: Repo, pucs: Pucs) -> None:
    before = picture(repo.root.parent)
    local, user = repo.root / ".claude/settings.local.json", Path(repo.env["HOME"]) / ".claude/settings.json"
    pucs("init")
    assert pucs("init", "--user").status == 0
    assert not local.exists()
    assert len(entries(user)["Stop"]) == 1
    pucs("uninstall")
    assert picture(repo.root.parent) == before


def test_user_settings_serve_several_repositories(repo: Repo, tmp_path: Path) -> None:
    other = Repo.create(tmp_path, "other")
    user = Path(repo.env["HOME"]) / ".claude/settings.json"
    user.parent.mkdir()
    user.write_bytes(b'{"model":"x"}')
    before = picture(tmp_path)
    run_pucs(repo, "init", "--user")
    run_pucs(other, "init", "--user")
    ran = run_pucs(repo, "uninstall")
    assert f"{user} stays as it is: other repositories rely on it" in ran.stdout
    assert len(entries(user)["PreToolUse"]) == 1
    ran = run_pucs(other, "uninstall")
    assert picture(tmp_path) == before
    assert "keeps the hooks" not in ran.stdout


def test_settings_behind_a_link_are_changed_where_they_are(repo: Repo, pucs: Pucs, tmp_path: Path) -> None:
    real = tmp_path / "dotfiles/settings.json"
    real.parent.mkdir()
    real.write_text("{}")
    user = Path(repo.env["HOME"]) / ".claude/settings.json"
    user.parent.mkdir()
    user.symlink_to(real)
    pucs("init", "--user")
    assert user.is_symlink()
    assert len(entries(real)["Stop"]) == 1
    pucs("uninstall")
    assert real.read_text() == "{}"


def test_settings_that_git_tracks_are_named(repo: Repo, pucs: Pucs) -> None:
    repo.write(".claude/settings.local.json", "{}")
    repo.commit()
    ran = pucs("init")
    assert f"{repo.root}/.claude/settings.local.json is tracked by git" in ran.stdout


class TestShared:
    def test_the_script_finds_this_machine_and_is_silent_elsewhere(
        self, repo: Repo, pucs: Pucs, tmp_path: Path
    ) -> None:
        ran = pucs("init", "--shared")
        assert "commit " in ran.stdout
        text = (repo.root / ".claude/settings.json").read_text() + repo.read(".claude/hooks/pucs_hook.sh")
        assert str(repo.root) not in text
        repo.git("add", ".claude/settings.json", ".claude/hooks", "pucs_config.yaml")
        repo.git("commit", "-q", "--no-verify", "-m", "Share")
        linked = repo.worktree("linked")
        clone = tmp_path / "clone"
        repo.git("clone", "-q", str(repo.root), str(clone))
        for root, guarded in ((repo.root, True), (linked.root, True), (clone, False)):
            said = self._start(root, repo)
            assert said.returncode == 0, said
            assert ("You are" in said.stdout or "additionalContext" in said.stdout) is guarded, said

    def test_a_script_that_is_gone_blocks_nothing(self, repo: Repo, pucs: Pucs) -> None:
        pucs("init", "--shared")
        (repo.root / ".claude/hooks/pucs_hook.sh").unlink()
        assert self._start(repo.root, repo).returncode == 0

    def test_a_python_that_is_gone_is_a_failure_but_never_a_refusal(self, repo: Repo, pucs: Pucs) -> None:
        pucs("init", "--shared")
        machine = repo.common / "pucs-hook.sh"
        machine.write_text(machine.read_text().replace("pucs_python=", "pucs_python=/nowhere"))
        assert self._start(repo.root, repo).returncode not in (0, 2)
        machine.unlink()
        assert self._start(repo.root, repo).returncode == 1

    def _start(self, root: Path, repo: Repo) -> "subprocess.CompletedProcess[str]":
        (hook,) = entries(root / ".claude/settings.json")["SessionStart"][0]["hooks"]
        words = [hook["command"], *(word.replace("${CLAUDE_PROJECT_DIR}", str(root)) for word in hook["args"])]
        event = {"session_id": "s", "cwd": str(root), "hook_event_name": "SessionStart", "source": "startup"}
        return subprocess.run(
            words, input=json.dumps(event), env=repo.env, cwd=root, capture_output=True, text=True, check=False
        )


def test_the_installed_entry_runs(repo: Repo, pucs: Pucs) -> None:
    pucs("init")
    (hook,) = entries(repo.root / ".claude/settings.local.json")["PreToolUse"][0]["hooks"]
    assert "pyvenv.cfg" not in os.listdir(Path(hook["command"]).parent.parent)
    (repo.root / "sub").mkdir()
    event = {
        "session_id": "s",
        "cwd": str(repo.root / "sub"),
        "hook_event_name": "PreToolUse",
        "tool_name": "Write",
        "tool_use_id": "t",
        "tool_input": {"file_path": str(repo.common / "config"), "content": ""},
    }
    done = subprocess.run(
        [hook["command"], *hook["args"]], input=json.dumps(event), env={}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert json.loads(done.stdout)["hookSpecificOutput"]["permissionDecision"] == "deny"


def test_agents_may_not_touch_our_entries(repo: Repo, pucs: Pucs) -> None:
    pucs("init")
    path = repo.root / ".claude/settings.local.json"
    client = Client(repo)
    try:
        text = path.read_text()
        assert "hooks of PUCS" in client.pre("Write", str(path), content="{}").reason
        assert (
            "hooks of PUCS"
            in client.pre("Edit", str(path), old_string='"timeout": 10', new_string='"timeout": 1').reason
        )
        mine = text.replace("{\n", '{\n  "model": "x",\n', 1)
        assert client.pre("Write", str(path), content=mine).silent
        off = text.replace("{\n", '{\n  "disableAllHooks": true,\n', 1)
        assert client.pre("Write", str(path), content=off).denied
    finally:
        client.close()


def test_a_hook_of_a_repository_without_pucs_stays_silent(repo: Repo) -> None:
    event = {"session_id": "s", "cwd": str(repo.root), "hook_event_name": "SessionStart", "source": "startup"}
    assert run_hook("session_start", event, repo.env, repo.root).silent
