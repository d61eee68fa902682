"""Proves the harness, with hooks of its own: what it shows of a session is what the client really did."""

import json
import threading
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.client import Claude, can_isolate
from tests.e2e.gate import Gate
from tests.e2e.model_server import ModelServer, tool_use_id
from tests.e2e.recorder import Recorder
from tests.e2e.script import Request, Turn, agent, bash, say, write
from tests.e2e.workplace import Repo

pytestmark = pytest.mark.client


@pytest.fixture
def recorder(repo: Repo, tmp_path: Path) -> Recorder:
    """Hooks on every event, installed in the repository."""
    recorder = Recorder(tmp_path / "hooks")
    repo.settings(recorder.settings)
    return recorder


def test_a_write_happens_and_its_hooks_are_recorded(
    claude: Claude, model: ModelServer, repo: Repo, recorder: Recorder
) -> None:
    model.script("MAIN-1", [say("on it"), write(repo.path / "new.txt", "hello\n")], [say("bye")])

    session = claude.start("MAIN-1 go").wait()

    assert repo.read("new.txt") == "hello\n"
    assert recorder.names() == [
        "SessionStart", "PreToolUse", "PostToolUse", "PostToolBatch", "Stop", "SessionEnd",
    ]  # fmt: skip
    assert {event["session_id"] for event in recorder.events()} == {session.session_id}
    assert {event["client_pid"] for event in recorder.events()} == {session.pid}
    assert {event["parent_pid"] for event in recorder.events()} == {session.pid}
    [before] = recorder.events(hook_event_name="PreToolUse")
    assert before["tool_use_id"] == tool_use_id("MAIN-1", 0, 1)
    assert [answer["exit_code"] for answer in session.hooks("PostToolUse:Write")] == [0]
    assert (session.result["result"], session.denials, session.leftovers()) == ("bye", [], [])


def test_the_model_sees_a_denial_and_the_context_of_a_hook(
    claude: Claude, model: ModelServer, repo: Repo, recorder: Recorder
) -> None:
    secret, free = repo.path / "secret.txt", repo.path / "free.txt"
    model.script("MAIN-1", [write(secret, "mine\n")], [write(free, "free\n")])

    claude.start("MAIN-1 go").wait()

    assert (secret.exists(), free.exists()) == (False, True)
    assert recorder.names(tool_name="Write") == ["PreToolUse", "PreToolUse", "PostToolUse"]
    denied, written = model.results("MAIN-1")
    assert denied.text == "PreToolUse:Write hook error: secret.txt is not yours"
    assert (denied.is_error, written.is_error) == (True, False)
    after_denial, after_write = model.requests("MAIN-1")[1:]
    context = "PostToolUse:Write hook additional context: seen by the hook: Write"
    assert (context in after_denial.reminders, context in after_write.reminders) == (False, True)
    assert model.reminders("MAIN-1").count(context) == 1


def test_a_turn_may_depend_on_what_the_model_read(claude: Claude, model: ModelServer, repo: Repo) -> None:
    def repeat(request: Request) -> list[Any]:
        return [write(repo.path / "copy.txt", request.results[0].text)]

    model.script("MAIN-1", [bash("cat shared.txt")], repeat, [say("bye")])

    claude.start("MAIN-1 go").wait()

    assert repo.read("copy.txt") == "one\ntwo\nthree"


def test_two_sessions_take_turns(claude: Claude, model: ModelServer, repo: Repo, recorder: Recorder) -> None:
    shared = repo.path / "shared.txt"
    first_wrote, second_wrote = threading.Event(), threading.Event()
    model.script(
        "MAIN-1",
        [write(shared, "first\n")],
        Turn([bash("cat shared.txt")], sets=first_wrote, after=second_wrote),
    )
    model.script(
        "MAIN-2",
        Turn([bash("cat shared.txt")], after=first_wrote),
        [write(shared, "second\n")],
        Turn([say("bye")], sets=second_wrote),
    )

    sessions = [claude.start(f"{marker} go") for marker in ("MAIN-1", "MAIN-2")]
    first, second = [session.wait() for session in sessions]

    assert model.tool_results("MAIN-1")[-1] == "second"
    assert model.tool_results("MAIN-2")[0] == "first"
    writes = [(event["session_id"], event["hook_event_name"]) for event in recorder.events(tool_name="Write")]
    assert writes == [
        (session.session_id, name) for session in (first, second) for name in ("PreToolUse", "PostToolUse")
    ]
    assert first.session_id != second.session_id


