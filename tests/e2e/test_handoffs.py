"""One session hands a half-done file to another, which hears of it at its next call and goes on with it."""

import shlex
import threading

import pytest

from tests.e2e.client import Claude
from tests.e2e.guarded import Guarded, agent_of, notices_to
from tests.e2e.model_server import ModelServer
from tests.e2e.script import Turn, bash, edit, say
from tests.e2e.workplace import Repo

pytestmark = pytest.mark.client


def test_work_and_its_lock_go_from_one_session_to_another(
    claude: Claude, model: ModelServer, repo: Repo, guarded: Guarded
) -> None:
    shared, pucs = repo.path / "shared.txt", shlex.join(guarded.run)
    here, handed, taken, refused = (threading.Event() for _ in range(4))
    model.script(
        "MAIN-1",
        [edit(shared, "one", "ONE")],
        Turn([bash(f"{pucs} handoff agent-2 --done 'First line' --note 'Go on' --lock shared.txt")], after=here),
        Turn([edit(shared, "two", "TWO")], sets=handed, after=taken),
        Turn([say("done")], sets=refused),
    )
    model.script(
        "MAIN-2",
        Turn([bash("ls")], sets=here, after=handed),
        [bash(f"{pucs} handoff accept h1")],
        [edit(shared, "ONE", "ONE and more")],
        Turn([bash("ls")], sets=taken),
        Turn([say("done")], after=refused),
    )

    first = claude.start("MAIN-1 go")
    model.wait_for("MAIN-1", turn=1)
    second = claude.start("MAIN-2 go")
    first.wait()
    second.wait()

    assert [agent_of(model, marker) for marker in ("MAIN-1", "MAIN-2")] == ["agent-1", "agent-2"]
    _, offered, denied = model.results("MAIN-1")
    assert offered.text == "handoff h1 is offered to agent-2"
    _, accepted, edited, _ = model.results("MAIN-2")
    assert accepted.text == "handoff h1 is yours\nshared.txt is yours, with its uncommitted bytes"
    assert (denied.is_error, edited.is_error) == (True, False), (denied.text, edited.text)
    assert "shared.txt is being changed by agent-2" in denied.text
    told = [text for text in notices_to(model, "MAIN-2") if "Handoff h1" in text]
    assert len(told) == 1
    assert '"done: First line. notes: Go on"' in told[0]
    assert any("agent-2 accepted your handoff h1" in text for text in notices_to(model, "MAIN-1"))
    assert repo.read("shared.txt").splitlines()[0] == "ONE and more"
