"""Two sessions in one working tree: the second is kept out of what the first is changing, and of nothing else."""

import re
import threading

import pytest

from tests.e2e.client import Claude
from tests.e2e.guarded import Guarded, agent_of, command_in, said, until
from tests.e2e.model_server import ModelServer
from tests.e2e.script import Block, Request, Turn, bash, edit, say, write
from tests.e2e.workplace import Repo

pytestmark = pytest.mark.client


def test_the_second_is_denied_until_the_first_commits(
    claude: Claude, model: ModelServer, repo: Repo, guarded: Guarded
) -> None:
    shared = repo.path / "shared.txt"
    wrote, denied, committed = threading.Event(), threading.Event(), threading.Event()
    model.script(
        "MAIN-1",
        [edit(shared, "two", "TWO")],
        Turn([bash("git commit --quiet --all --message 'Shout two'")], sets=wrote, after=denied),
        Turn([say("done")], sets=committed),
    )
    model.script(
        "MAIN-2",
        Turn([edit(shared, "three", "THREE")], after=wrote),
        Turn([edit(shared, "three", "THREE")], after=committed),
    )

    first = claude.start("MAIN-1 go", env={"PUCS_TASK": "shout two"})
    second = claude.start("MAIN-2 go")
    model.wait_for("MAIN-2", turn=1)
    in_between, locks = repo.read("shared.txt"), guarded.locks()
    denied.set()
    first.wait()
    second.wait()

    holder = agent_of(model, "MAIN-1")
    refused, granted = model.results("MAIN-2")
    assert re.fullmatch(
        rf"PreToolUse:Edit hook error: PUCS: shared\.txt is being changed by {holder} "
        r'\(task "shout two"\) since \d\d:\d\d UTC, just now\. Their change so far:\n'
        r"@@ line 2\n-two\n\+TWO\n"
        r"Run `\S+ wait t\d+`: it returns when the path is free\. Then look at it again and edit\.",
        refused.text,
    )
    assert len(refused.text) <= len("PreToolUse:Edit hook error: ") + 600
    assert (in_between, locks) == ("one\nTWO\nthree\n", {"shared.txt": holder})
    assert (refused.is_error, granted.is_error) == (True, False)
    assert repo.read("shared.txt") == "one\nTWO\nTHREE\n"
    assert repo.git("show", "HEAD:shared.txt") == "one\nTWO\nthree"
    [silence, denial] = [answer["stdout"] for answer in second.hooks("PreToolUse")][::-1]
    assert (silence, '"permissionDecision": "deny"' in denial) == ("", True)
    assert said(first, "PreToolUse") == []
    assert not any("allow" in words for session in (first, second) for words in said(session))


def test_the_denied_agent_runs_the_printed_wait_and_goes_on(
    claude: Claude, model: ModelServer, repo: Repo, guarded: Guarded
) -> None:
    shared = repo.path / "shared.txt"
    wrote, waits, heads = threading.Event(), threading.Event(), []

    def wait(request: Request) -> list[Block]:
        return [bash(command_in(request.results[0].text))]

    def go_on(_request: Request) -> list[Block]:
        heads.append(repo.git("log", "-1", "--format=%s"))
        return [edit(shared, "three", "THREE")]

    model.script("MAIN-1", [edit(shared, "two", "TWO")], Turn([bash("git commit -qam 'Two'")], sets=wrote, after=waits))
    model.script("MAIN-2", Turn([edit(shared, "three", "THREE")], after=wrote), wait, go_on, [say("done")])

    first, second = claude.start("MAIN-1 go"), claude.start("MAIN-2 go")
    until(lambda: any(" wait t" in command for command in second.commands()))
    locks = guarded.pucs("locks")
    still_waits = len(model.requests("MAIN-2")) == 2
    waits.set()
    first.wait()
    second.wait()

    assert (still_waits, heads) == (True, ["Two"])
    assert "shared.txt" in locks
    assert "1 waiting" in locks
    denied, released, edited = model.results("MAIN-2")
    assert (denied.is_error, released.is_error, edited.is_error) == (True, False, False)
    assert "shared.txt is yours" in released.text
    assert repo.read("shared.txt") == "one\nTWO\nTHREE\n"


