"""Truth after: whatever a command changed in the tree is its agent's, a recorded conflict, or nobody's."""

import hashlib

import pytest

from pucs.model import FOREIGN, RAN, UNATTRIBUTED, Snapshot
from pucs.state import contents, journal
from tests.support import Repo

SNEAKY = (
    "python3 -c \"import sys,pathlib;p=pathlib.Path(bytes.fromhex(sys.argv[1]).decode());p.write_text('sneaked')\" "
)


def sneak(path: str) -> str:
    """A command that writes the file without naming it."""
    return SNEAKY + path.encode().hex()


def blob(data: bytes) -> str:
    """Git's id of the bytes, by another implementation than ours."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def entries(repo: Repo, path: str = "") -> list[Snapshot]:
    changed = (RAN, FOREIGN, UNATTRIBUTED)
    return [one for one in journal.entries(str(repo.state)) if one.reason in changed and path in ("", one.path)]


def holders(repo: Repo, path: str) -> list[str]:
    return [lock.agent for lock in repo.store.read().path(path).tree(".").locks]


class TestAFreeFile:
    def test_becomes_the_agents_dirty_bytes(self, client, guarded: Repo) -> None:
        anna, ben = client(), client()
        assert anna.run(sneak("a.py")).silent
        assert holders(guarded, "a.py") == ["agent-1"]
        denied = ben.pre("Edit", "a.py")
        assert "agent-1" in denied.reason
        assert "sneaked" in denied.reason
        (entry,) = entries(guarded)
        assert entry[:6] == (RAN, "agent-1", ".", "a.py", blob(b"a = 1\n"), blob(b"sneaked"))
        assert contents.kept(str(guarded.state), entry.before) == b"a = 1\n"

    def test_that_is_put_back_is_free_again(self, client, guarded: Repo) -> None:
        anna = client()
        anna.run(sneak("a.py"))
        anna.run("git checkout -q a.py")
        assert holders(guarded, "a.py") == []
        assert client().pre("Edit", "a.py").silent

    def test_new_and_deleted(self, client, guarded: Repo) -> None:
        client().run("echo x > new.txt; rm b.py; mkdir -p 'd e'; mv docs/x.md 'd e/ü\ny.md'")
        for path in ("new.txt", "b.py", "docs/x.md", "d e/ü\ny.md"):
            assert holders(guarded, path) == ["agent-1"], path

    def test_a_command_that_fails_has_written_nevertheless(self, client, guarded: Repo) -> None:
        client().run(sneak("a.py") + "; exit 3")
        assert holders(guarded, "a.py") == ["agent-1"]

    def test_what_a_person_left_dirty_before_is_nobodys(self, client, guarded: Repo) -> None:
        guarded.write("a.py", "person\n")
        guarded.write("new.txt", "person\n")
        client().run("true; python3 -c pass")
        assert holders(guarded, "a.py") == holders(guarded, "new.txt") == []
        assert entries(guarded) == []

    def test_committed_by_the_command_takes_no_lock(self, client, guarded: Repo) -> None:
        client().run(sneak("a.py") + "; git commit -qam Change; echo y > b.py; git commit -qam More")
        assert holders(guarded, "a.py") == holders(guarded, "b.py") == []
        assert {one.path for one in entries(guarded)} == {"a.py", "b.py"}


class TestAConflict:
    def test_is_recorded_told_to_both_and_can_be_undone(self, client, guarded: Repo) -> None:
        anna, ben = client(), client()
        anna.write("a.py", "anna\n")
        told = ben.run(sneak("a.py")).context
        assert all(word in told for word in ("a.py", "agent-1", "undo")), told
        assert holders(guarded, "a.py") == ["agent-1"]
        (entry,) = entries(guarded, "a.py")
        assert entry[:6] == (FOREIGN, "agent-2", ".", "a.py", blob(b"anna\n"), blob(b"sneaked"))
        assert contents.kept(str(guarded.state), entry.before) == b"anna\n"
        assert contents.kept(str(guarded.state), entry.after) == b"sneaked"
        view = guarded.store.read()
        (conflict,) = [view.conflict(name) for name in view.names("conflict")]
        assert conflict is not None
        assert (conflict.type, conflict.parties, conflict.path) == ("FILE_LOCK", ("agent-2", "agent-1"), "a.py")
        assert (conflict.before, conflict.after) == (entry.before, entry.after)
        heard = anna.batch().context
        assert all(word in heard for word in ("a.py", "agent-2", "python3")), heard
        (event,) = guarded.events("conflict")
        assert event["severity"] == "high"
        assert "agent-1" in event["warning"]

    def test_what_was_destroyed_is_kept(self, client, guarded: Repo) -> None:
        anna, ben = client(), client()
        anna.write("a.py", "anna\n")
        anna.write("new.txt", "only copy\n")
        ben.run("x=reset; git $x -q --hard; rm *.txt")
        kept = {one.path: contents.kept(str(guarded.state), one.before) for one in entries(guarded)}
        assert kept == {"a.py": b"anna\n", "new.txt": b"only copy\n"}
        assert len(guarded.events("conflict")) == 2


@pytest.mark.parametrize("dirty", [False, True])
def test_nothing_is_left_in_the_users_repository(client, guarded: Repo, dirty: bool) -> None:
    if dirty:
        guarded.write("b.py", "person\n")
        guarded.write("u.txt", "person\n")
    anna = client()

    def everything() -> dict[str, bytes]:
        files = (path for path in guarded.common.rglob("*") if path.is_file() and guarded.state not in path.parents)
        return {str(path): path.read_bytes() for path in files}

    before = everything()
    anna.run(sneak("a.py"))
    anna.run("sleep 0; echo more >> a.py")
    assert everything() == before


def test_a_command_that_ends_elsewhere_is_closed_at_the_end_of_the_batch(client, guarded: Repo) -> None:
    anna = client()
    anna.pre("Bash", command="python3 gen.py")
    guarded.write("a.py", "generated\n")
    anna.batch()
    assert holders(guarded, "a.py") == ["agent-1"]
    assert list((guarded.state / "runs").iterdir()) == []
