"""Source files as git sees them: which a tree has, which differ from a commit, and what a commit holds."""

from __future__ import annotations

from pucs.git.run import git, repository_environment
from pucs.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pucs.git.run import Output

_PLAIN = ("--no-renames", "--no-ext-diff", "--no-color", "--ignore-submodules=all")
_MOST_NAMED = 500


class Listed(Record):
    """The source files of one tree: all that git does not ignore, and those of them it does not track."""

    paths: tuple[str, ...]
    untracked: tuple[str, ...]


def listed(root: str, endings: Sequence[str]) -> Listed:
    """The files of a tree with these endings. Raises GitError."""
    said = _git(root, "ls-files", "-z", "-t", "-c", "-o", "-d", "--exclude-standard", "--", *_matching(endings))
    known: dict[str, str] = {}
    for entry in said.stdout.decode("utf-8", "surrogateescape").split("\0"):
        if entry:
            known[entry[2:]] = entry[0] if known.get(entry[2:]) != "R" else "R"
    paths = tuple(path for path, mark in known.items() if mark != "R")
    return Listed(paths, tuple(path for path in paths if known[path] == "?"))


def differing(root: str, commit: str, endings: Sequence[str]) -> tuple[str, ...]:
    """The tracked files with these endings that a tree holds otherwise than the commit. Raises GitError."""
    said = _git(root, "diff", "--name-only", "-z", *_PLAIN, commit, "--", *_matching(endings))
    return _names(said)


def between(root: str, before: str, after: str, endings: Sequence[str]) -> tuple[str, ...]:
    """The files with these endings in which two commits differ. Raises GitError."""
    return _names(_git(root, "diff", "--name-only", "-z", *_PLAIN, before, after, "--", *_matching(endings)))


def merge_base(root: str, one: str, other: str) -> str:
    """The best common ancestor of two commits; "" where there is none."""
    if one == other:
        return one
    said = _git(root, "merge-base", one, other, check=False)
    return said.stdout.decode().strip() if said.status == 0 else ""


def blobs(root: str, commit: str, paths: Sequence[str]) -> dict[str, str]:
    """The blob ids of these paths in a commit; those it has not are left out. Raises GitError."""
    named = [f":(top,literal){path}" for path in paths] if len(paths) <= _MOST_NAMED else []
    said = _git(root, "ls-tree", "-r", "-z", "--full-tree", commit, *([] if not named else ["--", *paths]))
    found = {}
    wanted = set(paths)
    for entry in said.stdout.decode("utf-8", "surrogateescape").split("\0"):
        head, _, path = entry.partition("\t")
        if path in wanted and " blob " in head:
            found[path] = head.split(" ")[2]
    return found


def all_of(root: str, commit: str, endings: Sequence[str]) -> dict[str, str]:
    """The blob ids of all files of a commit with these endings. Raises GitError."""
    said = _git(root, "ls-tree", "-r", "-z", "--full-tree", commit)
    found = {}
    for entry in said.stdout.decode("utf-8", "surrogateescape").split("\0"):
        head, _, path = entry.partition("\t")
        if path.endswith(tuple(endings)) and " blob " in head:
            found[path] = head.split(" ")[2]
    return found


def naming(root: str, commit: str, texts: Sequence[str], endings: Sequence[str]) -> tuple[str, ...]:
    """The files of a commit in which one of the texts stands. Raises GitError."""
    wanted = [word for text in texts for word in ("-e", text)]
    command = ("grep", "-l", "-z", "-F", "--full-name", *wanted, commit, "--", *_matching(endings))
    said = _git(root, *command, check=False) if wanted else None
    prefix = commit + ":"
    return tuple(name.removeprefix(prefix) for name in _names(said)) if said is not None else ()


def content(root: str, blob: str) -> bytes:
    """What a blob holds. Raises GitError."""
    return _git(root, "cat-file", "blob", blob).stdout


def _matching(endings: Iterable[str]) -> list[str]:
    return [f":(top)*{ending}" for ending in endings]


def _names(said: Output) -> tuple[str, ...]:
    return tuple(name for name in said.stdout.decode("utf-8", "surrogateescape").split("\0") if name)


def _git(root: str, *arguments: str, check: bool = True) -> Output:
    # To look must not write: without this git refreshes the index of whoever works there.
    environment = {**repository_environment(), "GIT_OPTIONAL_LOCKS": "0"}
    return git(arguments, cwd=root, env=environment, check=check)
