"""Records are overwritten in place: what is half written is told from what is whole, even where it is good JSON."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pucs.errors import StoreError
from pucs.model import PathRecord
from pucs.state.codec import dumped, loaded
from pucs.view import Change, Damaged

ROOT = str(Path(__file__).resolve().parents[2])
OLD = PathRecord("a.py", 1111, extra={"note": "old old old"})
NEW = PathRecord("a.py", 2222, extra={"note": "new new new"})


def test_what_was_dumped_is_loaded() -> None:
    assert loaded("path/a.py", dumped("path/a.py", NEW)) == NEW


def test_every_mixture_of_two_states_is_told() -> None:
    old, new = dumped("path/a.py", OLD), dumped("path/a.py", NEW)
    assert len(old) == len(new)
    for cut in range(len(old)):
        for mixed in (new[:cut] + old[cut:], old[:cut] + new[cut:]):
            if mixed not in (old, new):
                with pytest.raises(ValueError, match="half written"):
                    loaded("path/a.py", mixed)


def test_a_record_without_a_sum_is_taken_at_its_word() -> None:
    assert loaded("path/a.py", b'{"key": "path/a.py", "version": 1, "path": "a.py"}') == PathRecord("a.py")


def test_a_newer_record_is_refused_before_its_sum_is_judged() -> None:
    newer = dumped("path/a.py", NEW).replace(b'"version": 1', b'"version": 2')
    with pytest.raises(StoreError, match="newer"):
        loaded("path/a.py", newer)


def test_a_half_written_record_gives_way_to_its_copy_and_the_other_way_round(files, root) -> None:
    files.transact(lambda view: Change(None, {"path/a.py": OLD}))
    old, new = dumped("path/a.py", OLD), dumped("path/a.py", NEW)
    cut = old.index(b"old") + 2
    half = new[:cut] + old[cut:]
    (record,) = (root / "records/path").iterdir()
    copy = root / "mirror/path" / record.name
    record.write_bytes(half)
    copy.write_bytes(new)
    assert files.read().path("a.py") == NEW
    record.write_bytes(old)
    copy.write_bytes(half)
    assert files.read().path("a.py") == OLD
    record.write_bytes(half)
    with pytest.raises(Damaged):
        files.read().path("a.py")


def test_a_record_is_overwritten_and_not_made_anew(files, root) -> None:
    files.transact(lambda view: Change(None, {"path/a.py": OLD}))
    numbers = [os.stat(file).st_ino for file in root.glob("*/path/*")]
    files.transact(lambda view: Change(None, {"path/a.py": PathRecord("a.py", 3)}))
    assert [os.stat(file).st_ino for file in root.glob("*/path/*")] == numbers
    assert files.read().path("a.py") == PathRecord("a.py", 3)


WRITER = """
import sys
sys.path.insert(0, sys.argv[1])
from pucs.model import PathRecord
from pucs.state.files import FileStore
from pucs.view import Change
store = FileStore(sys.argv[2])
print("ready", flush=True)
while True:
    def rule(view):
        token = view.path("a.py").token + 1
        return Change(None, {"path/a.py": PathRecord("a.py", token, extra={"note": str(token) * (token % 900)})})
    store.transact(rule)
"""


def test_who_reads_without_the_mutex_always_reads_something_whole(files, root) -> None:
    files.transact(lambda view: Change(None, {"path/a.py": PathRecord("a.py")}))
    command = [sys.executable, "-I", "-S", "-c", WRITER, ROOT, str(root)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"ready\n"
        last = 0
        for _ in range(4000):
            record = files.read().path("a.py")
            assert record.extra.get("note", "") == str(record.token) * (record.token % 900)
            assert record.token >= last
            last = record.token
        writer.kill()
    assert last > 100
