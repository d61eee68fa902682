"""`pucs lock`, `unlock`, `adopt`, `wait`, `locks`: for people and in an agent's shell."""

import json
import re
import signal

import pytest

from tests.cli.conftest import Pucs, begin, shell_of
from tests.support import Client, Repo


def ticket_in(reason: str) -> str:
    """The ticket that a denial gives."""
    found = re.search(r"wait (t\d+)`", reason)
    assert found, reason
    return found[1]


class TestLock:
    def test_binds_without_any_change_until_it_is_given_back(self, client, guarded: Repo, pucs: Pucs) -> None:
        anna, bob = client(), client()
        anna.start()
        ran = pucs("lock", "a.py", "docs/x.md", "--task", "Look around", by=anna)
        assert ran.status == 0
        assert "a.py is yours until" in ran.stdout
        reason = bob.pre("Edit", "a.py").reason
        assert 'a.py is locked by agent-1 (task "Look around")' in reason
        assert pucs("unlock", "a.py", by=anna).stdout == "a.py is free\n"
        assert bob.pre("Edit", "a.py").silent
        assert bob.pre("Edit", "docs/x.md").denied
        assert pucs("unlock", by=anna).stdout == "docs/x.md is free\n"
        assert bob.pre("Edit", "docs/x.md").silent

    def test_all_or_none(self, client, guarded: Repo, pucs: Pucs) -> None:
        anna, bob = client(), client()
        anna.write("a.py", "anna\n")
        ran = pucs("lock", "b.py", "a.py", by=bob)
        assert ran.status == 1
        assert ran.stderr.startswith("PUCS: a.py is being changed by agent-1")
        assert "pucs: PUCS:" not in ran.stderr
        assert anna.pre("Edit", "b.py").silent

    def test_a_person_keeps_agents_out_too(self, client, pucs: Pucs) -> None:
        assert pucs("lock", "a.py").status == 0
        assert "is locked by person" in client().pre("Edit", "a.py").reason

    @pytest.mark.parametrize("minutes", ["0", "-1", "nan", "soon"])
    def test_a_wrong_time_is_wrong_use(self, pucs: Pucs, minutes: str) -> None:
        assert pucs("lock", "a.py", "--minutes", minutes).status == 2

    def test_no_longer_than_the_configuration_allows(self, guarded: Repo, pucs: Pucs) -> None:
        assert pucs("lock", "a.py", "--minutes", "100000").status == 0
        lock = json.loads(pucs("locks", "--json").stdout)["locks"]["a.py"]
        began, ends = (int(lock[key][11:13]) * 60 + int(lock[key][14:16]) for key in ("acquired", "expires"))
        assert (ends - began) % 1440 in (120, 121)

    @pytest.mark.parametrize("path", ["docs", ".", "", "docs/"])
    def test_a_folder_is_no_file(self, pucs: Pucs, path: str) -> None:
        ran = pucs("lock", path)
        assert (ran.status, "is a folder" in ran.stderr) == (2, True)
        assert pucs("locks").stdout == "nothing is locked\n"

    def test_outside_is_wrong_use(self, pucs: Pucs) -> None:
        ran = pucs("lock", "/etc/passwd")
        assert (ran.status, "is not in" in ran.stderr) == (2, True)


class TestUnlock:
    def test_a_dirty_file_stays_protected(self, client, pucs: Pucs) -> None:
        anna = client()
        anna.start()
        pucs("lock", "a.py", by=anna)
        anna.write("a.py", "anna\n")
        pucs("unlock", "a.py", by=anna)
        assert "is being changed by agent-1" in client().pre("Edit", "a.py").reason

    def test_nothing_to_give_back_is_said(self, pucs: Pucs) -> None:
        ran = pucs("unlock", "a.py")
        assert (ran.status, ran.stdout) == (0, "no lock of yours was there to give back\n")

    def test_force_is_for_people_and_keeps_a_copy(self, client, guarded: Repo, pucs: Pucs) -> None:
        anna, bob = client(), client()
        anna.write("a.py", "anna\n")
        bob.pre("Edit", "a.py")
        ran = pucs("unlock", "--force", "a.py", by=bob)
        assert (ran.status, "is for people" in ran.stderr) == (1, True)
        assert bob.pre("Edit", "a.py").denied
        ran = pucs("unlock", "--force", "a.py")
        assert (ran.status, "lock of agent-1 is gone" in ran.stdout) == (0, True)
        assert bob.pre("Edit", "a.py").silent
        blob = guarded.git("hash-object", "a.py")
        assert (guarded.state / "spool" / blob).read_text() == "anna\n"
        assert "took your lock off a.py" in anna.batch().context

    def test_force_names_its_paths(self, pucs: Pucs) -> None:
        assert pucs("unlock", "--force").status == 2


