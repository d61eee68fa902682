"""Who waits for a path, or was denied it, hears what to do once its holder is gone and left uncommitted bytes there."""

import pytest

from tests.cli.conftest import Pucs
from tests.cli.test_waiting import Line
from tests.support import Client, Repo, policy


@pytest.fixture(autouse=True)
def guarded_without_patience(guarded: Repo) -> None:
    guarded.guard(policy(locks={"wait_s": 0}))


def test_who_was_denied_is_told_once_and_can_do_what_it_is_told(four: list[Client], pucs: Pucs) -> None:
    anna, bob, *_ = four
    anna.write("a.py", "anna\n")
    assert bob.pre("Edit", "a.py").denied
    anna.kill()
    pucs("status")
    said = bob.batch().context
    assert "a.py holds uncommitted changes of agent-1, who is gone or idle" in said
    assert "repeat your edit (a copy is kept), or run `pucs adopt a.py`" in said
    pucs("status")
    assert bob.batch().context == "", "once"
    assert pucs("adopt", "a.py", by=bob).status == 0
    assert bob.edit("a.py", "anna", "bob").silent


def test_it_is_not_told_to_retry_where_retrying_does_not_help(four: list[Client], guarded: Repo, pucs: Pucs) -> None:
    guarded.guard(policy(locks={"wait_s": 0, "parked": "deny"}))
    anna, bob, *_ = four
    anna.write("a.py", "anna\n")
    assert bob.pre("Edit", "a.py").denied
    anna.kill()
    pucs("status")
    said = bob.batch().context
    assert "To take them over, run `pucs adopt a.py`" in said
    assert "repeat" not in said


def test_nothing_is_said_as_long_as_another_living_holder_is_in_the_way(four: list[Client], pucs: Pucs) -> None:
    anna, bob, carl, _ = four
    anna.write("a.py", "anna\n")
    assert bob.pre("Edit", "a.py").denied
    pucs("status")
    assert bob.batch().context == ""
    assert carl.pre("Edit", "a.py").denied
    anna.kill()
    pucs("status")
    assert "holds uncommitted changes" in bob.batch().context
    assert "holds uncommitted changes" in carl.batch().context


def test_a_wait_that_is_under_way_ends_and_says_it(four: list[Client], line: Line, pucs: Pucs) -> None:
    anna, bob, *_ = four
    anna.write("a.py", "anna\n")
    wait = line.joins(bob, "b.py", "a.py")
    anna.kill()
    _, errors = wait.communicate(timeout=60)
    assert wait.returncode == 1
    assert "a.py holds uncommitted changes of agent-1, who is gone or idle" in errors
    assert "repeat the same edit" in errors
    assert "in line" not in pucs("status").stdout


def test_a_critical_file_is_free_for_another_worktree(client, guarded: Repo, pucs: Pucs) -> None:
    guarded.guard(policy(critical={"a.py": 7200}, locks={"wait_s": 0}))
    anna, bob = client(guarded), client(guarded.worktree("side"))
    anna.write("a.py", "anna\n")
    assert bob.pre("Edit", "a.py").denied
    anna.kill()
    pucs("status")
    assert "a.py is free now; you were denied it earlier." in bob.batch().context
    assert bob.pre("Edit", "a.py").silent
