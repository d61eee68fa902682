"""What an agent is told when it begins, and who it stays through /clear, resume and a kill."""

import threading

import pytest

from tests.e2e.client import Claude
from tests.e2e.guarded import Guarded, agent_of
from tests.e2e.model_server import ModelServer
from tests.e2e.script import Turn, edit, say
from tests.e2e.workplace import Repo

pytestmark = pytest.mark.client

STREAMS = """\
streams:
  app:
    files_pattern: "src/**"
  docs:
    files_pattern: "docs/**"
"""
GREETING = "SessionStart hook additional context: "


def greetings(model: ModelServer, marker: str) -> list[str]:
    """What the model of this stream was told at each start of a session."""
    return [text.removeprefix(GREETING) for text in model.reminders(marker) if text.startswith(GREETING)]


def test_the_model_is_told_who_it_is_and_who_else_is_here(
    claude: Claude, model: ModelServer, repo: Repo, guarded: Guarded
) -> None:
    guarded.configure(STREAMS)
    over = threading.Event()
    model.script("MAIN-1", [edit(repo.path / "shared.txt", "two", "TWO")], Turn([say("-")], after=over))
    model.script("MAIN-2", Turn([say("done")], sets=over))

    first = claude.start("MAIN-1 go")
    model.wait_for("MAIN-1", turn=1)
    second = claude.start("MAIN-2 go", env={"PUCS_STREAM": "app"})
    first.wait()
    second.wait()

    [alone], [in_company] = greetings(model, "MAIN-1"), greetings(model, "MAIN-2")
    assert alone == (
        "PUCS guards this repository. You are agent-1. Edits take locks by themselves; commits release them."
    )
    assert in_company == (
        "PUCS guards this repository. You are app-agent-1, stream app. Change only src/** and what no stream owns. "
        "Also at work: agent-1 (shared.txt). Edits take locks by themselves; commits release them."
    )
    assert len(in_company.split()) <= 60
    # It is there before the first word of the model.
    assert any(in_company in reminder for reminder in model.requests("MAIN-2")[0].reminders)


def test_a_cleared_chat_stays_the_same_agent_and_keeps_its_lock(
    claude: Claude, model: ModelServer, repo: Repo, guarded: Guarded
) -> None:
    shared = repo.path / "shared.txt"
    model.script("MAIN-1", [edit(shared, "two", "TWO")])
    model.script("MAIN-2", [edit(shared, "three", "THREE")])

    chat = claude.start("MAIN-1 go", chat=True).settle()
    chat.send("/clear").settle()
    locks = guarded.locks()
    chat.send("MAIN-2 go").settle()
    chat.wait()

    assert len(chat.session_ids) == 2
    assert locks == {"shared.txt": "agent-1"}
    assert (agent_of(model, "MAIN-1"), agent_of(model, "MAIN-2")) == ("agent-1", "agent-1")
    assert [result.is_error for result in model.results("MAIN-2")] == [False]
    assert {entry["agent"] for entry in guarded.log()} == {"agent-1"}
    assert repo.read("shared.txt") == "one\nTWO\nTHREE\n"


@pytest.mark.parametrize("end", ["after-its-end", "after-a-kill"])
def test_a_resumed_session_is_the_same_agent_and_goes_on_in_its_own_bytes(
    claude: Claude, model: ModelServer, repo: Repo, guarded: Guarded, end: str
) -> None:
    shared = repo.path / "shared.txt"
    killed = threading.Event()
    model.script(
        "MAIN-1", [edit(shared, "two", "TWO")], Turn([say("-")], after=killed if end == "after-a-kill" else None)
    )
    model.script("MAIN-2", [edit(shared, "three", "THREE")])

    first = claude.start("MAIN-1 go")
    if end == "after-a-kill":
        model.wait_for("MAIN-1", turn=1)
        first.kill()
        killed.set()
    first.wait(exit_code=None)
    parked = guarded.locks()
    resumed = claude.start("MAIN-2 go on", ["--resume", first.session_id]).wait()

    assert parked == {"shared.txt": "agent-1 parked"}
    assert agent_of(model, "MAIN-2") == "agent-1"
    assert not model.results("MAIN-2")[-1].is_error
    assert guarded.log("denied") == []
    assert {entry["agent"] for entry in guarded.log()} == {"agent-1"}
    assert resumed.session_id == first.session_id
    assert repo.read("shared.txt") == "one\nTWO\nTHREE\n"
