"""`pucs check --files …`: is somebody changing these files right now?"""

import json

import pytest

from pucs.cli import main
from tests.support import policy


@pytest.fixture
def busy(guarded, client, monkeypatch):
    """Two files that an agent is changing, in a repository where commands run."""
    monkeypatch.chdir(guarded.root)
    agent = client(guarded)
    agent.write("a.py", "half\n")
    agent.write("two words.py", "half\n")
    return guarded


@pytest.fixture
def check(capsys):
    """Runs the command: its exit code, and the paths its lines begin with."""

    def command(*files: str) -> tuple[int, list[str]]:
        code = main(["check", "--files", *files])
        return code, [line.split(":")[0] for line in capsys.readouterr().out.splitlines()]

    return command


def test_files_that_nobody_changes(busy, capsys):
    assert main(["check", "--files", "b.py", "docs/x.md"]) == 0
    assert capsys.readouterr().out == "2 files: nobody else is changing them\n"


def test_a_held_file_is_named_with_its_holder_and_the_way_out(busy, capsys):
    assert main(["check", "--files", "b.py", "a.py"]) == 1
    [line] = capsys.readouterr().out.splitlines()
    assert line.startswith("a.py: held: agent-1 since ")
    assert line.endswith(". Run: pucs wait a.py")


def test_parked_files_are_named_as_such(busy, client, capsys):
    agent = client(busy)
    agent.write("b.py", "half\n")
    agent.end()
    assert main(["check", "--files", "b.py"]) == 1
    assert capsys.readouterr().out.rstrip().endswith("pucs adopt b.py")


@pytest.mark.parametrize("text", ["b.py\na.py\n", "b.py a.py", "a.py", 'b.py\n"\\141.py"'])
def test_one_text_may_hold_several_paths(busy, check, text):
    assert check(text) == (1, ["a.py"])


@pytest.mark.parametrize(
    "files", [("two words.py",), ("two words.py\n",), ("b.py", "two words.py"), ('"two words.py"',)]
)
def test_a_path_with_a_blank_is_one(busy, check, files):
    assert check(*files) == (1, ["two words.py"])


def test_a_path_as_git_quotes_it(busy, client, check):
    client(busy).write('caf\u00e9\t"\\.py', "half\n")
    quoted = busy.git("ls-files", "--others", "--", "caf*")
    assert quoted == '"caf\\303\\251\\t\\"\\\\.py"'
    assert check(quoted)[0] == 1


def test_what_an_agent_holds_itself_is_no_conflict(busy, check, monkeypatch):
    monkeypatch.setenv("PUCS_AGENT_ID", "agent-1")
    assert check("a.py")[0] == 0


def test_another_worktrees_work_is_only_a_warning_unless_the_file_is_critical(busy, client, capsys):
    linked = busy.worktree("linked")
    client(linked).write("b.py", "there\n")
    assert main(["check", "--files", "b.py"]) == 0
    assert capsys.readouterr().out.startswith("warning: b.py: changed in worktree linked by agent-2")
    busy.guard(policy(critical={"b.py": 600}))
    assert main(["check", "--files", "b.py"]) == 1


def test_a_clone_that_is_not_guarded_has_no_holders(repo, monkeypatch, capsys):
    monkeypatch.chdir(repo.root)
    assert main(["check", "--files", "a.py"]) == 0
    assert capsys.readouterr().err == "pucs: PUCS does not guard this clone, so nobody holds anything here\n"


def test_a_path_outside_is_wrong_use(busy, capsys):
    assert main(["check", "--files", "/etc/passwd"]) == 2
    assert capsys.readouterr().err


def test_a_path_with_a_line_break_is_one(busy, client, capsys):
    client().write("new\nline.py", "x\n")
    assert main(["check", "--files", "new\nline.py"]) == 1
    assert "new\\nline.py: held: agent-" in capsys.readouterr().out


def test_check_as_json(busy, capsys):
    assert main(["check", "--json", "--files", "a.py", "b.py"]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["files"] == ["a.py", "b.py"]
    assert document["elsewhere"] == []
    [held] = document["held"]
    assert {key: held[key] for key in ("path", "agent", "state")} == {
        "path": "a.py",
        "agent": "agent-1",
        "state": "held",
    }
