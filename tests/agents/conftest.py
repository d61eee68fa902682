"""Commands and git in the shells of agents that work through the real hook scripts."""

from collections.abc import Callable

import pytest

from tests.cli.conftest import Pucs, shell_of
from tests.install.conftest import Ran, run_pucs
from tests.support import Client, Repo

__all__ = ["Pucs", "shell_of"]


@pytest.fixture
def pucs(guarded: Repo) -> Pucs:
    """`pucs("status")` as a person, `pucs("status", by=client)` in that agent's shell; `cwd=…` and variables, too."""

    def run(*arguments: str, by: Client | None = None, **options: str) -> Ran:
        return run_pucs(guarded, *arguments, **{**(shell_of(by) if by else {}), **options})

    return run


@pytest.fixture
def named(guarded: Repo) -> Callable[[Client], str]:
    """The id of the agent that a client is."""

    def name(client: Client) -> str:
        key = f"session/{client.session}" + (f"/{client.agent}" if client.agent else "")
        found = guarded.store.read().name(key)
        assert found is not None, "nobody has seen it yet"
        return found.value

    return name
