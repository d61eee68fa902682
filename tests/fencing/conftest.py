"""Commands run by people and in agents' shells, as for the tests of the commands."""

from tests.cli.conftest import pucs

__all__ = ["pucs"]
