"""`pucs partition` and `negotiate_partition`, with agents that work through the real hooks."""

import json

import pytest

from pucs import PUCSClient
from pucs.errors import UsageError
from tests.cli.conftest import Pucs
from tests.code.samples import PYTHON
from tests.support import Client, Repo, policy

PATH = PYTHON.path


@pytest.fixture
def shared(guarded: Repo) -> Repo:
    guarded.guard(policy(locks={"wait_s": 0}))
    guarded.write(PATH, PYTHON.text)
    guarded.write("notes.txt", "1\n2\n3\n4\n5\n")
    guarded.commit("Sources")
    return guarded


def shares(found) -> dict[str, tuple[str, ...]]:
    return {share.agent: share.symbols for share in found.shares}


@pytest.fixture
def anna(client, shared: Repo) -> Client:
    one = client(PUCS_AGENT_ID="anna")
    one.start()
    return one


@pytest.fixture
def ben(client, shared: Repo) -> Client:
    one = client(PUCS_AGENT_ID="ben", PUCS_TASK="Rewrite `last` and the level")
    one.start()
    return one


def test_edits_and_tasks_tell_what_each_needs(shared: Repo, pucs: Pucs, anna: Client, ben: Client) -> None:
    anna.edit(PATH, "            return order\n", "            return 1\n")
    found = PUCSClient("tool", path=str(shared.root)).negotiate_partition("anna", "ben", PATH)
    assert found.queued == ""
    assert shares(found) == {"anna": ("RiskManager.validate",), "ben": ("last", "RiskManager.level")}
    said = pucs("partition", "anna", "ben", PATH)
    assert said.status == 0, said
    assert f"{PATH} can be shared" in said.stdout
    [line] = [line for line in said.stdout.splitlines() if line.startswith("  ben may take it with: ")]
    words = line.split(" lock ")[1].split(" ")
    assert pucs("lock", *words, by=ben).status == 0, "and what is proposed can be had"
    assert anna.edit(PATH, "def last(): return 1\n", "def last(): return 2\n").denied


def test_both_in_one_method_one_is_queued(shared: Repo, pucs: Pucs, anna: Client, ben: Client) -> None:
    ben.edit(PATH, "            return order\n", "            return 1\n")
    anna.edit(PATH, "        return inner() is not None\n", "        return True\n")
    said = json.loads(pucs("partition", "anna", "ben", PATH, "--json").stdout)
    assert (said["first"], said["queued"], said["possible"]) == ("ben", "anna", False)
    assert said["contested"] == ["RiskManager.validate"]
    told = pucs("partition", "anna", "ben", PATH).stdout
    assert f"{PATH}: ben is first, anna waits: both need RiskManager.validate" in told


def test_in_two_worktrees(client, shared: Repo, anna: Client) -> None:
    other = shared.worktree("other")
    carl = client(other, PUCS_AGENT_ID="carl")
    anna.edit(PATH, "LIMIT = 10\n", "LIMIT = 12\n")
    carl.edit(PATH, "import os\n", "import io\nimport os\n")
    tool = PUCSClient("tool", path=str(shared.root))
    assert shares(tool.negotiate_partition("anna", "carl", PATH)) == {
        "anna": ("<module:LIMIT>",),
        "carl": ("<imports>",),
    }
    carl.edit(PATH, "LIMIT = 10\n", "LIMIT = 13\n")
    assert tool.negotiate_partition("anna", "carl", PATH).queued == "carl"


def test_a_text_without_symbols_by_lines(client, shared: Repo, anna: Client) -> None:
    carl = client(shared.worktree("other"), PUCS_AGENT_ID="carl")
    anna.edit("notes.txt", "2\n", "two\n")
    carl.edit("notes.txt", "5\n", "five\n")
    tool = PUCSClient("tool", path=str(shared.root))
    assert tool.negotiate_partition("anna", "carl", "notes.txt").queued == ""
    carl.edit("notes.txt", "2\n", "zwei\n")
    found = tool.negotiate_partition("anna", "carl", "notes.txt")
    assert (found.queued, found.contested) == ("carl", ("lines 2-2",))


def test_what_they_say_they_want(shared: Repo, pucs: Pucs, anna: Client, ben: Client) -> None:
    wants = {"anna": ["RiskManager"], "ben": ["RiskManager::validate"]}
    found = PUCSClient("tool", path=str(shared.root)).negotiate_partition("anna", "ben", PATH, wants)
    assert (found.queued, found.contested[0]) == ("ben", "RiskManager.validate")
    said = pucs("partition", "anna", "ben", PATH, "--wants", "anna=compute", "--wants", "ben=last").stdout
    assert "  anna: compute" in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("anna", "nobody", PATH), "no agent is called nobody"),
        (("anna", "anna", PATH), "with itself"),
        (("anna", "ben", PATH, "--wants", "anna=nothing"), "has no nothing"),
        (("anna", "ben", PATH, "--wants", "carl=last"), "names no symbol"),
        (("anna", "ben", "docs"), "is a folder"),
    ],
)
def test_what_makes_no_sense_is_said(pucs: Pucs, anna: Client, ben: Client, arguments, said: str) -> None:
    done = pucs("partition", *arguments)
    assert done.status == 2
    assert said in done.stderr


def test_nothing_is_changed(shared: Repo, anna: Client, ben: Client) -> None:
    anna.edit(PATH, "import os\n", "import io\n")
    before = shared.store.read().revision
    PUCSClient("tool", path=str(shared.root)).negotiate_partition("anna", "ben", PATH)
    assert shared.store.read().revision == before
    with pytest.raises(UsageError):
        PUCSClient("tool", path=str(shared.root)).negotiate_partition("anna", "ben", "../x")
