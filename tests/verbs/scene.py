"""One working tree, two agents: Anna's unfinished work of every kind, and Ben, who runs commands next to it."""

import re
import shlex
import shutil
import subprocess
from collections.abc import Callable
from itertools import count
from pathlib import Path

from tests.support import Client, Repo

ANNAS = {"a.py": "anna's a\n", "new.py": "anna's new\n", "out.log": "anna's log\n", "sub/deep.py": "anna's deep\n"}
"""Modified, untracked, ignored, and modified in a folder."""

_numbers = count(1)


class Scene:
    """The repository after Anna wrote everything in ANNAS and Ben changed b.py and made own.py.

    `side` is a branch with another docs/x.md; `feature` has new.py, too.
    """

    def __init__(self, repo: Repo, make: Callable[[Repo], Client]) -> None:
        self.repo = repo
        repo.write(".gitignore", "*.log\n")
        repo.write("sub/deep.py", "deep\n")
        repo.commit("More")
        for branch, path in (("side", "docs/x.md"), ("feature", "new.py")):
            repo.git("checkout", "-q", "-b", branch)
            repo.write(path, f"of {branch}\n")
            repo.commit(branch)
            repo.git("checkout", "-q", "main")
        self.anna, self.ben = make(repo), make(repo)
        for path, text in ANNAS.items():
            assert self.anna.write(path, text).silent
        assert self.ben.write("b.py", "ben's b\n").silent
        assert self.ben.write("own.py", "ben's own\n").silent

    def copy(self, folder: Path) -> Repo:
        """The same repository again, elsewhere: to run for real there what is only asked about here."""
        root = folder / f"copy-{next(_numbers)}"
        shutil.copytree(self.repo.root, root, symlinks=True)
        return Repo(root, self.repo.env)


def run(repo: Repo, command: str) -> subprocess.CompletedProcess[str]:
    """Runs a command of a shell there as a person would, without any hook."""
    return subprocess.run(
        ["bash", "-c", command], cwd=repo.root, env=repo.env, capture_output=True, text=True, check=False
    )


def hurt(repo: Repo) -> set[str]:
    """Which of Anna's files do not hold her bytes any more."""
    found = set()
    for path, text in ANNAS.items():
        full = repo.root / path
        if not full.exists() or full.read_text() != text:
            found.add(path)
    return found


def bundled(repo: Repo) -> set[str]:
    """Which of Anna's files are in the index or in HEAD with her bytes."""
    found = set()
    for path, text in ANNAS.items():
        for place in (f":{path}", f"HEAD:{path}"):
            done = subprocess.run(
                ["git", "show", place], cwd=repo.root, env=repo.env, capture_output=True, text=True, check=False
            )
            if done.returncode == 0 and done.stdout == text:
                found.add(path)
    return found


def instead(reason: str) -> str:
    """The command that a denial offers."""
    (*_, offered) = re.findall(r"`([^`]+)`", reason)
    return str(offered)


def words(command: str) -> list[str]:
    """The words of a plain command."""
    return shlex.split(command)
