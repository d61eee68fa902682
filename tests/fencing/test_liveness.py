"""Who counts as dead, alive or unknown, with real processes, name spaces and clocks (docs/liveness.md has the table)."""

import os
import subprocess
import sys
import time

import pytest

from pucs import locks
from pucs.model import ALIVE, DEAD, UNKNOWN
from pucs.state.files import FileStore
from pucs.state.processes import identify, liveness
from pucs.view import Change
from tests.support import ROOT, Client, Repo

HOUR = 3600.0


def apart() -> list[str]:
    """The command that runs another in a pid name space of its own; skips where this machine does not allow that."""
    command = ["unshare", "-pf", "--mount-proc"]
    try:
        allowed = subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        allowed = False
    if not allowed:
        pytest.skip("no pid name spaces here")
    return command


def elsewhere(repo: Repo, path: str = "a.py", **changed: str) -> None:
    """Makes the holder of the path a process with other marks."""

    def rule(view):
        record = view.path(path)
        (lock,) = record.tree(".").locks
        agent = view.agent(lock.agent)
        process = lock.process._replace(**changed)
        tree = record.tree(".")._replace(locks=(lock._replace(process=process),))
        return Change(
            None, {"path/" + path: record.with_tree(".", tree), "agent/" + agent.id: agent._replace(process=process)}
        )

    repo.store.transact(rule)


def state_at(repo: Repo, now: float, content: str = "other", path: str = "a.py") -> str:
    """What the only lock on the path is when the clock says `now`."""
    view = FileStore(str(repo.state), lambda: now).read()
    (lock,) = view.path(path).tree(".").locks
    return locks.state_of(lock, content, view)


class TestProcesses:
    def test_killed_is_dead_reaped_or_not(self) -> None:
        for reap in (False, True):
            process = subprocess.Popen(["sleep", "600"])
            known = identify(process.pid)
            assert liveness(known) == ALIVE
            process.kill()
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
            if reap:
                process.wait()
            assert liveness(known) == DEAD
            process.wait()

    def test_a_pid_that_is_used_again_is_dead(self) -> None:
        here = identify(os.getpid())
        assert here is not None
        assert liveness(here._replace(started=str(int(here.started) - 1))) == DEAD

    def test_before_the_machine_began_anew_is_dead(self) -> None:
        here = identify(os.getpid())
        assert here is not None
        assert liveness(here._replace(boot="another")) == DEAD

    def test_in_another_pid_name_space_nobody_is_dead(self) -> None:
        gone = subprocess.Popen(["sleep", "600"])
        known = identify(gone.pid)
        gone.kill()
        gone.wait()
        assert (known is not None, liveness(known)) == (True, DEAD)
        code = (
            "import sys; sys.path.append(sys.argv[1]);"
            "from pucs.model import Process; from pucs.state.processes import liveness;"
            "print(liveness(Process(*sys.argv[2:5], int(sys.argv[5]), sys.argv[6])))"
        )
        assert known is not None
        marks = [known.host, known.boot, known.namespace, str(known.pid), known.started]
        command = [*apart(), sys.executable, "-c", code, str(ROOT), *marks]
        said = subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
        assert said == UNKNOWN


class TestUnknown:
    @pytest.mark.parametrize("mark", ["host", "namespace"])
    def test_holds_until_its_lock_lapses_and_parks_bytes_then(self, mark: str, client, guarded: Repo) -> None:
        anna = client()
        anna.write("a.py", "anna\n")
        elsewhere(guarded, **{mark: "another"})
        anna.kill()
        assert "is being changed by agent-1" in client().pre("Edit", "a.py").reason
        now = time.time()
        assert state_at(guarded, now) == locks.HELD
        assert state_at(guarded, now + 13 * HOUR) == locks.PARKED

    def test_open_call_pins_until_the_longest_lock_is_over(self, client, guarded: Repo) -> None:
        anna = client()
        anna.pre("Edit", "a.py")
        elsewhere(guarded, host="another")
        (lock,) = guarded.store.read().path("a.py").tree(".").locks
        assert state_at(guarded, lock.acquired + lock.longest - 1) == locks.HELD
        assert state_at(guarded, lock.acquired + lock.longest + 1) == locks.PARKED


class TestChildOfADeadClient:
    def test_is_said_and_nothing_is_adopted_until_it_is_still(self, client, guarded: Repo) -> None:
        anna, ben = client(), client()
        anna.write("a.py", "anna\n")
        script = "while read line; do echo $line >>a.py; echo done; done"
        child = subprocess.Popen(
            ["sh", "-c", script], cwd=guarded.root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert child.stdin is not None
        assert child.stdout is not None
        anna.kill()
        try:
            for number in range(3):
                child.stdin.write(f"{number}\n")
                child.stdin.flush()
                assert child.stdout.readline() == "done\n"
                assert "something may still be writing" in ben.pre("Edit", "a.py").reason
        finally:
            child.kill()
            child.communicate()
        assert ben.pre("Edit", "a.py").silent


class TestClocks:
    def test_a_laptop_that_slept_parks_and_frees_nothing(self, client, guarded: Repo) -> None:
        """The wall clock goes on while it sleeps: a lock lapses, its bytes stay, its agent's next call renews it."""
        client().write("a.py", "anna\n")
        assert state_at(guarded, time.time() + 24 * HOUR) == locks.PARKED

    def test_an_open_call_of_a_living_client_outlasts_any_sleep(self, client, guarded: Repo) -> None:
        client().pre("Edit", "a.py")
        assert state_at(guarded, time.time() + 1000 * HOUR) == locks.HELD

    def test_a_clock_set_back_frees_nothing(self, client, guarded: Repo) -> None:
        client().write("a.py", "anna\n")
        for hours in (1, 1000):
            assert state_at(guarded, time.time() - hours * HOUR) == locks.HELD

    def test_a_clock_set_on_and_back_does_not_take_from_who_works(self, client, guarded: Repo) -> None:
        anna: Client = client()
        anna.write("a.py", "anna\n")
        assert state_at(guarded, time.time() + 24 * HOUR) == locks.PARKED
        assert state_at(guarded, time.time()) == locks.HELD
        assert "is being changed by agent-1" in client().pre("Edit", "a.py").reason
