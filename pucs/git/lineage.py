"""How the histories of two working trees stand to each other, and what a path held in them. Not for the hot path."""

from __future__ import annotations

from pucs.errors import GitError
from pucs.git import locate
from pucs.git.commits import name_of
from pucs.git.run import git, plain_environment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pucs.git.locate import Tree

_HEAD = "refs/remotes/origin/HEAD"
_TRUNKS = ("develop", "main", "master")


class Lineage:
    """Questions about the history, asked in one working tree; the answer to each is kept."""

    def __init__(self, tree: Tree) -> None:
        self._root = tree.root
        self._tree = tree
        self._known: dict[tuple[str, ...], bytes | None] = {}

    def head(self, tree: Tree) -> str:
        """The commit that the tree stands at; "" before the first one."""
        found = locate.head_of(tree)
        return found or _text(["rev-parse", "--verify", "-q", "HEAD"], tree.root)

    def here(self) -> str:
        """The commit that this tree stands at."""
        return self.head(self._tree)

    def targets(self) -> dict[str, str]:
        """The target branch, here and at its origin, with their commits: what `origin/HEAD` names, or a usual trunk."""
        refs = [f"{where}{name}" for where in ("refs/heads/", "refs/remotes/origin/") for name in _TRUNKS]
        listed = self._lines("for-each-ref", "--format=%(refname) %(objectname) %(symref)", _HEAD, *refs)
        found = {ref: (commit, symbolic) for ref, commit, symbolic in (line.split(" ") for line in listed)}
        name = found[_HEAD][1].removeprefix("refs/remotes/origin/") if _HEAD in found else ""
        if name and name not in _TRUNKS:
            pair = (f"refs/heads/{name}", f"refs/remotes/origin/{name}")
            listed = self._lines("for-each-ref", "--format=%(refname) %(objectname)", *pair)
            return dict(line.split(" ") for line in listed)
        name = name or next((one for one in _TRUNKS for ref in found if ref.endswith("/" + one)), "")
        return {ref: commit for ref, (commit, _) in found.items() if name and ref.endswith("/" + name)}

    def branch(self, name: str) -> str:
        """The commit of a local branch; "" where there is none."""
        return self._one("rev-parse", "--verify", "-q", f"refs/heads/{name}^{{commit}}") if name else ""

    def start(self, one: str, other: str) -> str:
        """The best common ancestor of two commits; "" where they have none."""
        return one if one == other else self._one("merge-base", one, other)

    def contains(self, commit: str, older: str) -> bool:
        """Whether the older commit is in the history of the other one."""
        return bool(commit and older) and self.start(commit, older) == older

    def text(self, commit: str, path: str) -> bytes | None:
        """The bytes that checking the path out of the commit would write; None where it has no such file."""
        return self._asked("cat-file", "--filters", f"{commit}:{path}")

    def held(self, since: str, commit: str, path: str) -> set[bytes | None]:
        """What the path held after each commit that is in the second's history and not in the first's."""
        options = ("-m", "--format=", "--raw", "--no-abbrev", "--no-renames", "-z")
        said = self._asked("--literal-pathspecs", "log", *options, f"{since}..{commit}", "--", path) or b""
        ids = {fields[3].decode() for one in said.split(b"\0") if len(fields := one.split()) == 5}  # noqa: PLR2004
        return {self._asked("cat-file", "--filters", f"--path={path}", one) for one in ids if one.strip("0")}

    def changed(self, start: str, commit: str) -> list[str]:
        """The paths that the commit has otherwise than the start."""
        said = self._asked("diff", "--name-only", "-z", "--no-renames", "--no-relative", start, commit, "--") or b""
        return [name_of(name) for name in said.split(b"\0") if name]

    def _one(self, *arguments: str) -> str:
        lines = self._lines(*arguments)
        return lines[0] if lines else ""

    def _lines(self, *arguments: str) -> list[str]:
        return (self._asked(*arguments) or b"").decode("utf-8", "surrogateescape").splitlines()

    def _asked(self, *arguments: str) -> bytes | None:
        if arguments not in self._known:
            done = git(arguments, cwd=self._root, env=plain_environment(), check=False)
            self._known[arguments] = done.stdout if done.status == 0 else None
        return self._known[arguments]


def _text(arguments: list[str], root: str) -> str:
    try:
        done = git(arguments, cwd=root, env=plain_environment(), check=False)
    except GitError:
        return ""
    return done.stdout.strip().decode() if done.status == 0 else ""
