"""The locks that go with a handoff: uncommitted bytes, lines of a shared file, explicit locks, and what stays behind."""

import json

import pytest

from pucs import PUCSClient
from pucs.errors import Refusal
from pucs.handovers import accepted
from pucs.model import ADOPTED, Lock, Target
from pucs.view import Change
from tests.cli.conftest import Pucs
from tests.cli.conftest import pucs as pucs  # noqa: PLC0414 - a fixture
from tests.support import Client, Repo, policy


@pytest.fixture
def anna(client) -> Client:
    one: Client = client(PUCS_AGENT_ID="anna")
    one.start()
    return one


@pytest.fixture
def ben(client) -> Client:
    one: Client = client(PUCS_AGENT_ID="ben")
    one.start()
    return one


def locks(repo: Repo, path: str) -> dict[str, Lock]:
    return {lock.agent: lock for lock in repo.store.read().path(path).tree(".").locks}


def test_uncommitted_bytes_change_hands(client, guarded: Repo, pucs: Pucs, anna: Client, ben: Client) -> None:
    anna.write("a.py", "anna\n")
    token = locks(guarded, "a.py")["anna"].token
    cleo = client()
    assert cleo.pre("Edit", "a.py").denied
    cleo.fail()
    pucs("handoff", "ben", "--done", "Tune it", "--lock", "a.py", by=anna)
    denied = ben.pre("Edit", "a.py")
    assert denied.denied, "an offer moves nothing"
    assert "With the lock of 1 file." in denied.context
    ben.fail()
    done = pucs("handoff", "accept", "h1", by=ben)
    assert done.stdout == "handoff h1 is yours\na.py is yours, with its uncommitted bytes\n"
    lock = locks(guarded, "a.py")["ben"]
    assert list(locks(guarded, "a.py")) == ["ben"]
    assert lock.token > token
    assert anna.batch().context == (
        "[PUCS n1] ben accepted your handoff h1. Its locks are theirs now: a.py. Do not change these files any more."
    )
    denied = anna.pre("Edit", "a.py", old_string="anna", new_string="x")
    assert denied.reason.startswith("PUCS: a.py is being changed by ben")
    assert "-a = 1" in denied.reason, "what ben has is measured by the same base"
    assert ben.edit("a.py", "anna", "anna and ben").silent
    assert guarded.read("a.py") == "anna and ben\n"
    (event,) = guarded.events("handed_over")
    assert (event["agent"], event["from"], event["file"]) == ("ben", "anna", "a.py")
    kept = json.loads(pucs("snapshots", "a.py", "--json").stdout)
    assert [one for one in kept if one["reason"] == ADOPTED and one["agent"] == "ben"]


def test_the_commit_of_the_sender_no_longer_takes_them(guarded: Repo, pucs: Pucs, anna: Client, ben: Client) -> None:
    pucs("init")
    anna.write("a.py", "anna\n")
    pucs("handoff", "ben", "--lock", "a.py", by=anna)
    pucs("handoff", "accept", "h1", by=ben)
    assert pucs("commit", "-m", "One", by=anna).status != 0
    done = pucs("commit", "-m", "One", by=ben)
    assert done.status == 0, done
    assert guarded.git("show", "--format=%s", "HEAD", "--", "a.py").startswith("One")


def test_lines_of_a_shared_file_change_hands(client, guarded: Repo, pucs: Pucs, anna: Client, ben: Client) -> None:
    guarded.write("a.py", "".join(f"line {number}.\n" for number in range(20)))
    guarded.commit("Twenty lines")
    cleo = client(PUCS_AGENT_ID="cleo")
    anna.edit("a.py", "line 2.\n", "anna\n")
    assert cleo.edit("a.py", "line 15.\n", "cleo\n").silent
    assert ben.edit("a.py", "line 9.\n", "ben\n").silent
    pucs("handoff", "ben", "--lock", "a.py", by=anna)
    assert pucs("handoff", "accept", "h1", by=ben).status == 0
    assert sorted(locks(guarded, "a.py")) == ["ben", "cleo"]
    assert "ben" in anna.pre("Edit", "a.py", old_string="anna\n", new_string="x\n").reason
    anna.fail()
    assert ben.edit("a.py", "anna\n", "anna's and ben's\n").silent
    assert cleo.pre("Edit", "a.py", old_string="ben\n", new_string="x\n").denied
    written = pucs("attribution", "a.py", "--json").stdout
    assert '"cleo"' in written


def test_an_explicit_lock_changes_hands_and_stays_clean(guarded: Repo, pucs: Pucs, anna: Client, ben: Client) -> None:
    pucs("lock", "b.py", by=anna)
    pucs("handoff", "ben", "--lock", "b.py", by=anna)
    assert pucs("handoff", "accept", "h1", by=ben).status == 0
    lock = locks(guarded, "b.py")["ben"]
    assert (list(locks(guarded, "b.py")), lock.explicit, lock.wrote) == (["ben"], True, None)
    assert anna.pre("Edit", "b.py").denied
    anna.fail()
    assert pucs("unlock", "b.py", by=ben).stdout == "b.py is free\n"
    assert anna.pre("Edit", "b.py").silent