def test_two_sessions_meet_at_a_barrier(claude: Claude, model: ModelServer, repo: Repo) -> None:
    barrier = threading.Barrier(2)
    for marker in ("MAIN-1", "MAIN-2"):
        model.script(marker, [bash("true")], Turn([write(repo.path / marker, "met\n")], after=barrier))

    sessions = [claude.start(f"{marker} go") for marker in ("MAIN-1", "MAIN-2")]
    for session in sessions:
        session.wait()

    assert [repo.read(marker) for marker in ("MAIN-1", "MAIN-2")] == ["met\n", "met\n"]


def test_the_hooks_of_a_subagent_carry_its_id(
    claude: Claude, model: ModelServer, repo: Repo, recorder: Recorder
) -> None:
    editors = {"editor": {"description": "edits", "prompt": "You edit.", "tools": ["Write", "Bash"]}}
    model.script("MAIN-1", [agent("SUB-A write", "editor")], [write(repo.path / "main.txt", "by main\n")])
    model.script("SUB-A", [write(repo.path / "sub.txt", "by sub\n")], [say("sub is done")])

    session = claude.start("MAIN-1 go", ["--agents", json.dumps(editors)]).wait()

    assert (repo.read("sub.txt"), repo.read("main.txt")) == ("by sub\n", "by main\n")
    [started] = recorder.events(hook_event_name="SubagentStart")
    of_sub = recorder.names(agent_id=started["agent_id"], agent_type="editor")
    assert of_sub == ["SubagentStart", "PreToolUse", "PostToolUse", "PostToolBatch", "SubagentStop"]
    assert recorder.names(agent_id=None, tool_name="Write") == ["PreToolUse", "PostToolUse"]
    assert {event["session_id"] for event in recorder.events()} == {session.session_id}
    assert "sub is done" in model.tool_results("MAIN-1")[0]


def test_a_killed_client_says_nothing_more(claude: Claude, model: ModelServer, repo: Repo, recorder: Recorder) -> None:
    never = threading.Event()
    model.script("MAIN-1", [write(repo.path / "new.txt", "hello\n")], Turn([say("never said")], after=never))
    session = claude.start("MAIN-1 go")
    model.wait_for("MAIN-1", turn=1)

    session.kill()

    assert (session.alive, session.exit_code) == (False, -9)
    assert recorder.names() == ["SessionStart", "PreToolUse", "PostToolUse", "PostToolBatch"]
    assert session.leftovers() == []
    assert session.session_id == recorder.events()[0]["session_id"]


def test_a_client_killed_in_a_tool_leaves_no_process_after_close(
    claude: Claude, model: ModelServer, gate: Gate, recorder: Recorder
) -> None:
    model.script("MAIN-1", [bash(gate.command)])
    session = claude.start("MAIN-1 go")
    gate.wait()

    session.kill()
    orphans = session.leftovers()
    session.close()

    assert recorder.names() == ["SessionStart", "PreToolUse"]
    assert orphans != []
    assert session.pid not in orphans
    assert session.leftovers() == []


def test_a_gate_holds_a_tool_until_it_opens(claude: Claude, model: ModelServer, repo: Repo, gate: Gate) -> None:
    model.script("MAIN-1", [bash(f"{gate.command}; cat shared.txt")])
    session = claude.start("MAIN-1 go")
    gate.wait()

    repo.write("shared.txt", "changed meanwhile\n")
    gate.open()
    session.wait()

    assert model.tool_results("MAIN-1") == ["changed meanwhile"]


def test_a_worktree_session_works_beside_the_checkout(
    claude: Claude, model: ModelServer, repo: Repo, recorder: Recorder
) -> None:
    tree = repo.path / ".claude/worktrees/side"
    model.script("MAIN-1", [bash("pwd")], [write(tree / "new.txt", "hello\n")])

    claude.start("MAIN-1 go", ["--worktree", "side"]).wait()

    assert model.tool_results("MAIN-1")[0] == str(tree)
    assert ((tree / "new.txt").read_text(), (repo.path / "new.txt").exists()) == ("hello\n", False)
    assert {event["project"] for event in recorder.events(tool_name="Write")} == {str(tree)}
    assert repo.git("rev-parse", "worktree-side") == repo.git("rev-parse", "main")


