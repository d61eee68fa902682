"""Whichever way a git command is reached, it is judged; and only where it takes something of theirs."""

import shlex
import subprocess
from pathlib import Path

import pytest

from tests.verbs.asking import ask
from tests.verbs.scene import Scene, hurt, run

STASHING = [
    "git -c core.pager=cat stash",
    "git --no-pager stash",
    "git -C . stash",
    "git -C sub stash",
    "cd sub && git stash",
    "cd sub; git stash",
    "(cd sub && git stash)",
    "git --git-dir=.git stash",
    "git --git-dir .git --work-tree . stash",
    "GIT_DIR=.git git stash",
    "GIT_DIR=.git GIT_WORK_TREE=. git stash",
    "export GIT_DIR=.git; git stash",
    "env git stash",
    "env -u FOO GIT_PAGER=cat git stash",
    "command git stash",
    "sh -c 'git stash'",
    'bash -c "git stash"',
    "eval 'git stash'",
    "git st",
    "git hide -u",
    "git shelve",
    "git deeper",
    "git -c alias.away=stash away",
    "true && git stash || echo no",
    "if true; then git stash; fi",
    "for i in 1; do git stash; done",
    "save() { git stash; }; save",
    "git status; git stash; make test; git stash pop",
    "time git stash",
    "nohup git stash",
    "nice -n 5 git stash",
    "timeout 10 git stash",
    "VERB=stash; git $VERB",
    "$(echo git) stash",
]


@pytest.fixture(scope="module")
def aliased(scene: Scene) -> Scene:
    """The scene with aliases of git."""
    for name, text in (
        ("st", "stash"),
        ("hide", "-c core.pager=cat stash push"),
        ("shelve", "!git stash"),
        ("deeper", "st --keep-index"),
        ("look", "status --short"),
        ("mine", "stash push -- b.py"),
    ):
        scene.repo.git("config", f"alias.{name}", text)
    return scene


@pytest.mark.parametrize("command", STASHING)
def test_a_stash_is_found(aliased: Scene, tmp_path: Path, command: str) -> None:
    reason = ask(aliased.ben, command)
    assert "a.py by agent-1" in reason, reason
    proof = aliased.copy(tmp_path)
    run(proof, command.partition("; make test")[0])
    assert "a.py" in hurt(proof)


@pytest.mark.parametrize(
    "command",
    [
        "git look",
        "git mine",
        "echo git stash",
        "echo 'git stash' > /dev/null",
        "grep -r 'git stash' .",
        "git log --grep=stash",
        "git unknown-verb",
        "cat a.py",
        "python3 a.py",
        "bash -n a.py",
        "make test",
    ],
)
def test_what_is_no_stash_passes(aliased: Scene, command: str) -> None:
    assert ask(aliased.ben, command) == ""


def test_from_another_repository(aliased: Scene, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    subprocess.run(["git", "init", "-q", str(outside)], check=True)
    assert ask(aliased.ben, f"git -C {shlex.quote(str(outside))} reset --hard") == ""
    assert ask(aliased.ben, f"cd {shlex.quote(str(outside))} && git clean -fdx") == ""


def test_paths_are_seen_from_the_folder_of_the_command(aliased: Scene) -> None:
    assert "sub/deep.py" in ask(aliased.ben, "cd sub && git checkout -- deep.py")
    assert "sub/deep.py" in ask(aliased.ben, "git -C sub restore .")
    assert ask(aliased.ben, "cd docs && git checkout -- .") == ""
    assert "a.py" in ask(aliased.ben, "cd docs && git checkout -- ../a.py")
    assert "a.py" in ask(aliased.ben, f"git checkout -- {aliased.repo.root}/a.py")


def test_what_cannot_be_known_is_let_through(aliased: Scene) -> None:
    assert ask(aliased.ben, 'git checkout -- "$UNSET_ANYWHERE"') == ""
    assert ask(aliased.ben, "git checkout -p") == ""


def test_settings_of_the_command_run_no_program(aliased: Scene, tmp_path: Path) -> None:
    note = tmp_path / "ran"
    ask(aliased.ben, f"git -c core.fsmonitor='touch {note}' -c alias.x='!touch {note}' checkout a.py")
    assert not note.exists()
