"""The proposal's cross-logger and intent signal, with its signatures, from any process and thread."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import pucs
from pucs import CrossLogger, IntentSignal, PUCSClient
from pucs.errors import UsageError
from tests.support import ROOT, Repo

WRITER = """\
import sys
from pucs import log_activity, log_conflict
for number in range(20):
    log_activity(sys.argv[1], "llm", "tested", number=number)
    if number % 4 == 0:
        log_conflict(sys.argv[1], f"{sys.argv[1]} {number}", severity="high")
"""


def warnings(repo: Repo) -> list[dict[str, object]]:
    text = (repo.state / "state/conflict_warnings.jsonl").read_text()
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def inside(guarded: Repo, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """The current folder is the repository."""
    monkeypatch.chdir(guarded.root)
    return guarded


def test_log_activity(inside: Repo) -> None:
    pucs.log_activity("exec-agent-1", "execution", "completed", files_modified=3, tests_passed=True)
    [entry] = inside.events("completed")
    assert list(entry)[:4] == ["timestamp", "agent", "stream", "action"]
    assert (entry["agent"], entry["stream"], entry["files_modified"], entry["tests_passed"]) == (
        "exec-agent-1", "execution", 3, True,
    )  # fmt: skip


def test_log_conflict_is_a_warning_at_once(inside: Repo) -> None:
    warning = "volatility_surface.py depends on risk_manager.py - change in progress"
    pucs.log_conflict("risk-agent-1", warning, severity="high")
    pucs.log_conflict("llm-agent-2", "news_analyzer.py imports from sentiment.py")
    first, second = warnings(inside)
    assert list(first) == ["timestamp", "agent", "warning", "severity"]
    assert (first["agent"], first["warning"], first["severity"]) == ("risk-agent-1", warning, "high")
    assert second["severity"] == "medium"
    with pytest.raises(UsageError, match="no severity"):
        pucs.log_conflict("risk-agent-1", warning, severity="worst")


def test_get_stream_log(inside: Repo) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)
    pucs.log_activity("exec-agent-1", "execution", "started", task="Fill predictor enhancement")
    pucs.log_activity("llm-agent-1", "llm", "started")
    pucs.log_activity("exec-agent-1", "execution", "completed")
    assert [entry["action"] for entry in pucs.get_stream_log("execution")] == ["started", "completed"]
    assert [entry["agent"] for entry in pucs.get_stream_log("llm", since=before)] == ["llm-agent-1"]
    assert len(pucs.get_stream_log("llm", since=before.astimezone().replace(tzinfo=None))) == 1, "naive: local time"
    assert pucs.get_stream_log("llm", since=datetime.now(UTC) + timedelta(hours=1)) == []


def test_what_json_cannot_say_is_kept_as_text(inside: Repo) -> None:
    values = {"path": Path("a.py"), "when": datetime(2025, 12, 6, tzinfo=UTC), "parts": ("a", 1), "rate": float("nan")}
    pucs.log_activity("a", None, "tested", **values, deep={"set": {1}})
    PUCSClient("b").log_change("Modified", ["a.py"], {"path": Path("a.py")})
    [entry] = inside.events("tested")
    assert (entry["path"], entry["when"], entry["parts"]) == ("a.py", "2025-12-06 00:00:00+00:00", ["a", 1])
    assert (entry["rate"], entry["deep"]) == ("nan", {"set": [1]})


def test_as_methods_of_one_agent(inside: Repo) -> None:
    one = PUCSClient("llm-agent-1", "llm")
    one.log_activity("tested", passed=47)
    one.log_conflict("news.py imports sentiment.py")
    assert [entry["action"] for entry in one.get_stream_log()] == ["tested"]
    assert inside.events("tested")[0]["passed"] == 47
    assert warnings(inside)[0]["agent"] == "llm-agent-1"


def test_eight_threads_and_eight_processes_at_once(inside: Repo) -> None:
    env = {**inside.env, "PYTHONPATH": str(ROOT)}
    processes = [
        subprocess.Popen([sys.executable, "-c", WRITER, f"p{number}"], cwd=inside.root, env=env) for number in range(8)
    ]
    logger = CrossLogger()

    def write(name: str) -> None:
        for number in range(20):
            logger.log_activity(name, "llm", "tested", number=number)
            if number % 4 == 0:
                logger.log_conflict(name, f"{name} {number}", "high")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, [f"t{number}" for number in range(8)]))
    assert [process.wait(120) for process in processes] == [0] * 8
    names = [f"{kind}{number}" for kind in "pt" for number in range(8)]
    entries = logger.get_stream_log("llm")
    for name in names:
        assert [entry["number"] for entry in entries if entry["agent"] == name] == list(range(20)), name
    said = sorted(str(one["warning"]) for one in warnings(inside))
    assert said == sorted(f"{name} {number}" for name in names for number in range(0, 20, 4))


def test_clients_of_many_threads_and_processes_signal_lock_and_release(inside: Repo) -> None:
    code = (
        "import sys\nfrom pucs import PUCSClient\n"
        "with PUCSClient(sys.argv[1]) as one:\n"
        "    result = one.signal_intent([sys.argv[1] + '.py', 'shared/'], 'Work', 30)\n"
        "    one.acquire_locks(sys.argv[1] + '.py')\n"
    )
    env = {**inside.env, "PYTHONPATH": str(ROOT)}
    processes = [
        subprocess.Popen([sys.executable, "-c", code, f"p{number}"], cwd=inside.root, env=env) for number in range(8)
    ]

    def work(name: str) -> int:
        with PUCSClient(name) as one:
            result = one.signal_intent([f"{name}.py", "shared/"], "Work", 30)
            one.acquire_locks(f"{name}.py")
        return len({met.holder for met in result.conflicts if met.holder[0] == "t"})

    with ThreadPoolExecutor(8) as pool:
        met = list(pool.map(work, [f"t{number}" for number in range(8)]))
    assert [process.wait(120) for process in processes] == [0] * 8
    assert sorted(met) == list(range(8)), "each sees exactly those that announced before"
    assert len(inside.events("intended")) == 16
    view = inside.store.read()
    assert all(view.path(f"{kind}{number}.py").tree(".").locks == () for kind in "pt" for number in range(8))


def test_the_intent_signal_with_the_proposals_signatures(inside: Repo) -> None:
    signal = IntentSignal()
    result = signal.signal_intent("llm-agent-1", "llm", ["a.py"], "Shorter", 45)
    assert (result.files, result.conflicts) == (("a.py",), ())
    [met] = signal.check_conflicts(["a.py", "b.py"])
    assert (met.file, met.holder, met.stream, met.task) == ("a.py", "llm-agent-1", "llm", "Shorter")
    signal.signal_intent("llm-agent-2", "llm", ["b.py"], "Longer", 45)
    assert signal.negotiate_partition("llm-agent-1", "llm-agent-2", "a.py").path == "a.py"
    assert inside.store.read().agent("nobody") is None


def test_where_nobody_guards(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(UsageError, match="does not guard"):
        pucs.log_activity("a", "b", "c")
