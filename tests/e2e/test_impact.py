"""A signature changed in one working tree, a caller in another: who edits the caller reads of it in a tool result."""

import threading

import pytest

from pucs.state.opening import open_store
from tests.e2e.client import Claude
from tests.e2e.guarded import Guarded, agent_of, notices_to, until
from tests.e2e.model_server import ModelServer
from tests.e2e.script import Turn, bash, edit, say
from tests.e2e.workplace import Repo

pytestmark = pytest.mark.client


def test_who_edits_a_caller_reads_what_changed_in_its_next_tool_result(
    claude: Claude, model: ModelServer, repo: Repo, guarded: Guarded
) -> None:
    (repo.path / "prices.py").write_text("def total(items):\n    return sum(items)\n")
    (repo.path / "shop.py").write_text("from prices import total\n\n\ndef bill(items):\n    return total(items)\n")
    repo.git("add", "prices.py", "shop.py")
    repo.git("commit", "--quiet", "--no-verify", "-m", "A shop")
    side = repo.path.parent / "side"
    repo.git("worktree", "add", "--quiet", str(side))
    begun, told = threading.Event(), threading.Event()
    model.script(
        "MAIN-1",
        Turn([edit(repo.path / "prices.py", "def total(items):", "def total(items, tax):")], after=begun),
        [say("done")],
    )
    model.script(
        "MAIN-2",
        [edit(side / "shop.py", "def bill(items):", "def bill(items):  # all of them")],
        Turn([bash("git status --short")], sets=begun, after=told),
        [say("done")],
    )

    first, second = claude.start("MAIN-1 go"), claude.start("MAIN-2 go", cwd=side)
    store = open_store(str(repo.path / ".git"))
    until(lambda: any(store.read().names("impact")))
    told.set()
    first.wait()
    second.wait()

    [notice] = notices_to(model, "MAIN-2")
    author = agent_of(model, "MAIN-1")
    assert f"{author} changed prices.py" in notice
    assert "total(items) is total(items, tax) now" in notice
    assert "shop.py:5 (needs tax)" in notice
    assert len(notice) <= 400
    assert notices_to(model, "MAIN-1") == []
    [warned] = guarded.log("warned")
    assert warned["warning"].startswith("shop.py depends on prices.py - ")
