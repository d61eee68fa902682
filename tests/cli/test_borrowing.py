"""Resources by the library, as by the commands; and a wait for one as a conflict that is over with it."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from pucs import PUCSClient
from pucs.errors import Refusal, UsageError
from tests.cli.conftest import Pucs
from tests.hosts.test_resources import COMMAND, DB, asked
from tests.hosts.test_resources import shared as shared  # noqa: PLC0414 - a fixture
from tests.support import ROOT, Repo, policy

HOLD = """
import sys
from pucs import PUCSClient
held = PUCSClient(agent_id=sys.argv[1]).hold_resources("db", "migrating")
print("mine", flush=True)
sys.stdin.readline()
"""


def worker(repo: Repo, name: str) -> PUCSClient:
    return PUCSClient(name, path=str(repo.root))


def users(repo: Repo) -> list[str]:
    return [slot.agent for use in worker(repo, "looker").resources() for slot in use.slots]


class TestLibrary:
    def test_a_slot_is_held_until_it_is_given_back(self, pucs: Pucs, client, shared: Repo) -> None:
        anna, ben = worker(shared, "anna"), worker(shared, "ben")
        with anna.hold_resources("db", "migrating") as held:
            assert (held.names, users(shared)) == (("db",), ["anna"])
            assert "anna (just now: migrating)" in pucs("resources").stdout
            assert "used by anna" in asked(client())
            with pytest.raises(Refusal, match="used by anna"):
                ben.hold_resources("db", timeout=0)
        assert users(shared) == []
        held.give_back()
        assert [one.agent for use in anna.resources() for one in use.turns][-1] == "ben", "its place in line is kept"

    def test_who_waits_has_it_when_it_is_free(self, shared: Repo) -> None:
        held = worker(shared, "anna").hold_resources(["db"])
        with ThreadPoolExecutor() as pool:
            waiting = pool.submit(worker(shared, "ben").hold_resources, "db")
            while not worker(shared, "x").resources()[0].turns:
                assert not waiting.done()
            held.give_back()
            with waiting.result():
                assert users(shared) == ["ben"]

    def test_threads_of_one_process_never_have_more_than_the_limit(self, guarded: Repo) -> None:
        guarded.guard(policy()._replace(resources=(DB._replace(limit=2),)))
        anna = worker(guarded, "anna")
        most = []

        def use(_: int) -> None:
            with anna.hold_resources("db"):
                most.append(len(users(guarded)))

        with ThreadPoolExecutor(6) as pool:
            list(pool.map(use, range(6)))
        assert max(most) <= 2
        assert users(guarded) == []

    def test_a_process_that_is_killed_holds_nothing(self, shared: Repo) -> None:
        process = subprocess.Popen(
            [sys.executable, "-c", HOLD, "anna"],
            cwd=shared.root,
            env={**shared.env, "PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        assert process.stdout is not None
        assert process.stdout.readline() == b"mine\n"
        assert users(shared) == ["anna"]
        process.kill()
        process.communicate()
        with worker(shared, "ben").hold_resources("db", timeout=5):
            assert users(shared) == ["ben"]

    def test_an_agent_that_ended_comes_back_to_hold_one(self, client, shared: Repo) -> None:
        anna = client(PUCS_AGENT_ID="anna")
        anna.start()
        anna.end()
        with worker(shared, "anna").hold_resources("db"):
            assert users(shared) == ["anna"]

    def test_values_and_unknown_names(self, pucs: Pucs, shared: Repo) -> None:
        anna = worker(shared, "anna")
        assert anna.resource_values() == json.loads(pucs("env", "--json").stdout)["env"] == {"PGPORT": "5400"}
        with pytest.raises(UsageError, match="there is no resource dbx"):
            anna.hold_resources("dbx")


class TestConflict:
    def test_a_wait_is_one_conflict_until_it_is_over(self, pucs: Pucs, client, shared: Repo) -> None:
        anna, ben = client(PUCS_AGENT_ID="anna"), client(PUCS_AGENT_ID="ben")
        asked(anna)
        assert asked(ben)
        assert asked(ben)
        [one] = json.loads(pucs("conflicts", "--json").stdout)["conflicts"]
        assert (one["type"], one["parties"], one["resource"], one["open"]) == ("RESOURCE", ["ben", "anna"], "db", True)
        assert f"open  {one['id']}: ben waited for db, which anna used, just now: {COMMAND}" in pucs("conflicts").stdout
        anna.post()
        assert asked(ben) == ""
        assert pucs("conflicts", "--unresolved").stdout == "no conflict is open\n"
        assert pucs("conflicts").stdout.startswith(f"over  {one['id']}")
