"""The commit window, with the real pre-commit program and real hooks: nobody's unstaged bytes are lost while it runs.

What every file must hold is judged by what the test itself wrote.
"""

import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.commits.conftest import as_agent
from tests.install.conftest import run_pucs
from tests.support import Reply, Repo

PROGRAM = Path(sys.executable).with_name("pre-commit")
WINDOW = "pucs-window"

needs_pre_commit = pytest.mark.skipif(not PROGRAM.exists(), reason="the pre-commit program is not installed")

# What lint-staged does: a backup stash, unstaged changes in a patch, a forced checkout, the tasks, the patch again.
LINT_STAGED = """\
#!/bin/sh
stash=$(git stash create) && git stash store --quiet --message "automatic backup" "$stash"
git diff --binary --unified=0 --no-color --no-ext-diff --src-prefix=a/ --dst-prefix=b/ --patch \\
  --submodule=short --output=.git/unstaged.patch
git checkout --force -- .
@RUN@
code=$?
git apply -v --whitespace=nowarn --recount --unidiff-zero .git/unstaged.patch 2>/dev/null
git stash drop --quiet
exit $code
"""


class Scene:
    """A guarded repository with a hook manager, whose hook says when it runs and ends when told to."""

    def __init__(self, repo: Repo) -> None:
        self.repo = repo
        self._begun: list[subprocess.Popen[str]] = []
        above = repo.root.parent
        self.began, self.end = above / "began", above / "end"
        os.mkfifo(self.began)
        os.mkfifo(self.end)
        self.script = above / "task"
        self.task(f'echo "$PWD" >"{self.began}"\nread -r code <"{self.end}"\nexit "$code"\n')
        repo.env["PRE_COMMIT_HOME"] = str(above / "pre-commit-home")
        repo.env["PATH"] = f"{PROGRAM.parent}:{repo.env['PATH']}"

    def task(self, text: str) -> None:
        """What the manager runs."""
        self.script.write_text("#!/bin/sh\n" + text)
        self.script.chmod(0o755)

    def pre_commit(self) -> None:
        """Guards the repository, where the pre-commit program runs the task."""
        self.repo.write(
            ".pre-commit-config.yaml",
            f"repos:\n- repo: local\n  hooks:\n  - id: task\n    name: task\n    language: system\n"
            f"    entry: {self.script}\n    always_run: true\n    pass_filenames: false\n",
        )
        self.repo.commit("Configure")
        subprocess.run([PROGRAM, "install"], cwd=self.repo.root, env=self.repo.env, check=True, capture_output=True)
        self.init()

    def own(self, text: str) -> None:
        """Guards the repository, where this script is the hook."""
        hook = self.repo.common / "hooks/pre-commit"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(text)
        hook.chmod(0o755)
        self.init()

    def init(self) -> None:
        assert run_pucs(self.repo, "init").status == 0
        self.repo.commit("Guard")

    def commits(self, *arguments: str, tree: Repo | None = None, **env: str) -> "subprocess.Popen[str]":
        """Starts a commit in a process group of its own."""
        at = tree or self.repo
        begun = subprocess.Popen(
            ["git", "commit", "-m", "chore: Change", *arguments],
            cwd=at.root,
            env={**at.env, "GIT_EDITOR": ":", **env},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self._begun.append(begun)
        return begun

    def close(self) -> None:
        """Ends what a failed test left."""
        for one in self._begun:
            if one.poll() is None:
                os.killpg(one.pid, signal.SIGKILL)
            one.communicate()

    def running(self) -> None:
        """Returns when the task runs."""
        assert self.began.read_text()

    def finish(self, code: int = 0) -> None:
        """Lets the task end."""
        self.end.write_text(f"{code}\n")


@pytest.fixture
def scene(repo: Repo) -> Iterator[Scene]:
    made = Scene(repo)
    yield made
    made.close()


class Waiting:
    """A hook call in the background."""

    def __init__(self, call: Callable[[], Reply]) -> None:
        self.replies: list[Reply] = []
        self._thread = threading.Thread(target=lambda: self.replies.append(call()))
        self._thread.start()

    def blocks(self) -> None:
        """Returns when the call stands in the kernel's queue for a lock; fails where it has answered instead."""
        while True:
            assert not self.replies, self.replies
            if any("-> FLOCK" in line and self._is_ours(line) for line in Path("/proc/locks").read_text().splitlines()):
                return

    def _is_ours(self, line: str) -> bool:
        pid = line.split()[5]
        try:
            return str(os.getpid()) in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1]
        except OSError:
            return False

    def reply(self) -> Reply:
        """The answer, once it is there."""
        self._thread.join()
        return self.replies[0]


