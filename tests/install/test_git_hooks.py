"""Our gate beside other people's hooks, with the real managers: both run, and ours refuses what is not to be committed."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.install.conftest import Pucs, Ran, drop_what_was_kept, picture, run_pucs
from tests.install.managers import npm_modules
from tests.support import ROOT, Client, Repo

NAMES = ("pre-commit", "prepare-commit-msg", "commit-msg", "pre-merge-commit", "post-commit")
MINE = '#!/bin/sh\necho "mine $# $(basename "$0")" >>"$MINE"\n'


class Scene:
    """A repository where another agent has changed b.py and not committed it."""

    def __init__(self, repo: Repo, client: Callable[..., Client], log: Path) -> None:
        self.repo = repo
        self.log = log
        self.client = client
        self._count = 0

    def commit(self, *options: str, repo: Repo | None = None, **env: str) -> Ran:
        """A commit of b.py as somebody else, through whatever hooks git finds."""
        tree = repo or self.repo
        self._count += 1
        done = subprocess.run(
            ["git", "commit", "-m", "chore: Change", *options, "--", "b.py"],
            cwd=tree.root,
            env={**tree.env, "MINE": str(self.log), **env},
            capture_output=True,
            text=True,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    def refuses(self, repo: Repo | None = None) -> None:
        """An agent's commit of another agent's unfinished work is refused, by us."""
        tree = repo or self.repo
        anna = self.client(tree)
        assert anna.write("b.py", f"b = {self._count + 10}\n").silent
        head = tree.git("rev-parse", "HEAD")
        ran = self.commit(repo=tree, PUCS_AGENT_ID="bob")
        assert ran.status == 1, ran
        assert "PUCS" in ran.stderr
        assert "b.py" in ran.stderr
        assert tree.git("rev-parse", "HEAD") == head
        tree.git("checkout", "-q", "--", "b.py")
        anna.end()

    def lets_a_person(self, repo: Repo | None = None) -> Ran:
        """A person's commit goes through; gives what it said."""
        tree = repo or self.repo
        head = tree.git("rev-parse", "HEAD")
        tree.write("b.py", f"b = 'person {self._count}'\n")
        ran = self.commit(repo=tree)
        assert ran.status == 0, ran
        assert tree.git("rev-parse", "HEAD") != head
        return ran

    def mine(self) -> list[str]:
        """What the person's own hooks wrote since the last question."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        self.log.unlink(missing_ok=True)
        return lines


@pytest.fixture
def scene(repo: Repo, tmp_path: Path) -> "Scene":
    clients: list[Client] = []

    def make(tree: Repo) -> Client:
        clients.append(Client(tree))
        return clients[-1]

    yield Scene(repo, make, tmp_path / "mine.log")
    for one in clients:
        one.close()


def hook(path: Path, text: str = MINE, mode: int = 0o755) -> Path:
    """Writes somebody's hook."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    return path


def test_alone(repo: Repo, pucs: Pucs, scene: Scene) -> None:
    pucs("init")
    scene.refuses()
    scene.lets_a_person()


def test_lines_added_to_ours_run_and_stay(repo: Repo, pucs: Pucs, scene: Scene) -> None:
    """Somebody finds our hook in the folder and writes into it, as people and other tools do."""
    pucs("init")
    path = repo.common / "hooks/pre-commit"
    first, *rest = path.read_text().splitlines(keepends=True)
    path.write_text(first + 'echo before >>"$MINE"\n' + "".join(rest) + 'echo after >>"$MINE"\n')
    assert pucs("init").status == 0
    scene.refuses()
    scene.mine()
    scene.lets_a_person()
    assert scene.mine() == ["before", "after"]
    assert pucs("uninstall").status == 0
    assert path.read_text() == '#!/bin/sh\necho before >>"$MINE"\necho after >>"$MINE"\n'
    scene.lets_a_person()
    assert scene.mine() == ["before", "after"]


def test_lines_added_to_ours_before_uninstalling_stay(repo: Repo, pucs: Pucs) -> None:
    pucs("init")
    path = repo.common / "hooks/post-commit"
    path.write_text(path.read_text() + "echo mine\n")
    assert pucs("uninstall").status == 0
    assert path.read_text() == "#!/bin/sh\necho mine\n"


