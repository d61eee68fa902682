"""`pucs undo`: byte for byte, undoable itself, and nothing that an edit would not be allowed."""

import os
import stat

import pytest

from pucs.model import FOREIGN, RAN, RISKED, UNDONE, UNKNOWN, Snapshot
from pucs.state import contents, journal
from tests.support import Client, Repo

OLD, NEW = b"caf\xe9\r\n\0old", b"new\n"


def look(repo: Repo, path: str) -> str:
    name, data = contents.look(str(repo.root / path))
    contents.keep(str(repo.state), name, data)
    return name


def changed(
    repo: Repo, files: dict[str, bytes | None], reason: str = RAN, agent: str = "agent-1", group: str = "toolu_x"
) -> None:
    """A command that makes the files these, recorded as a run records it: contents kept before and after."""
    entries = []
    for path, data in files.items():
        before = look(repo, path)
        if data is None:
            (repo.root / path).unlink()
        else:
            repo.write(path, data)
        entries.append(Snapshot(reason, agent, ".", path, before, look(repo, path), 1e9, group, "python gen.py"))
    journal.note(str(repo.state), entries)


def reasons(repo: Repo) -> list[str]:
    return [entry.reason for entry in journal.entries(str(repo.state))]


class TestTheLastEvent:
    def test_comes_back_byte_for_byte_and_goes_again(self, guarded: Repo, pucs) -> None:
        guarded.write("a.py", OLD)
        changed(guarded, {"a.py": NEW, "b.py": None, "made.txt": b"made\n"})
        said = pucs("undo", "--yes")
        assert said.status == 0, said
        assert (guarded.root / "a.py").read_bytes() == OLD
        assert guarded.read("b.py") == "b = 1\n"
        assert not (guarded.root / "made.txt").exists()
        assert pucs("undo", "--yes").status == 0
        assert (guarded.root / "a.py").read_bytes() == NEW
        assert not (guarded.root / "b.py").exists()
        assert guarded.read("made.txt") == "made\n"

    def test_is_shown_and_not_done_without_a_yes(self, guarded: Repo, pucs) -> None:
        changed(guarded, {"a.py": b"a = 2\n"})
        said = pucs("undo")
        assert said.status == 2
        assert "pucs undo --yes" in said.err
        for words in ("a.py goes back (+1 -1)", "-a = 2", "+a = 1", "ran by agent-1", "python gen.py"):
            assert words in said.out
        assert guarded.read("a.py") == "a = 2\n"
        assert reasons(guarded) == [RAN]

    def test_is_the_newest_group_and_no_edit(self, client, guarded: Repo, pucs) -> None:
        changed(guarded, {"a.py": b"first\n"}, group="one")
        changed(guarded, {"b.py": b"second\n"}, group="two")
        client().write("docs/x.md", "edited\n")
        assert pucs("undo", "--yes").status == 0
        assert guarded.read("a.py") == "first\n"
        assert guarded.read("b.py") == "b = 1\n"
        assert guarded.read("docs/x.md") == "edited\n"

    def test_where_nobody_saw_its_end(self, guarded: Repo, pucs) -> None:
        before = look(guarded, "a.py")
        journal.note(str(guarded.state), [Snapshot(RISKED, "agent-1", ".", "a.py", before, UNKNOWN, 1e9, "g", "git x")])
        guarded.write("a.py", "lost\n")
        said = pucs("undo", "--yes")
        assert said.status == 1
        assert "by hand" in said.out
        assert pucs("undo", "--yes").status == 0
        assert guarded.read("a.py") == "a = 1\n"

    def test_there_is_none(self, client, guarded: Repo, pucs) -> None:
        assert pucs("undo", "--yes").status == 1
        client().write("a.py", "a = 2\n")
        said = pucs("undo", "--yes")
        assert said.status == 1
        assert "pucs undo PATH" in said.err
        assert guarded.read("a.py") == "a = 2\n"

    def test_after_it_all_was_moved_into_git(self, guarded: Repo, pucs, moved) -> None:
        guarded.write("a.py", OLD)
        changed(guarded, {"a.py": NEW})
        moved()
        assert list((guarded.state / "spool").iterdir()) == []
        assert pucs("undo", "--yes").status == 0
        assert (guarded.root / "a.py").read_bytes() == OLD


