"""What git says about a command that is about to run: in its folder, with its settings, changing nothing."""

from __future__ import annotations

from pucs import system
from pucs.git.run import git, repository_environment
from pucs.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pucs.git.locate import Tree
    from pucs.git.run import Output

_MOST_NAMED = 200


class Change(Record):
    """How git sees one path of the working tree: `staged` and `unstaged` as the letters of `git status`."""

    staged: str
    unstaged: str

    @property
    def untracked(self) -> bool:
        """Whether git does not know the file."""
        return self.staged == "?"

    @property
    def ignored(self) -> bool:
        """Whether git passes over the file."""
        return self.staged == "!"


class Asking:
    """Questions of one git command that works in the tree at `root`, from `folder` and under its `-c` settings.

    Those settings are read here and never handed to git: some name programs, which nobody has allowed to run yet.
    """

    def __init__(self, root: str, folder: str, settings: Sequence[str] = ()) -> None:
        self._folder = folder if folder == root or folder.startswith(root + "/") else root
        self._settings = settings

    def setting(self, key: str) -> str:
        """A value of git's configuration as it holds for the command, "" where there is none."""
        for setting in reversed(self._settings):
            name, equals, value = setting.partition("=")
            if name.casefold() == key.casefold():
                return value if equals else "true"
        return self._text("config", "--get", key)

    def is_revision(self, word: str) -> bool:
        """Whether git takes the word for a revision, or for a branch that it would make after a remote one."""
        if word.startswith("-"):
            return False
        if self._git("rev-parse", "--verify", "--quiet", "--end-of-options", word + "^{tree}").status == 0:
            return True
        if system.lexists(system.join(self._folder, word)):
            return False
        return bool(self._text("for-each-ref", "--count=1", "--format=x", f"refs/remotes/*/{word}"))

    def holds(self, revision: str, paths: Sequence[str]) -> set[str]:
        """Which of these paths (from the tree's root) would give way to what the revision has there."""
        above = {path: {path[:place] for place, c in enumerate(path) if c == "/"} for path in paths}
        asked = sorted({*paths, *(folder for folders in above.values() for folder in folders)})
        files, found = set(), set()
        for entry in self._names("ls-tree", "-z", "--full-tree", revision, "--", *asked):
            kind, _, name = entry.partition("\t")
            found.add(name)
            if " tree " not in kind:
                files.add(name)
        return {path for path in paths if path in found or above[path] & files}

    def contains(self, revision: str, commit: str) -> bool:
        """Whether the commit is in the history of the revision."""
        return self._git("merge-base", "--is-ancestor", commit, revision).status == 0

    def matching(self, pathspecs: Sequence[str]) -> set[str]:
        """All files there that fit these pathspecs, tracked or not, as paths from the tree's root."""
        return self._names("ls-files", "-z", "-c", "-o", "--full-name", "--", *pathspecs)

    def patched(self, arguments: Sequence[str]) -> tuple[str, ...]:
        """The paths from the tree's root that `git apply` with these arguments would write, as far as it can tell."""
        prefix = self._text("rev-parse", "--show-prefix")
        said = self._git("apply", "--numstat", "-z", *arguments)
        if said.status != 0:
            return ()
        fields = said.stdout.decode("utf-8", "surrogateescape").split("\0")
        names, renamed = [], 0
        for field in fields:
            if renamed:
                names.append(field)
                renamed -= 1
                continue
            name = field.rpartition("\t")[2]
            if name:
                names.append(name)
            elif field:
                renamed = 2
        return tuple(prefix + name for name in names if name)

    def _git(self, *arguments: str) -> Output:
        return git(arguments, cwd=self._folder, env=_environment(), check=False)

    def _text(self, *arguments: str) -> str:
        said = self._git(*arguments)
        return said.stdout.decode("utf-8", "surrogateescape").removesuffix("\n") if said.status == 0 else ""

    def _names(self, *arguments: str) -> set[str]:
        text = self._git(*arguments).stdout.decode("utf-8", "surrogateescape")
        return {name for name in text.split("\0") if name}


def changes(root: str, paths: Sequence[str]) -> dict[str, Change]:
    """How git sees those of the paths that are not as HEAD has them; ignored and untracked ones included."""
    named = [f":(top,literal){path}" for path in paths] if len(paths) <= _MOST_NAMED else []
    options = ["status", "--porcelain", "-z", "--no-renames", "--untracked-files=all", "--ignored=traditional"]
    said = git([*options, "--", *named], cwd=root, env=_environment())
    wanted = set(paths)
    found = {}
    for entry in said.stdout.decode("utf-8", "surrogateescape").split("\0"):
        if entry[3:] in wanted:
            found[entry[3:]] = Change(entry[0], entry[1])
    return found


def has_tracked(root: str, folder: str) -> bool:
    """Whether git has a file below that folder."""
    said = git(["ls-files", "-z", "--", f":(top,literal){folder}"], cwd=root, env=_environment(), check=False)
    return bool(said.stdout)


def stash(tree: Tree) -> tuple[str, ...]:
    """The commit ids of the entries of the stash, newest first. Read from its reflog, or where there is none, asked."""
    try:
        with open(tree.common + "/logs/refs/stash", encoding="utf-8", errors="replace") as log:
            return tuple(line.split(" ", 2)[1] for line in log if line.count(" ") > 1)[::-1]
    except OSError:
        if not system.isdir(tree.common + "/reftable"):
            return ()
    said = git(["stash", "list", "--format=%H"], cwd=tree.root, env=_environment(), check=False)
    return tuple(said.stdout.decode().split())


def checked_out(common: str) -> Iterable[tuple[str, str]]:
    """The branches that working trees have checked out, each with its tree's root."""
    said = git(["worktree", "list", "--porcelain"], cwd=common, env=_environment(), check=False)
    root = ""
    for line in said.stdout.decode("utf-8", "surrogateescape").splitlines():
        word, _, rest = line.partition(" ")
        if word == "worktree":
            root = rest
        elif word == "branch":
            yield rest.removeprefix("refs/heads/"), root


def _environment() -> dict[str, str]:
    # To look must not write: without this `git status` refreshes the index of whoever works there.
    return {**repository_environment(), "GIT_OPTIONAL_LOCKS": "0"}
