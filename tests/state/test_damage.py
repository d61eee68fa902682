"""Whatever happens to a file of the state: it reads as before, or says that it is damaged. Never as free."""

import os
import stat
import subprocess
import sys

import pytest

from pucs.errors import StoreError
from pucs.installation import MARKER, Installation
from pucs.model import Agent, Lock, Name, PathRecord, Tree
from pucs.state import contents
from pucs.state.files import FileStore
from pucs.state.opening import installed, make_folders, open_store, write_marker
from pucs.view import Change, Damaged
from tests.support import ROOT

LOCK = Lock("agent-1", None, "", 1.0, 2.0, 3.0, 4, "-", wrote="abc")
HELD = PathRecord("a.py", 4, {".": Tree((LOCK,))})


def remove(path):
    path.unlink()


def rewrite(data):
    return lambda path: path.write_bytes(data)


def cut(path):
    path.write_bytes(path.read_bytes()[:-20])


def cut_to(size):
    return lambda path: path.write_bytes(path.read_bytes()[:size])


def longer(path):
    path.write_bytes(path.read_bytes() + b"}")


def swap(old, new):
    def change(path):
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    return change


DAMAGES = {
    "missing": remove,
    "emptied": rewrite(b""),
    "truncated": cut,
    "cut-to-a-byte": cut_to(1),
    "garbage": rewrite(os.urandom(300)),
    "zeros": rewrite(b"\0" * 300),
    "text-after-it": longer,
    "a-list": rewrite(b"[]"),
    "another-key": rewrite(b'{"key": "path/b.py", "version": 1, "path": "b.py"}'),
    "no-path": rewrite(b'{"key": "path/a.py", "version": 1}'),
    "trees-a-number": rewrite(b'{"key": "path/a.py", "version": 1, "path": "a.py", "trees": 5}'),
    "trees-null": rewrite(b'{"key": "path/a.py", "version": 1, "path": "a.py", "trees": null}'),
    "tree-a-number": rewrite(b'{"key": "path/a.py", "version": 1, "path": "a.py", "trees": {".": 5}}'),
    "locks-a-number": rewrite(b'{"key": "path/a.py", "version": 1, "path": "a.py", "trees": {".": {"locks": 5}}}'),
    "lock-a-number": rewrite(b'{"key": "path/a.py", "version": 1, "path": "a.py", "trees": {".": {"locks": [5]}}}'),
    "lock-without-agent": swap('"agent": "agent-1", ', ""),
    "lock-with-text-for-time": swap('"acquired": 1.0', '"acquired": "x"'),
    "lock-with-null-token": swap('"token": 4, "base"', '"token": null, "base"'),
    "token-a-text": swap('"token": 4, "trees"', '"token": "x", "trees"'),
    "version-a-text": swap('"version": 1', '"version": "x"'),
}


@pytest.fixture
def record(root):
    return root / "records/path/a=2epy.json"


@pytest.fixture
def pair(files, root):
    """The record of a held path and its copy."""
    files.transact(lambda view: Change(None, {"path/a.py": HELD}))
    (record,) = (root / "records/path").iterdir()
    return record, root / "mirror/path" / record.name


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("which", [0, 1], ids=["record", "copy"])
def test_one_of_the_two_is_enough(files, pair, damage, which) -> None:
    DAMAGES[damage](pair[which])
    assert files.read().path("a.py") == HELD
    assert files.transact(lambda view: Change(view.path("a.py"))) == HELD


@pytest.mark.parametrize("damage", DAMAGES)
def test_the_next_change_repairs_the_record_and_keeps_the_damaged_one(files, root, pair, damage) -> None:
    DAMAGES[damage](pair[0])
    broken = pair[0].read_bytes() if pair[0].exists() else None
    files.transact(lambda view: Change(view.path("a.py")))
    pair[1].unlink()
    assert files.read().path("a.py") == HELD
    kept = [file.read_bytes() for file in (root / "quarantine").iterdir()] if broken is not None else []
    assert kept == ([broken] if broken is not None else [])


