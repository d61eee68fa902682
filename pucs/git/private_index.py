"""A commit through an index of its own: HEAD, and what is put into it. The tree is not touched, the real index last."""

from __future__ import annotations

import time

from pucs import system
from pucs.git import settling
from pucs.git.commits import BEGAN_FROM, began_from, name_of
from pucs.git.locate import Tree
from pucs.git.run import Output, git

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

_ELSEWHERE = (
    "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY",
    "GIT_NAMESPACE",
)  # fmt: skip
_REGULAR = "100644"
_NAME = "pucs-index-"
_LEFT = 86400.0


class PrivateIndex:
    """Use it in a `with`: its files are gone afterwards."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.file = f"{tree.gitdir}/{_NAME}{system.getpid()}"
        self._env = {**environment(), "GIT_INDEX_FILE": self.file}

    def __enter__(self) -> PrivateIndex:
        self._env[BEGAN_FROM] = began_from(self.tree)
        self._tidy()
        copied = _bytes(f"{self.tree.gitdir}/index")
        if copied is not None:  # what it knows of unchanged files spares reading them
            _write(self.file, copied)
        if self._git("rev-parse", "-q", "--verify", "HEAD", check=False).status == 0:
            self._git("read-tree", "--reset", "HEAD")
        else:
            self._git("read-tree", "--empty")
        return self

    def __exit__(self, *_: object) -> None:
        for name in (self.file, self.file + ".lock", self.file + ".text", self.file + ".base", self.file + ".ours"):
            if system.exists(name):
                system.unlink(name)

    def _tidy(self) -> None:
        """Removes what killed ones left, once no git can be at work in it any more: an index that is gone is empty."""
        for name in system.listdir(self.tree.gitdir):
            path = f"{self.tree.gitdir}/{name}"
            try:
                if name.startswith(_NAME) and time.time() - system.lstat(path).st_mtime > _LEFT:
                    system.unlink(path)
            except FileNotFoundError:
                continue  # a git that is at work made and removed its lock file meanwhile

    def take(self, names: Sequence[str]) -> None:
        """Puts in what the tree holds there, modes, filters and deletions as `git add` has them."""
        for part in settling.parts(names):
            self._git("--literal-pathspecs", "add", "-A", "--", *part)

    def put(self, name: str, data: bytes, *, shared: bool = False) -> None:
        """Puts these bytes, which are in the form of the tree, in the place of what was taken there.

        The mode of a `shared` file stays HEAD's, where HEAD has it: whose a change of it is, is not known.
        """
        _write(self.file + ".text", data)
        blob = self._git("hash-object", "-w", f"--path={name}", "--", self.file + ".text").stdout.decode().strip()
        listed = self._git("--literal-pathspecs", "ls-files", "-s", "-z", "--", name).stdout.decode("utf-8", "replace")
        mode = (self._in_head(name) if shared else "") or listed.split(" ")[0] or _REGULAR
        self._git("update-index", "--add", "--cacheinfo", f"{mode},{blob},{name}")

    def _in_head(self, name: str) -> str:
        known = self._git("--literal-pathspecs", "ls-tree", "HEAD", "--", name, check=False)
        return known.stdout.split(b" ")[0].decode() if known.status == 0 else ""

    def merged(self, ours: bytes, base: bytes, theirs: bytes, *, union: bool = False) -> bytes | None:
        """Both changes of the base in one text, with `union` one after the other; None where they cannot be."""
        _write(self.file + ".ours", ours)
        _write(self.file + ".base", base)
        _write(self.file + ".text", theirs)
        names = (self.file + ".ours", self.file + ".base", self.file + ".text")
        done = self._git("merge-file", "-p", *(["--union"] if union else []), *names, check=False)
        return done.stdout if done.status == 0 else None

    def changed(self) -> bool:
        """Whether there is anything to commit."""
        return self._git("diff", "--cached", "--quiet", "--no-ext-diff", check=False).status != 0

    def commit(self, message: str) -> Output:
        """A real commit of it: every hook runs."""
        settling.note(self.tree, environment())
        done = self._git("commit", "-m", message, check=False)
        if done.status:
            settling.forget(self.tree)
        return done

    def settle(self, names: Sequence[str]) -> bool:
        """Brings the real index up to date with the commit; false where somebody kept it locked all the time."""
        return settling.settle(self.tree, environment(), names)

    def ignored(self, names: Sequence[str]) -> set[str]:
        """Those of the names that git ignores and does not track."""
        found: set[str] = set()
        for part in settling.parts(names):
            listed = self._git("check-ignore", "-z", "--", *part, check=False).stdout
            found |= {name_of(name) for name in listed.split(b"\0") if name}
        return found

    def _git(self, *arguments: str, check: bool = True) -> Output:
        return git(arguments, cwd=self.tree.root, env=self._env, check=check)


def staged_again(tree: Tree, name: str, sides: tuple[bytes, bytes, bytes]) -> None:
    """Stages, in the index that the environment names, the first text with what changed from the second to the third.

    All three are in the form of the tree. Where both changed the same lines, those of the first stay. Raises GitError.
    """
    files = [f"{tree.gitdir}/{_NAME}{system.getpid()}.{part}" for part in ("ours", "base", "text")]
    try:
        for file, data in zip(files, sides, strict=True):
            _write(file, data)
        git(("merge-file", "--ours", "-q", *files), cwd=tree.root)
        blob = git(("hash-object", "-w", f"--path={name}", "--", files[0]), cwd=tree.root).stdout.decode().strip()
        listed = git(("--literal-pathspecs", "ls-files", "-s", "-z", "--", name), cwd=tree.root).stdout
        mode = listed.split(b" ")[0].decode() or _REGULAR
        git(("update-index", "--cacheinfo", f"{mode},{blob},{name}"), cwd=tree.root)
    finally:
        for file in files:
            if system.exists(file):
                system.unlink(file)


def environment() -> dict[str, str]:
    """The caller's, with its author and configuration, but for what would lead git to another repository or index."""
    return {name: value for name, value in system.environ().items() if name not in _ELSEWHERE}


def _bytes(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None


def _write(path: str, data: bytes) -> None:
    with open(path, "wb") as file:
        file.write(data)
