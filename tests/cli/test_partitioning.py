"""`pucs partition` and `negotiate_partition`, with agents that work through the real hooks."""

import json

import pytest

from pucs import PUCSClient
from pucs.errors import UsageError
from tests.cli.conftest import Pucs, begin, shell_of
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


def test_the_second_stands_in_the_real_queue(shared: Repo, pucs: Pucs, client, anna: Client, ben: Client) -> None:
    carl = client(PUCS_AGENT_ID="carl")
    carl.start()
    shared.guard(policy(critical={PATH: 7200}, locks={"wait_s": 0}))
    anna.edit(PATH, "            return order\n", "            return 1\n")
    wants = {"anna": ["RiskManager.validate"], "ben": ["RiskManager.validate"]}
    tool = PUCSClient("tool", path=str(shared.root))
    found = tool.negotiate_partition("anna", "ben", PATH, wants)
    assert (found.first, found.queued) == ("anna", "ben")
    assert carl.pre("Edit", PATH).denied
    assert tool.negotiate_partition("anna", "ben", PATH, wants).ticket == found.ticket, "once"
    state = json.loads(pucs("status", "--json").stdout)
    assert state["critical_files"][PATH]["queue"] == ["ben", "carl"]
    assert f"{PATH}  want to hear when it is free: ben, carl" in pucs("status").stdout
    said = ben.batch().context
    assert f"You and anna need the same of {PATH}, and anna is first. Run `pucs wait {found.ticket}` within" in said
    carls = begin(shared, "wait", PATH, **shell_of(carl))
    assert carls.stderr is not None
    assert carls.stderr.readline().startswith("pucs: waiting for ")
    bens = begin(shared, "wait", found.ticket, **shell_of(ben))
    assert bens.stderr is not None
    assert bens.stderr.readline().startswith("pucs: waiting for ")
    anna.edit(PATH, "            return 1\n", "            return order\n")
    assert f"{PATH} is yours" in bens.communicate(timeout=60)[0], "its place is before carl's"
    assert carls.poll() is None
    assert pucs("unlock", by=ben).status == 0
    assert f"{PATH} is yours" in carls.communicate(timeout=60)[0]


def test_who_is_queued_hears_when_the_first_is_done(shared: Repo, pucs: Pucs, anna: Client, ben: Client) -> None:
    anna.edit(PATH, "            return order\n", "            return 1\n")
    wants = {"anna": ["RiskManager.validate"], "ben": ["RiskManager.validate"]}
    assert PUCSClient("tool", path=str(shared.root)).negotiate_partition("anna", "ben", PATH, wants).queued == "ben"
    ben.batch()
    anna.edit(PATH, "            return 1\n", "            return order\n")
    assert f"{PATH} is free now" in ben.batch().context


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
