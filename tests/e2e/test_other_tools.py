"""The other ways to write a named path: tools of MCP servers, and notebooks."""

import json
import sys
import threading
from pathlib import Path

import pytest

from tests.e2e.client import TOOLS, Claude
from tests.e2e.guarded import Guarded, agent_of
from tests.e2e.model_server import ModelServer
from tests.e2e.script import Turn, read, say, tool, write
from tests.e2e.workplace import Repo

pytestmark = pytest.mark.client

SERVER = {"command": sys.executable, "args": ["-I", str(Path(__file__).with_name("notes_server.py"))]}
MCP = ["--mcp-config", json.dumps({"mcpServers": {"notes": SERVER}}), "--strict-mcp-config"]
ALLOWED = (*TOOLS, "mcp__notes__append_note", "mcp__notes__get_note")


def test_an_mcp_tool_that_writes_is_guarded(claude: Claude, model: ModelServer, repo: Repo, guarded: Guarded) -> None:
    shared, free = str(repo.path / "shared.txt"), str(repo.path / "README.md")
    wrote, tried = threading.Event(), threading.Event()
    model.script("MAIN-1", [write(shared, "first\n")], Turn([say("-")], sets=wrote, after=tried))
    model.script(
        "MAIN-2",
        [tool("ToolSearch", query="select:mcp__notes__append_note,mcp__notes__get_note")],
        Turn([tool("mcp__notes__append_note", path=path) for path in (shared, free)], after=wrote),
        [tool("mcp__notes__get_note", path=shared)],
        Turn([say("-")], sets=tried),
    )

    first, second = claude.start("MAIN-1 go"), claude.start("MAIN-2 go", MCP, tools=ALLOWED)
    first.wait()
    second.wait()

    _, denied, written, was_read = model.results("MAIN-2")
    peer, me = agent_of(model, "MAIN-1"), agent_of(model, "MAIN-2")
    assert denied.text.startswith(
        f'PreToolUse:mcp__notes__append_note hook error: PUCS: shared.txt is being changed by {peer} (task "MAIN-1 go") since '
    )
    assert (denied.is_error, written.text, was_read.text) == (True, "# a repository\na note\n", "first\n")
    assert (repo.read("shared.txt"), repo.read("README.md")) == ("first\n", "# a repository\na note\n")
    changes = [(entry["agent"], entry["file"]) for entry in guarded.log("changed")]
    assert changes == [(peer, "shared.txt"), (me, "README.md")]


def test_a_notebook_is_guarded_like_any_file(claude: Claude, model: ModelServer, repo: Repo, guarded: Guarded) -> None:
    cell = {"cell_type": "code", "id": "c1", "metadata": {}, "outputs": [], "execution_count": None, "source": "1"}
    text = json.dumps({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    theirs = text.replace('"source": "1"', '"source": "7"')
    held, free = (str(repo.write(name, text)) for name in ("held.ipynb", "free.ipynb"))
    wrote, tried = threading.Event(), threading.Event()
    model.script("MAIN-1", [read(held)], [write(held, theirs)], Turn([say("-")], sets=wrote, after=tried))
    model.script(
        "MAIN-2",
        [tool("ToolSearch", query="select:NotebookEdit")],
        Turn([read(held), read(free)], after=wrote),
        [tool("NotebookEdit", notebook_path=path, cell_id="c1", new_source="2") for path in (held, free)],
        Turn([say("-")], sets=tried),
    )

    first, second = claude.start("MAIN-1 go"), claude.start("MAIN-2 go")
    first.wait()
    second.wait()

    denied, granted = model.results("MAIN-2")[-2:]
    peer, me = agent_of(model, "MAIN-1"), agent_of(model, "MAIN-2")
    assert denied.text.startswith(
        f'PreToolUse:NotebookEdit hook error: PUCS: held.ipynb is being changed by {peer} (task "MAIN-1 go") since '
    )
    assert (denied.is_error, granted.is_error) == (True, False)
    assert repo.read("held.ipynb") == theirs
    assert json.loads(repo.read("free.ipynb"))["cells"][0]["source"] == "2"
    changes = [(entry["agent"], entry["file"]) for entry in guarded.log("changed")]
    assert changes == [(peer, "held.ipynb"), (me, "free.ipynb")]
