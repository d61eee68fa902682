"""The scene, ready: made once for all tests of a module, since what is only asked about changes nothing in it."""

from collections.abc import Iterator

import pytest

from tests.support import Client, Repo
from tests.verbs.scene import Scene


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Anna's unfinished work and Ben beside it."""
    made: list[Client] = []

    def make(repo: Repo) -> Client:
        made.append(Client(repo))
        return made[-1]

    yield Scene(Repo.create(tmp_path_factory.mktemp("scene")).guard(), make)
    for one in made:
        one.close()
