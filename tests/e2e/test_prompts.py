"""What a person asks in the real client is what other agents are told, by its first line."""

import threading

import pytest

from tests.e2e.client import Claude
from tests.e2e.guarded import Guarded, agent_of
from tests.e2e.model_server import ModelServer
from tests.e2e.script import Turn, say, write
from tests.e2e.workplace import Repo

pytestmark = pytest.mark.client


def test_a_denial_names_the_task_and_the_rest_of_the_prompt_is_kept_nowhere(
    claude: Claude, model: ModelServer, repo: Repo, guarded: Guarded
) -> None:
    target = repo.path / "shared.txt"
    wrote, tried = threading.Event(), threading.Event()
    model.script("MAIN-1", [write(target, "louder\n")], Turn([say("-")], sets=wrote, after=tried))
    model.script("MAIN-2", Turn([write(target, "softer\n")], after=wrote), Turn([say("-")], sets=tried))

    first = claude.start("# MAIN-1 Make it louder\n\nThe password is swordfish.")
    second = claude.start("MAIN-2 go")
    first.wait()
    second.wait()

    peer = agent_of(model, "MAIN-1")
    assert f'is being changed by {peer} (task "MAIN-1 Make it louder") since' in model.results("MAIN-2")[0].text
    [intended] = [entry for entry in guarded.log(agent=peer) if entry["action"] == "intended"]
    assert (intended["task"], intended["files"]) == ("MAIN-1 Make it louder", ["shared.txt"])
    state = repo.path / ".git/pucs"
    assert all(b"swordfish" not in path.read_bytes() for path in state.rglob("*") if path.is_file())
