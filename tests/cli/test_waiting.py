"""`pucs wait`: a line in which nobody is overtaken, nobody holds anything, and who is gone keeps nobody out."""

import fcntl
import json
import os
import signal
import subprocess

import pytest

from tests.cli.conftest import Pucs, begin, shell_of
from tests.commits.conftest import commit, hook_up
from tests.support import Client, Repo, policy

Popen = subprocess.Popen


@pytest.fixture(autouse=True)
def guarded_without_patience(guarded: Repo) -> None:
    guarded.guard(policy(locks={"wait_s": 0}))


class Line:
    """Waits that are under way, each of them in line before the next one begins."""

    def __init__(self, repo: Repo) -> None:
        self.repo = repo
        self.waits: list[Popen[str]] = []

    def joins(self, who: Client, *what: str) -> "Popen[str]":
        wait = begin(who.repo, "wait", *what, "--timeout", "60", **shell_of(who))
        self.waits.append(wait)
        assert wait.stderr is not None
        said = wait.stderr.readline()
        assert said.startswith("pucs: waiting for "), said
        return wait

    def stops(self, wait: "Popen[str]") -> None:
        """SIGSTOP, but not in the middle of a write of the state, for which everybody else would have to wait."""
        while True:
            wait.send_signal(signal.SIGSTOP)
            os.waitid(os.P_PID, wait.pid, os.WSTOPPED)
            with (self.repo.state / "mutex").open() as mutex:
                try:
                    fcntl.flock(mutex, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    wait.send_signal(signal.SIGCONT)
                else:
                    return

    def served(self, wait: "Popen[str]") -> str:
        said, errors = wait.communicate(timeout=60)
        assert wait.returncode == 0, errors
        return said

    def close(self) -> None:
        for wait in self.waits:
            wait.kill()
            wait.communicate()


@pytest.fixture
def line(guarded: Repo):
    made = Line(guarded)
    yield made
    made.close()


@pytest.fixture
def four(client) -> list[Client]:
    made = [client() for _ in range(4)]
    for one in made:
        one.start()
    return made


def in_line(pucs: Pucs) -> list[str]:
    said = pucs("status").stdout
    return [text.strip() for text in said.splitlines() if "in line: " in text]


class TestTurn:
    def test_first_come_first_served(self, four: list[Client], line: Line, pucs: Pucs) -> None:
        anna, bob, carl, _ = four
        anna.write("a.py", "anna\n")
        bobs, carls = line.joins(bob, "a.py"), line.joins(carl, "a.py")
        anna.write("a.py", "a = 1\n")
        assert "a.py is yours" in line.served(bobs)
        assert carls.poll() is None
        assert pucs("unlock", by=bob).stdout == "a.py is free\n"
        assert "a.py is yours" in line.served(carls)

    def test_all_paths_or_none(self, four: list[Client], line: Line) -> None:
        anna, bob, carl, dora = four
        anna.write("a.py", "anna\n")
        wait = line.joins(bob, "b.py", "a.py")
        assert carl.write("b.py", "carl\n").silent, "it holds nothing while it waits"
        anna.write("a.py", "a = 1\n")
        assert dora.pre("Edit", "b.py").denied
        assert wait.poll() is None
        carl.write("b.py", "b = 1\n")
        assert line.served(wait).count("is yours") == 2
        assert "held by agent-2" in dora.pre("Edit", "b.py").reason
        assert "locked by agent-2" in dora.pre("Edit", "a.py").reason

    def test_nobody_pushes_in(self, four: list[Client], line: Line) -> None:
        anna, bob, carl, _ = four
        anna.write("a.py", "anna\n")
        wait = line.joins(bob, "a.py")
        line.stops(wait)
        anna.write("a.py", "a = 1\n")
        said = carl.pre("Edit", "a.py").reason
        assert said.startswith("PUCS: a.py is free, but agent-2 has waited for it since ")
        assert "wait t" in said
        assert bob.pre("Edit", "a.py").silent, "it is bob's turn"
        bob.fail()
        wait.send_signal(signal.SIGCONT)
        assert "a.py is yours" in line.served(wait)

    def test_the_hook_itself_waits_a_moment_for_the_turn_of_another(
        self, four: list[Client], line: Line, guarded: Repo
    ) -> None:
        guarded.guard(policy(locks={"wait_s": 7}))
        anna, bob, carl, _ = four
        anna.write("a.py", "anna\n")
        wait = line.joins(bob, "a.py")
        anna.write("a.py", "a = 1\n")
        assert "locked by agent-2" in carl.pre("Edit", "a.py").reason
        line.served(wait)


class TestLock:
    def test_is_an_ordinary_one_once_its_agent_writes(
        self, four: list[Client], line: Line, pucs: Pucs, guarded: Repo
    ) -> None:
        anna, bob, carl, _ = four
        anna.write("a.py", "anna\n")
        wait = line.joins(bob, "a.py")
        anna.write("a.py", "a = 1\n")
        line.served(wait)
        assert bob.write("a.py", "bob\n").silent
        held = json.loads(pucs("locks", "--json").stdout)["locks"]["a.py"]
        assert held["explicit"] is False
        minutes = [int(held[key][11:13]) * 60 + int(held[key][14:16]) for key in ("acquired", "expires")]
        assert (minutes[1] - minutes[0]) % 1440 >= 29
        bob.write("a.py", "a = 1\n")
        assert carl.pre("Edit", "a.py").silent

    def test_outlives_an_edit_that_failed(self, four: list[Client], line: Line) -> None:
        anna, bob, carl, _ = four
        anna.write("a.py", "anna\n")
        wait = line.joins(bob, "a.py")
        anna.write("a.py", "a = 1\n")
        line.served(wait)
        bob.pre("Edit", "a.py")
        bob.fail()
        assert "locked by agent-2" in carl.pre("Edit", "a.py").reason

    def test_what_is_free_is_taken_at_once(self, four: list[Client], pucs: Pucs) -> None:
        anna, bob, *_ = four
        ran = pucs("wait", "a.py", "b.py", by=anna)
        assert (ran.status, ran.stdout.count("is yours")) == (0, 2)
        assert bob.pre("Edit", "a.py").denied
        assert in_line(pucs) == []


class TestPlace:
    def test_is_kept_for_who_calls_again(self, four: list[Client], line: Line, pucs: Pucs) -> None:
        anna, bob, carl, _ = four
        anna.write("a.py", "anna\n")
        assert pucs("wait", "a.py", "--timeout", "0", by=bob).status == 1
        carls = line.joins(carl, "a.py")
        bobs = line.joins(bob, "a.py")
        anna.write("a.py", "a = 1\n")
        line.served(bobs)
        assert carls.poll() is None

    def test_is_nothing_while_nobody_waits_there(self, four: list[Client], line: Line, pucs: Pucs) -> None:
        anna, bob, carl, _ = four
        anna.write("a.py", "anna\n")
        assert pucs("wait", "a.py", "--timeout", "0", by=bob).status == 1
        carls = line.joins(carl, "a.py")
        anna.write("a.py", "a = 1\n")
        line.served(carls)
        assert "agent-3 waits for it and is next" in bob.batch().context
        pucs("unlock", by=carl)
        assert "a.py is free now; you waited for it earlier." in bob.batch().context

    @pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
    def test_of_a_killed_wait_is_no_ghost(self, end: int, four: list[Client], line: Line, pucs: Pucs) -> None:
        anna, bob, carl, _ = four
        anna.write("a.py", "anna\n")
        bobs = line.joins(bob, "a.py")
        carls = line.joins(carl, "a.py")
        assert in_line(pucs) == ["a.py  in line: agent-2, agent-3"]
        bobs.send_signal(end)
        assert bobs.wait(60) == (130 if end == signal.SIGINT else -end)
        assert in_line(pucs) == ["a.py  in line: agent-3"]
        anna.write("a.py", "a = 1\n")
        line.served(carls)

    def test_of_a_dead_agent_is_none_even_where_its_wait_lives(self, four: list[Client], line: Line) -> None:
        anna, bob, carl, _ = four
        anna.write("a.py", "anna\n")
        wait = line.joins(bob, "a.py")
        line.stops(wait)
        bob.kill()
        anna.write("a.py", "a = 1\n")
        assert carl.pre("Edit", "a.py").silent
        wait.send_signal(signal.SIGCONT)
        _, errors = wait.communicate(timeout=60)
        assert (wait.returncode, "agent-2 is gone" in errors) == (1, True)

    def test_shows_in_the_proposals_queue(self, four: list[Client], line: Line, pucs: Pucs, guarded: Repo) -> None:
        guarded.guard(policy(critical={"*.py": 7200}, locks={"wait_s": 0}))
        anna, bob, carl, dora = four
        anna.write("a.py", "anna\n")
        dora.pre("Edit", "a.py")
        line.joins(carl, "a.py")
        line.joins(bob, "a.py")
        queue = json.loads(pucs("status", "--json").stdout)["critical_files"]["*.py"]["queue"]
        assert queue == ["agent-3", "agent-2", "agent-4"]
        assert "3 waiting: agent-3, agent-2, agent-4" in pucs("locks").stdout


class TestCriticalFileOfSeveralWorktrees:
    @pytest.fixture
    def apart(self, client, guarded: Repo) -> list[Client]:
        """Three agents, each in a worktree of its own."""
        guarded.guard(policy(critical={"a.py": 7200}, locks={"wait_s": 0}))
        made = [client(guarded), client(guarded.worktree("side")), client(guarded.worktree("third"))]
        for one in made:
            one.start()
        return made

    def test_first_come_first_served_whichever_worktree_they_are_in(self, apart: list[Client], line: Line) -> None:
        anna, bob, carl = apart
        anna.write("a.py", "anna\n")
        bobs, carls = line.joins(bob, "a.py"), line.joins(carl, "a.py")
        anna.write("a.py", "a = 1\n")
        assert "a.py is yours" in line.served(bobs)
        assert carls.poll() is None
        assert "worktree side" in carl.pre("Edit", "a.py").reason
        assert "worktree side" in anna.pre("Edit", "a.py").reason
        gives_back = begin(bob.repo, "unlock", "a.py", **shell_of(bob))
        assert gives_back.communicate(timeout=60)[0] == "a.py is free\n"
        assert "a.py is yours" in line.served(carls)

    def test_nobody_pushes_in_from_another_worktree(self, apart: list[Client], line: Line) -> None:
        anna, bob, carl = apart
        anna.write("a.py", "anna\n")
        wait = line.joins(bob, "a.py")
        line.stops(wait)
        anna.write("a.py", "a = 1\n")
        assert "agent-2 has waited for it since" in carl.pre("Edit", "a.py").reason
        assert "agent-2 has waited for it since" in anna.pre("Edit", "a.py").reason
        wait.send_signal(signal.SIGCONT)
        assert "a.py is yours" in line.served(wait)

    def test_whoever_waited_needs_the_version_that_was_committed_meanwhile(
        self, apart: list[Client], line: Line, guarded: Repo
    ) -> None:
        anna, bob, _ = apart
        hook_up(guarded)
        anna.write("a.py", "anna\n")
        wait = line.joins(bob, "a.py")
        assert commit(anna, "-am", "feat: Anna").status == 0
        assert "a.py is yours" in line.served(wait)
        assert "Run `git merge main`" in bob.pre("Edit", "a.py").reason
        bob.repo.git("merge", "-q", "main")
        assert bob.edit("a.py", "anna\n", "bob\n").silent


class TestRefusal:
    def test_a_circle_is_shown_and_not_begun(self, four: list[Client], line: Line, pucs: Pucs) -> None:
        anna, bob, *_ = four
        anna.write("a.py", "anna\n")
        bob.write("b.py", "bob\n")
        wait = line.joins(bob, "a.py")
        ran = pucs("wait", "b.py", by=anna)
        assert ran.status == 1
        assert "agent-1 waits for b.py (held by agent-2), agent-2 waits for a.py (held by agent-1)" in ran.stderr, (
            ran.stderr
        )
        assert "commit what you have in a.py" in ran.stderr
        assert wait.poll() is None
        anna.write("a.py", "a = 1\n")
        line.served(wait)

    def test_a_circle_of_three_with_a_subagent(self, four: list[Client], line: Line, pucs: Pucs) -> None:
        anna, bob, carl, _ = four
        child = bob.subagent("child")
        child.start()
        anna.write("a.py", "anna\n")
        child.write("b.py", "child\n")
        carl.write("docs/x.md", "carl\n")
        line.joins(carl, "b.py")
        line.joins(bob, "a.py")
        ran = pucs("wait", "docs/x.md", by=anna)
        assert ran.status == 1
        assert (
            "agent-1 waits for docs/x.md (held by agent-3), agent-3 waits for b.py (held by agent-2/1), "
            "agent-2 waits for a.py (held by agent-1)" in ran.stderr
        ), ran.stderr

    def test_without_a_live_wait_there_is_no_circle(self, four: list[Client], pucs: Pucs) -> None:
        anna, bob, *_ = four
        anna.write("a.py", "anna\n")
        bob.write("b.py", "bob\n")
        assert pucs("wait", "a.py", "--timeout", "0", by=bob).status == 1
        assert "is still held by" in pucs("wait", "b.py", "--timeout", "0", by=anna).stderr

    def test_what_time_does_not_mend(self, client, guarded: Repo, pucs: Pucs) -> None:
        guarded.guard(policy(streams={"db": "db/**", "web": "web/**"}))
        anna, bob = client(PUCS_STREAM="db"), client()
        anna.start()
        ran = pucs("wait", "a.py", "web/x.py", by=anna, PUCS_STREAM="db")
        assert (ran.status, "belongs to stream web" in ran.stderr) == (1, True)
        assert bob.write("a.py", "bob\n").silent
        bob.kill()
        ran = pucs("wait", "a.py", by=anna)
        assert (ran.status, "uncommitted changes of agent-1" in ran.stderr) == (1, True)
        assert in_line(pucs) == []

    def test_longer_than_anybody_may_wait(self, four: list[Client], pucs: Pucs, guarded: Repo) -> None:
        guarded.guard(policy(locks={"queue_timeout_s": 0.01}))
        anna, bob, *_ = four
        anna.write("a.py", "anna\n")
        ran = pucs("wait", "a.py", "--timeout", "30", by=bob)
        assert (ran.status, "locks.queue_timeout_min" in ran.stderr) == (1, True)


class TestOthers:
    def test_who_was_denied_hears_when_it_is_free_for_it(self, four: list[Client], line: Line, pucs: Pucs) -> None:
        anna, bob, carl, _ = four
        anna.write("a.py", "anna\n")
        assert carl.pre("Edit", "a.py").denied
        wait = line.joins(bob, "a.py")
        anna.write("a.py", "a = 1\n")
        line.served(wait)
        assert "agent-2 waits for it and is next" in carl.batch().context
        pucs("unlock", by=bob)
        assert "a.py is free now; you were denied it earlier." in carl.batch().context

    def test_a_person_waits_and_takes_nothing(self, four: list[Client], pucs: Pucs) -> None:
        anna, bob, *_ = four
        anna.write("a.py", "anna\n")
        assert pucs("wait", "b.py", "a.py", "--timeout", "0").status == 1
        ran = pucs("wait", "b.py", "docs/x.md")
        assert (ran.status, ran.stdout) == (0, "b.py is free\ndocs/x.md is free\n")
        assert bob.pre("Edit", "b.py").silent
        assert in_line(pucs) == []

    def test_a_death_is_told_to_who_was_denied(self, four: list[Client], pucs: Pucs) -> None:
        anna, bob, *_ = four
        anna.pre("Edit", "a.py")
        assert bob.pre("Edit", "a.py").denied
        anna.kill()
        pucs("status")
        assert "a.py is free now" in bob.batch().context

    def test_the_whole_tree_is_waited_for_without_taking_it(self, four: list[Client], pucs: Pucs) -> None:
        ran = pucs("wait", ".", by=four[0])
        assert (ran.status, ran.stdout) == (0, "this working tree is free\n")
        assert pucs("locks").stdout == "nothing is locked\n"
