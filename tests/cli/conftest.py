"""Commands run in a guarded repository, by a person or in an agent's shell."""

import subprocess
import sys
from collections.abc import Callable

import pytest

from pucs.install.locations import RUN_CODE
from tests.install.conftest import Ran, run_pucs
from tests.support import ROOT, Client, Repo

Pucs = Callable[..., Ran]


def shell_of(client: Client) -> dict[str, str]:
    """The environment of an agent's Bash tool."""
    return {"CLAUDE_CODE_SESSION_ID": client.session, "CLAUDE_PID": str(client.process.pid), "CLAUDECODE": "1"}


@pytest.fixture
def pucs(guarded: Repo) -> Pucs:
    """`pucs("status")` as a person, `pucs("status", by=client)` in that agent's shell; `cwd=…` and variables, too."""

    def run(*arguments: str, by: Client | None = None, **options: str) -> Ran:
        return run_pucs(guarded, *arguments, **{**(shell_of(by) if by else {}), **options})

    return run


def begin(repo: Repo, *arguments: str, **env: str) -> "subprocess.Popen[str]":
    """Starts `pucs` without waiting for it."""
    return subprocess.Popen(
        [sys.executable, "-c", RUN_CODE, str(ROOT), *arguments],
        cwd=repo.root,
        env={**repo.env, "PYTHONUNBUFFERED": "1", **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def in_shell(repo: Repo, script: str, **env: str) -> Ran:
    """Runs a line of shell in which `$pucs` starts the command: for redirections and folders that go away."""
    pucs = f"{sys.executable} -c '{RUN_CODE}' {ROOT}"
    done = subprocess.run(
        ["sh", "-c", script.replace("$pucs", pucs)],
        cwd=repo.root,
        env={**repo.env, **env},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return Ran(done.returncode, done.stdout, done.stderr)
