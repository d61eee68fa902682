"""Verbs in steps beside another agent's bytes: what git itself spares is let through, what it takes is denied.

Every line is run for real in a copy of the tree first: what happens to the bytes there decides what is right.
"""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.support import Client, Repo
from tests.verbs.asking import ask
from tests.verbs.scene import instead, run

Make = Callable[..., Client]

A, B, LOG, DEEP = {"a.py": "anna\n"}, {"b.py": "anna\n"}, {"out.log": "anna\n"}, {"sub/deep.py": "anna\n"}
HIDDEN = {"sub/deep.log": "anna\n"}
MAIL = "git format-patch -q -1 conf --stdout > ../mail; git am -3 ../mail"
REVERT = "echo z > b.py; git commit -qam z; git revert --no-edit HEAD~1"
ENTRY = "echo x > out.log; git add -f out.log; git stash -q"

# What was begun before, Anna's files, whether she staged them, and what Ben is about to run.
TAKING = [
    ("", A, False, "git merge --autostash conf"),
    ("", A, False, "git -c merge.autostash=true merge conf"),
    ("", A, False, "git pull --rebase --autostash . conf"),
    ("", A, False, "git pull --no-rebase --autostash . conf"),
    ("", A, False, "git rebase --autostash conf"),
    ("git merge conf", A, True, "git merge --abort"),
    ("git merge conf", B, False, "git merge --abort"),
    ("git rebase conf", A, False, "git rebase --abort"),
    ("git rebase conf", A, False, "git rebase --skip"),
    ("git cherry-pick conf", A, True, "git cherry-pick --abort"),
    ("git cherry-pick conf", A, True, "git cherry-pick --skip"),
    (REVERT, A, True, "git revert --abort"),
    (MAIL, A, True, "git am --abort"),
    (MAIL, B, False, "git am --skip"),
    ("", A, True, "git stash -S"),
    ("", A, True, "git reset --merge"),
    ("", B, False, "git checkout -m conf"),
    ("", B, False, "git switch --merge conf"),
    ("", LOG, False, "git read-tree -m -u HEAD logged"),
    ("", A, False, "git checkout-index -f a.py"),
    ("", DEEP, True, "git sparse-checkout set docs"),
    ("", HIDDEN, False, "git sparse-checkout set --cone --sparse-index docs"),
    ("", LOG, False, "git merge -q --no-edit logged"),
    ("", LOG, False, "git pull -q --no-rebase --no-edit . logged"),
    ("", LOG, False, "git cherry-pick logged"),
    ("", LOG, False, "git rebase logged"),
    ("", LOG, False, "git switch logged"),
    ("", LOG, False, "git checkout logged"),
    ("", LOG, False, "git reset --keep logged"),
    ("git checkout -q logged; git rm -q out.log; git commit -qm r", LOG, False, "git revert --no-edit HEAD"),
    (ENTRY, LOG, False, "git stash pop"),
    (ENTRY, LOG, False, "git stash apply"),
]
SPARING = [
    ("", A, False, "git merge -q --no-edit side"),
    ("", A, True, "git merge -q --no-edit side"),
    ("", A, False, "git merge --squash side"),
    ("", B, False, "git merge -q --no-edit conf"),
    ("", LOG, False, "git merge -q --no-edit side"),
    ("", A, False, "git pull -q --no-rebase --no-edit . side"),
    ("", A, True, "git cherry-pick side"),
    ("", B, False, "git revert --no-edit HEAD"),
    ("git format-patch -q -1 side --stdout > ../mail", A, True, "git am ../mail"),
    ("git format-patch -q -1 logged --stdout > ../mail", LOG, False, "git am ../mail"),
    ("git merge conf", A, False, "git merge --abort"),
    ("git merge conf", A, True, "git merge --quit"),
    ("git cherry-pick conf", A, False, "git cherry-pick --abort"),
    (MAIL, A, False, "git am --abort"),
    ("git rebase conf", LOG, False, "git rebase --abort"),
    ("", A, False, "git stash -S"),
    ("", A, False, "git reset --merge"),
    ("", A, False, "git sparse-checkout add docs"),
    ("echo x > b.py; git stash -q", A, False, "git stash pop"),
    ("echo x > a.py; git stash -q", A, False, "git stash pop"),
]


