"""Where the local branches stand, and refs of ours that keep commits which no branch has any more."""

from __future__ import annotations

from pucs import system
from pucs.errors import GitError
from pucs.git.run import git, plain_environment
from pucs.system.texts import read_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PREFIX = "refs/pucs/refs/"

# The user's hooks are not asked about our refs, and no log of them is kept beside the user's.
_QUIET = ("-c", "core.hooksPath=/dev/null", "-c", "core.logAllRefUpdates=false")
_HEADS = "refs/heads/"


def tips(common: str) -> dict[str, str]:
    """The commit of each local branch; read from git's files, asked only where there are none to read."""
    if system.isdir(common + "/reftable"):
        listed = _text(common, "for-each-ref", "--format=%(objectname) %(refname)", _HEADS)
    else:
        listed = read_text(common + "/packed-refs")
    pairs = (line.partition(" ") for line in listed.splitlines())
    found = {name.removeprefix(_HEADS): commit for commit, _, name in pairs if name.startswith(_HEADS)}
    found.update(_loose(f"{common}/{_HEADS}", ""))
    return found


def unreachable(common: str, commits: Iterable[str]) -> set[str]:
    """Those of the commits that no ref leads to, ours included. Raises GitError."""
    asked = dict.fromkeys(commits)
    left = _text(common, "rev-list", "--ignore-missing", *asked, "--not", "--all").split()
    return asked.keys() & set(left)


def keep(common: str, branch: str, commit: str, moment: str) -> str:
    """Keeps the commit, and all before it, under a ref of ours, which it gives. Raises GitError."""
    ref = f"{PREFIX}{branch}/{moment}"
    _text(common, "update-ref", ref, commit)
    return ref


def kept(common: str) -> list[tuple[str, str]]:
    """Our refs, each with its commit; its last part says when it was made. Raises GitError."""
    lines = _text(common, "for-each-ref", "--format=%(objectname) %(refname)", PREFIX).splitlines()
    return [(ref, commit) for commit, _, ref in (line.partition(" ") for line in lines)]


def drop(common: str, ref: str, commit: str) -> None:
    """Removes one of them. Raises GitError."""
    _text(common, "update-ref", "-d", ref, commit)


def _loose(folder: str, above: str) -> Iterator[tuple[str, str]]:
    try:
        names = system.listdir(folder + above)
    except OSError:
        return
    for name in names:
        if system.isdir(f"{folder}{above}{name}"):
            yield from _loose(folder, f"{above}{name}/")
            continue
        commit = read_text(f"{folder}{above}{name}").strip()
        if commit and not name.endswith(".lock") and not commit.startswith("ref:"):
            yield above + name, commit


def _text(common: str, *arguments: str) -> str:
    done = git([f"--git-dir={common}", *_QUIET, *arguments], env=plain_environment(), check=False)
    if done.status != 0:
        raise GitError(f"git {arguments[0]} failed", "run: git fsck")
    return done.stdout.decode("utf-8", "surrogateescape")