def test_lines_added_around_somebodys_program_stay(repo: Repo, pucs: Pucs) -> None:
    program = hook(repo.common / "hooks/pre-commit", "#!/usr/bin/env python3\n")
    pucs("init")
    program.write_text(program.read_text() + "echo mine\n")
    assert pucs("init").status == 0
    assert program.read_text().endswith("echo mine\n")
    assert pucs("uninstall").status == 0
    assert program.read_text() == "#!/usr/bin/env python3\n"
    assert program.with_name("pre-commit.after-pucs").read_text() == "#!/bin/sh\necho mine\n"


def test_in_a_linked_worktree(repo: Repo, pucs: Pucs, scene: Scene) -> None:
    pucs("init")
    linked = repo.worktree("linked")
    scene.refuses(linked)
    scene.lets_a_person(linked)


def test_a_clone_is_silent(repo: Repo, pucs: Pucs, scene: Scene, tmp_path: Path) -> None:
    """Even with our hooks in it, as a template of git would bring them."""
    pucs("init")
    clone = Repo(tmp_path / "clone", repo.env)
    repo.git("clone", "-q", "--template", str(repo.common), str(repo.root), str(clone.root))
    for name in ("pucs-installed.json", "pucs-hook.sh"):
        (clone.common / name).unlink(missing_ok=True)
    assert (clone.common / "hooks/pre-commit").exists()
    clone.write("b.py", "b = 2\n")
    ran = scene.commit(repo=clone, PUCS_AGENT_ID="bob")
    assert (ran.status, ran.stderr) == (0, "")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(MINE, id="sh"),
        pytest.param(MINE.replace("#!/bin/sh", "#!/usr/bin/env bash\nset -euo pipefail"), id="bash-strict"),
        pytest.param(MINE.replace("#!/bin/sh", "#!/bin/sh -eu"), id="sh-e"),
        pytest.param(
            f"#!{sys.executable}\nimport os,sys\n"
            'print("mine", len(sys.argv) - 1, os.path.basename(sys.argv[0]), file=open(os.environ["MINE"], "a"))\n',
            id="python",
        ),
    ],
)
def test_plain_scripts_run_after_ours(repo: Repo, pucs: Pucs, scene: Scene, text: str) -> None:
    for one in NAMES:
        hook(repo.common / "hooks" / one, text)
    before = picture(repo.root.parent)
    pucs("init")
    assert pucs("init").stdout.count("nothing had to change") == 1
    scene.refuses()
    assert scene.mine() == []
    scene.lets_a_person()
    # Each with its own name and arguments; git gives prepare-commit-msg two of them with -m.
    assert scene.mine() == ["mine 0 pre-commit", "mine 2 prepare-commit-msg", "mine 1 commit-msg", "mine 0 post-commit"]
    repo.git("reset", "-q", "--hard", "HEAD~1")
    pucs("uninstall")
    drop_what_was_kept(repo.common)
    assert picture(repo.root.parent) == before


@pytest.mark.parametrize("code", [1, 7])
def test_a_refusal_of_theirs_counts(repo: Repo, pucs: Pucs, scene: Scene, code: int) -> None:
    for text in (f"#!/bin/sh\nexit {code}\n", f"#!{sys.executable}\nimport sys\nsys.exit({code})\n"):
        hook(repo.common / "hooks/pre-commit", text)
        pucs("init")
        repo.write("b.py", "b = 2\n")
        direct = subprocess.run([repo.common / "hooks/pre-commit"], cwd=repo.root, env=repo.env, check=False)
        assert direct.returncode == code
        assert scene.commit().status == 1
        pucs("uninstall")


def test_a_dispatcher_behind_links_keeps_its_name(repo: Repo, pucs: Pucs, scene: Scene) -> None:
    hook(repo.root / "scripts/dispatch.sh")
    for one in NAMES:
        (repo.common / "hooks" / one).symlink_to("../../scripts/dispatch.sh")
    before = picture(repo.root.parent)
    pucs("init")
    assert (repo.root / "scripts/dispatch.sh").read_text() == MINE
    scene.refuses()
    scene.lets_a_person()
    assert scene.mine()[0] == "mine 0 pre-commit"
    repo.git("reset", "-q", "--hard", "HEAD~1")
    hook(repo.root / "scripts/dispatch.sh")
    pucs("uninstall")
    drop_what_was_kept(repo.common)
    assert picture(repo.root.parent) == before


def test_a_hook_that_git_ignores_stays_ignored(repo: Repo, pucs: Pucs, scene: Scene) -> None:
    path = hook(repo.common / "hooks/pre-commit", mode=0o644)
    pucs("init")
    scene.refuses()
    scene.lets_a_person()
    assert scene.mine() == []
    pucs("uninstall")
    assert (path.read_text(), path.stat().st_mode & 0o777) == (MINE, 0o644)


