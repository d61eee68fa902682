"""Commands run by people and in agents' shells, and waits under way, as for the tests of the commands."""

from tests.cli.conftest import pucs
from tests.cli.test_waiting import four, line

__all__ = ["four", "line", "pucs"]
