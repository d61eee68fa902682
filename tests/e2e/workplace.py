"""The surroundings of a client under test: a home, an environment and a repository of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

INHERITED = ("LANG", "LC_ALL", "TMPDIR", "COVERAGE_PROCESS_START", "COVERAGE_FILE")


def clean_environ(home: Path) -> dict[str, str]:
    """An environment with this home and nothing of the caller's git, client or credentials.

    The folder of the running Python comes first on PATH, so that hooks find what is installed beside it.
    """
    kept = {name: os.environ[name] for name in INHERITED if name in os.environ}
    path = os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", os.defpath)])
    return {
        **kept,
        "PATH": path,
        "HOME": str(home),
        "GIT_CONFIG_NOSYSTEM": "1",
        "SHELL": "/bin/bash",
        "TERM": "dumb",
    }


class Repo:
    """A git repository whose owner lives in a temporary home."""

    def __init__(self, path: Path, home: Path) -> None:
        self.path = path
        self.home = home
        self.environ = clean_environ(home)

    @classmethod
    def create(cls, path: Path, home: Path) -> "Repo":
        """A repository with one commit: README.md, shared.txt and src/app.py."""
        for folder in (path, home):
            folder.mkdir(parents=True)
        (home / ".gitconfig").write_text(
            "[user]\n\tname = A Dev\n\temail = dev@example.invalid\n[init]\n\tdefaultBranch = main\n"
            "[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n"
        )
        repo = cls(path, home)
        repo.write("README.md", "# a repository\n")
        repo.write("shared.txt", "one\ntwo\nthree\n")
        repo.write("src/app.py", "def main():\n    return 0\n")
        repo.git("init", "--quiet")
        repo.git("add", ".")
        repo.git("commit", "--quiet", "--message", "first")
        return repo

    def git(self, *arguments: str, errors: bool = False) -> str:
        """What a git command that succeeds prints, or complains of (`errors`), without its last line end."""
        command = ["git", *arguments]
        done = subprocess.run(
            command,
            cwd=self.path,
            env=self.environ,
            check=False,
            text=True,
            encoding="utf-8",
            capture_output=True,
        )
        if done.returncode != 0:
            raise AssertionError(f"{command} exited {done.returncode}: {done.stderr}")
        return (done.stderr if errors else done.stdout).removesuffix("\n")

    def read(self, name: str) -> str:
        """The text of a file."""
        return (self.path / name).read_text(encoding="utf-8")

    def write(self, name: str, text: str) -> Path:
        """Writes a file, and its folder where that is missing."""
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def settings(self, settings: dict[str, Any], name: str = ".claude/settings.local.json") -> Path:
        """Writes client settings; the default file holds in sub-directories and worktrees too."""
        return self.write(name, json.dumps(settings, indent=2))
