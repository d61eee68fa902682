"""A writer that dies at any step, a full disk, and kill -9: the state always reads, and what was stored stays."""

import os
import random
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from pucs import system
from pucs.errors import StoreError
from pucs.model import Event, Lock, Name, PathRecord, Tree
from pucs.state.files import FileStore
from pucs.state.opening import make_folders
from pucs.view import Change

STEPS = (
    "open",
    "read",
    "write",
    "pread",
    "pwrite",
    "ftruncate",
    "rename",
    "replace",
    "unlink",
    "makedirs",
    "listdir",
    "stat",
    "fstat",
)


class Death(BaseException):
    """The process is gone: nothing it had open does anything more."""


class Dying:
    """Dies before the system call of that number; a long write gets its first pages out, as the kernel does it."""

    def __init__(self, at: int) -> None:
        self.at, self.calls = at, 0

    def wrap(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **kwargs: Any) -> Any:
            self.calls += 1
            if self.calls == self.at and name == "write":
                real(args[0], args[1][: len(args[1]) // 8192 * 4096])
            if self.calls >= self.at:
                raise Death
            return real(*args, **kwargs)

        return call


@contextmanager
def dying(monkeypatch: pytest.MonkeyPatch, at: int) -> Iterator[Dying]:
    death = Dying(at)
    with monkeypatch.context() as patch:
        for name in STEPS:
            patch.setattr(system, name, death.wrap(name, getattr(system, name)))
        with suppress(Death):
            yield death


def lock(agent: str) -> PathRecord:
    return PathRecord("a.py", len(agent), {".": Tree((Lock(agent, None, "", 1.0, 2.0, 3.0, 4, "-", wrote=agent * 9),))})


def store_of(root: Path) -> FileStore:
    return FileStore(str(root))


def put(root: Path, agent: str) -> None:
    event = Event(agent, None, "locked")
    store_of(root).transact(
        lambda view: Change(view.path("a.py"), {"path/a.py": lock(agent), "switch/x": None}, (event,))
    )


def steps_of(monkeypatch: pytest.MonkeyPatch, work: Callable[[], None]) -> int:
    with dying(monkeypatch, 10**9) as count:
        work()
    return count.calls


def test_a_death_at_any_step_leaves_the_state_before_or_after(tmp_path, monkeypatch) -> None:
    make_folders(str(tmp_path / "sizing"))
    put(tmp_path / "sizing", "before")
    steps = steps_of(monkeypatch, lambda: put(tmp_path / "sizing", "later"))
    assert steps > 10
    seen = set()
    for at in range(1, steps + 1):
        root = tmp_path / str(at)
        make_folders(str(root))
        put(root, "before")
        with dying(monkeypatch, at):
            put(root, "later")
        found = store_of(root).read().path("a.py")
        assert found in (lock("before"), lock("later")), at
        seen.add(found.token)
        put(root, "last")
        assert store_of(root).read().path("a.py") == lock("last")
        assert store_of(root).read().revision >= 2
        agents = [entry["agent"] for entry in store_of(root).events()]
        assert agents in (["before", "last"], ["before", "later", "last"])
    assert len(seen) == 2


@pytest.mark.parametrize("first", [True, False], ids=["known-path", "new-path"])
def test_two_deaths_in_a_row(tmp_path, monkeypatch, first) -> None:
    make_folders(str(tmp_path / "sizing"))
    if first:
        put(tmp_path / "sizing", "before")
    steps = steps_of(monkeypatch, lambda: put(tmp_path / "sizing", "later")) + 3
    for one in range(1, steps):
        for two in range(1, steps):
            root = tmp_path / f"{one}-{two}"
            make_folders(str(root))
            if first:
                put(root, "before")
            for at, agent in ((one, "second"), (two, "third")):
                with dying(monkeypatch, at):
                    put(root, agent)
            found = store_of(root).read().path("a.py")
            possible = [lock("second"), lock("third"), lock("before") if first else PathRecord("a.py")]
            assert found in possible, (one, two)
            put(root, "last")
            assert store_of(root).read().path("a.py") == lock("last")


def test_a_death_while_deleting_leaves_it_or_not(tmp_path, monkeypatch) -> None:
    for at in range(1, 40):
        root = tmp_path / str(at)
        make_folders(str(root))
        store_of(root).transact(lambda view: Change(None, {"switch/off": Name("off")}))
        with dying(monkeypatch, at):
            store_of(root).transact(lambda view: Change(None, {"switch/off": None}))
        assert store_of(root).read().name("switch/off") in (None, Name("off"))
        store_of(root).transact(lambda view: Change(None, {"switch/off": None}))
        assert store_of(root).read().name("switch/off") is None
        assert list(store_of(root).read().names("switch")) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 256 KiB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)]
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("mounting a file system needs root")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path, leave: int = 0) -> Path:
    """Fills the disk but for `leave` bytes."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"x" * 4096)
    os.truncate(filler, max(0, filler.stat().st_size - leave))
    return filler


@pytest.mark.parametrize("pages", range(7))
def test_a_full_disk_refuses_and_keeps_what_was_there(small_disk, pages) -> None:
    root = small_disk / "pucs"
    make_folders(str(root))
    put(root, "before")
    big = PathRecord("a.py", 9, {".": Tree(told=("x" * 9000,), locks=lock("later").tree(".").locks)})
    filler = fill(small_disk, pages * 4096)
    store = store_of(root)
    with suppress(StoreError):
        store.transact(lambda view: Change(None, {"path/a.py": big}, (Event("later", None, "locked"),)))
    found = store.read().path("a.py")
    assert found in (lock("before"), big)
    if pages == 0:
        assert found == lock("before")
        with pytest.raises(StoreError, match=r"full|space"):
            store.transact(lambda view: Change(None, {"path/new.py": big._replace(path="new.py")}))
        assert store.read().path("new.py") == PathRecord("new.py")
    filler.unlink()
    put(root, "last")
    assert store.read().path("a.py") == lock("last")
    assert {entry["agent"] for entry in store.events()} <= {"before", "later", "last"}


def test_a_full_log_does_not_undo_what_was_stored(files, root) -> None:
    (root / "state/agent_activity.jsonl").mkdir()
    event = Event("a", None, "locked")
    assert files.transact(lambda view: Change("granted", {"path/a.py": lock("a")}, (event,))) == "granted"
    assert files.read().path("a.py") == lock("a")


WORKER = """
import sys, random
sys.path.insert(0, sys.argv[1])
from pucs.model import Event, Lock, Name, PathRecord, Tree
from pucs.state.files import FileStore
from pucs.view import Change
store, me, chance = FileStore(sys.argv[2]), sys.argv[3], random.Random(int(sys.argv[3]))
print("ready", flush=True)
while True:
    path = f"file{chance.randrange(4)}"
    def take(view):
        record = view.path(path)
        if record.tree(".").locks:
            return Change(False)
        lock = Lock(me, None, "x" * 300, view.now, 1.0, 1.0, record.token + 1, "-")
        return Change(True, {"path/" + path: PathRecord(path, record.token + 1, {".": Tree((lock,))}), "agent/" + me: None},
                      (Event(me, None, "locked", {"file": path, "token": record.token + 1}),))
    def free(view):
        record = view.path(path)
        if [lock.agent for lock in record.tree(".").locks] != [me]:
            return Change(False)
        return Change(True, {"path/" + path: record.with_tree(".", Tree())},
                      (Event(me, None, "released", {"file": path, "token": record.token}),))
    if store.transact(take, deadline=30.0) and not store.transact(free, deadline=30.0):
        print("lost", path, flush=True)