class TestFailing:
    """The wrapper when what it runs is gone: closed for agents, one line for people."""

    @pytest.fixture(autouse=True)
    def installed(self, repo: Repo, pucs: Pucs) -> Path:
        pucs("init")
        repo.write("b.py", "b = 2\n")
        return repo.common / "pucs-hook.sh"

    @pytest.mark.parametrize("gone", ["python", "root", "hooks", "file"])
    @pytest.mark.parametrize("variable", ["CLAUDECODE", "CLAUDE_CODE_SESSION_ID", "PUCS_AGENT_ID"])
    def test_closed_for_agents(self, scene: Scene, installed: Path, gone: str, variable: str) -> None:
        self._break(installed, gone)
        ran = scene.commit(**{variable: "1"})
        assert ran.status == 1
        assert ran.stderr == (
            "PUCS: refused: the commit gate's Python or scripts are gone. Ask a person to run: pucs doctor\n"
        )

    @pytest.mark.parametrize("gone", ["python", "root", "hooks", "file"])
    def test_one_line_for_people(self, scene: Scene, installed: Path, gone: str) -> None:
        self._break(installed, gone)
        ran = scene.commit()
        assert ran.status == 0
        said = "PUCS: not checked: the commit gate's Python or scripts are gone. Run: pucs doctor"
        assert ran.stderr.splitlines() == [said]

    def _break(self, path: Path, gone: str) -> None:
        if gone == "file":
            path.unlink()
            return
        lines = path.read_text().splitlines()
        path.write_text(
            "".join(f"{line}-gone\n" if line.startswith(f"pucs_{gone}=") else f"{line}\n" for line in lines)
        )


class TestHooksPath:
    def test_a_folder_of_the_repository(self, repo: Repo, pucs: Pucs, scene: Scene) -> None:
        """A tracked one: its text names nothing of this machine, and may be committed."""
        hook(repo.root / ".githooks/pre-commit")
        repo.git("config", "core.hooksPath", ".githooks")
        repo.commit("Hooks")
        config = (repo.common / "config").read_bytes()
        ran = pucs("init")
        assert f"{repo.root}/.githooks/pre-commit is tracked by git" in ran.stdout
        assert (repo.common / "config").read_bytes() == config
        assert not (repo.common / "hooks/pre-commit").exists()
        text = "".join(path.read_text() for path in (repo.root / ".githooks").iterdir())
        assert str(repo.root) not in text
        assert sys.prefix not in text
        scene.refuses()
        scene.lets_a_person()
        assert scene.mine() == ["mine 0 pre-commit"]
        pucs("uninstall")
        assert [path.name for path in (repo.root / ".githooks").iterdir()] == ["pre-commit"]
        assert repo.git("status", "--porcelain", ".githooks") == ""

    def test_every_linked_worktree_has_its_own(self, repo: Repo, pucs: Pucs, scene: Scene) -> None:
        repo.git("config", "core.hooksPath", "hooks-here")
        linked = repo.worktree("linked")
        pucs("init")
        scene.refuses(linked)
        scene.refuses()
        pucs("uninstall")
        assert not (linked.root / "hooks-here").exists()

    @pytest.mark.parametrize("level", ["--local", "--global"])
    def test_an_absolute_one(self, repo: Repo, pucs: Pucs, scene: Scene, tmp_path: Path, level: str) -> None:
        shared = tmp_path / "shared hooks"
        hook(shared / "pre-commit")
        repo.git("config", level, "core.hooksPath", str(shared))
        before = picture(shared)
        assert pucs("init").status == 0
        scene.refuses()
        scene.lets_a_person()
        assert scene.mine() == ["mine 0 pre-commit"]
        pucs("uninstall")
        assert picture(shared) == before

    def test_other_repositories_notice_nothing(self, repo: Repo, scene: Scene, tmp_path: Path) -> None:
        shared, other = tmp_path / "shared", Repo.create(tmp_path, "other")
        hook(shared / "pre-commit")
        repo.git("config", "--global", "core.hooksPath", str(shared))
        before = picture(shared)
        run_pucs(repo, "init")
        other.write("b.py", "b = 2\n")
        ran = scene.commit(repo=other, PUCS_AGENT_ID="bob")
        assert (ran.status, ran.stderr) == (0, "")
        assert scene.mine() == ["mine 0 pre-commit"]
        run_pucs(other, "init")
        ran = run_pucs(repo, "uninstall")
        assert f"{shared} keeps the hooks of PUCS: other repositories rely on them" in ran.stdout
        scene.refuses(other)
        run_pucs(other, "uninstall")
        assert picture(shared) == before

    def test_none_at_all_is_said(self, repo: Repo, pucs: Pucs) -> None:
        repo.git("config", "core.hooksPath", os.devnull)
        ran = pucs("init")
        assert ran.status == 0
        assert "git runs no hooks, so there is no commit gate" in ran.stdout


