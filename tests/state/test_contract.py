"""What every backend of the Store port promises."""

import multiprocessing
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from pucs import notices
from pucs.errors import StoreBusy, StoreError
from pucs.helping import Help, Report
from pucs.intents import Intent
from pucs.model import (
    ALIVE,
    DEAD,
    UNKNOWN,
    Agent,
    Call,
    Event,
    Lock,
    Name,
    Notice,
    PathRecord,
    Process,
    Tree,
    Waiter,
    Writer,
)
from pucs.notices import Handed, Inbox
from pucs.orders import Order
from pucs.resources import Resource, Slot, Turn
from pucs.state.files import FileStore
from pucs.state.processes import identify
from pucs.streams import Roster
from pucs.view import Change, View

SPAWN = multiprocessing.get_context("spawn")
PROCESS = Process("host", "boot", "pid:[1]", 4711, "99")
LOCK = Lock("db-agent-1", "db", "a task", 10.0, 20.0, 30.0, 4, "-", 11.0, "abc", "head", ("c1", "c2"), True, PROCESS)
NOUNS = {
    "path/src/a.py": PathRecord(
        "src/a.py",
        token=7,
        trees={
            ".": Tree(
                locks=(LOCK, LOCK._replace(agent="x", process=None)),
                writer=Writer("x", 3, 1.5, "-", "abc"),
                waiters=(Waiter("y", "t3", 2.0, 2),),
                offers={"z": "abc"},
                seen={"x": 3},
                told=("a|b",),
            ),
            "feature:12": Tree(),
        },
    ),
    "agent/db-agent-1/2": Agent(
        "db-agent-1/2",
        "db",
        "a task",
        "db-agent-1",
        "s",
        PROCESS,
        1.0,
        2,
        3.0,
        0.0,
        ((".", "a"), ("w:1", "b")),
        {"c": Call("Edit", 1.0, "", ((".", "a"),))},
        3,
        claim="db",
        orders=(("pause", "stream:db", "person-x", "why", 1.0, 0.0), ("terminate", "db-agent-1", "x", "", 2.0, 3.5)),
    ),
    "order/*": Order("pause", "*", "person-x", "why", 1.0, 2.5),
    "roster/db": Roster("db", (("x", 1.0), ("y", 2.0))),
    "help/q7": Help("q7", "x", "db", "Which?", 1.0, "That.", "person-x", 2.0),
    "report/x": Report("x", "complete", "all of it", 1.5),
    "inbox/x": Inbox(
        "x",
        (Notice("text", 1.0, "about", "high", "agent-2", 7), Notice("more", 2.0, number=8)),
        8,
        (Handed((7,), PROCESS, PROCESS, "call", 3.0, 4),),
    ),
    "resource/db": Resource(
        "db",
        (Slot("agent-1", "call", PROCESS, 1.0, 2, "boot", "pytest", "task"),),
        (Turn("agent-2", 3, PROCESS, 4),),
        (("boot", 5),),
        3,
        {".": "5400"},
    ),
    "session/0f3e/17": Name("db-agent-1/2", at=4.0),
    "switch/off": Name("off", 1234),
    "intent/i7": Intent(
        "i7",
        "x",
        "db",
        "a task",
        ("src/", "a.py"),
        1.0,
        2.5,
        (("+", "src/", True, ["", ""], False),),
        ("src/b.py",),
        ("a.py",),
        ("y",),
        PROCESS,
        {"added": 1},
    ),
}


def put(writes, result=None, events=()):
    return lambda view: Change(result, writes, tuple(events))


@pytest.mark.parametrize("key", NOUNS)
def test_gives_back_what_was_stored(store, key) -> None:
    assert store.transact(put({key: NOUNS[key]}, "done")) == "done"
    view = store.read()
    kind, _, name = key.partition("/")
    asked = {"path": view.path, "agent": view.agent, "inbox": lambda agent: notices.inbox_of(agent, view)}
    assert (asked[kind](name) if kind in asked else view.name(key)) == NOUNS[key]