def test_only_what_is_named_goes_and_the_first_that_accepts_has_it(
    client, guarded: Repo, pucs: Pucs, anna: Client, ben: Client
) -> None:
    cleo = client(PUCS_AGENT_ID="cleo")
    cleo.start()
    anna.write("a.py", "anna\n")
    anna.write("b.py", "anna\n")
    pucs("handoff", "ben", "cleo", "--lock", "a.py", by=anna)
    assert pucs("handoff", "accept", "h1", by=cleo).status == 0
    second = pucs("handoff", "accept", "h1", by=ben)
    assert second.stdout == "handoff h1 is yours\nits locks are cleo's, who accepted it first\n"
    assert (list(locks(guarded, "a.py")), list(locks(guarded, "b.py"))) == (["cleo"], ["anna"])


def test_what_a_sender_does_not_hold_it_cannot_pass_on(guarded: Repo, pucs: Pucs, anna: Client, ben: Client) -> None:
    anna.write("a.py", "anna\n")
    done = pucs("handoff", "anna", "--lock", "a.py", by=ben)
    assert (done.status, "ben has no lock on a.py to pass on" in done.stderr) == (1, True)
    assert pucs("handoffs").stdout == "nothing was handed on\n"


def test_what_the_sender_committed_meanwhile_is_nobodys(guarded: Repo, pucs: Pucs, anna: Client, ben: Client) -> None:
    pucs("init")
    anna.write("a.py", "anna\n")
    pucs("handoff", "ben", "--lock", "a.py", by=anna)
    assert pucs("commit", "-m", "One", by=anna).status == 0
    done = pucs("handoff", "accept", "h1", by=ben)
    assert done.stdout == "handoff h1 is yours\na.py is not: anna has no lock there any more\n"
    assert locks(guarded, "a.py") == {}


def test_nothing_moves_under_a_call_that_is_writing(guarded: Repo, pucs: Pucs, anna: Client, ben: Client) -> None:
    anna.write("a.py", "anna\n")
    pucs("handoff", "ben", "--lock", "a.py", by=anna)
    anna.pre("Edit", "a.py")
    done = pucs("handoff", "accept", "h1", by=ben)
    assert (done.status, "anna is writing a.py just now" in done.stderr) == (1, True)
    assert list(locks(guarded, "a.py")) == ["anna"]
    anna.fail()
    assert pucs("handoff", "accept", "h1", by=ben).status == 0


def test_the_bytes_of_a_sender_that_is_gone_are_taken_without_a_denial(
    guarded: Repo, pucs: Pucs, anna: Client, ben: Client
) -> None:
    anna.write("a.py", "anna\n")
    pucs("handoff", "ben", "--lock", "a.py", by=anna)
    anna.kill()
    assert pucs("handoff", "accept", "h1", by=ben).status == 0
    assert ben.edit("a.py", "anna", "ben").silent


def test_a_path_outside_the_heirs_stream_stays(client, guarded: Repo) -> None:
    guarded.guard(policy(streams={"api": "api/**", "db": "*.py"}))
    with PUCSClient("anna", "db", path=str(guarded.root)) as anna:
        anna.acquire_locks("a.py")
        anna.handoff("api", locks=["a.py"])
        result = PUCSClient("ben", "api", path=str(guarded.root)).accept_handoff("h1")
        assert (result.passed, result.kept) == ((), {"a.py": "it is outside stream api"})
        assert list(locks(guarded, "a.py")) == ["anna"]


def test_of_two_trees_the_one_where_the_sender_works_is_meant(client, guarded: Repo, pucs: Pucs, ben: Client) -> None:
    other = guarded.worktree("other")
    anna = client(other, PUCS_AGENT_ID="anna")
    anna.write("a.py", "anna\n")
    with pytest.raises(Refusal, match="anna has no lock on"):
        PUCSClient("anna", path=str(guarded.root)).handoff("ben", locks=["a.py"])
    PUCSClient("anna", path=str(other.root)).handoff("ben", locks=["a.py"])
    assert pucs("handoff", "accept", "h1", by=ben).stdout.splitlines()[1] == "a.py is yours, with its uncommitted bytes"
    there = client(other, PUCS_AGENT_ID="cleo")
    assert "ben" in there.pre("Edit", "a.py").reason


def test_what_the_sender_wrote_after_the_look_is_looked_at_again(guarded: Repo, anna: Client, ben: Client) -> None:
    anna.write("a.py", "anna\n")
    PUCSClient("anna", path=str(guarded.root)).handoff("ben", locks=["a.py"])
    view = guarded.store.read()
    lock, heir = locks(guarded, "a.py")["anna"], view.agent("ben")
    assert heir is not None
    early = Target("a.py", ".", lock.base, "a.py", lock.revision - 1)
    assert accepted(heir, "h1", (early,), policy(), view) == Change(None)
    assert accepted(heir, "h1", (early._replace(revision=lock.revision),), policy(), view).result is not None
