"""Stores of every backend, with a clock that stands still until a test moves it."""

from pathlib import Path

import pytest

from pucs.state.files import FileStore
from pucs.state.memory import MemoryStore
from pucs.state.opening import make_folders


class Clock:
    """Says the time it was set to."""

    def __init__(self) -> None:
        self.now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """The store's clock."""
    return Clock()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The folder of a fresh file state."""
    make_folders(str(tmp_path / "pucs"))
    return tmp_path / "pucs"


@pytest.fixture
def files(root: Path, clock: Clock) -> FileStore:
    """A file store in that folder."""
    return FileStore(str(root), clock)


@pytest.fixture(params=["files", "memory"])
def store(request: pytest.FixtureRequest, clock: Clock) -> FileStore | MemoryStore:
    """One store of each backend."""
    if request.param == "memory":
        return MemoryStore(clock)
    files: FileStore = request.getfixturevalue("files")
    return files