def test_what_nobody_stored_is_empty(store) -> None:
    view = store.read()
    assert view.path("new.py") == PathRecord("new.py")
    assert view.agent("nobody") is None
    assert notices.inbox_of("nobody", view) == Inbox("nobody")
    assert view.name("session/none") is None
    assert list(view.names("path")) == []


def test_the_revision_grows_by_one_with_each_change_and_only_then(store) -> None:
    seen = []
    for writes in ({"switch/a": Name("1")}, {}, {"switch/b": Name("2")}, {"switch/a": None}):
        store.transact(lambda view, writes=writes: Change(seen.append(view.revision), writes))
    assert seen == [1, 2, 2, 3]
    assert store.read().revision == 3


def test_a_rule_that_raises_changes_nothing(store) -> None:
    def rule(view: View) -> Change:
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        store.transact(rule)
    assert store.read().revision == 0
    assert store.transact(put({"switch/a": Name("1")}, "goes on")) == "goes on"


def test_none_deletes(store) -> None:
    store.transact(put({"switch/a": Name("1"), "switch/b": Name("2")}))
    store.transact(put({"switch/a": None, "switch/never": None}))
    assert store.read().name("switch/a") is None
    assert store.read().name("switch/b") == Name("2")
    assert list(store.read().names("switch")) == ["b"]


def test_names_of_one_kind(store) -> None:
    paths = ["a.py", "dir/b.py", "é.md", "x" * 300, "A.py", "new\nline", "../odd", "\udcff"]
    store.transact(put({"path/" + path: PathRecord(path) for path in paths} | {"agent/a.py": Agent("a.py")}))
    assert sorted(store.read().names("path")) == sorted(paths)
    assert all(store.read().path(path).path == path for path in paths)
    assert list(store.read().names("agent")) == ["a.py"]


def test_keys_that_look_alike_are_apart(store) -> None:
    keys = [
        "number/agent",
        "number/Agent",
        "number/agent.",
        "number/agent/",
        "number/=agent",
        "number/" + "a" * 80,
        "number/" + "a" * 81,
    ]
    store.transact(put({key: Name(key) for key in keys}))
    assert [store.read().name(key) for key in keys] == [Name(key) for key in keys]


def test_a_view_of_a_transaction_sees_its_state_and_after_sees_the_change(store) -> None:
    store.transact(put({"switch/a": Name("old"), "switch/b": Name("kept")}))

    def rule(view: View) -> Change:
        change = Change(None, {"switch/a": Name("new"), "switch/b": None})
        later = view.after(change)
        return Change((view.name("switch/a"), later.name("switch/a"), later.name("switch/b")), {})

    assert store.transact(rule) == (Name("old"), Name("new"), None)
    assert store.read().name("switch/a") == Name("old")


def test_unknown_keys_of_a_newer_pucs_are_kept(store) -> None:
    tree = Tree(locks=(LOCK._replace(extra={"scope": [1, 2]}),), extra={"z": 1})
    record = PathRecord("a", 1, {".": tree}, extra={"added": {"x": None}})
    agent = Agent("a", extra={"mood": "fine"})
    store.transact(put({"path/a": record, "agent/a": agent}))
    store.transact(lambda view: Change(None, {"path/a": view.path("a")._replace(token=2), "agent/a": view.agent("a")}))
    assert store.read().path("a") == record._replace(token=2)
    assert store.read().agent("a") == agent


def test_clock_and_liveness_are_the_stores(store, clock) -> None:
    clock.now = 5000.25
    view = store.read()
    me = identify(os.getpid())
    assert view.now == 5000.25
    assert store.transact(lambda view: Change(view.now)) == 5000.25
    assert view.liveness(me) == ALIVE
    assert view.liveness(me._replace(started="1")) == DEAD
    assert view.liveness(me._replace(host="elsewhere")) == UNKNOWN
    assert view.liveness(None) == UNKNOWN