class TestOneFile:
    def test_goes_one_step_back_and_forth(self, client, guarded: Repo, pucs) -> None:
        anna = client()
        anna.edit("a.py", "a = 1", "a = 2")
        anna.edit("a.py", "a = 2", "a = 3")
        assert pucs("undo", "a.py", "--yes").status == 0
        assert guarded.read("a.py") == "a = 2\n"
        assert pucs("undo", "a.py", "--yes").status == 0
        assert guarded.read("a.py") == "a = 3\n"

    def test_of_which_nothing_is_known(self, guarded: Repo, pucs) -> None:
        said = pucs("undo", "a.py", "--yes")
        assert (said.status, "no earlier content of a.py" in said.err) == (1, True)

    def test_changed_by_hand_is_refused_once_and_kept(self, client, guarded: Repo, pucs) -> None:
        client().write("a.py", "a = 2\n")
        guarded.write("a.py", "by hand\n")
        said = pucs("undo", "a.py", "--yes")
        assert said.status == 1
        assert "by hand; a copy of that is kept" in said.out
        assert guarded.read("a.py") == "by hand\n"
        assert pucs("undo", "a.py", "--yes").status == 0
        assert guarded.read("a.py") == "a = 2\n"
        assert pucs("undo", "a.py", "--yes").status == 0
        assert guarded.read("a.py") == "by hand\n"

    def test_is_seen_from_a_folder_below(self, guarded: Repo, pucs) -> None:
        changed(guarded, {"docs/x.md": b"y\n"})
        assert pucs("undo", "x.md", "--yes", at=guarded.root / "docs").status == 0
        assert guarded.read("docs/x.md") == "x\n"


class TestSince:
    def test_everything_goes_to_what_it_held_first(self, client, guarded: Repo, pucs) -> None:
        anna = client()
        anna.edit("a.py", "a = 1", "a = 2")
        anna.edit("a.py", "a = 2", "a = 3")
        anna.write("new.py", "x\n")
        changed(guarded, {"b.py": None}, group="long ago")  # at a time long ago
        assert pucs("undo", "--since", "1h", "--yes").status == 0
        assert guarded.read("a.py") == "a = 1\n"
        assert not (guarded.root / "new.py").exists()
        assert not (guarded.root / "b.py").exists()

    def test_and_a_path_is_no_wish(self, guarded: Repo, pucs) -> None:
        assert pucs("undo", "a.py", "--since", "1h", "--yes").status == 2
        assert pucs("undo", "--since", "soon", "--yes").status == 2


class TestFiles:
    def test_a_program_stays_one(self, guarded: Repo, pucs) -> None:
        (guarded.root / "a.py").chmod(0o755)
        guarded.commit("A program")
        changed(guarded, {"a.py": b"changed\n"})
        assert pucs("undo", "--yes").status == 0
        assert stat.S_IMODE((guarded.root / "a.py").stat().st_mode) == 0o755
        changed(guarded, {"a.py": None}, group="two")
        assert pucs("undo", "--yes").status == 0
        assert (guarded.root / "a.py").stat().st_mode & 0o111
        assert guarded.git("status", "--porcelain") == ""

    def test_a_private_file_stays_private(self, guarded: Repo, pucs) -> None:
        (guarded.root / "a.py").chmod(0o600)
        changed(guarded, {"a.py": b"changed\n"})
        assert pucs("undo", "--yes").status == 0
        assert stat.S_IMODE((guarded.root / "a.py").stat().st_mode) == 0o600

    def test_a_folder_that_went_comes_back(self, guarded: Repo, pucs) -> None:
        changed(guarded, {"docs/x.md": None})
        (guarded.root / "docs").rmdir()
        assert pucs("undo", "--yes").status == 0
        assert guarded.read("docs/x.md") == "x\n"

    def test_a_link_is_not_followed(self, guarded: Repo, pucs) -> None:
        outside = guarded.root.parent / "outside"
        outside.write_bytes(b"a = 2\n")
        changed(guarded, {"a.py": b"a = 2\n"})
        (guarded.root / "a.py").unlink()
        (guarded.root / "a.py").symlink_to(outside)
        said = pucs("undo", "--yes")
        assert (said.status, "symbolic link" in said.out) == (1, True)
        assert outside.read_bytes() == b"a = 2\n"

    def test_a_folder_that_became_a_link_is_not_followed(self, guarded: Repo, pucs) -> None:
        outside = guarded.root.parent / "outside"
        changed(guarded, {"docs/x.md": b"y\n"})
        (guarded.root / "docs").rename(outside)
        (guarded.root / "docs").symlink_to(outside)
        said = pucs("undo", "--yes")
        assert (said.status, "symbolic link" in said.out) == (1, True)
        assert (outside / "x.md").read_bytes() == b"y\n"

    def test_gits_own_files_are_never_written(self, guarded: Repo, pucs) -> None:
        before = (guarded.common / "config").read_bytes()
        changed(guarded, {".git/config": before + b"[user]\n\tname = X\n"})
        now = (guarded.common / "config").read_bytes()
        assert pucs("undo", "--yes").status == 1
        assert (guarded.common / "config").read_bytes() == now

    def test_a_content_that_was_not_kept_is_said(self, guarded: Repo, pucs) -> None:
        before = look(guarded, "a.py")
        changed(guarded, {"a.py": b"a = 2\n"})
        (guarded.state / "spool" / before).unlink()
        assert "(before not kept)" in pucs("snapshots").out
        said = pucs("undo", "--yes")
        assert (said.status, "was not kept" in said.out) == (1, True)
        assert guarded.read("a.py") == "a = 2\n"

    def test_twenty_megabytes_are_refused_with_the_reason(self, guarded: Repo, pucs) -> None:
        guarded.write("big.bin", b"1" * (20 << 20))
        changed(guarded, {"big.bin": b"2" * (20 << 20)})
        assert "(before and after not kept)" in pucs("snapshots").out
        said = pucs("undo", "--yes")
        assert (said.status, "16 MiB" in said.out) == (1, True)
        assert (guarded.root / "big.bin").read_bytes()[:1] == b"2"

    def test_two_thousand_files_come_back(self, guarded: Repo, pucs) -> None:
        files = {f"many/{number:04}.txt": f"{number}\n".encode() for number in range(2000)}
        for path, data in files.items():
            guarded.write(path, data)
        changed(guarded, dict.fromkeys(files))
        assert pucs("undo", "--yes").status == 0
        assert {path: (guarded.root / path).read_bytes() for path in files} == files

    def test_other_worktrees_are_left_alone(self, guarded: Repo, pucs) -> None:
        linked = guarded.worktree("linked")
        changed(guarded, {"a.py": b"main\n"})
        said = pucs("undo", "--yes", at=linked.root)
        assert (said.status, guarded.read("a.py"), linked.read("a.py")) == (1, "main\n", "a = 1\n")


