"""A list never passes over a damaged record in silence, and nothing takes it for gone."""

import json
from pathlib import Path

import pytest

from pucs import PUCSClient
from tests.cli.conftest import Pucs
from tests.support import Repo


@pytest.fixture
def busy(guarded: Repo) -> PUCSClient:
    """One record of each kind that a list shows."""
    ben = PUCSClient("ben", path=str(guarded.root))
    ben.register()
    anna = PUCSClient("anna", path=str(guarded.root))
    first = anna.add_task("Tune it")
    anna.add_task("Ship it", after=[first.id])
    anna.handoff(["ben"], ["Tune it"])
    anna.signal_intent(["a.py"], "Tune it")
    anna.acquire_locks(["a.py"])
    anna.send_message("ben", "Look")
    anna.request_help("Which?")
    anna.report_conflict("a.py", "both", ["ben"])
    return anna


def spoil(repo: Repo, kind: str, content: bytes = b"garbage") -> None:
    for file in [*repo.state.glob(f"records/{kind}/*.json"), *repo.state.glob(f"mirror/{kind}/*.json")]:
        file.write_bytes(content)


LISTS = [
    ("task", 2, ["task", "list"]),
    ("handoff", 1, ["handoffs"]),
    ("handoff", 1, ["handoffs", "--open"]),
    ("handoff", 1, ["handoffs", "--waiting"]),
    ("intent", 1, ["intents"]),
    ("inbox", 1, ["notices"]),
    ("help", 1, ["answer"]),
    ("conflict", 1, ["answer"]),
    ("conflict", 1, ["conflicts"]),
    ("conflict", 1, ["conflicts", "--unresolved"]),
    ("agent", 2, ["agents"]),
    ("agent", 2, ["claim"]),
    ("path", 1, ["locks"]),
    ("path", 1, ["status"]),
    ("task", 2, ["status"]),
]


@pytest.mark.parametrize(
    ("kind", "count", "words"), LISTS, ids=[f"{kind}-{'-'.join(words)}" for kind, _, words in LISTS]
)
def test_a_list_says_what_it_cannot_show(pucs: Pucs, guarded: Repo, busy, kind, count, words) -> None:
    spoil(guarded, kind)
    done = pucs(*words)
    records = "1 record is" if count == 1 else f"{count} records are"
    assert done.stderr.startswith(f"pucs: {records} damaged")
    assert "pucs doctor --repair" in done.stderr
    assert "no task" not in done.stdout
    assert "nothing" not in done.stdout
    plain = pucs(*words, "--json")
    assert json.loads(plain.stdout)["unreadable"] == count


@pytest.mark.parametrize("content", [b"garbage", b"", b'{"key": "x"', b'{"key": "task/1", "id": 5}', b"\xff" * 9])
def test_however_it_is_damaged_until_it_is_repaired(pucs: Pucs, guarded: Repo, busy, content) -> None:
    spoil(guarded, "task", content)
    assert guarded.store.read().lost("task") in (("1", "2"), ("2", "1"))
    assert len(guarded.store.repair()) == 2
    assert guarded.store.read().lost("task") == ()
    assert pucs("task", "list").stdout == "no task is there\n"


def test_a_record_that_has_a_good_copy_is_shown(pucs: Pucs, guarded: Repo, busy) -> None:
    for file in guarded.state.glob("records/task/*.json"):
        file.write_bytes(b"garbage")
    done = pucs("task", "list")
    assert (done.stderr, done.stdout.count("\n")) == ("", 2)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("task", ["task", "done", "1"]),
        ("task", ["task", "next", "1"]),
        ("handoff", ["handoff", "show", "h1"]),
        ("handoff", ["handoff", "withdraw", "h1"]),
    ],
)
def test_one_that_is_asked_for_by_its_id_is_damaged_and_not_unknown(
    pucs: Pucs, guarded: Repo, busy, kind, words
) -> None:
    spoil(guarded, kind)
    done = pucs(*words, PUCS_AGENT_ID="anna")
    assert (done.status, done.stdout) == (3, "")
    assert f"the record of {kind}/" in done.stderr
    assert "is damaged" in done.stderr
    assert "pucs doctor --repair" in done.stderr


@pytest.mark.parametrize("kind", ["help", "conflict"])
def test_nor_is_a_question_or_a_conflict(pucs: Pucs, guarded: Repo, busy, kind) -> None:
    [file] = guarded.state.glob(f"records/{kind}/*.json")
    spoil(guarded, kind)
    for words in (["answer", file.stem, "Yes"], *([["ask", "--show", file.stem]] if kind == "help" else [])):
        done = pucs(*words)
        assert (done.status, "is damaged" in done.stderr) == (3, True), done


def test_what_waits_for_a_damaged_task_goes_on_waiting(pucs: Pucs, guarded: Repo, busy) -> None:
    for file in guarded.state.glob("*/task/1.json"):
        file.write_bytes(b"garbage")
    assert busy.claim_task() is None
    assert "waits for 1" in pucs("task", "next", "2", PUCS_AGENT_ID="anna").stderr


def test_no_id_of_a_damaged_record_is_given_again(guarded: Repo, busy) -> None:
    kept: list[Path] = []
    for kind in ("task", "handoff", "number", "open"):
        spoil(guarded, kind)
        kept += guarded.state.glob(f"records/{kind}/*.json")
    assert busy.add_task("Third").id == "3"
    assert busy.handoff(["ben"], ["Third"]).id == "h2"
