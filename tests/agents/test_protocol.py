"""Every message of the proposal's section 6.2 really happens: what it does is seen, and the log bears its name."""

from collections.abc import Callable

import pytest

from pucs import AgentMessage, CoordinatorMessage, PUCSClient
from pucs.errors import Refusal
from pucs.protocol import MESSAGES, names_in
from tests.agents.conftest import Pucs
from tests.support import Client, Repo, policy

Named = Callable[[Client], str]


class Listening:
    """The log, read on: what was said since it was asked last."""

    def __init__(self, repo: Repo) -> None:
        self.repo = repo
        self.read = 0

    def heard(self) -> list[tuple[str, str]]:
        """The new messages, each with the agent whose entry names it."""
        entries = self.repo.events()[self.read :]
        self.read += len(entries)
        return [(entry["agent"], name) for entry in entries for name in names_in(entry)]


@pytest.fixture
def log(guarded: Repo) -> Listening:
    """What is said, in a repository with a stream for one agent."""
    rules = policy(streams={"db": "db/**"})
    guarded.guard(rules._replace(streams=(rules.streams[0]._replace(max_agents=1),)))
    return Listening(guarded)


def test_the_names_are_the_proposals() -> None:
    assert (
        *("register", "claim_stream", "signal_intent", "acquire_lock", "release_lock"),
        *("log_action", "report_conflict", "request_help", "complete_task", "handoff"),
        *("registered", "stream_assigned", "lock_granted", "lock_denied", "conflict_alert"),
        *("task_assigned", "pause", "resume", "terminate"),
    ) == MESSAGES


def test_by_the_library(guarded: Repo, log: Listening) -> None:
    anna, ben = (PUCSClient(name, path=str(guarded.root)) for name in ("anna", "ben"))
    said = AgentMessage
    told = CoordinatorMessage
    seen: set[str] = set()

    def expect(*messages: tuple[str, str]) -> None:
        heard = log.heard()
        assert heard == list(messages)
        seen.update(name for _, name in heard)

    assert anna.register().agent_id == "anna"
    expect(("anna", said.REGISTER), ("anna", told.REGISTERED))
    ben.register()
    log.heard()

    assert anna.claim_stream("db").granted
    expect(("anna", said.CLAIM_STREAM), ("anna", told.STREAM_ASSIGNED))
    assert not ben.claim_stream("db").granted
    expect(("ben", said.CLAIM_STREAM))
    anna.leave_stream()
    assert ben.place_in("db").granted
    expect(("ben", told.STREAM_ASSIGNED))

    assert anna.signal_intent(["a.py"], "Tidy up").files == ("a.py",)
    expect(("anna", said.SIGNAL_INTENT))
    assert [one.holder for one in ben.signal_intent(["a.py"], "Tidy up, too").conflicts] == ["anna"]
    expect(("ben", said.SIGNAL_INTENT), ("ben", told.CONFLICT_ALERT))

    anna.acquire_locks("a.py")
    expect(("anna", said.ACQUIRE_LOCK), ("anna", told.LOCK_GRANTED))
    with pytest.raises(Refusal, match="locked by anna"):
        ben.acquire_locks("a.py")
    expect(("ben", said.ACQUIRE_LOCK), ("ben", told.LOCK_DENIED))
    anna.log_change("Modified a.py", ["a.py"])
    expect(("anna", said.LOG_ACTION))
    assert anna.release_locks() == ("a.py",)
    expect(("anna", said.RELEASE_LOCK))

    assert ben.report_conflict("a.py", "same function", ["anna"]).parties == ("ben", "anna")
    expect(("ben", said.REPORT_CONFLICT), ("ben", told.CONFLICT_ALERT))
    assert anna.request_help("Which one?").answered == 0.0
    expect(("anna", said.REQUEST_HELP))

    task = ben.add_task("Index it")
    anna.assign_task(task.id, "ben")
    assert ben.claim_task(task.id) is not None
    assert ben.complete_task(task.id).state == "done"
    heard = [one for one in log.heard() if one[1] in (told.TASK_ASSIGNED, said.COMPLETE_TASK)]
    assert heard[-1] == ("ben", said.COMPLETE_TASK)
    assert told.TASK_ASSIGNED in [name for _, name in heard]
    seen.update(name for _, name in heard)
    ben.handoff(["anna"], ["Index it"], {"notes": "see the index"})
    expect(("ben", said.HANDOFF))

    assert ben.pause("anna") == ("anna",)
    with pytest.raises(Refusal, match="you were paused by ben"):
        anna.acquire_locks("b.py")
    expect(("anna", told.PAUSE), ("anna", said.ACQUIRE_LOCK), ("anna", told.LOCK_DENIED))
    assert ben.resume("anna") == ("anna",)
    anna.acquire_locks("b.py")
    expect(("anna", told.RESUME), ("anna", said.ACQUIRE_LOCK), ("anna", told.LOCK_GRANTED))
    assert ben.terminate("anna") == ("anna",)
    expect(("anna", told.TERMINATE), ("anna", said.RELEASE_LOCK))
    ben.acquire_locks("b.py")
    seen.update(name for _, name in log.heard())
    assert seen == set(MESSAGES)


def test_who_never_heard_of_it_says_most_of_it_by_hooks(
    client, pucs: Pucs, named: Named, guarded: Repo, log: Listening
) -> None:
    anna, ben = client(PUCS_TASK="Shout"), client()
    anna.write("a.py", "A\n")
    assert ben.pre("Edit", "a.py").denied
    anna.write("a.py", "a = 1\n")
    anna.end()
    said = log.heard()
    assert [name for agent, name in said if agent == named(anna)] == [
        *("register", "registered", "signal_intent", "acquire_lock", "lock_granted", "release_lock"),
    ]
    assert [name for agent, name in said if agent == named(ben)] == [
        *("register", "registered", "acquire_lock", "lock_denied"),
    ]
    shown = pucs("log", "--message", "lock_denied").stdout.splitlines()
    assert len(shown) == 1
    assert f"{named(ben)}  denied  file=a.py" in shown[0]
    assert "message=" not in shown[0]
