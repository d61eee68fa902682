"""Git verbs beside another agent's unfinished files: what would take them is denied, the rest is let through."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import Client, Repo
from tests.verbs.asking import ask
from tests.verbs.scene import ANNAS, Scene, bundled, hurt, instead, run

A, NEW, LOG, DEEP = ANNAS
TAKING = [
    ("git stash", {A, DEEP}),
    ("git stash push -m 'for now'", {A, DEEP}),
    ("git stash -u", {A, DEEP, NEW}),
    ("git stash push --include-untracked --keep-index", {A, DEEP, NEW}),
    ("git stash -a", {A, DEEP, NEW, LOG}),
    ("git stash save later", {A, DEEP}),
    ("git stash push -- a.py", {A}),
    ("git stash -- '*.py'", {A, DEEP}),
    ("git stash push sub", {DEEP}),
    ("git reset --hard", {A, DEEP}),
    ("git reset --har HEAD", {A, DEEP}),
    ("git reset -q --hard feature", {A, DEEP, NEW}),
    ("git checkout -- a.py", {A}),
    ("git checkout a.py b.py", {A}),
    ("git checkout .", {A, DEEP}),
    ("git checkout HEAD -- .", {A, DEEP}),
    ("git checkout feature -- new.py", {NEW}),
    ("git checkout -f", {A, DEEP}),
    ("git checkout -f feature", {A, DEEP, NEW}),
    ("git checkout -- ':(glob)**/deep.py'", {DEEP}),
    ("git restore a.py", {A}),
    ("git restore .", {A, DEEP}),
    ("git restore -SW -- a.py", {A}),
    ("git restore --source=HEAD --worktree sub/", {DEEP}),
    ("git restore -s feature new.py", {NEW}),
    ("git restore :/", {A, DEEP}),
    ("git switch -f side", {A, DEEP}),
    ("git switch --discard-changes side", {A, DEEP}),
    ("git switch -f feature", {A, DEEP, NEW}),
    ("git clean -f", {NEW}),
    ("git clean -fd", {NEW}),
    ("git clean -fdx", {NEW, LOG}),
    ("git clean -fX", {LOG}),
    ("git clean -f new.py", {NEW}),
    ("git rm -f a.py", {A}),
    ("git rm -rfq sub", {DEEP}),
    ("git mv a.py c.py", {A}),
    ("git mv sub elsewhere", {DEEP}),
    ("git checkout-index -f -a", {A, DEEP}),
    ("git read-tree -u --reset HEAD", {A, DEEP}),
]
BUNDLING = [
    ("git add -A", {A, DEEP, NEW}),
    ("git add .", {A, DEEP, NEW}),
    ("git add -u", {A, DEEP}),
    ("git add -f . ", {A, DEEP, NEW, LOG}),
    ("git add sub b.py", {DEEP}),
    ("git commit -am done", {A, DEEP}),
    ("git commit --all --message=done", {A, DEEP}),
    ("git commit -m done a.py b.py", {A}),
    ("git commit -m done -- .", {A, DEEP}),
]
PASSING = [
    "git status",
    "git log --oneline",
    "git diff",
    "git stash list",
    "git stash show -p",
    "git stash push -- b.py",
    "git stash push -m mine b.py",
    "git stash push -u -- own.py",
    "git reset",
    "git reset -q HEAD -- a.py",
    "git reset --soft HEAD~1",
    "git restore --staged a.py",
    "git restore b.py",
    "git checkout -- b.py",
    "git checkout b.py",
    "git checkout side -- docs/x.md",
    "git checkout main",
    "git clean -n",
    "git clean -fd own.py",
    "git clean -f docs",
    "git rm --cached -q a.py",
    "git rm -f b.py",
    "git mv b.py c.py",
    "git mv b.py sub/",
    "git add b.py own.py",
    "git add -n .",
    "git commit -m done",
    "git commit -m done b.py",
    "git branch new",
    "git tag v1",
    "git merge -q side",
    "git cherry-pick side",
    "git pull . side",
    "git worktree add ../beside side",
    "git gc -q",
    "git fetch -q .",
]


@pytest.mark.parametrize(("command", "theirs"), TAKING, ids=[command for command, _ in TAKING])
def test_what_takes_their_bytes_is_denied(scene: Scene, tmp_path: Path, command: str, theirs: set[str]) -> None:
    reason = ask(scene.ben, command)
    assert "agent-1" in reason
    assert any(path in reason for path in theirs)
    assert len(reason) <= 600
    assert hurt(scene.repo) == set()
    # Was it right to say so?
    proof = scene.copy(tmp_path)
    run(proof, command)
    assert hurt(proof) == theirs
    # What was offered takes nothing of theirs.
    offered = scene.copy(tmp_path)
    done = run(offered, instead(reason).replace("pucs wait", "echo wait"))
    assert done.returncode == 0, (reason, done.stderr)
    assert hurt(offered) == set()


@pytest.mark.parametrize(("command", "theirs"), BUNDLING, ids=[command for command, _ in BUNDLING])
def test_what_commits_their_bytes_is_denied(scene: Scene, tmp_path: Path, command: str, theirs: set[str]) -> None:
    reason = ask(scene.ben, command)
    assert "agent-1" in reason
    assert len(reason) <= 600
    proof = scene.copy(tmp_path)
    run(proof, command)
    assert bundled(proof) == theirs
    offered = scene.copy(tmp_path)
    done = run(offered, instead(reason))
    assert done.returncode == 0, (reason, done.stderr)
    assert hurt(offered) == bundled(offered) == set()


@pytest.mark.parametrize("command", PASSING)
def test_what_takes_nothing_of_theirs_is_let_through(scene: Scene, tmp_path: Path, command: str) -> None:
    assert ask(scene.ben, command) == ""
    proof = scene.copy(tmp_path)
    run(proof, command)
    assert hurt(proof) == set()


@pytest.mark.parametrize("command", [command for command, _ in TAKING + BUNDLING])
def test_the_owner_does_what_it_likes_with_its_own(scene: Scene, command: str) -> None:
    assert "by agent-1" not in ask(scene.anna, command)


def test_bytes_of_a_call_that_no_gate_saw_are_in_reach(guarded: Repo, client: Callable[..., Client]) -> None:
    anna, ben = client(), client()
    full = str(guarded.write("a.py", "anna's\n"))
    values = {"file_path": full, "content": "anna's\n"}
    assert anna.hook(
        "post_tool_use", "PostToolUse", tool_name="Write", tool_use_id="t1", tool_input=values, tool_response={}
    ).silent
    assert "a.py by agent-1" in ask(ben, "git stash")
