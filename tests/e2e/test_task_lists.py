"""The list that an agent keeps in its client comes to the board."""

import json

import pytest

from tests.e2e.client import TOOLS, Claude
from tests.e2e.guarded import Guarded, said
from tests.e2e.model_server import ModelServer
from tests.e2e.script import Tool, say

pytestmark = pytest.mark.client


def test_what_an_agent_puts_on_its_list_and_finishes(claude: Claude, model: ModelServer, guarded: Guarded) -> None:
    model.script(
        "MAIN-1",
        [Tool("TaskCreate", {"subject": "Tune it", "description": "All of it", "activeForm": "Tuning it"})],
        [Tool("TaskCreate", {"subject": "Measure it", "description": "Twice", "activeForm": "Measuring it"})],
        [Tool("TaskUpdate", {"taskId": "1", "status": "completed"})],
        [say("done")],
    )
    session = claude.start("MAIN-1 go", tools=(*TOOLS, "TaskCreate", "TaskUpdate"))
    session.wait()

    assert [result.is_error for result in model.results("MAIN-1")] == [False] * 3
    first, second = json.loads(guarded.pucs("task", "list", "--json"))["tasks"]
    assert (first["title"], first["state"], first["agent"]) == ("Tune it", "done", "agent-1")
    assert (second["title"], second["state"], second["assigned"]) == ("Measure it", "pending", "agent-1")
    assert (first["description"], second["description"]) == ("All of it", "Twice")
    assert said(session, "TaskCreated") == said(session, "TaskCompleted") == []
