"""What tests of impact share: a small project in several worktrees, and the watcher run to its end."""

from __future__ import annotations

import fcntl
import subprocess
import sys

from pucs.git import locate
from tests.support import ENTRY, ROOT, Client, Repo


def watched(repo: Repo) -> None:
    """Runs the watcher over everything that happened so far, as the publisher starts it."""
    (repo.state / "watching").touch(exist_ok=True)
    with open(repo.state / "watching") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)  # one that is at work comes to its end first
    tree = locate.tree_at(str(repo.root))
    assert tree is not None
    script = ROOT / "hooks/watch_impact.py"
    command = [sys.executable, "-I", "-S", "-c", ENTRY, str(ROOT), str(script), *tree]
    done = subprocess.run(command, env=repo.env, cwd=repo.root, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    with open(repo.state / "watching") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)


def told(repo: Repo, client: Client) -> str:
    """What the agent is told at its next call."""
    del repo
    call = client.pre("Bash", command="true")
    return call.context + client.post().context


_RUN = """
import glob, os, runpy, sys
sys.path.insert(0, os.getcwd())
for path in sorted(glob.glob("tests/test_*.py")):
    for word, test in runpy.run_path(path).items():
        if word.startswith("test_"):
            test()
"""


def fails(repo: Repo) -> str:
    """What the tests of that tree say if they fail; "" where they are green. Run in a process, without pytest."""
    done = subprocess.run(
        [sys.executable, "-I", "-B", "-c", _RUN],
        cwd=repo.root,
        env=repo.env,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stderr[-800:] if done.returncode else ""
