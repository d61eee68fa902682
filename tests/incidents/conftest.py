"""What the incidents come to, gathered over all workers of a test run."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.incidents.judge import Tally, judge
from tests.incidents.reports import Incident
from tests.incidents.scene import Scene

BARE, UNREAD, READ = "without PUCS", "judged after the command", "judged before it"
"""The three ways to play an incident; the second is a PUCS that cannot read shell commands."""

Played = Callable[[Incident, str], Tally]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What counts all incidents comes last, when most were played."""
    items.sort(key=lambda item: item.name.startswith("test_all_of_them_together"))


@pytest.fixture
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """Plays an incident one way, once in a test run; gives what it came to."""
    base = tmp_path_factory.getbasetemp()
    results = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "incidents"
    results.mkdir(exist_ok=True)

    def play(one: Incident, way: str) -> Tally:
        file = results / f"{one.play.__name__} {way}.json"
        if not file.exists():
            tally = _play(one, tmp_path_factory.mktemp("scene"), way)
            new = file.with_suffix(f".{os.getpid()}")
            new.write_text(json.dumps(tally))
            new.replace(file)
        return Tally(*json.loads(file.read_text()))

    return play


def _play(one: Incident, folder: Path, way: str) -> Tally:
    scene = Scene(folder, guarded=way != BARE, reads=way == READ)
    try:
        amiss = one.play(scene)
        for agent in scene.agents:
            agent.leave_what_is_gone()
            agent.listen()
            agent.stop()
        tally = judge(scene)
    finally:
        scene.close()
    return tally._replace(amiss=1, why=(*tally.why, f"amiss: {amiss}")) if amiss else tally
