"""`ConflictResolver`: what becomes of the conflicts that an announcement meets, and of recorded ones."""

import pytest

from pucs import ConflictResolver, PUCSClient
from pucs.errors import Refusal, UsageError
from tests.cli.conftest import Pucs
from tests.code.samples import PYTHON
from tests.hosts.test_resources import DB
from tests.support import Client, Repo, policy

PATH = PYTHON.path


@pytest.fixture
def shared(guarded: Repo) -> Repo:
    guarded.guard(policy(locks={"wait_s": 0}))
    guarded.write(PATH, PYTHON.text)
    guarded.commit("Sources")
    return guarded


@pytest.fixture
def anna(client, shared: Repo) -> Client:
    """She has changed a method."""
    one = client(PUCS_AGENT_ID="anna")
    one.start()
    one.edit(PATH, "            return order\n", "            return 1\n")
    return one


def announced(repo: Repo, description: str):
    """Ben's conflict with what is there, and who resolves it for him."""
    ben = PUCSClient("ben", None, str(repo.root))
    ben.register(description)
    [conflict] = ben.signal_intent([PATH], description, 30).conflicts
    return conflict, ConflictResolver("ben", str(repo.root))


def test_different_parts_are_a_partition(shared: Repo, anna: Client) -> None:
    conflict, resolver = announced(shared, "Rewrite `last`")
    assert conflict.type == "FILE_LOCK"
    found = resolver.resolve(conflict)
    assert (found.strategy, found.ticket) == ("PARTITION", "")
    shares = {share.agent: share.symbols for share in found.partition.shares}
    assert shares == {"anna": ("RiskManager.validate",), "ben": ("last",)}
    assert found.strategy in ConflictResolver.STRATEGIES


def test_the_same_part_is_a_queue_and_the_second_is_in_it(shared: Repo, anna: Client, pucs: Pucs) -> None:
    conflict, resolver = announced(shared, "Rewrite `RiskManager.validate`")
    found = resolver.resolve(conflict)
    assert (found.strategy, found.partition.first, found.partition.queued) == ("QUEUE", "anna", "ben")
    assert found.ticket
    assert f"{PATH}  wants to hear when it is free: ben" in pucs("status").stdout.replace("want to", "wants to")


def test_a_reported_clash_is_put_to_a_person(shared: Repo, anna: Client, pucs: Pucs) -> None:
    ben = PUCSClient("ben", None, str(shared.root))
    ben.register("Rounding")
    clash = ben.report_conflict(PATH, "we round differently", ["anna"])
    found = ConflictResolver(path=str(shared.root)).resolve(clash)
    assert found.strategy == "ARBITRATE"
    assert f"ben and anna are at odds over {PATH}: we round differently" in pucs("status").stdout
    assert pucs("answer", found.question.id, "Ben rounds.").status == 0


def test_it_must_be_said_for_whom(shared: Repo, anna: Client) -> None:
    conflict, _ = announced(shared, "Rewrite `last`")
    with pytest.raises(UsageError, match="who meets this conflict"):
        ConflictResolver(path=str(shared.root)).resolve(conflict)


def test_who_needs_what_another_changes_comes_after_it(guarded: Repo, client, pucs: Pucs) -> None:
    guarded.write("base.py", "def total(): return 1\n")
    guarded.write("user.py", "from base import total\n\nprint(total())\n")
    guarded.commit("Two files")
    client(PUCS_AGENT_ID="anna").edit("base.py", "return 1", "return 2")
    ben = PUCSClient("ben", None, str(guarded.root))
    [conflict] = ben.signal_intent(["user.py"], "Print it twice", 30).conflicts
    assert conflict.type == "DEPENDENCY"
    found = ConflictResolver("ben", str(guarded.root)).resolve(conflict)
    assert (found.strategy, found.question, found.ticket) == ("QUEUE", None, "")
    assert "ben or anna" in found.reason


def test_who_waits_for_a_resource_has_its_place(guarded: Repo, pucs: Pucs) -> None:
    guarded.guard(policy()._replace(resources=(DB,)))
    anna, ben = (PUCSClient(name, None, str(guarded.root)) for name in ("anna", "ben"))
    anna.register("Tests")
    ben.register("Tests")
    with anna.hold_resources("db"), pytest.raises(Refusal):
        ben.hold_resources("db", timeout=0)
    view = ben.repository.store.read()
    [conflict] = [view.conflict(name) for name in view.names("conflict")]
    found = ConflictResolver(path=str(guarded.root)).resolve(conflict)
    assert (found.strategy, found.reason) == ("QUEUE", "ben has its place in line: pucs resources shows it")
