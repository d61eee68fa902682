"""`pucs commit` that is killed, and hooks that stage more: whatever git made of it, the real index comes up to date."""

import os
import subprocess
import sys

import pytest

from pucs.client.commit_apart import make_up_in_background
from tests.commits.conftest import as_agent, commit, files
from tests.commits.test_apart import TEXT, apart, holders, put
from tests.snapshots.conftest import opened
from tests.support import ROOT, Client, Repo, policy

KILL = """#!/bin/sh
test "$1" = committed || exit 0
while read old new name; do
    case "$name" in refs/heads/*) kill -9 -"$(cut -d' ' -f5 /proc/$$/stat)";; esac
done
"""
"""Kills all that the commit consists of as soon as git has it."""


@pytest.fixture
def shared(free: Repo) -> Repo:
    free.guard(policy(locks={"wait_s": 0}))
    free.write("a.py", TEXT)
    free.write("c.py", "c = 1\n")
    free.commit("A longer file")
    return free


@pytest.fixture
def anna(client, shared: Repo) -> Client:
    one = client(shared, PUCS_AGENT_ID="anna")
    one.start()
    assert one.edit("a.py", "line 5\n", "ANNA 5\n").silent
    assert one.write("new.py", "new\n").silent
    return one


@pytest.fixture
def ben(client, anna: Client) -> Client:
    one = client(anna.repo, PUCS_AGENT_ID="ben")
    one.start()
    assert one.edit("a.py", "line 15\n", "BEN 15\n").silent
    assert one.edit("c.py", "c = 1\n", "c = 2\n").silent
    one.repo.git("add", "c.py")
    return one


@pytest.fixture
def killed(shared: Repo, anna: Client, ben: Client) -> Repo:
    """Anna's commit is there, and nothing came after it."""
    hook = shared.common / "hooks" / "reference-transaction"
    hook.write_text(KILL)
    hook.chmod(0o755)
    began = shared.git("rev-parse", "HEAD")
    env = {**shared.env, **as_agent(anna), "PYTHONPATH": str(ROOT), **anna._env}
    command = [sys.executable, "-m", "pucs", "commit", "-m", "Anna"]
    done = subprocess.run(command, cwd=shared.root, env=env, start_new_session=True, check=False)
    assert done.returncode == -9
    hook.unlink()
    assert shared.git("rev-parse", "HEAD~") == began
    assert shared.git("status", "--porcelain") == "MM a.py\nM  c.py\nD  new.py\n?? new.py"
    return shared


def test_the_next_one_makes_up_for_it(killed: Repo, anna: Client, ben: Client) -> None:
    tree = killed.read("a.py")
    assert killed.git("show", "HEAD:a.py") + "\n" == put(TEXT, "line 5\n", "ANNA 5\n")
    done = apart(ben, "-m", "Ben", "a.py")
    assert done.status == 0, done
    assert files(killed) == ["a.py"]
    assert killed.git("show", "HEAD:a.py") + "\n" == tree
    assert killed.git("status", "--porcelain") == "M  c.py"
    assert holders(killed) == set()
    assert "nothing of anna is uncommitted here" in apart(anna, "-m", "Again").stderr
    assert apart(ben, "-m", "The rest").status == 0
    assert killed.git("status", "--porcelain") == ""


def test_called_again_it_says_that_all_is_done(killed: Repo, anna: Client, ben: Client) -> None:
    assert "nothing of anna is uncommitted here" in apart(anna, "-m", "Again").stderr
    assert killed.git("status", "--porcelain") == " M a.py\nM  c.py"


def test_so_does_what_runs_in_the_background(killed: Repo) -> None:
    make_up_in_background(opened(killed))
    assert killed.git("status", "--porcelain") == " M a.py\nM  c.py"
    assert not [name for name in os.listdir(killed.common) if name == "pucs-unsettled"]


def test_whoever_went_back_since_has_the_index_as_it_is(killed: Repo) -> None:
    killed.git("reset", "-q", "--soft", "HEAD~2")
    status = killed.git("status", "--porcelain")
    make_up_in_background(opened(killed))
    assert killed.git("status", "--porcelain") == status


def test_plain_git_may_commit_beside_it(killed: Repo, ben: Client) -> None:
    done = commit(ben, "-m", "Ben", "--", "a.py", "c.py")
    assert done.status == 0, done
    assert files(killed) == ["a.py", "c.py"]


def test_what_a_hook_stages_is_up_to_date_too(shared: Repo, anna: Client, ben: Client) -> None:
    shared.write("made.txt", "old\n")
    shared.git("add", "made.txt")
    shared.git("-c", "core.hooksPath=/dev/null", "commit", "-qm", "Made", "made.txt")
    hook = shared.common / "hooks" / "pre-commit"
    hook.write_text(hook.read_text().replace("exec ", "") + "echo made > made.txt\ngit add made.txt\n")
    assert apart(anna, "-m", "Anna").status == 0
    assert files(shared) == ["a.py", "made.txt", "new.py"]
    assert shared.git("status", "--porcelain") == " M a.py\nM  c.py"