@pytest.fixture
def branchy(guarded: Repo) -> Repo:
    """`side` changes docs/x.md, `conf` the same line of b.py as main, `logged` has a file that is ignored elsewhere."""
    guarded.write(".gitignore", "*.log\n")
    guarded.write("sub/deep.py", "deep\n")
    guarded.commit()
    for branch, path in (("side", "docs/x.md"), ("conf", "b.py"), ("logged", "out.log")):
        guarded.git("checkout", "-q", "-b", branch)
        guarded.write(path, f"{branch}\n")
        guarded.git("add", "-f", path)
        guarded.commit()
        guarded.git("checkout", "-q", "main")
    guarded.write("b.py", "main\n")
    guarded.commit()
    return guarded


def begun(repo: Repo, make: Make, setup: str, annas: Mapping[str, str], *, staged: bool) -> Client:
    """Anna's unfinished files in that state of the tree; gives Ben, who did nothing yet."""
    if setup:
        run(repo, setup)
    anna = make()
    for path, text in annas.items():
        assert anna.write(path, text).silent
    if staged:
        repo.git("add", *annas)
    repo.git("status")  # the index knows the files now, which no copy of it would have to find out
    return make()


def hurt(repo: Repo, annas: Mapping[str, str], folder: Path, command: str, *, works: bool = False) -> list[str]:
    """Which of Anna's files do not hold her bytes any more after the command, run in a copy of the tree.

    All where `works` is asked for and the command did not.
    """
    root = folder / f"copy-{len(list(folder.iterdir()))}" / "repo"
    shutil.copytree(repo.root, root, symlinks=True)
    copy = Repo(root, repo.env)
    copy.git("status")
    done = run(copy, command)
    if works and done.returncode and "CONFLICT" not in done.stdout:
        return [*annas, command + ": " + done.stderr]
    return [path for path, text in annas.items() if not (root / path).exists() or (root / path).read_text() != text]


@pytest.mark.parametrize(("setup", "annas", "staged", "command"), TAKING)
def test_what_takes_bytes_is_denied(  # noqa: PLR0917 - a row of the table
    branchy: Repo, client: Make, tmp_path: Path, setup: str, annas: dict[str, str], staged: bool, command: str
) -> None:
    ben = begun(branchy, client, setup, annas, staged=staged)
    assert hurt(branchy, annas, tmp_path, command) == [*annas]
    reason = ask(ben, command)
    assert "agent-1" in reason
    assert len(reason) <= 600
    offered = instead(reason).replace("pucs wait", "echo wait")
    assert not offered.startswith("git") or "NAME" not in offered or "Put your own for NAME" in reason
    assert hurt(branchy, annas, tmp_path, offered, works=True) == []


@pytest.mark.parametrize(("setup", "annas", "staged", "command"), SPARING)
def test_what_spares_them_is_let_through(  # noqa: PLR0917 - a row of the table
    branchy: Repo, client: Make, tmp_path: Path, setup: str, annas: dict[str, str], staged: bool, command: str
) -> None:
    ben = begun(branchy, client, setup, annas, staged=staged)
    assert hurt(branchy, annas, tmp_path, command) == []
    assert ask(ben, command) == ""


def test_again_it_is_said_in_short(branchy: Repo, client: Make) -> None:
    ben = begun(branchy, client, "", A, staged=False)
    ben.start()
    first, second = ask(ben, "git stash"), ask(ben, "git stash")
    assert "agent-1" in second
    assert len(second) < len(first) <= 600
    assert instead(second) == instead(first)
    assert "a.py" in ask(ben, "git stash -u"), "another command is told all"


@pytest.mark.parametrize(
    "command",
    [
        "git config core.hooksPath /dev/null",
        "git config --global core.hookspath elsewhere",
        "git config set core.hooksPath elsewhere",
        "git config --unset core.hooksPath",
        "git config --remove-section core",
        "git -c core.hooksPath=/dev/null commit -m x",
    ],
)
def test_the_hooks_that_check_commits_stay_where_they_are(guarded: Repo, client: Make, command: str) -> None:
    assert "ask the person" in ask(client(), command)
    assert ask(client(), "git config core.hooksPath; git config user.name Ben") == ""