def bytes_of(repo: Repo, *names: str) -> dict[str, bytes | None]:
    found = {name: repo.root / name for name in names}
    return {name: path.read_bytes() if path.exists() else None for name, path in found.items()}


def staged(repo: Repo) -> None:
    repo.write("mine.py", "mine = 1\n")
    repo.git("add", "mine.py")


@needs_pre_commit
class TestPreCommit:
    @pytest.fixture(autouse=True)
    def managed(self, scene: Scene) -> None:
        scene.pre_commit()

    def test_a_peers_edit_waits_for_the_end(self, scene: Scene, client) -> None:
        anna, bob = client(scene.repo), client(scene.repo)
        assert anna.write("a.py", "a = 'anna'\n").silent
        staged(scene.repo)
        commit = scene.commits(**as_agent(bob))
        scene.running()
        assert scene.repo.read("a.py") == "a = 1\n"  # pre-commit put it away
        edit = Waiting(lambda: anna.pre("Edit", "a.py"))
        edit.blocks()
        scene.finish()
        assert edit.reply().silent
        assert scene.repo.read("a.py") == "a = 'anna'\n"
        assert commit.wait() == 0, commit.stdout.read()
        assert not (scene.repo.common / WINDOW).exists()
        # Her lock was not taken for one on a file that is back at its base.
        assert client(scene.repo).pre("Edit", "a.py").denied

    def test_past_the_limit_it_is_denied_with_who_and_what_next(self, scene: Scene, client) -> None:
        config = scene.repo.root / "pucs_config.yaml"
        config.write_text(config.read_text().replace("commit_wait_seconds: 6", "commit_wait_seconds: 0.1"))
        scene.init()
        anna, bob = client(scene.repo), client(scene.repo)
        bob.start()
        scene.repo.write("b.py", "a person's\n")
        staged(scene.repo)
        commit = scene.commits(**as_agent(bob))
        scene.running()
        assert anna.pre("Bash", command="cat a.py").silent
        assert "this command cannot run now: commit in progress by" in anna.pre("Bash", command="make").reason
        denied = anna.pre("Edit", "a.py")
        assert "commit in progress by agent-1 since" in denied.reason
        assert "wait a.py`" in denied.reason
        assert len(denied.reason) <= 600
        assert denied.reason.count("`") == 2
        scene.finish()
        assert commit.wait() == 0
        assert anna.pre("Edit", "a.py").silent

    def test_pucs_wait_returns_at_the_end(self, scene: Scene) -> None:
        scene.repo.write("a.py", "a person's\n")
        staged(scene.repo)
        commit = scene.commits()
        scene.running()
        assert run_pucs(scene.repo, "wait", "a.py", "--timeout", "0.1").status == 1
        scene.finish()
        assert commit.wait() == 0
        assert run_pucs(scene.repo, "wait", "a.py", "--timeout", "0.1").status == 0

    @pytest.mark.parametrize("code", [0, 1])
    def test_alone_with_nothing_unstaged_there_is_none(self, scene: Scene, code: int) -> None:
        staged(scene.repo)
        commit = scene.commits()
        scene.running()
        assert not (scene.repo.common / WINDOW).exists()
        scene.finish(code)
        assert commit.wait() == code

    @pytest.mark.parametrize("arguments", [("-a",), ("--", "b.py"), ("--only", "a b/ü.py")])
    def test_every_way_of_committing(self, scene: Scene, arguments: tuple[str, ...]) -> None:
        repo = scene.repo
        repo.write("a b/ü.py", "1\n")
        repo.commit("More")
        for name in ("a.py", "b.py", "a b/ü.py"):
            repo.write(name, f"new {name}\n")
        repo.write("untracked ü.py", "1\n")
        before = bytes_of(repo, "a.py", "b.py", "a b/ü.py", "untracked ü.py")
        commit = scene.commits(*arguments)
        scene.running()
        assert (repo.common / WINDOW).exists()
        scene.finish()
        assert commit.wait() == 0
        assert bytes_of(repo, *before) == before

    def test_in_a_linked_worktree(self, scene: Scene) -> None:
        linked = scene.repo.worktree("linked")
        linked.write("a.py", "linked\n")
        staged(linked)
        commit = scene.commits(tree=linked)
        scene.running()
        gitdir = Path(linked.git("rev-parse", "--absolute-git-dir"))
        assert (gitdir / WINDOW).exists()
        assert not (scene.repo.common / WINDOW).exists()
        os.killpg(commit.pid, signal.SIGKILL)
        commit.wait()
        assert linked.read("a.py") == "a = 1\n"
        run_pucs(linked, "status")
        assert linked.read("a.py") == "linked\n"

    def test_killed_everybody_has_everything_back_at_the_next_look(self, scene: Scene, client) -> None:
        repo = scene.repo
        anna = client(repo)
        repo.write("exec.sh", "#!/bin/sh\n")
        (repo.root / "link").symlink_to("a.py")
        repo.commit("More")
        anna.write("a.py", "a = 'anna'\n")
        repo.write("b.py", b"\xff\x00 a person's\r\n")
        (repo.root / "docs/x.md").unlink()
        (repo.root / "exec.sh").chmod(0o755)
        (repo.root / "link").unlink()
        (repo.root / "link").symlink_to("b.py")
        staged(repo)
        commit = scene.commits()
        scene.running()
        anna.stop()  # she does not lose her lock, although the file looks as at its base
        os.killpg(commit.pid, signal.SIGKILL)
        commit.wait()
        assert (repo.read("a.py"), repo.read("docs/x.md")) == ("a = 1\n", "x\n")
        told = anna.start().context
        assert repo.read("a.py") == "a = 'anna'\n"
        assert (repo.root / "b.py").read_bytes() == b"\xff\x00 a person's\r\n"
        assert not (repo.root / "docs/x.md").exists()
        assert (repo.root / "exec.sh").stat().st_mode & 0o111
        assert os.readlink(repo.root / "link") == "b.py"
        assert not (repo.common / WINDOW).exists()
        assert {event["file"] for event in repo.events("restored")} == {"a.py", "b.py", "docs/x.md", "exec.sh", "link"}
        assert "a.py was taken off the disk by the hooks of a commit by person and not brought back" in told
        assert "being changed by agent-1" in client(repo).pre("Edit", "a.py").reason

    def test_its_hooks_are_waited_for_when_only_the_holder_was_killed(self, scene: Scene) -> None:
        repo = scene.repo
        repo.write("a.py", "a person's\n")
        staged(repo)
        commit = scene.commits()
        scene.running()
        holder = int((repo.common / WINDOW).read_text().split()[1])
        os.kill(holder, signal.SIGKILL)
        commit.wait()
        run_pucs(repo, "status")
        assert repo.read("a.py") == "a = 1\n"  # still away: pre-commit itself will bring it back
        assert (repo.common / WINDOW).exists()
        assert run_pucs(repo, "wait", "a.py", "--timeout", "0.1").status == 1
        scene.finish()
        assert run_pucs(repo, "wait", "a.py", "--timeout", "30").status == 0
        assert repo.read("a.py") == "a person's\n"

    def test_newer_bytes_are_never_overwritten(self, scene: Scene) -> None:
        repo = scene.repo
        repo.write("a.py", "before\n")
        staged(repo)
        commit = scene.commits()
        scene.running()
        os.killpg(commit.pid, signal.SIGKILL)
        commit.wait()
        repo.write("a.py", "a person wrote this since\n")
        run_pucs(repo, "status")
        assert repo.read("a.py") == "a person wrote this since\n"
        assert not (repo.common / WINDOW).exists()


