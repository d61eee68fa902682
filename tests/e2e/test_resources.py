"""Resources with the real client: a command waits its turn, and each session has its tree's value in its environment."""

import threading

import pytest

from tests.e2e.client import Claude
from tests.e2e.gate import Gate
from tests.e2e.guarded import Guarded
from tests.e2e.model_server import ModelServer
from tests.e2e.script import Turn, bash, say
from tests.e2e.workplace import Repo

pytestmark = pytest.mark.client

CONFIG = """\
resources:
  db: {limit: 1, commands: [echo testing], wait_seconds: 0}
  port: {ports: 5400-5410, env: PGPORT}
"""


def test_a_command_waits_its_turn_and_has_the_port_of_its_tree(
    claude: Claude, model: ModelServer, repo: Repo, guarded: Guarded, gate: Gate
) -> None:
    guarded.configure(CONFIG)
    side = repo.path.parent / "side"
    repo.git("worktree", "add", "--quiet", str(side))
    test = "sh -c 'echo testing on $PGPORT'"
    denied, over = threading.Event(), threading.Event()
    model.script("MAIN-1", [bash(f"{test}; {gate.command}")], Turn([say("done")], sets=over))
    model.script("MAIN-2", [bash(test)], Turn([bash(test)], sets=denied, after=over), [say("done")])

    first = claude.start("MAIN-1 go")
    gate.wait()
    second = claude.start("MAIN-2 go", cwd=side)
    assert denied.wait(60)
    gate.open()
    first.wait()
    second.wait()

    [mine] = model.results("MAIN-1")
    refused, later = model.results("MAIN-2")
    assert "testing on 5400" in mine.text
    assert refused.text.startswith(
        "PreToolUse:Bash hook error: PUCS: this command needs db (at most 1 at once), used by"
    )
    assert (later.is_error, "testing on 5401" in later.text) == (False, True)
    assert "0 of 1 in use" in guarded.pucs("resources")
