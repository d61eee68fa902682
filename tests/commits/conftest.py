"""A repository whose git hooks are ours, and people and agents who commit in it."""

import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.support import ENTRY, ROOT, Client, Repo, policy

HOOKS = ("pre-commit", "prepare-commit-msg", "commit-msg", "pre-merge-commit", "post-commit")
STREAMS = policy(streams={"db": "db/**", "ui": "ui/**"})
BRANCH = "feature/stream-db-work"


class Done(NamedTuple):
    """How a command ended."""

    status: int
    stdout: str
    stderr: str

    @property
    def said(self) -> list[str]:
        """Our lines, without git's."""
        said: list[str] = []
        ours = False
        for line in self.stderr.splitlines():
            ours = line.startswith("PUCS") or (ours and line.startswith("  "))
            said += [line] if ours else []
        return said

    @property
    def refused(self) -> bool:
        """Whether our gate stopped it."""
        return self.status != 0 and any("refused" in line for line in self.said)


def hook_up(repo: Repo, *names: str, root: Path = ROOT) -> None:
    """Wires our hook script into the repository, as the installer's wrapper does."""
    for name in names or HOOKS:
        hook = repo.common / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        command = [sys.executable, "-I", "-S", "-c", ENTRY, str(root), str(root / "hooks" / "git_hook.py"), name]
        hook.write_text(f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n')
        hook.chmod(0o755)


def run(repo: Repo, *arguments: str, cwd: str = ".", check: bool = False, **env: str) -> Done:
    """Runs git as whoever the environment says."""
    environ = {**repo.env, "GIT_EDITOR": "true", **env}
    done = subprocess.run(
        ["git", *arguments], cwd=repo.root / cwd, env=environ, capture_output=True, check=False, timeout=60
    )
    said = Done(done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode("utf-8", "replace"))
    assert not check or done.returncode == 0, said
    return said


def as_agent(client: Client) -> dict[str, str]:
    """The environment of an agent's Bash tool."""
    return {"CLAUDE_CODE_SESSION_ID": client.session, "CLAUDE_PID": str(client.process.pid), "CLAUDECODE": "1"}


def commit(client: Client, *arguments: str, **options: str) -> Done:
    """`git commit` by the agent."""
    return run(client.repo, "commit", "-q", *arguments, **as_agent(client), **options)


def as_person(repo: Repo, *arguments: str, **options: str) -> Done:
    """`git commit` by a person."""
    return run(repo, "commit", "-q", *arguments, **options)


def unseen(repo: Repo, subject: str = "Change", *paths: str) -> str:
    """A commit of everything (or these paths) that no hook sees; gives its id."""
    repo.git("add", "-A", "--", *(paths or (".",)))
    repo.git("-c", f"core.hooksPath={os.devnull}", "commit", "-q", "--allow-empty", "-m", subject)
    return repo.git("rev-parse", "HEAD")


def editor(repo: Repo, script: str) -> dict[str, str]:
    """An editor that is a shell script; the message is `$1`."""
    path = repo.root.parent / "editor"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return {"GIT_EDITOR": str(path)}


def message(repo: Repo, revision: str = "HEAD") -> str:
    """The message of a commit."""
    return repo.git("log", "-1", "--format=%B", revision).rstrip("\n")


def files(repo: Repo, revision: str = "HEAD") -> list[str]:
    """The paths that a commit changed."""
    names = repo.git("show", "--format=", "--name-only", "--no-renames", "-z", revision)
    return sorted(name for name in names.split("\0") if name)


@pytest.fixture
def hooked(guarded: Repo) -> Repo:
    """A guarded repository with all our git hooks and two streams, on the branch of one; db/x.py and ui/x.py exist."""
    guarded.write("db/x.py", "x = 1\n")
    guarded.write("ui/x.py", "x = 1\n")
    guarded.commit("Begin both")
    guarded.git("switch", "-q", "-c", BRANCH)
    guarded.guard(STREAMS)
    hook_up(guarded)
    return guarded


@pytest.fixture
def free(guarded: Repo) -> Repo:
    """A guarded repository with all our git hooks, where no stream applies."""
    hook_up(guarded)
    return guarded


class Shell:
    """A client process that runs commands itself, so that they are its descendants."""

    def __init__(self, repo: Repo) -> None:
        self.repo = repo
        self.fifo = repo.root.parent / f"done-{id(self)}"
        os.mkfifo(self.fifo)
        self.process = subprocess.Popen(["sh"], cwd=repo.root, env=repo.env, stdin=subprocess.PIPE, text=True)

    def run(self, command: str) -> Done:
        """Runs one shell command to its end."""
        assert self.process.stdin is not None
        out, err = f"{self.fifo}.out", f"{self.fifo}.err"
        self.process.stdin.write(f"( {command} ) >{out} 2>{err}; echo $? >{self.fifo}\n")
        self.process.stdin.flush()
        status = int(self.fifo.read_text())
        return Done(status, Path(out).read_text(), Path(err).read_text())

    def close(self) -> None:
        """Ends the client."""
        self.process.kill()
        self.process.communicate()


@pytest.fixture
def shell() -> Iterator[Callable[[Repo], Shell]]:
    """Makes clients that are shells."""
    made: list[Shell] = []

    def make(repo: Repo) -> Shell:
        made.append(Shell(repo))
        return made[-1]

    yield make
    for one in made:
        one.close()
