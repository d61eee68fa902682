"""Fixtures of the end-to-end suite: a repository, a scripted model, and the real client between them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.client import Claude
from tests.e2e.gate import Gate
from tests.e2e.guarded import Guarded
from tests.e2e.installing import UnavailableError, find_or_install
from tests.e2e.model_server import ModelServer
from tests.e2e.workplace import Repo


@pytest.fixture(scope="session")
def client_binary() -> Path:
    """The pinned client; installs it where it is missing."""
    try:
        return find_or_install()
    except UnavailableError as error:
        pytest.skip(f"no Claude Code client: {error}")


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    """A repository with one commit and a home of its own."""
    return Repo.create(tmp_path / "repo", tmp_path / "home")


@pytest.fixture
def model() -> Iterator[ModelServer]:
    """A scripted model; the test fails when a session left its script, unless it empties `problems`."""
    server = ModelServer()
    yield server
    server.close()
    assert server.problems == []


@pytest.fixture
def claude(client_binary: Path, model: ModelServer, repo: Repo, tmp_path: Path) -> Iterator[Claude]:
    """Starts clients; what still runs when the test is over is killed."""
    starter = Claude(client_binary, model, repo, tmp_path / "sessions")
    yield starter
    starter.close()


@pytest.fixture
def guarded(repo: Repo) -> Guarded:
    """The repository, guarded by `pucs init`."""
    return Guarded(repo).init()


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    """Holds a command the model runs where the test wants it."""
    gate = Gate(tmp_path / "gate")
    yield gate
    gate.close()