class TestAgents:
    @pytest.fixture
    def anna(self, client) -> Client:
        anna: Client = client()
        anna.start()
        return anna

    def test_may_not_undo_what_another_holds(self, client, anna: Client, guarded: Repo, pucs) -> None:
        anna.write("a.py", "a = 2\n")
        ben = client()
        ben.start()
        said = pucs("undo", "a.py", "--yes", by=ben)
        assert (said.status, "being changed by agent-1" in said.out) == (1, True)
        assert guarded.read("a.py") == "a = 2\n"

    def test_undo_their_own_edit_and_are_clean_then(self, client, anna: Client, guarded: Repo, pucs) -> None:
        anna.write("a.py", "a = 2\n")
        assert pucs("undo", "a.py", "--yes", by=anna).status == 0
        assert guarded.read("a.py") == "a = 1\n"
        assert client().write("a.py", "a = 3\n").silent

    def test_hold_what_they_put_back(self, client, anna: Client, guarded: Repo, pucs) -> None:
        anna.edit("a.py", "a = 1", "a = 2")
        anna.edit("a.py", "a = 2", "a = 3")
        assert pucs("undo", "a.py", "--yes", by=anna).status == 0
        denied = client().pre("Edit", "a.py")
        assert "+a = 2" in denied.reason

    def test_give_back_what_their_command_did_to_another(self, client, anna: Client, guarded: Repo, pucs) -> None:
        anna.write("a.py", "a = 2\n")
        ben = client()
        ben.start()
        changed(guarded, {"a.py": b"broken\n"}, FOREIGN, "agent-2")
        said = pucs("undo", "--yes", by=ben)
        assert said.status == 0, said
        assert guarded.read("a.py") == "a = 2\n"
        (lock,) = guarded.store.read().path("a.py").tree(".").locks
        assert (lock.agent, lock.wrote) == ("agent-1", contents.look(str(guarded.root / "a.py"))[0])
        assert "holds again what you left there: agent-2 undid" in anna.batch().context

    def test_hear_of_a_person_who_undoes_their_work(self, anna: Client, guarded: Repo, pucs) -> None:
        anna.write("a.py", "a = 2\n")
        assert pucs("undo", "a.py", "--yes").status == 0
        told = anna.batch().context
        assert "put a.py back to an earlier content" in told
        assert "pucs snapshots a.py" in told

    def test_take_over_parked_bytes_the_second_time(self, client, anna: Client, guarded: Repo, pucs) -> None:
        anna.write("a.py", "a = 2\n")
        anna.kill()
        ben = client()
        ben.start()
        assert pucs("undo", "a.py", "--yes", by=ben).status == 1
        assert guarded.read("a.py") == "a = 2\n"
        assert pucs("undo", "a.py", "--yes", by=ben).status == 0
        assert guarded.read("a.py") == "a = 1\n"


def test_a_kill_in_the_middle_leaves_the_old_or_the_new_file(guarded: Repo, pucs, monkeypatch) -> None:
    from pucs.client import undoing
    from tests.snapshots.conftest import opened

    changed(guarded, {"a.py": b"a = 2\n"})
    undo = undoing.Undo(opened(guarded), None, "person")

    def killed(*_: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        undo.carry_out(undo.plan(undoing.Wish()))
    monkeypatch.undo()
    assert guarded.read("a.py") == "a = 2\n"
    assert reasons(guarded) == [RAN, UNDONE]
    assert pucs("undo", "a.py", "--yes").status == 0
    assert guarded.read("a.py") == "a = 1\n"