class TestPreCommit:
    """https://pre-commit.com"""

    @pytest.fixture(autouse=True)
    def configured(self, repo: Repo, scene: Scene) -> None:
        repo.write(
            ".pre-commit-config.yaml",
            "repos:\n- repo: local\n  hooks:\n  - id: mine\n    name: mine\n    language: system\n"
            '    entry: sh -c \'echo "mine" >>"$MINE"\'\n    always_run: true\n    pass_filenames: false\n',
        )
        repo.commit("Configure")
        repo.env["PRE_COMMIT_HOME"] = str(repo.root.parent / "pre-commit-home")
        # pre-commit stashes what is not staged while it runs: the scene commits everything it changes.
        self.repo = repo

    def run(self, *arguments: str) -> None:
        command = [sys.executable, "-m", "pre_commit", *arguments]
        subprocess.run(command, cwd=self.repo.root, env=self.repo.env, check=True, capture_output=True)

    def works(self, scene: Scene) -> None:
        scene.refuses()
        scene.mine()
        scene.lets_a_person()
        assert scene.mine() == ["mine"]

    def test_it_was_there_first(self, repo: Repo, pucs: Pucs, scene: Scene) -> None:
        self.run("install")
        before = picture(repo.common / "hooks")
        pucs("init")
        self.works(scene)
        pucs("uninstall")
        assert picture(repo.common / "hooks") == before

    def test_it_comes_after_us(self, repo: Repo, pucs: Pucs, scene: Scene) -> None:
        pucs("init")
        self.run("install")
        self.works(scene)
        # It runs ours before it puts unstaged files away: ours must surround it.
        ran = pucs("doctor")
        assert ran.status == 1
        assert "or inside a manager that was installed over them: pre-commit" in ran.stdout
        assert "nothing had to change" not in pucs("init").stdout
        assert pucs("init").stdout.count("nothing had to change") == 1
        assert pucs("doctor").status == 0
        self.works(scene)
        pucs("uninstall")
        assert not (repo.common / "hooks/pre-commit.legacy").exists()
        scene.lets_a_person()
        assert scene.mine() == ["mine"]

    def test_it_is_installed_again_over_us(self, repo: Repo, pucs: Pucs, scene: Scene) -> None:
        self.run("install")
        before = picture(repo.common / "hooks")
        pucs("init")
        self.run("install")
        self.works(scene)
        pucs("uninstall")
        assert picture(repo.common / "hooks") == before

    def test_it_leaves(self, repo: Repo, pucs: Pucs, scene: Scene) -> None:
        pucs("init")
        self.run("install")
        self.run("uninstall")
        scene.refuses()
        scene.lets_a_person()
        assert scene.mine() == []

    def test_with_a_script_from_before_both(self, repo: Repo, pucs: Pucs, scene: Scene) -> None:
        hook(repo.common / "hooks/pre-commit")
        pucs("init")
        self.run("install")
        scene.refuses()
        scene.mine()
        scene.lets_a_person()
        assert sorted(scene.mine()) == ["mine", "mine 0 pre-commit.legacy"]
        pucs("uninstall")
        assert (repo.common / "hooks/pre-commit.legacy").read_text() == MINE