@pytest.mark.parametrize("damage", sorted(DAMAGES.keys() - {"missing"}))
@pytest.mark.parametrize("record", ["missing", "emptied", "garbage"])
def test_where_both_are_damaged_the_path_counts_as_damaged_until_repaired(files, root, pair, damage, record) -> None:
    DAMAGES[damage](pair[1])
    DAMAGES[record](pair[0])
    for _ in range(2):
        with pytest.raises(Damaged) as caught:
            files.read().path("a.py")
        assert caught.value.key == "path/a.py"
        with pytest.raises(Damaged):
            files.transact(lambda view: Change(view.path("a.py")))
    assert len(files.repair()) == 1
    assert files.read().path("a.py") == PathRecord("a.py")
    assert files.repair() == []
    assert len(list((root / "quarantine").iterdir())) >= 1, "what was damaged is kept"


def test_a_damaged_agent_is_unknown_and_writable_again(files, root) -> None:
    files.transact(lambda view: Change(None, {"agent/a": Agent("a", task="x")}))
    for file in root.glob("*/agent/a.json"):
        file.write_bytes(b"garbage")
    assert files.read().agent("a") is None
    files.transact(lambda view: Change(view.agent("a"), {"agent/a": Agent("a", task="y")}))
    assert files.read().agent("a") == Agent("a", task="y")


@pytest.mark.parametrize("damage", [remove, rewrite(b""), rewrite(b"garbage"), rewrite(b"-5\n"), rewrite(b"\xff" * 40)])
def test_numbers_only_grow_even_if_the_counter_is_lost(files, root, damage) -> None:
    for number in range(5):
        files.transact(lambda view, number=number: Change(None, {"number/n": Name("n", number)}))
    before = files.read().revision
    damage(root / "mutex")
    assert files.transact(lambda view: Change(view.revision, {"number/n": Name("n", 9)})) > before
    assert files.read().revision > before


@pytest.mark.parametrize("folder", ["records", "records/path", "mirror", "mirror/path", "state", "spool"])
def test_a_folder_that_is_gone_is_made_again(files, root, pair, folder) -> None:
    subprocess.run(["rm", "-rf", str(root / folder)], check=True)
    assert files.read().path("a.py") == HELD
    files.transact(lambda view: Change(None, {"path/a.py": view.path("a.py")._replace(token=9)}))
    assert FileStore(str(root)).read().path("a.py") == HELD._replace(token=9)
    contents.keep(str(root), "abc", b"copy")
    assert contents.kept(str(root), "abc") == b"copy"


def test_the_whole_state_gone_is_made_again_by_whoever_opens_it(tmp_path) -> None:
    write_marker(str(tmp_path), Installation(command="mine"))
    subprocess.run(["rm", "-rf", str(tmp_path / "pucs")], check=True)
    assert installed(str(tmp_path)).command == "mine"
    store = open_store(str(tmp_path))
    store.transact(lambda view: Change(None, {"path/a.py": HELD}))
    assert open_store(str(tmp_path)).read().path("a.py") == HELD


def test_everything_is_for_its_owner_only(tmp_path) -> None:
    write_marker(str(tmp_path), Installation())
    old = os.umask(0)
    try:
        open_store(str(tmp_path)).transact(lambda view: Change(None, {"path/a.py": HELD, "agent/a": Agent("a")}))
    finally:
        os.umask(old)
    for folder, _, names in os.walk(tmp_path / "pucs"):
        assert stat.S_IMODE(os.stat(folder).st_mode) == 0o700, folder
        for name in names:
            assert stat.S_IMODE(os.stat(f"{folder}/{name}").st_mode) == 0o600, name


MARKERS = {
    "emptied": b"",
    "garbage": os.urandom(100),
    "a-list": b"[1]",
    "policy-a-number": b'{"version": 1, "policy": 5}',
    "entries-a-number": b'{"version": 1, "entries": 5}',
    "command-a-number": b'{"version": 1, "command": 5}',
    "version-a-text": b'{"version": "x"}',
}


