"""Subagents: inside their parent's locks, apart from each other, and their bytes outlive them."""

import json
import threading

import pytest

from tests.e2e.client import Claude
from tests.e2e.guarded import Guarded, agent_of
from tests.e2e.model_server import ModelServer
from tests.e2e.script import Turn, agent, edit, read, say
from tests.e2e.workplace import Repo

pytestmark = pytest.mark.client

EDITOR = [
    "--agents",
    json.dumps({"editor": {"description": "edits", "prompt": "You edit.", "tools": ["Read", "Edit"]}}),
]


def test_a_subagent_works_inside_its_parents_lock_and_leaves_it_its_bytes(
    claude: Claude, model: ModelServer, repo: Repo, guarded: Guarded
) -> None:
    shared, app = repo.path / "shared.txt", repo.path / "src/app.py"
    working, denied, over, looked = (threading.Event() for _ in range(4))
    model.script(
        "MAIN-1",
        [edit(shared, "one", "ONE")],
        [agent("SUB-A write", "editor")],
        Turn([say("done")], sets=over, after=looked),
    )
    model.script(
        "SUB-A",
        [read(shared), read(app)],  # the client asks this of subagents
        [edit(shared, "two", "TWO"), edit(app, "return 0", "return 1")],
        Turn([say("sub is done")], sets=working, after=denied),
    )
    model.script(
        "MAIN-2",
        Turn([edit(app, "def main", "def run"), edit(shared, "three", "3")], after=working),
        Turn([edit(app, "def main", "def run")], sets=denied, after=over),
    )

    first, second = claude.start("MAIN-1 go", EDITOR), claude.start("MAIN-2 go")
    model.wait_for("MAIN-2", turn=2)
    locks = guarded.locks()
    looked.set()
    first.wait()
    second.wait()

    parent = agent_of(model, "MAIN-1")
    sub = f"{parent}/1"
    assert agent_of(model, "SUB-A") == sub
    assert [result.is_error for result in model.results("SUB-A")] == [False] * 4
    assert (repo.read("shared.txt"), repo.read("src/app.py")) == ("ONE\nTWO\nthree\n", "def main():\n    return 1\n")
    of_sub, of_both, later = (result.text for result in model.results("MAIN-2"))
    assert f'PUCS: src/app.py is being changed by {sub} (task "MAIN-1 go") since' in of_sub
    assert f'PUCS: shared.txt is being changed by {sub} (task "MAIN-1 go") since' in of_both
    assert "Their change so far:\n@@ line 2\n-two\n+TWO\n" in of_both
    assert f"PUCS: src/app.py is still held by {parent}." in later
    assert locks == {"shared.txt": parent, "src/app.py": parent}
    assert [entry["file"] for entry in guarded.log("changed", agent=sub)] == ["shared.txt", "src/app.py"]


def test_subagents_of_one_session_exclude_each_other_until_one_is_over(
    claude: Claude, model: ModelServer, repo: Repo, guarded: Guarded
) -> None:
    shared = repo.path / "shared.txt"
    wrote, denied, over = (threading.Event() for _ in range(3))
    both = [agent(f"SUB-{name} go", "editor", run_in_background=True) for name in "AB"]
    model.script("MAIN-1", both, [say("waiting")], Turn([say("one is over")], sets=over), [say("both are")])
    model.script("SUB-A", [read(shared)], [edit(shared, "one", "ONE")], Turn([say("a")], sets=wrote, after=denied))
    model.script(
        "SUB-B",
        [read(shared)],
        Turn([edit(shared, "two", "TWO")], after=wrote),
        Turn([edit(shared, "two", "TWO")], sets=denied, after=over),
    )

    claude.start("MAIN-1 go", EDITOR).wait()

    parent, one, other = (agent_of(model, marker) for marker in ("MAIN-1", "SUB-A", "SUB-B"))
    assert {one, other} == {f"{parent}/1", f"{parent}/2"}
    refused, granted = model.results("SUB-B")[1:]
    assert f'PUCS: shared.txt is being changed by {one} (task "MAIN-1 go") since' in refused.text
    assert (refused.is_error, granted.is_error) == (True, False)
    assert repo.read("shared.txt") == "ONE\nTWO\nthree\n"
    assert guarded.locks() == {"shared.txt": f"{parent} parked"}