def test_another_file_is_open_to_the_second(claude: Claude, model: ModelServer, repo: Repo, guarded: Guarded) -> None:
    wrote, other = threading.Event(), threading.Event()
    model.script("MAIN-1", [edit(repo.path / "shared.txt", "two", "TWO")], Turn([say("-")], sets=wrote, after=other))
    model.script(
        "MAIN-2", Turn([write(repo.path / "src/app.py", "x = 1\n")], after=wrote), Turn([say("-")], sets=other)
    )

    first, second = claude.start("MAIN-1 go"), claude.start("MAIN-2 go")
    model.wait_for("MAIN-2", turn=1)
    first.wait()
    second.wait()

    assert [result.is_error for result in model.results("MAIN-2")] == [False]
    assert guarded.log("denied") == []
    assert sorted(entry["file"] for entry in guarded.log("changed")) == ["shared.txt", "src/app.py"]


def test_many_writes_of_one_turn_all_land(claude: Claude, model: ModelServer, repo: Repo, guarded: Guarded) -> None:
    shared = repo.path / "shared.txt"
    never = threading.Event()
    model.script(
        "MAIN-1",
        [
            write(repo.path / "a.txt", "a\n"),
            edit(shared, "one", "ONE"),
            edit(shared, "three", "THREE"),
            write(repo.path / "src/app.py", "x = 1\n"),
            write(repo.path / "src/app.py", "x = 2\n"),
        ],
        Turn([say("done")], after=never),
    )

    session = claude.start("MAIN-1 go")
    model.wait_for("MAIN-1", turn=1)
    locks = guarded.locks()
    never.set()
    session.wait()

    me = agent_of(model, "MAIN-1")
    assert [result.is_error for result in model.results("MAIN-1")] == [False] * 5
    assert (repo.read("a.txt"), repo.read("src/app.py")) == ("a\n", "x = 2\n")
    assert repo.read("shared.txt") == "ONE\ntwo\nTHREE\n"
    assert locks == {"a.txt": me, "shared.txt": me, "src/app.py": me}
    assert said(session, "PreToolUse") == said(session, "PostToolUse") == said(session, "PostToolBatch") == []


def test_one_denied_write_of_a_turn_leaves_its_siblings_alone(
    claude: Claude, model: ModelServer, repo: Repo, guarded: Guarded
) -> None:
    shared = repo.path / "shared.txt"
    wrote, tried = threading.Event(), threading.Event()
    model.script("MAIN-1", [edit(shared, "two", "TWO")], Turn([say("-")], sets=wrote, after=tried))
    model.script(
        "MAIN-2",
        Turn(
            [
                write(repo.path / "a.txt", "a\n"),
                edit(shared, "one", "1"),
                edit(shared, "three", "3"),
                write(repo.path / "b.txt", "b\n"),
            ],
            after=wrote,
        ),
        Turn([say("-")], sets=tried),
    )

    first, second = claude.start("MAIN-1 go"), claude.start("MAIN-2 go")
    first.wait()
    second.wait()

    assert [result.is_error for result in model.results("MAIN-2")] == [False, True, True, False]
    full, short = (result.text for result in model.results("MAIN-2")[1:3])
    assert short.startswith(
        f"PreToolUse:Edit hook error: PUCS: shared.txt is still held by {agent_of(model, 'MAIN-1')}."
    )
    assert len(short) < len(full)
    assert (repo.read("a.txt"), repo.read("b.txt"), repo.read("shared.txt")) == ("a\n", "b\n", "one\nTWO\nthree\n")
    assert [entry["file"] for entry in guarded.log("denied")] == ["shared.txt", "shared.txt"]
