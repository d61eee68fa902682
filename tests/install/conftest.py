"""Fixtures of installing: the command itself, and pictures of everything on disk."""

import os
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from pucs.install.locations import RUN_CODE
from tests.support import ROOT, Repo

MOVING = ("index", "logs", "objects", "ORIG_HEAD", "COMMIT_EDITMSG")
"""What git itself changes in its folder while a test works."""


class Ran(NamedTuple):
    """How a command ended and what it said."""

    status: int
    stdout: str
    stderr: str

    def __bool__(self) -> bool:
        raise AssertionError("say which status is meant")


Pucs = Callable[..., Ran]


def run_pucs(repo: Repo, *arguments: str, cwd: Path | None = None, **env: str) -> Ran:
    """Runs `pucs` in a process of its own, in the repository unless told otherwise."""
    done = subprocess.run(
        [sys.executable, "-c", RUN_CODE, str(ROOT), *arguments],
        cwd=cwd or repo.root,
        env={**repo.env, **env},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


@pytest.fixture
def pucs(repo: Repo) -> Pucs:
    """`pucs("init")`: the command in the fixture's repository; `pucs("init", "--user", cwd=…, HOME=…)`."""

    def run(*arguments: str, cwd: Path | None = None, **env: str) -> Ran:
        return run_pucs(repo, *arguments, cwd=cwd, **env)

    return run


def picture(*folders: Path) -> dict[str, tuple[str, int, bytes]]:
    """Everything below the folders: kind, rights and content by path. What git moves by itself is left out."""
    seen = {}
    for folder in folders:
        for above, names, files in os.walk(folder):
            if Path(above).name == ".git":
                names[:] = [name for name in names if name not in MOVING]
            for name in [*names, *(file for file in files if file not in MOVING)]:
                path = os.path.join(above, name)
                seen[path] = _seen(path)
    return seen


def drop_what_was_kept(common: Path) -> None:
    """Takes away what `pucs uninstall` leaves of the agents' work: the state set aside, and the snapshots in git."""
    for aside in common.rglob("pucs-removed-*"):
        shutil.rmtree(aside)
    listed = ["git", f"--git-dir={common}", "for-each-ref", "--format=delete %(refname)", "refs/pucs"]
    deletions = subprocess.run(listed, check=True, capture_output=True).stdout
    subprocess.run(["git", f"--git-dir={common}", "update-ref", "--stdin"], check=True, input=deletions)
    shutil.rmtree(common / "refs/pucs", ignore_errors=True)


def _seen(path: str) -> tuple[str, int, bytes]:
    found = os.lstat(path)
    mode = stat.S_IMODE(found.st_mode)
    if stat.S_ISLNK(found.st_mode):
        return "link", 0, os.fsencode(os.readlink(path))
    if stat.S_ISDIR(found.st_mode):
        return "folder", mode, b""
    return "file", mode, Path(path).read_bytes()
