"""Other working trees: hooks fire there, nobody waits for another tree, but both sides are told, once."""

import threading
from pathlib import Path

import pytest

from tests.e2e.client import Claude
from tests.e2e.guarded import Guarded, agent_of, notices_to
from tests.e2e.model_server import ModelServer
from tests.e2e.script import Turn, bash, edit, say, write
from tests.e2e.workplace import Repo

pytestmark = pytest.mark.client

CRITICAL = """\
critical_files:
  - path: "shared.txt"
"""


def script_meeting(model: ModelServer, here: Path, there: Path) -> None:
    """One model edits `here`, then another `there`, then the first again, and the second again."""
    first, second, third = (threading.Event() for _ in range(3))
    model.script(
        "MAIN-1",
        [edit(here, "one", "ONE")],
        Turn([edit(here, "two", "TWO")], sets=first, after=second),
        Turn([say("done")], sets=third),
    )
    model.script(
        "MAIN-2",
        Turn([edit(there, "three", "THREE")], after=first),
        Turn([edit(there, "two", "2")], sets=second, after=third),
        [bash("git status --short shared.txt")],
    )


@pytest.mark.parametrize("by_client", [False, True], ids=["git-worktree-add", "claude-worktree"])
def test_the_same_path_in_two_trees_is_not_denied_and_both_are_told_once(
    claude: Claude, model: ModelServer, repo: Repo, guarded: Guarded, by_client: bool
) -> None:
    side = repo.path / ".claude/worktrees/side" if by_client else repo.path.parent / "side"
    script_meeting(model, repo.path / "shared.txt", side / "shared.txt")

    first = claude.start("MAIN-1 go")
    if by_client:
        second = claude.start("MAIN-2 go", ["--worktree", "side"])
    else:
        repo.git("worktree", "add", "--quiet", str(side))
        second = claude.start("MAIN-2 go", cwd=side)
    first.wait()
    second.wait()

    one, two = agent_of(model, "MAIN-1"), agent_of(model, "MAIN-2")
    assert repo.read("shared.txt") == "ONE\nTWO\nthree\n"
    assert (side / "shared.txt").read_text() == "one\n2\nTHREE\n"
    assert guarded.log("denied") == []
    assert len(guarded.log("changed")) == 4
    [to_first], [to_second] = notices_to(model, "MAIN-1"), notices_to(model, "MAIN-2")
    assert to_first.startswith(f"[PUCS n1] {two} is changing shared.txt in worktree side;")
    assert to_second.startswith(f"[PUCS n1] {one} is changing shared.txt in the main worktree;")


def test_a_critical_file_is_denied_across_worktrees(
    claude: Claude, model: ModelServer, repo: Repo, guarded: Guarded
) -> None:
    guarded.configure(CRITICAL)
    side = repo.path.parent / "side"
    repo.git("worktree", "add", "--quiet", str(side))
    script_meeting(model, repo.path / "shared.txt", side / "shared.txt")

    first, second = claude.start("MAIN-1 go"), claude.start("MAIN-2 go", cwd=side)
    first.wait()
    second.wait()

    denied = model.results("MAIN-2")[0]
    assert denied.is_error
    assert denied.text.startswith(
        "PreToolUse:Edit hook error: PUCS: shared.txt is a critical file, and only one worktree at a time may change it. "
        f'In the main worktree it is being changed by {agent_of(model, "MAIN-1")} (task "MAIN-1 go") since '
    )
    assert "three\n" in (side / "shared.txt").read_text()


@pytest.mark.parametrize("start", ["src", ".claude/worktrees/nested"])
def test_the_default_settings_also_hold_from(
    claude: Claude, model: ModelServer, repo: Repo, guarded: Guarded, start: str
) -> None:
    if "worktrees" in start:
        repo.git("worktree", "add", "--quiet", start)
    target = repo.path / start / "app.py"
    held = threading.Event()
    model.script("MAIN-1", [write(target, "x = 1\n")], Turn([say("done")], after=held))

    session = claude.start("MAIN-1 go", cwd=repo.path / start)
    model.wait_for("MAIN-1", turn=1)
    locks = guarded.locks()
    held.set()
    session.wait()

    assert target.read_text() == "x = 1\n"
    assert locks == {"src/app.py" if start == "src" else "app.py": agent_of(model, "MAIN-1")}
    assert (repo.path / ".claude/settings.local.json").exists()
    assert not (repo.path / start / ".claude/settings.local.json").exists()