@needs_pre_commit
def test_killed_at_any_instant(scene: Scene, client) -> None:
    """Also in the middle of `git checkout` and `git apply`: many large files make them last."""
    scene.task("exit 0\n")
    scene.pre_commit()
    repo, anna = scene.repo, client(scene.repo)
    names = [f"many/{number} ü.py" for number in range(120)]
    for name in names:
        repo.write(name, f"{name}\n" * 2000)
    repo.commit("Many")
    instants = random.Random(20261125)
    longest = None
    for turn in range(14):
        journal = {name: (f"turn {turn} of {name}\n" * 2500).encode() for name in names}
        for name, data in journal.items():
            repo.write(name, data)
        repo.write("mine.py", f"mine = {turn}\n")
        repo.git("add", "mine.py")
        commit = scene.commits()
        if longest is None:
            assert commit.wait() == 0, commit.stdout
            longest = 1.0
            continue
        try:
            commit.wait(instants.random() * 1.6)
        except subprocess.TimeoutExpired:
            os.killpg(commit.pid, signal.SIGKILL)
        commit.wait()
        (repo.common / "index.lock").unlink(missing_ok=True)
        anna.start()
        found = bytes_of(repo, *names)
        assert [name for name in names if found[name] != journal[name]] == []
        assert not (repo.common / WINDOW).exists()


