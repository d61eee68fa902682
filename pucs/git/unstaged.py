"""What a working tree holds beyond its index, as a hook of a commit sees it, and how git would check files out."""

from __future__ import annotations

from pucs import system
from pucs.git.commits import name_of
from pucs.git.run import git, plain_environment
from pucs.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pucs.git.locate import Tree


class Unstaged(Record):
    """A path whose file is not what the index has; the ids are "" where there is no such version."""

    name: str
    staged: str = ""
    committed: str = ""


def unstaged(tree: Tree) -> tuple[Unstaged, ...]:
    """All of them, untracked files included, ignored ones and submodules not; seen through GIT_INDEX_FILE."""
    env = {**system.environ(), "GIT_OPTIONAL_LOCKS": "0"}
    arguments = ("status", "--porcelain=v2", "-z", "--no-renames", "--untracked-files=all", "--ignore-submodules=all")
    said = git(("-c", "status.branch=false", "-c", "status.showStash=false", *arguments), cwd=tree.root, env=env)
    return tuple(_read(said.stdout.split(b"\0")))


def written_as(tree: Tree, name: str, blob: str) -> bytes | None:
    """The bytes that checking that blob out under this name would write; None where git has no such blob."""
    place = (f"--git-dir={tree.gitdir}", f"--work-tree={tree.root}")
    arguments = (*place, "cat-file", "--filters", f"--path={name}", blob)
    done = git(arguments, cwd=tree.root, env=plain_environment(), check=False)
    return done.stdout if done.status == 0 else None


def _read(entries: list[bytes]) -> Iterator[Unstaged]:
    """Reads `1 XY sub mH mI mW hH hI path`, `u XY sub m1 m2 m3 mW h1 h2 h3 path` and `? path`."""
    for entry in entries:
        kind = entry[:2]
        if kind == b"? " and not entry.endswith(b"/"):
            yield Unstaged(name_of(entry[2:]))
        elif kind == b"1 ":
            _, states, module, _, _, _, head, index, name = entry.split(b" ", 8)
            if states[1:] != b"." and module.startswith(b"N"):
                yield Unstaged(name_of(name), _id(index), _id(head))
        elif kind == b"u ":
            *_, mine, _, name = entry.split(b" ", 10)
            yield Unstaged(name_of(name), "", _id(mine))


def _id(text: bytes) -> str:
    """The id as text; "" for the zeros that stand for no version."""
    return text.decode() if text.strip(b"0") else ""
