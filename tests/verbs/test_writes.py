"""Files that a shell command is known to write: checked and locked like those of an edit."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import Client, Repo, policy

Make = Callable[..., Client]


def holders(repo: Repo, path: str) -> list[str]:
    return [lock.agent for lock in repo.store.read().path(path).tree(".").locks]


@pytest.fixture
def anna(guarded: Repo, client: Make) -> Client:
    """An agent with unfinished work in a.py and docs/x.md."""
    one = client()
    one.write("a.py", "anna's\n")
    one.write("docs/x.md", "anna's\n")
    return one


@pytest.mark.parametrize(
    "command",
    [
        "echo x > a.py",
        "cat > a.py <<'EOF'\nx\nEOF",
        "sed -i s/a/b/ a.py",
        "cp b.py a.py",
        "mv a.py c.py",
        "rm a.py b.py",
        "cd docs && echo x >> ../a.py",
        "bash -c 'echo x > a.py'",
        "echo x | tee b.py a.py",
        "rm -rf docs",
        "mv docs papers",
        "git apply <<'EOF'\n--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-anna's\n+ben's\nEOF",
    ],
)
def test_a_held_file_is_not_written(guarded: Repo, client: Make, anna: Client, command: str) -> None:
    reply = client().pre("Bash", command=command)
    assert "agent-1" in reply.reason
    assert "pucs wait" in reply.reason
    assert len(reply.reason) <= 600
    assert holders(guarded, "b.py") == []
    assert anna.pre("Bash", command=command).silent


@pytest.mark.parametrize("command", ["cat a.py", "python3 a.py", "pytest a.py", "grep x a.py > /dev/null", "ls docs"])
def test_reading_and_running_it_is_free(client: Make, anna: Client, command: str) -> None:
    assert client().pre("Bash", command=command).silent


def test_a_free_file_is_locked_while_the_command_runs_and_its_bytes_after(guarded: Repo, client: Make) -> None:
    anna, ben = client(), client()
    assert anna.pre("Bash", command="echo x > a.py; echo y > b.py").silent
    assert holders(guarded, "a.py") == ["agent-1"]
    guarded.write("a.py", "x\n")
    anna.post()
    assert holders(guarded, "a.py") == ["agent-1"]
    assert ben.pre("Edit", "a.py").denied
    assert holders(guarded, "b.py") == []
    assert ben.pre("Edit", "b.py").silent


def test_all_files_or_none(guarded: Repo, client: Make, anna: Client) -> None:
    assert client().pre("Bash", command="echo x > b.py; echo y > a.py").denied
    assert holders(guarded, "b.py") == []


def test_a_sweep_is_checked_and_takes_no_locks(guarded: Repo, client: Make, anna: Client) -> None:
    ben = client()
    names = " ".join(f"n{number}.txt" for number in range(30))
    assert ben.pre("Bash", command=f"touch {names}").silent
    assert holders(guarded, "n1.txt") == []
    assert "agent-1" in ben.pre("Bash", command=f"rm -f {names} a.py").reason


def test_what_is_protected(guarded: Repo, client: Make) -> None:
    ben = client()
    for command in (
        "echo x > .git/config",
        "rm -rf .git",
        "sed -i s/a/b/ pucs_config.yaml",
        "rm .git/hooks/pre-commit",
    ):
        assert "agents do not edit it" in ben.pre("Bash", command=command).reason, command
    assert ben.pre("Bash", command="echo x > /tmp/elsewhere.txt").silent


def test_a_boundary(guarded: Repo, client: Make) -> None:
    guarded.guard(policy(streams={"docs": "docs/**", "code": "*.py"}))
    ben = client(PUCS_STREAM="docs")
    assert "stream code" in ben.pre("Bash", command="echo x > a.py").reason
    assert ben.pre("Bash", command="echo x > docs/y.md").silent


def test_what_only_reads_leaves_no_trace(guarded: Repo, client: Make, anna: Client) -> None:
    before = guarded.store.read().revision
    ben = client()
    for command in ("ls", "git status", "cat a.py | head", "git log --oneline"):
        assert ben.pre("Bash", command=command).silent
        assert ben.post().silent
    assert guarded.store.read().revision == before


def test_powershell_in_plain_forms(client: Make, anna: Client) -> None:
    ben = client()
    assert "agent-1" in ben.pre("PowerShell", command="git stash").reason
    assert "agent-1" in ben.pre("PowerShell", command="git add -A; git commit -m 'all of it'").reason
    assert "agent-1" in ben.pre("PowerShell", command='echo "x" > a.py').reason
    assert ben.pre("PowerShell", command="Get-ChildItem | Where-Object { $_.Length -gt 1 }").silent


@pytest.mark.parametrize(
    ("command", "stale"),
    [
        ("cat > a.py <<'EOF'\nben's\nEOF", True),
        ("echo ben > a.py", True),
        ("cp b.py a.py", True),
        ("mv b.py a.py", True),
        ("echo ben | tee a.py", True),
        ("echo ben >> a.py", False),
        ("echo ben | tee -a a.py", False),
        ("sed -i s/anna/ben/ a.py", False),
    ],
)
def test_a_whole_file_is_not_written_over_what_another_wrote_meanwhile(
    guarded: Repo, client: Make, command: str, stale: bool
) -> None:
    anna, ben = client(), client()
    ben.start()
    anna.write("a.py", "anna's\n")
    guarded.commit()
    reply = ben.pre("Bash", command=command)
    assert reply.denied == stale
    if stale:
        assert "agent-2 wrote it" in reply.reason
        assert len(reply.reason) <= 600
        assert ben.pre("Bash", command=command).silent, "told once, it may"


def test_from_outside_of_any_repository(guarded: Repo, client: Make, anna: Client, tmp_path: Path) -> None:
    ben = client()
    ben.cwd = tmp_path / "elsewhere"
    ben.cwd.mkdir()
    inside = guarded.root
    for command in (
        f"git -C {inside} stash",
        f"cd {inside} && git stash",
        f"echo x > {inside}/a.py",
        "cd ../repo; git stash",
    ):
        assert "agent-1" in ben.pre("Bash", command=command).reason, command
    hidden = f"python3 -c \"open('{inside}/b.py', 'w').write('sneaked')\"; cd {inside}"
    ben.run(hidden)
    assert holders(guarded, "b.py") == ["agent-2"]
    assert not [*(guarded.state / "runs").iterdir()]
    assert ben.pre("Bash", command="echo x > y; git status").silent


@pytest.mark.parametrize(
    "command", ["Set-Content -Path a.py -Value 'x'", "'x' | Out-File a.py", "del a.py", "Move-Item a.py c.py"]
)
def test_cmdlets_of_powershell(client: Make, anna: Client, command: str) -> None:
    assert "agent-1" in client().pre("PowerShell", command=command).reason