class TestOtherManagers:
    def test_lint_staged_killed(self, scene: Scene) -> None:
        repo = scene.repo
        scene.own(LINT_STAGED.replace("@RUN@", str(scene.script)))
        repo.write("a.py", "a person's\n")
        staged(repo)
        commit = scene.commits()
        scene.running()
        assert repo.read("a.py") == "a = 1\n"
        scene.finish()
        assert commit.wait() == 0
        assert repo.read("a.py") == "a person's\n"
        repo.write("mine.py", "mine = 2\n")
        repo.git("add", "mine.py")
        commit = scene.commits()
        scene.running()
        os.killpg(commit.pid, signal.SIGKILL)
        commit.wait()
        run_pucs(repo, "status")
        assert repo.read("a.py") == "a person's\n"

    def test_what_a_manager_forgets_is_brought_back(self, scene: Scene, client) -> None:
        repo, anna = scene.repo, client(scene.repo)
        scene.own("#!/bin/sh\ngit checkout -q -- .\n")
        anna.write("a.py", "anna's\n")
        anna.write("new.py", "anna's\n")
        staged(repo)
        assert scene.commits().wait() == 0
        assert bytes_of(repo, "a.py", "new.py") == {"a.py": b"anna's\n", "new.py": b"anna's\n"}
        assert repo.events("restored")[0]["file"] == "a.py"

    @pytest.mark.parametrize("shell", ["/bin/sh", sys.executable])
    def test_streams_arguments_and_the_exit_code_are_the_hooks_own(self, scene: Scene, shell: str) -> None:
        repo = scene.repo
        script = {
            "/bin/sh": '#!/bin/sh\ncat; echo "out $# $1"; echo err >&2; exit 75\n',
            sys.executable: f"#!{sys.executable}\nimport sys\nprint(sys.stdin.read(), end='')\n"
            "print('out', len(sys.argv) - 1, sys.argv[1])\nprint('err', file=sys.stderr)\nsys.exit(75)\n",
        }[shell]
        scene.own(script)
        repo.write("a.py", "unstaged\n")
        done = subprocess.run(
            [".git/hooks/pre-commit", "one word"],
            cwd=repo.root, env=repo.env, input="in\n", capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stdout, done.stderr) == (75, "in\nout 1 one word\n", "err\n")
        assert not (repo.common / WINDOW).exists()

    def test_the_keyboards_interrupt_ends_both_and_closes(self, scene: Scene) -> None:
        repo = scene.repo
        scene.own(f"#!/bin/sh\ngit checkout -q -- .\n{scene.script}\n")
        repo.write("a.py", "unstaged\n")
        staged(repo)
        commit = scene.commits()
        scene.running()
        os.killpg(commit.pid, signal.SIGINT)
        assert commit.wait() != 0
        run_pucs(repo, "wait", ".", "--timeout", "30")
        assert repo.read("a.py") == "unstaged\n"
        assert not (repo.common / WINDOW).exists()

    def test_a_second_commit_waits_for_the_first(self, scene: Scene) -> None:
        repo = scene.repo
        scene.own(f'#!/bin/sh\n[ -z "${{SECOND-}}" ] || exit 0\n{scene.script}\n')
        repo.write("a.py", "unstaged\n")
        staged(repo)
        first = scene.commits()
        scene.running()
        second = scene.commits("--allow-empty", SECOND="1")
        assert second.stdout is not None
        assert second.stdout.readline() == "PUCS: waiting for the hooks of a commit by person\n"
        scene.finish()
        assert first.wait() == 0
        second.wait()
        assert repo.read("a.py") == "unstaged\n"


def test_only_our_hook_opens_nothing_and_runs_no_git_more(scene: Scene) -> None:
    repo = scene.repo
    scene.init()
    repo.write("a.py", "unstaged\n")
    staged(repo)
    commit = scene.commits(GIT_TRACE=str(repo.root.parent / "trace"))
    assert commit.wait() == 0
    assert " status " not in (repo.root.parent / "trace").read_text()
