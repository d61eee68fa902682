"""PostToolUse looks again: who wrote after its lock was taken over meanwhile, and calls that stay open for an hour."""

import json

import pytest

from tests.support import Client, Repo


def back(repo: Repo, seconds: float, path: str = "a.py") -> None:
    """Makes everything that the state knows of the path and its holders that much older."""
    from pucs.view import Change

    def rule(view) -> Change:  # type: ignore[no-untyped-def]
        record = view.path(path)
        tree = record.tree(".")
        older = tuple(lock._replace(acquired=lock.acquired - seconds, last=lock.last - seconds) for lock in tree.locks)
        writes = {"path/" + path: record.with_tree(".", tree._replace(locks=older))}
        for lock in tree.locks:
            agent = view.agent(lock.agent)
            calls = {key: call._replace(since=call.since - seconds) for key, call in agent.calls.items()}
            writes["agent/" + lock.agent] = agent._replace(seen=agent.seen - seconds, calls=calls)
        return Change(None, writes)

    repo.store.transact(rule)


class TestRecheck:
    @pytest.fixture
    def overtaken(self, client, guarded: Repo) -> tuple[Client, Client]:
        """Anna passed the gate, a person took her lock off, ben has it and wrote."""
        anna, ben = client(), client()
        anna.start()
        anna.pre("Write", "a.py", content="anna\n")
        pucs_unlock(guarded)
        assert ben.write("a.py", "ben\n").silent
        return anna, ben

    def test_a_late_write_is_a_recorded_conflict_and_both_are_told(self, overtaken, guarded: Repo, pucs) -> None:
        anna, ben = overtaken
        guarded.write("a.py", "anna\n")
        hers = anna.post()
        assert "agent-2" in hers.context + anna.batch().context
        ben.pre("Edit", "b.py")
        assert "agent-1 wrote over your change to a.py" in ben.fail().context
        (conflict,) = guarded.events("conflict")
        assert (conflict["agent"], conflict["holder"], conflict["file"]) == ("agent-1", "agent-2", "a.py")
        listed = json.loads(pucs("conflicts", "--json").stdout)
        assert "a.py" in json.dumps(listed)
        for text in ("ben\n", "anna\n"):
            guarded.write("kept", text)
            assert (guarded.state / "spool" / guarded.git("hash-object", "kept")).read_text() == text

    def test_a_late_call_that_wrote_nothing_is_none(self, overtaken, guarded: Repo) -> None:
        anna, _ = overtaken
        assert "conflict" not in anna.post().context
        assert guarded.events("conflict") == []
        assert guarded.store.read().path("a.py").tree(".").locks[0].agent == "agent-2"


def pucs_unlock(repo: Repo) -> None:
    """A person takes every lock off a.py."""
    from tests.install.conftest import run_pucs

    assert run_pucs(repo, "unlock", "--force", "a.py").status == 0


class TestOpenCall:
    @pytest.mark.parametrize("hours", [1, 12])
    def test_pins_its_lock_while_its_process_lives(self, hours: int, client, guarded: Repo) -> None:
        anna, ben = client(), client()
        anna.pre("Edit", "a.py")
        back(guarded, 3600.0 * hours)
        assert "agent-1" in ben.pre("Edit", "a.py").reason
        anna.kill()
        assert ben.pre("Edit", "a.py").silent

    def test_that_wrote_parks_its_bytes_when_its_process_is_dead(self, client, guarded: Repo) -> None:
        anna, ben = client(), client()
        anna.pre("Edit", "a.py")
        back(guarded, 3600.0 * 12)
        guarded.write("a.py", "a = 2\n")
        assert "is being changed by agent-1" in ben.pre("Edit", "a.py").reason
        anna.kill()
        assert "gone or idle" in ben.pre("Edit", "a.py").reason
