"""This checkout as a plugin of the client: it guards alone, doubles nothing beside an install, and is silent elsewhere."""

import json
import threading
from pathlib import Path

import pytest

from pucs.install.locations import package_root
from tests.e2e.client import Claude
from tests.e2e.guarded import Guarded, agent_of, said
from tests.e2e.model_server import ModelServer
from tests.e2e.script import Turn, bash, say, write
from tests.e2e.workplace import Repo

pytestmark = pytest.mark.client

PLUGIN = ["--plugin-dir", package_root()]
SKILL = (Path(package_root()) / "skills/pucs/SKILL.md").read_text()
DESCRIPTION = SKILL.partition("description: ")[2].partition("\n")[0]


def test_the_client_finds_the_plugin_valid(claude: Claude) -> None:
    assert "Validation passed" in claude.run("plugin", "validate", package_root())


@pytest.mark.parametrize("beside", ["alone", "local", "user", "shared", "local-from-below", "local-in-worktree"])
def test_the_plugin_guards_and_says_everything_once(
    claude: Claude, model: ModelServer, repo: Repo, guarded: Guarded, beside: str
) -> None:
    cwd, name = repo.path, "shared.txt"
    if beside == "alone":
        (repo.path / ".claude/settings.local.json").unlink()
    elif beside in ("user", "shared"):
        guarded.init(f"--{beside}")
    elif beside == "local-from-below":
        cwd, name = repo.path / "src", "app.py"
    elif beside == "local-in-worktree":
        cwd = repo.path.parent / "side"
        repo.git("worktree", "add", "--quiet", str(cwd))
    target = cwd / name
    wrote, tried = threading.Event(), threading.Event()
    model.script("MAIN-1", [write(target, "first\n")], Turn([say("-")], sets=wrote, after=tried))
    model.script("MAIN-2", Turn([write(target, "second\n"), bash("true")], after=wrote), Turn([say("-")], sets=tried))

    first, second = (claude.start(f"{marker} go", PLUGIN, cwd=cwd) for marker in ("MAIN-1", "MAIN-2"))
    first.wait()
    second.wait()

    peer, me = agent_of(model, "MAIN-1"), agent_of(model, "MAIN-2")
    denied = model.results("MAIN-2")[0]
    assert denied.text.count(f"{name} is being changed by {peer}") == 1
    assert target.read_text() == "first\n"
    assert [len(said(second, event)) for event in ("SessionStart", "PreToolUse")] == [1, 1]
    log = {(entry["agent"], entry["action"]) for entry in guarded.log()}
    assert log == {
        *((agent, action) for agent in (peer, me) for action in ("started", "ended")),
        *((peer, "intended"), (peer, "locked"), (peer, "changed"), (peer, "reported"), (me, "denied")),
    }
    assert len(guarded.log()) == len(log)


def test_the_plugin_is_silent_where_nobody_installed_pucs(claude: Claude, model: ModelServer, repo: Repo) -> None:
    model.script(
        "MAIN-1", [write(repo.path / "new.txt", "hello\n"), bash("git commit --quiet --allow-empty -m Nothing")]
    )

    session = claude.start("MAIN-1 go", PLUGIN).wait()

    assert [result.is_error for result in model.results("MAIN-1")] == [False, False]
    assert [answer["exit_code"] for answer in session.hooks("PreToolUse")] == [0, 0]
    assert said(session) == []
    asked = json.dumps(model.requests("MAIN-1")[-1].body)
    assert asked.count(DESCRIPTION) == 1, "the client lists the plugin's skill"
    assert asked.replace(DESCRIPTION, "").count("PUCS") == 0
    assert sorted(path.name for path in (repo.path / ".git").glob("pucs*")) == []
