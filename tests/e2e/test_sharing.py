"""Two sessions in different lines of one file: both work, and each commits its own lines."""

import shlex
import threading

import pytest

from tests.e2e.client import Claude
from tests.e2e.guarded import Guarded, agent_of, said
from tests.e2e.model_server import ModelServer
from tests.e2e.script import Turn, bash, edit, say
from tests.e2e.workplace import Repo

pytestmark = pytest.mark.client

LINES = [f"line {n}" for n in range(1, 13)]


def test_two_agents_in_one_file_commit_their_own_lines(
    claude: Claude, model: ModelServer, repo: Repo, guarded: Guarded
) -> None:
    repo.write("long.txt", "\n".join(LINES) + "\n")
    repo.git("add", "long.txt")
    repo.git("commit", "-q", "-m", "Long")
    long = repo.path / "long.txt"
    wrote, other, refused, apart = (threading.Event() for _ in range(4))
    commit = f"{shlex.join(guarded.run)} commit -m"
    model.script(
        "MAIN-1",
        [edit(long, "line 2\n", "FIRST 2\n")],
        Turn([bash("git commit -qam 'Take all'")], sets=wrote, after=other),
        Turn([bash(f"{commit} First")], sets=refused),
        Turn([say("done")], sets=apart),
    )
    model.script(
        "MAIN-2",
        Turn([edit(long, "line 9\n", "SECOND 9\n")], after=wrote),
        [edit(long, "FIRST 2\n", "SECOND 2\n")],
        Turn([bash(f"{commit} Second")], sets=other, after=apart),
        [say("done")],
    )

    first, second = claude.start("MAIN-1 go"), claude.start("MAIN-2 go")
    first.wait()
    second.wait()

    edited, bundled, committed = model.results("MAIN-1")
    granted, denied, too = model.results("MAIN-2")
    assert (edited.is_error, granted.is_error, denied.is_error) == (False, False, True)
    assert "+FIRST 2" in denied.text
    assert "SECOND" not in denied.text
    peer = agent_of(model, "MAIN-2")
    assert f'long.txt by {peer} (task "M' in bundled.text
    assert bundled.text.endswith("pucs commit -m MESSAGE long.txt`.")
    assert (committed.is_error, too.is_error) == (False, False), (committed.text, too.text)
    of_first = [line.replace("line 2", "FIRST 2") if line == "line 2" else line for line in LINES]
    of_both = ["SECOND 9" if line == "line 9" else line for line in of_first]
    assert repo.git("show", "HEAD~1:long.txt").splitlines() == of_first
    assert repo.git("show", "HEAD:long.txt").splitlines() == of_both
    assert repo.read("long.txt").splitlines() == of_both
    assert repo.git("status", "--porcelain", "long.txt") == ""
    assert guarded.locks() == {}
    assert ["deny" in words for words in said(first, "PreToolUse")] == [True]
