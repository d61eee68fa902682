"""What a git command may take from others: the words that `git_verbs` answers in."""

from __future__ import annotations

from pucs.git_options import Words
from pucs.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    Arguments: TypeAlias = tuple[str | None, ...]
    Verb: TypeAlias = "Callable[[Arguments, Facts], tuple[Reach, ...]]"

TAKES, BUNDLES, MOVES, POPS = "takes", "bundles", "moves", "pops"
REFS, PUSHES, OBJECTS, TREES, PATCHES = "refs", "pushes", "objects", "trees", "patches"
DROPS, HOOKS = "drops", "hooks"

TRACKED, STAGED, UNTRACKED, IGNORED = "tracked", "staged", "untracked", "ignored"
OVERLAID = "overlaid"
"""Ignored files where another revision has a file: git writes over these without a word, other than untracked ones."""

OWN = "{own}"
"""Stands in a safe equivalent for the files of the agent itself."""
ALL = "*"
"""Every branch, or every entry of the stash."""


class Facts(Record):
    """What the rules ask a repository: whether a word is a revision (or a branch to be), and git's settings."""

    is_revision: Callable[[str], bool]
    setting: Callable[[str], str]


class Reach(Record):
    """One thing that a command takes; `words` is how a denial calls it, `safe` what does the same to own work only.

    TAKES and BUNDLES: the bytes of files that are `among` TRACKED, STAGED, … and fit `paths` (git's pathspecs, seen
    from the call's folder; none: the whole tree), `beside` what `source` (a revision) would write over; OVERLAID ones
    give way to it as well.
    MOVES: the tree goes to `source`, under everybody in it.
    POPS: the entry of the stash named `source` ("0", ALL), which is `kept` after it was applied.
    REFS and PUSHES: the branches in `paths` (none: the one checked out). TREES: the working trees at `paths`.
    DROPS: the last commit of the branch, unless `source` has it. HOOKS: the hooks that guard commits.
    PATCHES: files that a patch names. OBJECTS: history that only reflogs or nothing refers to.
    """

    kind: str
    words: str
    among: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    source: str = ""
    safe: str = ""
    beside: bool = False
    kept: bool = False


OWN_TREE = "git worktree add ../NAME {source}"
"""A tree of one's own, at what the command would have gone to."""
NEW_BRANCH = "git branch NEW-NAME START"


def are_unknown(words: Words) -> bool:
    """Whether which files are meant cannot be known from here."""
    return not words.known or words.has("--pathspec-from-file")


def entry_of(words: tuple[str, ...]) -> str:
    """The number of a stash entry, or whatever else it is called."""
    if not words:
        return "0"
    word = words[0]
    inside = word.partition("@{")[2].removesuffix("}")
    return inside or ("0" if word in ("stash", "refs/stash") else word)


def overlaid(words: str, source: str, safe: str = OWN_TREE) -> Reach:
    """What going to that revision, or taking its changes in, writes over though git stops at local changes."""
    return Reach(TAKES, words, (OVERLAID,), source=source, safe=safe)
