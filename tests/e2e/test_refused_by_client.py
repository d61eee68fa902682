"""Calls that pass our gate and are then refused by the client itself: they leave nothing behind."""

import threading

import pytest

from tests.e2e.client import Claude
from tests.e2e.guarded import Guarded, said
from tests.e2e.model_server import ModelServer
from tests.e2e.script import Turn, edit, say, write
from tests.e2e.workplace import Repo

pytestmark = pytest.mark.client


def test_a_refused_permission_leaves_the_file_to_others(
    claude: Claude, model: ModelServer, repo: Repo, guarded: Guarded
) -> None:
    shared = repo.path / "shared.txt"
    refused, done = threading.Event(), threading.Event()
    model.script("MAIN-1", [write(shared, "mine\n")], Turn([say("-")], sets=refused, after=done))
    model.script("MAIN-2", Turn([edit(shared, "two", "TWO")], after=refused), Turn([say("-")], sets=done))

    first = claude.start("MAIN-1 go", mode="default", tools=())
    model.wait_for("MAIN-1", turn=1)
    locks = guarded.pucs("locks")
    second = claude.start("MAIN-2 go")
    second.wait()
    first.wait()

    assert locks == "nothing is locked\n"
    assert first.denials == ["Write"]
    actions = [entry["action"] for entry in guarded.log(agent="agent-1")]
    assert actions == ["started", "intended", "locked", "released", "ended"]
    assert [result.is_error for result in model.results("MAIN-1") + model.results("MAIN-2")] == [True, False]
    assert repo.read("shared.txt") == "one\nTWO\nthree\n"
    assert said(first, "PreToolUse") == said(second, "PreToolUse") == []


def test_a_symlink_the_client_does_not_write_through_leaves_its_target_to_others(
    claude: Claude, model: ModelServer, repo: Repo, guarded: Guarded
) -> None:
    link = repo.path / "link.txt"
    link.symlink_to("shared.txt")
    refused, done = threading.Event(), threading.Event()
    model.script("MAIN-1", [write(link, "mine\n")], Turn([say("-")], sets=refused, after=done))
    model.script(
        "MAIN-2", Turn([edit(repo.path / "shared.txt", "two", "TWO")], after=refused), Turn([say("-")], sets=done)
    )

    first = claude.start("MAIN-1 go")
    model.wait_for("MAIN-1", turn=1)
    locks = guarded.pucs("locks")
    second = claude.start("MAIN-2 go")
    second.wait()
    first.wait()

    assert "symbolic link" in model.tool_results("MAIN-1")[0]
    assert locks == "nothing is locked\n"
    assert [entry["file"] for entry in guarded.log("locked")] == ["shared.txt", "shared.txt"]
    assert [result.is_error for result in model.results("MAIN-1") + model.results("MAIN-2")] == [True, False]
    assert repo.read("shared.txt") == "one\nTWO\nthree\n"
