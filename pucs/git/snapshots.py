"""Batches of snapshots in git: one tree a batch under `refs/pucs/snapshots/`, with journal lines and contents.

A tree, not a commit: `git log --all` stays clean, nothing is pushed by default, and gc keeps what the refs reach. Every
content is a blob named by its fingerprint, so a person finds it without PUCS (docs/undo.md). Git writes it all, so any
kind of ref storage and of object names will do.
"""

from __future__ import annotations

import os
import subprocess

from pucs.errors import GitError
from pucs.git.run import plain_environment
from pucs.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PREFIX = "refs/pucs/snapshots/"
JOURNAL = "journal.jsonl"

# The user's hooks are not asked about our refs, and no log of them is kept beside the user's.
_QUIET = ("-c", "core.hooksPath=" + os.devnull, "-c", "core.logAllRefUpdates=false")
_TRIES = 100


class Batch(Record):
    """One batch: the ref, the object name of its tree, and that of each content by fingerprint (the journal's, too)."""

    ref: str
    tree: str
    blobs: Mapping[str, str]


def batches(common: str) -> tuple[Batch, ...]:
    """All batches, oldest first. Raises GitError."""
    listed = _text(common, ("for-each-ref", "--format=%(refname) %(objectname)", PREFIX)).splitlines()
    refs = dict(line.split(" ") for line in listed)
    trees = dict(zip(refs, _objects(common, list(refs.values())), strict=True))
    return tuple(Batch(ref, refs[ref], _entries(trees[ref] or b"", len(refs[ref]) // 2)) for ref in sorted(refs))


def blob(common: str, name: str) -> bytes:
    """The bytes of a blob. Raises GitError."""
    return _run(common, ("cat-file", "blob", name))


def written(common: str, files: list[str]) -> list[str]:
    """Writes the files into git as they are, and gives their object names in that order. Raises GitError."""
    if not files:
        return []
    asked = "".join(f"{one}\n" for one in files)
    names = _text(common, ("hash-object", "-w", "--no-filters", "--stdin-paths"), asked).splitlines()
    if len(names) != len(files):
        raise GitError("git hash-object did not name every file", "run: git fsck")
    return names


def add(common: str, moment: str, blobs: Mapping[str, str]) -> str:
    """Makes a batch of these blobs and gives its ref: from then on git keeps them. Raises GitError."""
    lines = "".join(f"100644 blob {name}\t{label}\0" for label, name in sorted(blobs.items()))
    tree = _text(common, ("mktree", "-z"), lines).strip()
    for number in range(1, _TRIES):
        ref = f"{PREFIX}{moment}-{number:02}"
        try:
            _run(common, ("update-ref", ref, tree, "0" * len(tree)))
        except GitError:
            if not _text(common, ("for-each-ref", ref)):
                raise
        else:
            return ref
    raise GitError(f"git makes no ref below {PREFIX}", "look at: git for-each-ref refs/pucs")


def drop(common: str, batch: Batch) -> None:
    """Removes a batch; git itself removes what nothing else reaches, some weeks later. Raises GitError."""
    _run(common, ("update-ref", "-d", batch.ref, batch.tree))


def sizes(common: str, names: Iterable[str]) -> dict[str, int]:
    """What each object takes on the disk. Raises GitError."""
    asked = "".join(f"{name}\n" for name in names)
    found = _text(common, ("cat-file", "--batch-check=%(objectname) %(objectsize:disk)"), asked)
    words = [line.split(" ") for line in found.splitlines()]
    return {word[0]: int(word[1]) for word in words if len(word) == 2 and word[1].isdigit()}  # noqa: PLR2004


def _objects(common: str, names: list[str]) -> list[bytes | None]:
    """The content of each object; None for one that is missing."""
    data = _run(common, ("cat-file", "--batch"), "".join(f"{name}\n" for name in names))
    found: list[bytes | None] = []
    place = 0
    for _ in names:
        header, _, _ = data[place : place + 200].partition(b"\n")
        place += len(header) + 1
        words = header.split(b" ")
        if len(words) != 3:  # noqa: PLR2004 - "<name> missing"
            found.append(None)
            continue
        size = int(words[2])
        found.append(data[place : place + size])
        place += size + 1
    return found


def _entries(tree: bytes, width: int) -> dict[str, str]:
    """The names in a raw tree object, each with the object it stands for."""
    found = {}
    while tree:
        head, _, rest = tree.partition(b"\0")
        found[head.partition(b" ")[2].decode("utf-8", "surrogateescape")] = rest[:width].hex()
        tree = rest[width:]
    return found


def _text(common: str, arguments: tuple[str, ...], fed: str = "") -> str:
    return _run(common, arguments, fed).decode("utf-8", "surrogateescape")


def _run(common: str, arguments: tuple[str, ...], fed: str = "") -> bytes:
    """What git prints; `subprocess`, since no hook waits for this and git is fed."""
    command = ["git", f"--git-dir={common}", *_QUIET, *arguments]
    data = fed.encode("utf-8", "surrogateescape")
    try:
        done = subprocess.run(command, input=data, env=plain_environment(), capture_output=True, check=False)
    except OSError as error:
        raise GitError(f"git cannot be run: {error.strerror}", "install git, or put it on PATH") from None
    if done.returncode != 0:
        words = done.stderr.decode("utf-8", "replace").strip().splitlines()
        why = words[-1] if words else f"exit {done.returncode}"
        raise GitError(f"git {arguments[0]} failed: {why}", "see the line above")
    return done.stdout
