"""What the tests of snapshots share: the command typed by a person or an agent, and things done behind the gates."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from pucs.client.moving import move
from pucs.client.opening import Repository, repository_at
from tests.support import ROOT, Client, Repo


class Said(NamedTuple):
    """What a command printed and how it ended."""

    status: int
    out: str
    err: str


@pytest.fixture
def pucs(guarded: Repo) -> Callable[..., Said]:
    """Types `pucs …` as a person, or as the client given; `at` is a folder, `stdin` what is there to read."""

    def run(*words: str, by: Client | None = None, at: Path | None = None) -> Said:
        env = {**guarded.env, "PYTHONPATH": str(ROOT)}
        if by is not None:
            env["CLAUDE_CODE_SESSION_ID"] = by.session
        done = subprocess.run(
            [sys.executable, "-m", "pucs", *words],
            cwd=at or guarded.root,
            env=env,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        assert "a bug in PUCS" not in done.stderr, done.stderr
        return Said(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def moved(guarded: Repo) -> Callable[[], str]:
    """Moves everything into git now; gives the new ref."""
    return lambda: move(opened(guarded))


def opened(repo: Repo) -> Repository:
    """The guarded repository as the client layer has it."""
    found = repository_at(os.path.realpath(repo.root))
    assert found is not None
    return found
