"""SIGKILL in mid-edit: clean files are free at once, dirty bytes are shown, then handed over, and a copy is kept."""

import json
import threading

import pytest

from tests.e2e.client import Claude
from tests.e2e.gate import Gate
from tests.e2e.guarded import Guarded, agent_of, said, until
from tests.e2e.model_server import ModelServer
from tests.e2e.script import Turn, bash, edit, say
from tests.e2e.workplace import Repo

pytestmark = pytest.mark.client


def held_at(event: str, gate: Gate) -> list[str]:
    """Arguments that give a session one more hook, which holds each Edit there."""
    hook = {"matcher": "Edit", "hooks": [{"type": "command", "command": gate.command}]}
    return ["--settings", json.dumps({"hooks": {event: [hook]}})]


def test_killed_before_the_write_nobody_waits(
    claude: Claude, model: ModelServer, repo: Repo, guarded: Guarded, gate: Gate
) -> None:
    shared = repo.path / "shared.txt"
    model.script("MAIN-1", [edit(shared, "two", "TWO")])
    looked = threading.Event()
    model.script("MAIN-2", [edit(shared, "three", "THREE")], Turn([say("done")], after=looked))
    doomed = claude.start("MAIN-1 go", held_at("PreToolUse", gate))
    gate.wait()
    until(lambda: guarded.locks() == {"shared.txt": "agent-1"})

    doomed.kill()
    left = guarded.pucs("locks")
    heir = claude.start("MAIN-2 go")
    model.wait_for("MAIN-2", turn=1)
    shown = guarded.pucs("why", "shared.txt")
    looked.set()
    heir.wait()

    assert left == "nothing is locked\n"
    assert [result.is_error for result in model.results("MAIN-2")] == [False]
    assert repo.read("shared.txt") == "one\ntwo\nTHREE\n"
    assert said(heir, "PreToolUse") == []
    assert "a new agent is denied: " in shown
    assert "-three\n      +THREE\n" in shown


@pytest.mark.parametrize("moment", ["in-the-write", "after-the-write"])
def test_killed_with_dirty_bytes_the_next_sees_them_and_takes_them_over(
    claude: Claude, model: ModelServer, repo: Repo, guarded: Guarded, gate: Gate, moment: str
) -> None:
    shared = repo.path / "shared.txt"
    model.script("MAIN-1", [edit(shared, "two", "TWO")], Turn([say("-")], after=threading.Event()))
    model.script("MAIN-2", [edit(shared, "three", "THREE")], [edit(shared, "three", "THREE")])
    if moment == "in-the-write":
        doomed = claude.start("MAIN-1 go", held_at("PostToolUse", gate))
        gate.wait()
    else:
        doomed = claude.start("MAIN-1 go")
        model.wait_for("MAIN-1", turn=1)

    doomed.kill()
    left = guarded.locks()
    claude.start("MAIN-2 go").wait()

    denied, granted = model.results("MAIN-2")
    assert left == {"shared.txt": "agent-1 parked"}
    assert denied.text.startswith(
        "PreToolUse:Edit hook error: PUCS: shared.txt holds uncommitted changes of agent-1, who is gone or idle"
    )
    assert "\n@@ line 2\n-two\n+TWO\n" in denied.text
    assert denied.text.endswith("repeat the same edit (a copy is kept); else leave the file alone.")
    assert (denied.is_error, granted.is_error) == (True, False)
    assert repo.read("shared.txt") == "one\nTWO\nTHREE\n"
    assert "one\nTWO\nthree\n" in guarded.kept()
    [adopted] = guarded.log("adopted")
    assert (adopted["agent"], adopted["file"], adopted["from"]) == (agent_of(model, "MAIN-2"), "shared.txt", "agent-1")


def test_killed_in_a_command_that_goes_on_writing_nothing_is_handed_over_until_it_is_still(
    claude: Claude, model: ModelServer, repo: Repo, guarded: Guarded, gate: Gate
) -> None:
    shared = repo.path / "shared.txt"
    tried, wrote = threading.Event(), threading.Event()
    attempt = [edit(shared, "three", "THREE")]
    model.script("MAIN-1", [edit(shared, "two", "TWO")], [bash(f"{gate.command}; echo more >> shared.txt")])
    model.script("MAIN-2", attempt, Turn(attempt, sets=tried, after=wrote), attempt)
    doomed = claude.start("MAIN-1 go")
    gate.wait()

    doomed.kill()
    heir = claude.start("MAIN-2 go")
    tried.wait(30)
    gate.open()
    until(lambda: "more" in repo.read("shared.txt"))
    wrote.set()
    heir.wait()

    first, second, granted = model.results("MAIN-2")
    assert (first.is_error, second.is_error, granted.is_error) == (True, True, False)
    assert "It changed since their last write: something may still be writing." in second.text
    assert "\n-two\n+TWO\n" in first.text
    assert "\n+more\n" in second.text
    assert repo.read("shared.txt") == "one\nTWO\nTHREE\nmore\n"
    assert "one\nTWO\nthree\nmore\n" in guarded.kept()
