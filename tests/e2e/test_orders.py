"""What people order: the real client of a paused agent is denied, and that of one told to end really ends."""

import json
import threading

import pytest

from tests.e2e.client import Claude
from tests.e2e.guarded import Guarded, agent_of
from tests.e2e.model_server import ModelServer
from tests.e2e.script import Turn, agent, bash, edit, read, say
from tests.e2e.workplace import Repo

pytestmark = pytest.mark.client

EDITOR = [
    "--agents",
    json.dumps({"editor": {"description": "edits", "prompt": "You edit.", "tools": ["Read", "Edit"]}}),
]


def test_a_paused_agent_is_denied_its_edits_and_commands_until_it_is_resumed(
    claude: Claude, model: ModelServer, repo: Repo, guarded: Guarded
) -> None:
    shared = repo.path / "shared.txt"
    paused, resumed = threading.Event(), threading.Event()
    model.script(
        "MAIN-1",
        [edit(shared, "one", "ONE")],
        Turn(
            [edit(shared, "two", "TWO"), bash("echo x > new.txt"), read(shared), bash("cat shared.txt")], after=paused
        ),
        Turn([edit(shared, "three", "THREE")], after=resumed),
        [say("done")],
    )

    session = claude.start("MAIN-1 go")
    model.wait_for("MAIN-1", turn=1)
    me = agent_of(model, "MAIN-1")
    guarded.pucs("pause", me, "--why", "a release is under way")
    paused.set()
    model.wait_for("MAIN-1", turn=2)
    in_between = repo.read("shared.txt")
    guarded.pucs("resume", me)
    resumed.set()
    session.wait()

    first, denied, command, looked, printed, last = model.results("MAIN-1")
    assert [one.is_error for one in (first, looked, printed, last)] == [False] * 4
    assert denied.text.startswith(
        "PreToolUse:Edit hook error: PUCS: shared.txt was not changed: you were paused by person"
    )
    assert '"a release is under way"' in denied.text
    assert command.text.startswith("PreToolUse:Bash hook error: PUCS: nothing was run: you were paused by person")
    assert "ONE" in looked.text
    assert "ONE" in printed.text
    assert in_between == "ONE\ntwo\nthree\n"
    assert repo.read("shared.txt") == "ONE\ntwo\nTHREE\n"
    assert not (repo.path / "new.txt").exists()
    assert any("You are paused by person" in text for text in model.reminders("MAIN-1"))
    assert [entry["message"] for entry in guarded.log() if entry["action"] in ("paused", "resumed")] == [
        "pause",
        "resume",
    ]


@pytest.mark.parametrize("call", ["edit", "read"])
def test_the_loop_of_an_agent_that_is_told_to_end_ends(
    claude: Claude, model: ModelServer, repo: Repo, guarded: Guarded, call: str
) -> None:
    shared = repo.path / "shared.txt"
    terminated = threading.Event()
    model.script(
        "MAIN-1",
        [edit(shared, "one", "ONE")],
        Turn([edit(shared, "two", "TWO") if call == "edit" else read(shared)], after=terminated),
        [say("never said")],
    )

    session = claude.start("MAIN-1 go")
    model.wait_for("MAIN-1", turn=1)
    me = agent_of(model, "MAIN-1")
    guarded.pucs("terminate", me, "--why", "the wrong branch")
    terminated.set()
    session.wait(exit_code=None)

    assert len(model.requests("MAIN-1")) == 2, "nobody asked the model again"
    assert repo.read("shared.txt") == "ONE\ntwo\nthree\n"
    assert guarded.locks() == {"shared.txt": f"{me} parked"}
    assert "the wrong branch" in session.stdout


def test_a_subagent_that_is_told_to_end_leaves_its_parent_at_work(
    claude: Claude, model: ModelServer, repo: Repo, guarded: Guarded
) -> None:
    shared, app = repo.path / "shared.txt", repo.path / "src/app.py"
    terminated = threading.Event()
    model.script("MAIN-1", [agent("SUB-A write", "editor")], [edit(shared, "three", "THREE")], [say("done")])
    model.script(
        "SUB-A",
        [read(shared), read(app)],  # the client asks this of subagents
        [edit(shared, "two", "TWO")],
        Turn([edit(app, "return 0", "return 1")], after=terminated),
        [say("never said")],
    )

    session = claude.start("MAIN-1 go", EDITOR)
    model.wait_for("SUB-A", turn=2)
    me = agent_of(model, "MAIN-1")
    guarded.pucs("terminate", f"{me}/1")
    terminated.set()
    session.wait(exit_code=None)

    assert len(model.requests("SUB-A")) == 3, "nobody asked the model for more of it"
    assert repo.read("src/app.py").endswith("return 0\n")
    assert repo.read("shared.txt") == "one\nTWO\nTHREE\n"
