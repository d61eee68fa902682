"""What only git can say of a repository: its working trees, its hooks folder, what it tracks. Not for the hot path."""

from __future__ import annotations

import os

from pucs.git.run import git, repository_environment
from pucs.record import Record


class Worktree(Record):
    """One working tree as `git worktree list` knows it."""

    root: str
    bare: bool = False
    gone: bool = False


def environment() -> dict[str, str]:
    """The environment without those, the user's git configuration included, for asking about any repository."""
    return repository_environment()


def worktrees(folder: str) -> list[Worktree]:
    """All working trees of the repository, the main one (or the bare repository) first."""
    output, end = git(["worktree", "list", "--porcelain", "-z"], cwd=folder, env=environment(), check=False), "\0"
    if output.status != 0:  # git before 2.36 has no -z here
        output, end = git(["worktree", "list", "--porcelain"], cwd=folder, env=environment()), "\n"
    found: list[Worktree] = []
    for line in output.stdout.decode("utf-8", "surrogateescape").split(end):
        word, _, rest = line.partition(" ")
        if word == "worktree":
            found.append(Worktree(rest, gone=not os.path.isdir(rest)))
        elif word == "bare":
            found[-1] = found[-1]._replace(bare=True)
    return found


def hooks_folder(root: str) -> str:
    """Where git looks for the hooks of the working tree at that root, `core.hooksPath` respected; absolute."""
    said = _text(["rev-parse", "--git-path", "hooks"], root)
    return os.path.normpath(os.path.join(root, said))


def setting(root: str, key: str) -> str:
    """A value of git's configuration, "" where there is none."""
    return _text(["config", "--get", key], root, check=False)


def is_bare(root: str) -> bool:
    """Whether the repository there has no working tree at that place."""
    return _text(["rev-parse", "--is-inside-work-tree"], root, check=False) != "true"


def tracked(root: str, path: str) -> bool:
    """Whether git has the file in its index."""
    arguments = ["ls-files", "--error-unmatch", "--", path]
    return git(arguments, cwd=root, env=environment(), check=False).status == 0


def programs(root: str) -> set[str]:
    """The files that git has as programs, in its index or at HEAD."""
    found: set[str] = set()
    for arguments in (["ls-files", "-s", "-z"], ["ls-tree", "-r", "-z", "HEAD"]):
        said = git(arguments, cwd=root, env=environment(), check=False).stdout.decode("utf-8", "surrogateescape")
        found.update(line.partition("\t")[2] for line in said.split("\0") if line.startswith("100755"))
    return found


def files(root: str) -> list[str]:
    """All tracked files."""
    output = git(["ls-files", "-z"], cwd=root, env=environment())
    return output.stdout.decode("utf-8", "surrogateescape").split("\0")[:-1]


def present(root: str) -> list[str]:
    """All files there that git tracks or would add."""
    output = git(["ls-files", "-z", "-c", "-o", "--exclude-standard", "--deduplicate"], cwd=root, env=environment())
    return output.stdout.decode("utf-8", "surrogateescape").split("\0")[:-1]


def _text(arguments: list[str], root: str, *, check: bool = True) -> str:
    output = git(arguments, cwd=root, env=environment(), check=check)
    return output.stdout.decode("utf-8", "surrogateescape").removesuffix("\n") if output.status == 0 else ""
