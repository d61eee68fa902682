"""PUCS itself is broken: tools run on, or are blocked, as `guard.on_failure` says; commits of agents wait for a person."""

import shutil
import sys
from pathlib import Path

import pytest

from pucs.install.locations import RUN_CODE, package_root
from tests.e2e.client import Claude
from tests.e2e.guarded import Guarded
from tests.e2e.model_server import ModelServer
from tests.e2e.script import bash, write
from tests.e2e.workplace import Repo

pytestmark = pytest.mark.client


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A PUCS that may be broken."""
    copy = tmp_path / "copy"
    for part in ("pucs", "hooks", "templates"):
        shutil.copytree(Path(package_root(), part), copy / part, ignore=shutil.ignore_patterns("__pycache__"))
    return copy


def smash(what: str, copy: Path, repo: Repo) -> None:
    """Takes a part of PUCS away: the interpreter of its hooks, the package, the scripts, or the sense of the rules."""
    if what == "python":
        settings = repo.path / ".claude/settings.local.json"
        settings.write_text(settings.read_text().replace('"command": "', '"command": "/gone'))
    elif what == "rules":
        with open(copy / "pucs/edit_gate.py", "a") as file:
            file.write("\n\ndef before(*_):\n    raise RuntimeError('broken')\n")
    else:
        (copy / what).rename(copy / f"{what}-gone")


@pytest.mark.parametrize("on_failure", ["allow", "block"])
@pytest.mark.parametrize("what", ["python", "pucs", "hooks", "rules"])
def test_a_broken_pucs_lets_edits_pass_or_blocks_them_as_configured(
    claude: Claude, model: ModelServer, repo: Repo, copy: Path, what: str, on_failure: str
) -> None:
    Guarded(repo, [sys.executable, "-c", RUN_CODE, str(copy)]).configure(f"guard:\n  on_failure: {on_failure}\n")
    smash(what, copy, repo)
    model.script("MAIN-1", [write(repo.path / "new.txt", "hello\n")])

    session = claude.start("MAIN-1 go").wait()

    [result] = model.results("MAIN-1")
    blocked = on_failure == "block"
    assert (result.is_error, (repo.path / "new.txt").exists()) == (blocked, not blocked)
    # The code 2 would block by accident, whatever is configured.
    assert {answer["exit_code"] for answer in session.hooks()} == {0 if what == "rules" else 1}
    if what == "rules":
        [answer] = [answer["stdout"] for answer in session.hooks("PreToolUse")]
        assert "PUCS failed at PreToolUse: RuntimeError: broken. A report is in " in answer
        assert ("unguarded" in answer, "systemMessage" in answer) == (not blocked, not blocked)
        assert "RuntimeError: broken" in repo.read(".git/pucs/bug-report.txt")
    elif blocked:
        assert 'failed; blocking because onFailure is "block"' in result.text


@pytest.mark.parametrize("what", ["pucs", "hooks"])
def test_a_broken_commit_gate_refuses_agents_and_warns_people(
    claude: Claude, model: ModelServer, repo: Repo, copy: Path, what: str
) -> None:
    Guarded(repo, [sys.executable, "-c", RUN_CODE, str(copy)]).init()
    smash(what, copy, repo)
    model.script("MAIN-1", [bash("git commit --quiet --allow-empty --message Nothing")])

    claude.start("MAIN-1 go").wait()
    said = repo.git("commit", "--quiet", "--allow-empty", "--message", "By hand", errors=True)

    [result] = model.results("MAIN-1")
    assert result.is_error
    assert result.text.startswith("Exit code 1\nPUCS: refused: the commit gate")
    assert result.text.endswith("Ask a person to run: pucs doctor")
    assert said.startswith("PUCS: not checked: ")
    assert repo.git("log", "--reverse", "--format=%s").split("\n") == ["first", "By hand"]