class TestOurIdsInPreCommit:
    """Our hooks as .pre-commit-hooks.yaml offers them, written into a repository as local ones."""

    @pytest.fixture(autouse=True)
    def configured(self, repo: Repo, pucs: Pucs) -> None:
        offered = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
        hooks = [
            {
                **one,
                "language": "system",
                "entry": one["entry"].replace("python -P", f"env PYTHONPATH={ROOT} {sys.executable}"),
            }
            for one in offered
        ]
        assert {stage for one in hooks for stage in one["stages"]} == set(NAMES)
        repo.write(".pre-commit-config.yaml", yaml.safe_dump({"repos": [{"repo": "local", "hooks": hooks}]}))
        repo.commit("Configure")
        repo.env["PRE_COMMIT_HOME"] = str(repo.root.parent / "pre-commit-home")
        pucs("init")
        # Nothing of ours is left in git's own hooks: the gate runs through pre-commit alone.
        for name in NAMES:
            (repo.common / "hooks" / name).unlink()
        types = [word for name in NAMES for word in ("--hook-type", name)]
        command = [sys.executable, "-m", "pre_commit", "install", *types]
        subprocess.run(command, cwd=repo.root, env=repo.env, check=True, capture_output=True)

    def test_the_gate_works_through_it(self, repo: Repo, scene: Scene) -> None:
        anna = scene.client(repo)
        assert anna.write("b.py", "b = 2\n").silent
        ran = scene.commit(PUCS_AGENT_ID="bob")
        assert ran.status == 1, ran
        assert "PUCS" in ran.stdout + ran.stderr
        assert "b.py" in ran.stdout + ran.stderr
        repo.git("checkout", "-q", "--", "b.py")
        anna.end()
        scene.lets_a_person()

    def test_without_the_marker_it_is_silent(self, repo: Repo, scene: Scene) -> None:
        (repo.common / "pucs-installed.json").unlink()
        repo.write("b.py", "b = 3\n")
        assert scene.commit(PUCS_AGENT_ID="bob").status == 0


class TestHusky:
    """https://typicode.github.io/husky"""

    @pytest.fixture(autouse=True)
    def installed(self, repo: Repo) -> None:
        self.modules = npm_modules()
        self.repo = repo
        hook(repo.root / ".husky/pre-commit", 'echo "mine $# $(basename "$0")" >>"$MINE"\n', 0o644)
        repo.commit("Use husky")
        self.husky()

    def husky(self) -> None:
        """What `npm install` runs as its prepare script."""
        subprocess.run(
            ["node", self.modules / "husky/bin.js"],
            cwd=self.repo.root,
            env=self.repo.env,
            check=True,
            capture_output=True,
        )
        assert self.repo.git("config", "core.hooksPath") == ".husky/_"

    def test_both_run(self, repo: Repo, pucs: Pucs, scene: Scene) -> None:
        before = picture(repo.root / ".husky")
        assert pucs("init").status == 0
        assert repo.git("status", "--porcelain", ".husky") == ""
        assert repo.git("config", "core.hooksPath") == ".husky/_"
        scene.refuses()
        assert scene.mine() == []
        scene.lets_a_person()
        assert scene.mine() == ["mine 0 pre-commit"]
        assert pucs("doctor").status == 0
        pucs("uninstall")
        assert picture(repo.root / ".husky") == before

    def test_installed_again_it_wipes_us_and_the_doctor_says_so(self, repo: Repo, pucs: Pucs, scene: Scene) -> None:
        pucs("init")
        self.husky()
        ran = pucs("doctor")
        assert ran.status == 1
        assert "do not run PUCS (overwritten, removed or not executable): pre-commit" in ran.stdout
        assert pucs("init").status == 0
        scene.refuses()


class TestLefthook:
    """https://lefthook.dev"""

    @pytest.fixture(autouse=True)
    def installed(self, repo: Repo) -> None:
        binary = npm_modules() / "lefthook-linux-x64/bin/lefthook"
        if not binary.exists():
            pytest.skip("no lefthook for this platform")
        self.binary = binary
        self.repo = repo
        repo.env["LEFTHOOK_BIN"] = str(binary)
        repo.write("lefthook.yml", 'pre-commit:\n  commands:\n    mine:\n      run: echo "mine" >>"$MINE"\n')
        repo.commit("Use lefthook")
        self.lefthook("install")

    def lefthook(self, *arguments: str) -> None:
        subprocess.run(
            [self.binary, *arguments], cwd=self.repo.root, env=self.repo.env, check=True, capture_output=True
        )

    def test_both_run(self, repo: Repo, pucs: Pucs, scene: Scene) -> None:
        before = picture(repo.common / "hooks")
        assert pucs("init").status == 0
        scene.refuses()
        assert scene.mine() == []
        scene.lets_a_person()
        assert scene.mine() == ["mine"]
        pucs("uninstall")
        assert picture(repo.common / "hooks") == before

    def test_installed_again_it_wipes_us_and_the_doctor_says_so(self, repo: Repo, pucs: Pucs, scene: Scene) -> None:
        pucs("init")
        self.lefthook("install", "--force")
        ran = pucs("doctor")
        assert ran.status == 1
        assert "do not run PUCS (overwritten, removed or not executable): pre-commit" in ran.stdout
        assert pucs("init").status == 0
        scene.refuses()
