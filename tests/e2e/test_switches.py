"""What a person switches: observe, off and on, in the middle of a running session."""

import threading

import pytest

from tests.e2e.client import Claude
from tests.e2e.guarded import Guarded, agent_of, notices_to, said
from tests.e2e.model_server import ModelServer
from tests.e2e.script import Turn, bash, edit, say
from tests.e2e.workplace import Repo

pytestmark = pytest.mark.client

OBSERVE = """\
guard:
  mode: observe
"""


def test_observe_denies_nothing_and_logs_what_it_would_have_denied(
    claude: Claude, model: ModelServer, repo: Repo, guarded: Guarded
) -> None:
    guarded.configure(OBSERVE)
    shared = repo.path / "shared.txt"
    wrote, tried = threading.Event(), threading.Event()
    model.script("MAIN-1", [edit(shared, "two", "TWO")], Turn([say("-")], sets=wrote, after=tried))
    model.script(
        "MAIN-2",
        Turn([edit(shared, "three", "THREE")], after=wrote),
        [bash("git commit --quiet --all --message 'Both'")],
        Turn([say("-")], sets=tried),
    )

    first, second = claude.start("MAIN-1 go"), claude.start("MAIN-2 go")
    first.wait()
    second.wait()

    assert [result.is_error for result in model.results("MAIN-2")] == [False, False]
    assert repo.git("show", "HEAD:shared.txt") == "one\nTWO\nTHREE"
    assert (guarded.log("denied"), guarded.log("refused")) == ([], [])
    peer, me = agent_of(model, "MAIN-1"), agent_of(model, "MAIN-2")
    edit_entry, _of_the_command = guarded.log("would_deny")
    assert (edit_entry["agent"], edit_entry["file"], edit_entry["holder"]) == (me, "shared.txt", peer)
    [commit_entry] = guarded.log("would_refuse")
    assert (commit_entry["agent"], commit_entry["file"], commit_entry["holder"]) == (me, "shared.txt", peer)
    assert said(second, "PreToolUse") == []


def test_off_and_on_reach_a_running_session(claude: Claude, model: ModelServer, repo: Repo, guarded: Guarded) -> None:
    shared = repo.path / "shared.txt"
    attempts = [edit(shared, "one", "1"), edit(shared, "two", "2"), edit(shared, "three", "3")]
    wrote, off, on, over = (threading.Event() for _ in range(4))
    model.script("MAIN-1", [edit(shared, "one\n", "one\n\n")], Turn([say("-")], sets=wrote, after=over))
    model.script(
        "MAIN-2",
        Turn(attempts[:1], after=wrote),
        Turn(attempts[1:2], after=off),
        Turn(attempts[2:], after=on),
        Turn([say("-")], sets=over),
    )

    first, second = claude.start("MAIN-1 go"), claude.start("MAIN-2 go")
    model.wait_for("MAIN-2", turn=1)
    said_off = guarded.pucs("off")
    off.set()
    model.wait_for("MAIN-2", turn=2)
    said_on = guarded.pucs("on")
    on.set()
    first.wait()
    second.wait()

    assert [result.is_error for result in model.results("MAIN-2")] == [True, False, True]
    assert repo.read("shared.txt") == "one\n\n2\nthree\n"
    assert (said_off, said_on) == (
        "PUCS is off in this repository until `pucs on`: nobody is kept out of anything\n",
        "PUCS is on again\n",
    )
    assert [entry["action"] for entry in guarded.log() if "switched" in entry["action"]] == [
        "switched off",
        "switched on",
    ]
    assert notices_to(model, "MAIN-1") == []
