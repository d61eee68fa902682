"""Fixtures for every test: a home that nobody writes to, a repository, a guarded one, and clients that are buried."""

import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support import Client, Repo

_INHERITED = ("CLAUDE", "GIT_", "PUCS_AGENT_ID", "PUCS_STREAM", "PUCS_TASK", "AI_AGENT")

# A run that a shell put into the background ignores Ctrl-C, and so would every program it starts.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def nobody(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Makes this process nobody: no agent, no client, an empty home, no git configuration."""
    for name in tuple(os.environ):
        if name.startswith(_INHERITED):
            monkeypatch.delenv(name)
    home = tmp_path_factory.mktemp("nobody")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(home / ".gitconfig"))
    monkeypatch.setenv("GIT_CONFIG_SYSTEM", os.devnull)
    return home


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """A repository with one commit, not guarded."""
    return Repo.create(tmp_path)


@pytest.fixture
def guarded(repo: Repo) -> Repo:
    """The same repository, guarded with the default policy; `guarded.guard(policy(...))` sets another."""
    return repo.guard()


@pytest.fixture
def client(guarded: Repo) -> Iterator[Callable[..., Client]]:
    """Makes clients: `client()` in the guarded repository, `client(other_repo, cwd, session=..., PUCS_STREAM=...)`."""
    made: list[Client] = []

    def make(repo: Repo | None = None, cwd: str = ".", **options: Any) -> Client:
        made.append(Client(repo or guarded, cwd, **options))
        return made[-1]

    yield make
    for one in made:
        one.close()
