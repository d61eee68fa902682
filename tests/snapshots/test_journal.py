"""What the edit path notes and keeps: one line a call, with both contents."""

import os
import stat
from itertools import pairwise

import pytest

from pucs.model import ABSENT, ADOPTED, LOCKED, UNATTRIBUTED, UNKNOWN, WROTE, Snapshot
from pucs.state import contents, journal
from tests.support import Repo


def blob(repo: Repo, text: str | bytes) -> str:
    """Git's own name of a content."""
    repo.write("../judge", text)
    return repo.git("hash-object", "--no-filters", "../judge")


def noted(repo: Repo) -> list[tuple[str, str, str, str, str]]:
    return [(one.reason, one.agent, one.path, one.before, one.after) for one in journal.entries(str(repo.state))]


def kept(repo: Repo) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (repo.state / "spool").iterdir()}


def test_an_edit_is_one_line_before_and_one_after_and_both_contents_stay(client, guarded: Repo) -> None:
    client().write("a.py", "a = 2\n")
    old, new = blob(guarded, "a = 1\n"), blob(guarded, "a = 2\n")
    assert noted(guarded) == [
        (LOCKED, "agent-1", "a.py", old, UNKNOWN),
        (WROTE, "agent-1", "a.py", old, new),
    ]
    assert kept(guarded) == {old: b"a = 1\n", new: b"a = 2\n"}
    first, second = journal.entries(str(guarded.state))
    assert first.group == second.group
    assert (first.what, second.what) == ("Write", "Write")
    for file in [guarded.state / journal.NAME, *(guarded.state / "spool").iterdir()]:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_edits_are_a_chain_back_to_base(client, guarded: Repo) -> None:
    anna = client()
    texts = ["a = 1\n", "a = 2\n", "a = 3\n", "a = 1\n"]
    for before, after in pairwise(texts):
        anna.edit("a.py", before, after)
    wrote = [(before, after) for reason, _, _, before, after in noted(guarded) if reason == WROTE]
    assert wrote == [(blob(guarded, before), blob(guarded, after)) for before, after in pairwise(texts)]


def test_a_new_file_comes_from_no_file(client, guarded: Repo) -> None:
    client().write("new.py", "x\n")
    assert noted(guarded)[-1] == (WROTE, "agent-1", "new.py", ABSENT, blob(guarded, "x\n"))


def test_what_a_person_left_under_a_lock_is_kept_before_the_agent_writes_over_it(client, guarded: Repo) -> None:
    anna = client()
    anna.write("a.py", "a = 2\n")
    guarded.write("a.py", "by hand\n")
    anna.write("a.py", "a = 3\n")
    hand = blob(guarded, "by hand\n")
    assert (UNATTRIBUTED, "", "a.py", blob(guarded, "a = 2\n"), hand) in noted(guarded)
    assert kept(guarded)[hand] == b"by hand\n"


def test_a_denied_or_failed_call_notes_nothing(client, guarded: Repo) -> None:
    client().write("a.py", "a = 2\n")
    before = noted(guarded)
    ben = client()
    assert ben.pre("Edit", "a.py").denied
    assert noted(guarded) == before
    ben.pre("Edit", "b.py")
    ben.fail()
    assert [entry[:3] for entry in noted(guarded)[len(before) :]] == [(LOCKED, "agent-2", "b.py")]


def test_a_take_over_names_the_loser_and_keeps_the_bytes(client, guarded: Repo) -> None:
    anna = client()
    anna.write("a.py", "a = 2\n")
    anna.kill()
    ben = client()
    assert ben.write("a.py", "a = 3\n").denied
    assert ben.write("a.py", "a = 3\n").silent
    two, three = blob(guarded, "a = 2\n"), blob(guarded, "a = 3\n")
    assert noted(guarded)[-2:] == [
        (ADOPTED, "agent-2", "a.py", two, two),
        (WROTE, "agent-2", "a.py", two, three),
    ]
    assert [one.what for one in journal.entries(str(guarded.state))][-2] == "from agent-1"
    assert kept(guarded)[two] == b"a = 2\n"


@pytest.mark.parametrize("ending", ["batch", "stop", "end", "next"])
def test_an_edit_whose_end_nobody_reported_is_noted_when_it_is_found(client, guarded: Repo, ending: str) -> None:
    anna = client()
    anna.pre("Write", "a.py")
    guarded.write("a.py", "a = 2\n")
    if ending == "next":
        anna.pre("Edit", "b.py")
    else:
        getattr(anna, ending)()
    new = blob(guarded, "a = 2\n")
    assert (WROTE, "agent-1", "a.py", blob(guarded, "a = 1\n"), new) in noted(guarded)
    assert kept(guarded)[new] == b"a = 2\n"


def test_locks_by_hand_are_noted(client, guarded: Repo, pucs) -> None:
    assert pucs("lock", "a.py").status == 0
    (entry,) = noted(guarded)
    assert (entry[0], entry[2:]) == (LOCKED, ("a.py", blob(guarded, "a = 1\n"), UNKNOWN))
    guarded.write("a.py", "x\n")
    assert pucs("unlock", "--force", "a.py").status == 0
    assert noted(guarded)[-1][0] == ADOPTED
    assert kept(guarded)[blob(guarded, "x\n")] == b"x\n"


def test_adopting_by_hand_is_noted(client, guarded: Repo, pucs) -> None:
    anna, ben = client(), client()
    ben.start()
    anna.write("a.py", "a = 2\n")
    anna.kill()
    assert pucs("adopt", "a.py", by=ben).status == 0
    assert noted(guarded)[-1][:3] == (ADOPTED, "agent-1", "a.py")


@pytest.mark.parametrize(
    "data",
    [b"", b"\0\1\2" * 100, b"caf\xe9\n", b"a\r\nb\r\n", b"x" * (5 << 20)],
    ids=["empty", "binary", "latin-1", "crlf", "5 MiB"],
)
def test_any_bytes_are_kept_as_they_are(client, guarded: Repo, data: bytes) -> None:
    anna = client()
    anna.pre("Write", "data.bin")
    guarded.write("data.bin", data)
    anna.post()
    assert kept(guarded)[blob(guarded, data)] == data


def test_a_full_disk_costs_the_note_and_not_the_edit(client, guarded: Repo) -> None:
    (guarded.state / journal.NAME).symlink_to("/dev/full")
    assert client().write("a.py", "a = 2\n").silent
    assert guarded.read("a.py") == "a = 2\n"


def test_an_entry_that_went_to_a_journal_set_aside_meanwhile_is_said_again(guarded: Repo, monkeypatch) -> None:
    root = str(guarded.state)
    entry = Snapshot(WROTE, "anna", ".", "a.py", "1", "2")
    append = journal.log.append

    def slow(path: str, lines: list[str]) -> int:
        monkeypatch.undo()
        number = append(path, lines)
        journal.set_aside(root)
        return number

    monkeypatch.setattr(journal.log, "append", slow)
    journal.note(root, [entry])
    assert os.path.exists(f"{root}/{journal.NAME}")
    assert list(journal.entries(root)) == [entry, entry]


def test_the_fingerprint_is_gits(guarded: Repo) -> None:
    assert contents.look(str(guarded.root / "a.py"))[0] == guarded.git("rev-parse", "HEAD:a.py")