class TestAdopt:
    def test_takes_over_what_a_dead_agent_left(self, client, guarded: Repo, pucs: Pucs) -> None:
        anna, bob, carl = client(), client(), client()
        anna.write("a.py", "anna\n")
        bob.start()
        ran = pucs("adopt", "a.py", by=bob)
        assert (ran.status, "nothing is parked" in ran.stderr) == (1, True)
        anna.kill()
        ran = pucs("adopt", "a.py", by=bob)
        assert (ran.status, ran.stdout) == (0, "a.py: the change of agent-1 is yours now\n")
        assert bob.edit("a.py", "anna", "bob").silent
        assert "is being changed by agent-2" in carl.pre("Edit", "a.py").reason
        assert guarded.events("adopted")[0]["from"] == "agent-1"

    def test_a_person_makes_them_their_own(self, client, pucs: Pucs) -> None:
        anna = client()
        anna.write("a.py", "anna\n")
        anna.kill()
        assert pucs("adopt", "a.py").status == 0
        assert client().pre("Edit", "a.py").silent


class TestWait:
    def test_ends_as_soon_as_the_path_is_free(self, client, guarded: Repo, pucs: Pucs) -> None:
        anna, bob = client(), client()
        anna.write("a.py", "anna\n")
        ticket = ticket_in(bob.pre("Edit", "a.py").reason)
        waiting = begin(guarded, "wait", ticket, "--timeout", "60", **shell_of(bob))
        anna.write("a.py", "a = 1\n")
        said, _ = waiting.communicate(timeout=60)
        assert waiting.returncode == 0
        assert re.fullmatch(
            r"a\.py is yours: look at it again, then edit it \(until \d\d:\d\d:\d\d if you do not\)\n", said
        )
        assert "a.py is locked by agent-2" in client().pre("Edit", "a.py").reason
        assert bob.write("a.py", "bob\n").silent

    def test_the_time_is_over(self, client, pucs: Pucs) -> None:
        anna, bob = client(), client()
        anna.write("a.py", "anna\n")
        ticket = ticket_in(bob.pre("Edit", "a.py").reason)
        ran = pucs("wait", ticket, "--timeout", "0", by=bob)
        assert ran.status == 1
        assert "a.py is still held by agent-1" in ran.stderr
        assert "wait` again within 5 minutes" in ran.stderr

    def test_a_path_may_be_waited_for(self, client, pucs: Pucs) -> None:
        client().write("a.py", "anna\n")
        assert pucs("wait", "a.py", "--timeout", "0").status == 1
        assert pucs("wait", "b.py", "--timeout", "0").stdout == "b.py is free\n"

    def test_of_parked_bytes_it_says_so(self, client, pucs: Pucs) -> None:
        anna = client()
        anna.write("a.py", "anna\n")
        anna.kill()
        ran = pucs("wait", "a.py")
        assert (ran.status, "uncommitted changes of agent-1, who is gone" in ran.stdout) == (0, True)

    def test_a_ticket_that_is_done(self, client, pucs: Pucs) -> None:
        anna, bob = client(), client()
        anna.write("a.py", "anna\n")
        ticket = ticket_in(bob.pre("Edit", "a.py").reason)
        anna.write("a.py", "a = 1\n")
        assert pucs("wait", ticket, by=bob).status == 0

    def test_a_ticket_that_nobody_was_given(self, pucs: Pucs) -> None:
        ran = pucs("wait", "t999")
        assert (ran.status, "nobody was given the ticket t999" in ran.stderr) == (2, True)

    @pytest.mark.parametrize("seconds", ["110", "-1", "nan", "long"])
    def test_never_as_long_as_a_clients_own_limit(self, pucs: Pucs, seconds: str) -> None:
        assert pucs("wait", "a.py", "--timeout", seconds).status == 2

    def test_interrupted(self, client, guarded: Repo) -> None:
        client().write("a.py", "anna\n")
        follower = begin(guarded, "log", "--follow")
        assert follower.stdout is not None
        follower.stdout.readline()  # it runs
        follower.send_signal(signal.SIGINT)
        _, errors = follower.communicate(timeout=60)
        assert (follower.returncode, errors) == (130, "pucs: interrupted\n")


def test_locks_says_who_until_when_and_who_waits(client, guarded: Repo, pucs: Pucs) -> None:
    assert pucs("locks").stdout == "nothing is locked\n"
    client().write("a.py", "anna\n")
    client().pre("Edit", "a.py")
    assert re.fullmatch(
        r"a\.py  agent-1 since \d\d:\d\d UTC, just now  \(30 min left, 1 waiting: agent-2\)\n", pucs("locks").stdout
    )
    lock = json.loads(pucs("locks", "--json").stdout)["locks"]["a.py"]
    assert {"agent", "stream", "acquired", "expires", "task"} <= set(lock)
    assert lock["agent"] == "agent-1"


@pytest.fixture
def anna(client) -> Client:
    made: Client = client()
    made.start()
    return made


def test_odd_names_stay_on_their_line(anna: Client, guarded: Repo, pucs: Pucs) -> None:
    anna.write("new\nline\x1b[31m.py", "x\n")
    for command in (["locks"], ["status"], ["log"], ["why", "new\nline\x1b[31m.py"]):
        ran = pucs(*command)
        assert ran.status == 0
        assert "new\\nline\\x1b[31m.py" in ran.stdout
        assert "\x1b" not in ran.stdout