"""


def test_kill_9_at_random_instants(root, files) -> None:
    chance = random.Random(7)
    package = str(Path(__file__).resolve().parents[2])

    def start(number: int) -> subprocess.Popen[str]:
        command = [sys.executable, "-I", "-S", "-c", WORKER, package, str(root), str(number)]
        worker = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert worker.stdout
        assert worker.stdout.readline() == "ready\n"
        return worker

    workers = {number: start(number) for number in range(3)}
    tokens = dict.fromkeys((f"file{number}" for number in range(4)), 0)
    try:
        for number in range(3, 43):
            for _ in range(chance.randrange(60)):
                files.read().path("file0")
            victim = chance.choice(sorted(workers))
            dead = workers.pop(victim)
            dead.send_signal(signal.SIGKILL)
            assert dead.communicate()[0] == ""
            for path, token in tokens.items():
                record = files.read().path(path)
                assert len(record.tree(".").locks) <= 1
                assert record.token >= token
                tokens[path] = record.token
                files.transact(lambda view, path=path, victim=victim: _buried(view, path, str(victim)), deadline=30.0)
            workers[number] = start(number)
    finally:
        for worker in workers.values():
            worker.kill()
            worker.communicate()
    _check_log(root)
    assert files.repair() == []


def _buried(view, path: str, victim: str) -> Change:
    record = view.path(path)
    if [lock.agent for lock in record.tree(".").locks] != [victim]:
        return Change(None)
    event = Event(victim, None, "buried", {"file": path, "token": record.token})
    return Change(None, {"path/" + path: record.with_tree(".", Tree())}, (event,))


def _check_log(root: Path) -> None:
    """Every line is whole, and no path was ever held twice: each token was granted once."""
    import json

    granted = set()
    for line in (root / "state/agent_activity.jsonl").read_text().splitlines():
        if not line:
            continue  # a writer met a peer's line between two pages and began on a new one
        entry = json.loads(line)
        if entry["action"] == "locked":
            assert (entry["file"], entry["token"]) not in granted
            granted.add((entry["file"], entry["token"]))
    assert len(granted) > 40
