"""Who left which bytes where, as seen from outside: by reading files and git's objects around each step."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
from pathlib import Path
from typing import NamedTuple, Protocol

from tests.support import Repo

STASHED = "refs/stash"


class Named(Protocol):
    """Somebody with a name."""

    name: str


class Picture(NamedTuple):
    """All files of all trees, and all commits (also stashed ones) that some ref keeps, here and at `origin`."""

    files: dict[tuple[str, str], bytes]
    commits: dict[str, str]
    stashed: frozenset[str]


class Left(NamedTuple):
    """Bytes that a party left in a file; `edits` says that it meant to replace what it had there itself."""

    party: str
    tree: str
    path: str
    data: bytes
    edits: bool


class Commit(NamedTuple):
    """A commit that was there at some time: its author and the lines that it added."""

    author: str
    added: frozenset[str]


class Truth:
    """What happened, step by step."""

    def __init__(self) -> None:
        self.left: list[Left] = []
        self.made: dict[tuple[str, str], set[str]] = {}
        self.lines: dict[str, str] = {}
        self.commits: dict[str, Commit] = {}
        self.stashed: dict[str, Commit] = {}
        self.taken: dict[str, str] = {}
        self.committers: set[str] = set()
        self.paths: set[str] = set()
        self.said: list[tuple[str, str]] = []
        self.denials: list[tuple[str, str]] = []

    def note(self, party: str, before: Picture, after: Picture, *, edits: bool, repos: list[Repo]) -> None:
        """One step: everything that differs was that party's doing."""
        self.paths.update(path for _, path in before.files.keys() | after.files.keys())
        for data in before.files.values():
            self.lines.update({line: "" for line in _lines(data) if line not in self.lines})
        for key in before.files.keys() | after.files.keys():
            old, new = before.files.get(key), after.files.get(key)
            if old == new:
                continue
            tree, path = key
            self.made.setdefault((path, blob(new)), set()).add(party)
            if new is not None:
                self.left.append(Left(party, tree, path, new, edits))
                self.lines.update({line: party for line in _lines(new) if line not in self.lines})
        for name in after.commits.keys() - before.commits.keys():
            self.taken.pop(name, None)
            if name not in self.commits:
                self.commits[name] = Commit(after.commits[name], added(repos, name))
            if name in after.stashed:
                self.stashed[name] = self.commits[name]
        for name in before.commits.keys() - after.commits.keys():
            if before.commits[name] != party:
                self.taken[name] = party
                self.commits.setdefault(name, Commit(before.commits[name], added(repos, name)))

    def heard(self, party: Named, text: str) -> None:
        """An agent was told something."""
        self.said += [(party.name, line) for line in text.splitlines()]

    def denied(self, party: Named, reason: str) -> None:
        """An agent was denied a call."""
        self.denials.append((party.name, reason))
        self.heard(party, reason)

    def makers(self, path: str) -> set[str]:
        """Everybody who ever changed that file."""
        return set().union(*(who for (name, _), who in self.made.items() if name == path))

    def wanted(self) -> list[Left]:
        """All bytes that must still be somewhere: whatever was left and not replaced by an edit of the same party."""
        found = []
        for index, left in enumerate(self.left):
            later = self.left[index + 1 :]
            if not any(one.edits and one[:3] == left[:3] for one in later):
                found.append(left)
        return found


def picture(repos: list[Repo], trees: set[Path]) -> Picture:
    """How everything is now; `repos` are the repository and, if there is one, its origin."""
    files: dict[tuple[str, str], bytes] = {}
    for tree in trees:
        for folder, below, names in os.walk(tree):
            below[:] = [one for one in below if one != ".git" and Path(folder, one) not in trees]
            for name in names:
                full = os.path.join(folder, name)
                if name != ".git" and not os.path.islink(full):
                    files[str(tree), os.path.relpath(full, tree)] = Path(full).read_bytes()
    commits: dict[str, str] = {}
    stashed: set[str] = set()
    for repo in repos:
        for line in _git(repo, "log", "--format=%H%x00%an", "--exclude=refs/pucs/*", "--all").splitlines():
            name, _, author = line.partition("\0")
            commits[name] = author
        for line in _git(repo, "log", "-g", "--format=%H %P%x00%an", STASHED, "--").splitlines():
            names, _, author = line.partition("\0")
            entry, _, *made = names.split()
            commits |= dict.fromkeys((entry, *made), author)
            stashed |= {entry, *made}
    return Picture(files, commits, frozenset(stashed))


def blobs(repos: list[Repo], author: str) -> set[str]:
    """The ids of all contents that a branch, a tag or an entry of the stash made by `author` keeps."""
    found: set[str] = set()
    for repo in repos:
        entries = (
            line.partition(" ") for line in _git(repo, "log", "-g", "--format=%H %an", STASHED, "--").splitlines()
        )
        own = [name for name, _, by in entries if by == author]
        listed = _git(repo, "rev-list", "--objects", "--exclude=refs/pucs/*", f"--exclude={STASHED}", "--all", *own)
        found |= {line[:40] for line in listed.splitlines()}
    return found


def added(repos: list[Repo], commit: str) -> frozenset[str]:
    """The lines that a commit added (an entry of the stash: also to untracked files)."""
    for repo in repos:
        shown = _git(repo, "show", "--format=", "-U0", "--first-parent", "-m", commit)
        shown += _git(repo, "show", "--format=", "-U0", f"{commit}^3", "--")
        lines = re.findall(r"^\+(?!\+\+ )(.*)$", shown, re.MULTILINE)
        if shown:
            return frozenset(lines)
    return frozenset()


def blob(data: bytes | None) -> str:
    """Git's id of the bytes, "-" for no file."""
    return "-" if data is None else hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def _lines(data: bytes) -> list[str]:
    return [line for line in data.decode("utf-8", "replace").splitlines() if line.strip()]


def _git(repo: Repo, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=repo.root, env=repo.env, capture_output=True, check=False)
    return done.stdout.decode("utf-8", "replace")