def test_events_come_back_in_order_with_their_details(store, clock) -> None:
    clock.now = 1_765_016_100.5
    store.transact(put({}, events=[Event("a", None, "started"), Event("a", "db", "locked", {"file": "é\n"})]))
    store.append([Event("b", None, "said", {"n": 1})])
    stamp = {"timestamp": "2025-12-06T10:15:00.500Z"}
    assert list(store.events()) == [
        {**stamp, "agent": "a", "stream": None, "action": "started"},
        {**stamp, "agent": "a", "stream": "db", "action": "locked", "file": "é\n"},
        {**stamp, "agent": "b", "stream": None, "action": "said", "n": 1},
    ]


def test_a_rule_runs_alone_among_threads(store) -> None:
    inside = []

    def rule(view: View) -> Change:
        inside.append(1)
        number = view.name("number/n")
        count = number.number if number else 0
        time.sleep(0.001)  # widens the gap that a second rule would fall into
        assert inside.pop() == 1
        assert not inside
        return Change(None, {"number/n": Name("n", count + 1)}, (Event("a", None, "counted"),))

    with ThreadPoolExecutor(8) as pool:
        for done in [pool.submit(store.transact, rule, deadline=30.0) for _ in range(40)]:
            done.result()
    assert store.read().name("number/n") == Name("n", 40)
    assert store.read().revision == 40
    assert len(list(store.events())) == 40


def test_busy_after_the_deadline_and_reading_needs_no_turn(store) -> None:
    inside, leave = threading.Event(), threading.Event()

    def slow(view: View) -> Change:
        inside.set()
        assert leave.wait(30)
        return Change(None, {"switch/a": Name("slow")})

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(store.transact, slow)
        assert inside.wait(30)
        assert store.read().name("switch/a") is None
        began = time.monotonic()
        with pytest.raises(StoreBusy) as caught:
            store.transact(put({"switch/a": Name("quick")}), deadline=0.05)
        assert 0.04 < time.monotonic() - began < 5
        assert caught.value.hint
        leave.set()
        first.result()
    assert store.read().name("switch/a") == Name("slow")
    assert store.transact(put({}, "free again")) == "free again"


def _count(root: str, times: int) -> None:
    store = FileStore(root)

    def rule(view: View) -> Change:
        number = view.name("number/n")
        return Change(
            None,
            {"number/n": Name("n", (number.number if number else 0) + 1)},
            (Event("a", None, "counted", {"by": os.getpid()}),),
        )

    for _ in range(times):
        store.transact(rule, deadline=30.0)


def test_a_rule_runs_alone_among_processes(files, root) -> None:
    workers = [SPAWN.Process(target=_count, args=(str(root), 50)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [worker.exitcode for worker in workers] == [0] * 4
    assert files.read().name("number/n") == Name("n", 200)
    assert files.read().revision == 200
    assert len(list(files.events())) == 200


def _stay(root: str, came, go) -> None:
    def rule(view: View) -> Change:
        came.set()
        go.wait(30)
        return Change(None)

    FileStore(root).transact(rule)


def test_busy_while_another_process_is_inside(files, root) -> None:
    came, go = SPAWN.Event(), SPAWN.Event()
    other = SPAWN.Process(target=_stay, args=(str(root), came, go))
    other.start()
    try:
        assert came.wait(30)
        with pytest.raises(StoreBusy):
            files.transact(put({"switch/a": Name("1")}), deadline=0.05)
        assert files.read().name("switch/a") is None
    finally:
        go.set()
        other.join()
    files.transact(put({"switch/a": Name("1")}))
    assert files.read().name("switch/a") == Name("1")


def test_a_newer_format_is_refused_with_the_way_out(files, root) -> None:
    files.transact(put({"path/a": PathRecord("a"), "agent/a": Agent("a")}))
    for file in root.glob("*/*/a.json"):
        file.write_text(file.read_text().replace('"version": 1', '"version": 2'))
    for ask in (
        lambda: files.read().path("a"),
        lambda: files.read().agent("a"),
        lambda: files.transact(lambda view: Change(view.path("a"))),
    ):
        with pytest.raises(StoreError) as caught:
            ask()
        assert "newer" in str(caught.value)
        assert "upgrade" in caught.value.hint
    assert '"version": 2' in (root / "records/path/a.json").read_text(), "a newer record is left as it is"
