"""Ways around the edit tools: shell commands, scripts, git verbs and hook managers, each with a peer's work in reach."""

import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import yaml

from tests.e2e.client import Claude
from tests.e2e.gate import Gate
from tests.e2e.guarded import Guarded, agent_of, notices_to
from tests.e2e.model_server import ModelServer
from tests.e2e.script import Block, Request, Turn, bash, edit, say
from tests.e2e.workplace import Repo

pytestmark = pytest.mark.client

PRE_COMMIT = Path(sys.executable).with_name("pre-commit")
SCRIPT = """\
import pathlib
names = ["shared", "txt"]
path = pathlib.Path(".".join(names))
path.write_text(path.read_text().replace("one", "1"))
"""


@pytest.fixture
def managed(repo: Repo, gate: Gate) -> Guarded:
    """A repository whose commits run the pre-commit program, with a hook that stops at the gate, and then ours."""
    hook = {
        "id": "slow",
        "name": "slow",
        "language": "system",
        "entry": f"sh -c {gate.command!r}",
        "always_run": True,
        "pass_filenames": False,
    }
    repo.write(".pre-commit-config.yaml", yaml.safe_dump({"repos": [{"repo": "local", "hooks": [hook]}]}))
    repo.git("add", ".")
    repo.git("commit", "--quiet", "--message", "Configure")
    environ = {**repo.environ, "PRE_COMMIT_HOME": str(repo.home / "pre-commit")}
    subprocess.run([PRE_COMMIT, "install"], cwd=repo.path, env=environ, check=True, capture_output=True)
    return Guarded(repo).init()


def test_a_heredoc_onto_a_held_file_is_denied(claude: Claude, model: ModelServer, repo: Repo, guarded: Guarded) -> None:
    wrote, tried = threading.Event(), threading.Event()
    model.script("MAIN-1", [edit(repo.path / "shared.txt", "two", "TWO")], Turn([say("-")], sets=wrote, after=tried))
    model.script(
        "MAIN-2",
        Turn([bash("cat > shared.txt <<'END'\nmine\nEND"), bash("cat shared.txt")], after=wrote),
        Turn([say("-")], sets=tried),
    )

    first, second = claude.start("MAIN-1 go"), claude.start("MAIN-2 go")
    first.wait()
    second.wait()

    denied, was_read = model.results("MAIN-2")
    holder = agent_of(model, "MAIN-1")
    assert denied.is_error
    assert denied.text.startswith(
        f'PreToolUse:Bash hook error: PUCS: shared.txt is being changed by {holder} (task "MAIN-1 go") since '
    )
    assert "-two\n+TWO" in denied.text
    assert len(denied.text) <= len("PreToolUse:Bash hook error: ") + 600
    assert (was_read.is_error, was_read.text) == (False, "one\nTWO\nthree")
    assert repo.read("shared.txt") == "one\nTWO\nthree\n"


def test_a_script_behind_the_guess_is_caught_told_to_both_and_undone(
    claude: Claude, model: ModelServer, repo: Repo, guarded: Guarded
) -> None:
    repo.write("tools/renumber.py", SCRIPT)
    repo.git("add", "tools")
    repo.git("commit", "--quiet", "--message", "Add a tool")
    wrote, changed = threading.Event(), threading.Event()
    model.script(
        "MAIN-1",
        [edit(repo.path / "shared.txt", "two", "TWO")],
        Turn([bash("touch seen")], sets=wrote, after=changed),
        [say("done")],
    )
    model.script(
        "MAIN-2",
        Turn([bash(f"{sys.executable} tools/renumber.py")], after=wrote),
        Turn([say("done")], sets=changed),
    )

    first, second = claude.start("MAIN-1 go"), claude.start("MAIN-2 go")
    first.wait()
    second.wait()

    holder, offender = agent_of(model, "MAIN-1"), agent_of(model, "MAIN-2")
    assert [result.is_error for result in model.results("MAIN-2")] == [False]
    assert repo.read("shared.txt") == "1\nTWO\nthree\n"
    [to_offender] = notices_to(model, "MAIN-2")
    [to_holder] = notices_to(model, "MAIN-1")
    assert "shared.txt" in to_offender
    assert holder in to_offender
    assert "shared.txt" in to_holder
    assert offender in to_holder
    assert {path: who.split()[0] for path, who in guarded.locks().items()} == {"shared.txt": holder, "seen": holder}

    guarded.pucs("undo", "shared.txt", "--yes")

    assert repo.read("shared.txt") == "one\nTWO\nthree\n"


def test_a_stash_beside_a_peers_work_is_denied_with_the_alternative(
    claude: Claude, model: ModelServer, repo: Repo, guarded: Guarded
) -> None:
    wrote, tried = threading.Event(), threading.Event()
    model.script("MAIN-1", [edit(repo.path / "shared.txt", "two", "TWO")], Turn([say("-")], sets=wrote, after=tried))

    def alternative(request: Request) -> list[Block]:
        found = re.search(r"For your own files only: `(git stash push .+?)`", request.results[-1].text)
        return [bash(found[1] if found else "false")]

    model.script(
        "MAIN-2",
        Turn([edit(repo.path / "src/app.py", "return 0", "return 1")], after=wrote),
        [bash("git stash")],
        alternative,
        Turn([say("-")], sets=tried),
    )

    first, second = claude.start("MAIN-1 go"), claude.start("MAIN-2 go")
    first.wait()
    second.wait()

    _, denied, done = model.results("MAIN-2")
    holder = agent_of(model, "MAIN-1")
    assert denied.is_error
    assert holder in denied.text
    assert "shared.txt" in denied.text
    assert denied.text.endswith("For your own files only: `git stash push -- src/app.py`.")
    assert not done.is_error
    assert repo.read("shared.txt") == "one\nTWO\nthree\n"
    assert repo.read("src/app.py") == "def main():\n    return 0\n"
    assert repo.git("stash", "show", "--name-only", "stash@{0}") == "src/app.py"


@pytest.mark.skipif(not PRE_COMMIT.exists(), reason="the pre-commit program is not installed")
def test_a_hook_manager_loses_nothing_of_a_peer(
    claude: Claude, model: ModelServer, repo: Repo, managed: Guarded, gate: Gate
) -> None:
    wrote, over = threading.Event(), threading.Event()
    inside: list[str] = []
    model.script(
        "MAIN-1",
        [edit(repo.path / "shared.txt", "two", "TWO")],
        Turn([edit(repo.path / "shared.txt", "three", "THREE")], sets=wrote, after=over),
        [say("done")],
    )
    model.script(
        "MAIN-2",
        Turn([edit(repo.path / "src/app.py", "return 0", "return 1")], after=wrote),
        [bash("git add src/app.py && git commit --quiet --message 'Return one'")],
        [say("done")],
    )
    environ = {"PRE_COMMIT_HOME": str(repo.home / "pre-commit")}

    first, second = claude.start("MAIN-1 go"), claude.start("MAIN-2 go", env=environ)
    gate.wait()
    inside.append(repo.read("shared.txt"))
    over.set()  # the first one's next edit begins while its bytes are off the disk
    gate.open()
    first.wait()
    second.wait()

    assert inside == ["one\ntwo\nthree\n"]  # the manager had taken them off
    assert [result.is_error for result in model.results("MAIN-2")] == [False, False]
    assert [result.is_error for result in model.results("MAIN-1")] == [False, False]
    assert repo.read("shared.txt") == "one\nTWO\nTHREE\n"
    assert repo.git("show", "--format=", "--name-only", "HEAD") == "src/app.py"
