"""Commands that only read, by the short way that their events take: it must say all that the long way would."""

from pathlib import Path

import pytest

from tests.support import Client, Repo

PROVEN = ["ls", "for f in a b; do echo $f; done"]
"""By the quick proof, and only by the whole reading."""


def denied_then_free(holder: Client, waiter: Client) -> None:
    """Leaves the waiter with one notice: what it was denied is free."""
    holder.pre("Edit", "a.py")
    assert waiter.pre("Edit", "a.py").denied
    holder.fail()


@pytest.mark.parametrize("command", PROVEN)
class TestNotices:
    def test_are_given_once(self, client, command: str) -> None:
        anna, ben = client(), client()
        denied_then_free(anna, ben)
        assert anna.run(command).silent, "they are of another agent"
        assert "a.py is free now" in ben.run(command).context
        assert ben.run(command).silent

    def test_are_given_after_a_failed_command(self, client, command: str) -> None:
        anna, ben = client(), client()
        denied_then_free(anna, ben)
        assert "a.py is free now" in ben.run(f"{command}; false").context

    def test_of_a_subagent(self, client, command: str) -> None:
        anna, ben = client(), client()
        child = ben.subagent("0f")
        denied_then_free(anna, child)
        assert ben.run(command).silent
        assert "a.py is free now" in child.run(command).context

    def test_of_a_session_that_two_clients_resumed(self, client, command: str) -> None:
        anna, ben = client(), client(session="same")
        ben.start()
        twin = client(session="same")
        twin.start()
        denied_then_free(anna, twin)
        assert ben.run(command).silent
        assert "a.py is free now" in twin.run(command).context

    def test_from_a_folder_below_and_a_linked_tree(self, client, guarded: Repo, command: str) -> None:
        anna = client()
        below = guarded.root / "below"
        below.mkdir()
        guarded.git("worktree", "add", "-q", "../linked")
        for cwd in (below, guarded.root.parent / "linked"):
            ben = client()
            denied_then_free(anna, ben)
            ben.cwd = cwd
            assert "a.py is free now" in ben.run(command).context

    @pytest.mark.parametrize("kind", ["session", "agent", "inbox"])
    def test_in_damaged_records(self, client, guarded: Repo, command: str, kind: str) -> None:
        anna, ben = client(), client()
        denied_then_free(anna, ben)
        for record in (guarded.root / ".git/pucs/records" / kind).iterdir():
            record.write_bytes(record.read_bytes()[:20])
        assert "a.py is free now" in ben.run(command).context

    @pytest.mark.parametrize("kind", ["session", "agent", "inbox"])
    def test_in_records_of_which_only_the_copies_are_left(self, client, guarded: Repo, command: str, kind: str) -> None:
        anna, ben = client(), client()
        denied_then_free(anna, ben)
        for record in (guarded.root / ".git/pucs/records" / kind).iterdir():
            record.unlink()
        assert "a.py is free now" in ben.run(command).context


@pytest.mark.parametrize("command", PROVEN)
def test_nothing_is_written(client, guarded: Repo, command: str) -> None:
    anna = client()
    anna.write("a.py", "anna\n")
    before = contents(guarded.root / ".git/pucs")
    assert anna.run(command).silent
    assert client().run(command).silent
    assert contents(guarded.root / ".git/pucs") == before


@pytest.mark.parametrize("command", PROVEN)
def test_where_nobody_guards(client, tmp_path: Path, command: str) -> None:
    (tmp_path / "elsewhere").mkdir()
    other = Repo.create(tmp_path / "elsewhere")
    for where in (other.root, tmp_path / "elsewhere"):
        anna = client(other)
        anna.cwd = where
        assert anna.run(command).silent
    assert not (other.root / ".git/pucs").exists()


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
