"""Commits that were made already: ranges, what each changed by its own hand, files as they were. For CI, not hooks."""

from __future__ import annotations

from pucs.errors import UsageError
from pucs.git.commits import PLAIN, RAW, changes_in, name_of
from pucs.git.run import git
from pucs.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_TRUNKS = ("origin/HEAD", "origin/develop", "origin/main", "origin/master", "develop", "main", "master")
_SHALLOW = "give a revision that this clone has; in CI fetch the whole history (fetch-depth: 0)"


class Logged(Record):
    """One commit: of a merge, `names` are the paths that differ from every parent."""

    id: str
    parents: tuple[str, ...]
    subject: str
    names: tuple[str, ...]


def commit_id(revision: str) -> str:
    """The commit that a revision names. Raises UsageError where there is none."""
    done = git(("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"), check=False)
    if done.status:
        raise UsageError(f"git knows no commit {revision!r} here", _SHALLOW)
    return done.stdout.decode().strip()


def merge_base(one: str, other: str) -> str:
    """The best common ancestor. Raises UsageError where there is none."""
    done = git(("merge-base", one, other), check=False)
    if done.status:
        raise UsageError(f"{one[:12]} and {other[:12]} have no common ancestor here", _SHALLOW)
    return done.stdout.decode().strip()


def log(base: str, head: str) -> tuple[Logged, ...]:
    """The commits that `head` has and `base` has not, newest first."""
    form = "--format=%H %P%x00%s"
    command = ("-c", "log.showRoot=true", "log", "-c", "--no-show-signature", "--no-notes", form, *RAW)
    return tuple(_logged(git((*command, f"{base}..{head}", "--")).stdout.split(b"\0")))


def file_at(commit: str, path: str) -> bytes | None:
    """What a file held in a commit; None where it was not there."""
    done = git(("cat-file", "blob", f"{commit}:{path}"), check=False)
    return done.stdout if done.status == 0 else None


def changed(base: str, head: str) -> tuple[str, ...]:
    """The paths in which two commits differ; of a rename both."""
    listed = git(("diff", "--name-only", *PLAIN, base, head, "--")).stdout
    return tuple(name_of(name) for name in listed.split(b"\0") if name)


def trunk() -> str:
    """The branch that others start from, as far as names tell. Raises UsageError where none fits."""
    for name in _TRUNKS:
        if git(("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}"), check=False).status == 0:
            return name
    raise UsageError("nothing here looks like the branch to compare with", "name it: --base REF")


def branch_at(commit: str) -> str:
    """The branch that is checked out, if it stands at that commit; else ""."""
    branch = git(("symbolic-ref", "--quiet", "--short", "HEAD"), check=False).stdout.decode("utf-8", "replace").strip()
    here = git(("rev-parse", "--verify", "--quiet", "HEAD"), check=False).stdout.decode().strip()
    return branch if here == commit else ""


def _logged(fields: list[bytes]) -> Iterator[Logged]:
    """Reads `id parents NUL subject NUL` and then `:raw NUL path NUL` for each path, commit after commit.

    After the subject of a merge stands one empty field more.
    """
    rest = iter(fields)
    header = next(rest, b"")
    while header:
        ids, subject = header.decode().split(), next(rest, b"").decode("utf-8", "replace")
        changes: list[bytes] = []
        header = next(rest, b"")
        while not header or header.lstrip(b"\n").startswith(b":"):
            if header:
                changes += [header, next(rest, b"")]
            following = next(rest, None)
            if following is None:
                header = b""
                break
            header = following
        yield Logged(ids[0], tuple(ids[1:]), subject, tuple(changes_in(changes)))