@pytest.mark.parametrize("damage", MARKERS)
def test_a_damaged_marker_still_says_installed(tmp_path, damage) -> None:
    write_marker(str(tmp_path), Installation(command="mine"))
    (tmp_path / MARKER).write_bytes(MARKERS[damage])
    assert installed(str(tmp_path)).command == "mine"
    (tmp_path / "pucs/installed-copy.json").write_bytes(MARKERS[damage])
    without = installed(str(tmp_path))
    assert without is not None
    assert without.command == "pucs"
    assert without.problem


def test_no_marker_says_not_installed(tmp_path) -> None:
    make_folders(str(tmp_path / "pucs"))
    assert installed(str(tmp_path)) is None
    assert installed(str(tmp_path / "nowhere")) is None


def test_a_marker_of_a_newer_pucs_is_refused_with_the_way_out(tmp_path) -> None:
    (tmp_path / MARKER).write_text('{"version": 2}')
    with pytest.raises(StoreError) as caught:
        installed(str(tmp_path))
    assert "upgrade" in caught.value.hint


def test_unknown_keys_of_a_marker_are_kept(tmp_path) -> None:
    (tmp_path / MARKER).write_text('{"version": 1, "command": "x", "added": {"later": [1]}}')
    value = installed(str(tmp_path))
    write_marker(str(tmp_path), value)
    assert installed(str(tmp_path)) == value
    assert value.extra == {"added": {"later": [1]}}


AS_NOBODY = """
import os, select, sys, time, _signal, fcntl
sys.path.insert(0, sys.argv[1])
from pucs.errors import StoreError
from pucs.model import Name
from pucs.state.files import FileStore
from pucs.view import Change
os.setgroups([]); os.setgid(65534); os.setuid(65534)  # now: the nobody need not be able to read this interpreter
store = FileStore(sys.argv[2])
print(store.read().path("a.py").token)
try:
    store.transact(lambda view: Change(None, {"path/b.py": view.path("b.py"), "path/a.py": view.path("a.py")._replace(token=99)}))
    print("written")
except StoreError as error:
    print(type(error).__name__, bool(error.hint))
print(store.read().path("a.py").token)
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become the user nobody; others meet modes as they are")
@pytest.mark.parametrize(
    "target", ["mutex", "records", "records/path", "records/path/*", "mirror/path", "mirror/path/*", "."]
)
def test_read_only_reads_and_refuses_to_write(files, root, pair, target) -> None:
    for folder in root.parents:
        if "pytest-" in str(folder):
            os.chmod(folder, 0o755)
    subprocess.run(["chown", "-R", "65534:65534", str(root)], check=True)
    for path in root.glob(target) if target != "." else [root, *root.glob("**/*")]:
        os.chmod(path, 0o500 if path.is_dir() else 0o400)
    code = [sys.executable, "-I", "-S", "-c", AS_NOBODY, str(ROOT), str(root)]
    done = subprocess.run(code, capture_output=True, text=True, check=True)
    first, result, last = done.stdout.splitlines()
    assert first == "4"
    if result == "written":
        assert last == "99"
    else:
        assert result.startswith("Store")
        assert result.endswith("True")
        assert last in ("4", "99")
    assert result == "written" or target != "records/path/*", "a record that cannot be written in place is replaced"
    if target in ("mutex", "records", "."):
        assert last == "4"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become the user nobody; others meet modes as they are")
def test_unreadable_counts_as_damaged(files, root, pair) -> None:
    for folder in root.parents:
        if "pytest-" in str(folder):
            os.chmod(folder, 0o755)
    subprocess.run(["chown", "-R", "65534:65534", str(root)], check=True)
    for path in root.glob("*/path/*"):
        os.chmod(path, 0o000)
    code = [sys.executable, "-I", "-S", "-c", AS_NOBODY, str(ROOT), str(root)]
    done = subprocess.run(code, capture_output=True, text=True, check=False)
    assert "Damaged" in done.stderr