def test_a_session_is_resumed_by_its_id(claude: Claude, model: ModelServer, repo: Repo, recorder: Recorder) -> None:
    model.script("MAIN-1", [say("first done")], [write(repo.path / "later.txt", "later\n")], [say("all done")])
    first = claude.start("MAIN-1 go").wait()

    second = claude.start("and on", ["--resume", first.session_id]).wait()

    assert (first.result["result"], second.result["result"]) == ("first done", "all done")
    assert second.session_id == first.session_id
    starts = recorder.events(hook_event_name="SessionStart")
    assert [event["source"] for event in starts] == ["startup", "resume"]
    assert repo.read("later.txt") == "later\n"


def test_a_killed_session_is_resumed_with_a_stream_of_its_own(
    claude: Claude, model: ModelServer, repo: Repo, recorder: Recorder
) -> None:
    model.script("MAIN-1", [write(repo.path / "early.txt", "early\n")], Turn([say("-")], after=threading.Event()))
    model.script("MAIN-2", [write(repo.path / "later.txt", "later\n")], [say("all done")])
    killed = claude.start("MAIN-1 go")
    model.wait_for("MAIN-1", turn=1)
    killed.kill()

    resumed = claude.start("MAIN-2 go on", ["--resume", killed.session_id]).wait()

    assert resumed.session_id == killed.session_id
    assert resumed.pid != killed.pid
    assert (repo.read("later.txt"), resumed.result["result"]) == ("later\n", "all done")
    assert {event["client_pid"] for event in recorder.events(session_id=killed.session_id)} == {
        killed.pid,
        resumed.pid,
    }


def test_a_chat_that_is_cleared_goes_on_under_a_new_id(
    claude: Claude, model: ModelServer, repo: Repo, recorder: Recorder
) -> None:
    model.script("MAIN-1", [write(repo.path / "a.txt", "a\n")])
    model.script("MAIN-2", [write(repo.path / "b.txt", "b\n")])

    chat = claude.start("MAIN-1 go", chat=True).settle()
    chat.send("/clear").settle()
    chat.send("MAIN-2 go").settle().wait()

    first, second = chat.session_ids
    one = ["SessionStart", "PreToolUse", "PostToolUse", "PostToolBatch", "Stop", "SessionEnd"]
    assert (recorder.names(session_id=first), recorder.names(session_id=second)) == (one, one)
    assert [event["reason"] for event in recorder.events(hook_event_name="SessionEnd")] == ["clear", "other"]
    assert {event["client_pid"] for event in recorder.events()} == {chat.pid}
    assert (repo.read("a.txt"), repo.read("b.txt")) == ("a\n", "b\n")


def test_a_refused_permission_leaves_no_after_event(
    claude: Claude, model: ModelServer, repo: Repo, recorder: Recorder
) -> None:
    model.script("MAIN-1", [write(repo.path / "new.txt", "hello\n")])

    session = claude.start("MAIN-1 go", mode="default", tools=()).wait()

    assert not (repo.path / "new.txt").exists()
    assert session.denials == ["Write"]
    assert recorder.names() == ["SessionStart", "PreToolUse", "PostToolBatch", "Stop", "SessionEnd"]
    assert model.results("MAIN-1")[0].is_error


def test_a_session_reaches_nothing_but_the_model(claude: Claude, model: ModelServer) -> None:
    if not can_isolate():
        pytest.skip("this machine does not let us make a network of our own")
    model.script("MAIN-1", [bash("tail -n +3 /proc/net/dev | cut -d: -f1")])

    claude.start("MAIN-1 go").wait()

    assert model.tool_results("MAIN-1")[0].strip() == "lo"


def test_a_session_also_runs_without_a_network_of_its_own(claude: Claude, model: ModelServer, repo: Repo) -> None:
    model.script("MAIN-1", [write(repo.path / "new.txt", "hello\n")])

    claude.start("MAIN-1 go", isolated=False).wait()

    assert repo.read("new.txt") == "hello\n"
