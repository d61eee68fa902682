"""The source files of a working tree, or of a commit, read once for what they offer and use."""

from __future__ import annotations

import os

from pucs.client.opening import Repository
from pucs.code import facts as reading
from pucs.facts_text import decoded, encoded
from pucs.git import locate, sources
from pucs.interface import FUNCTION, Facts
from pucs.modules import Modules
from pucs.state import contents
from pucs.state.fact_files import FactFiles

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ENDINGS = (".py", ".pyi", ".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts")


class Shelf:
    """Facts by content, in memory and, where a repository is guarded, kept beside its state."""

    def __init__(self, repository: Repository | None = None) -> None:
        self._libraries = repository.installation.libraries if repository is not None else ()
        self._files = FactFiles(repository.store.root, reading.version()) if repository is not None else None
        self._known: dict[str, Facts | None] = {}

    def of(self, blob: str, path: str, data: bytes | None) -> Facts | None:
        """The facts of what has that blob id; `data` is read from if they are not known, else `None` is given."""
        ending = path.rpartition(".")[2]
        name = f"{blob}.{ending}"
        if name in self._known:
            return self._known[name]
        text = self._files.get(name) if self._files is not None else None
        if text is not None:
            try:
                self._known[name] = decoded(text)
                return self._known[name]
            except ValueError:
                pass  # damaged: read again
        if data is None:
            return None
        self._known[name] = facts = reading.facts_of(data, path, self._libraries)
        if self._files is not None:
            self._files.keep(name, encoded(facts))
        return facts

    def has(self, blob: str, path: str) -> bool:
        """Whether its facts are known without reading it."""
        self.of(blob, path, None)
        return f"{blob}.{path.rpartition('.')[2]}" in self._known


class SourceTree:
    """The source files of one working tree as they are on disk; `commit` takes them as they are in that commit."""

    def __init__(self, tree: locate.Tree, shelf: Shelf, commit: str = "") -> None:
        self.tree = tree
        self._blobs = sources.all_of(tree.root, commit, ENDINGS) if commit else {}
        self.head = commit or locate.head_of(tree)
        self.branch = locate.branch_of(tree)
        listed = sources.listed(tree.root, ENDINGS) if not commit else sources.Listed(tuple(self._blobs), ())
        self.paths = frozenset(listed.paths)
        self.untracked = frozenset(listed.untracked)
        self._shelf = shelf
        self._data: dict[str, bytes | None] = {}
        self._facts: dict[str, object] = {}
        self._differing: dict[str, frozenset[str]] = {}
        self._lone: dict[str, tuple[str, str] | None] = {}
        self._modules: Modules | None = None

    @property
    def modules(self) -> Modules:
        """Which file an import means here."""
        if self._modules is None:
            self._modules = Modules(self.paths)
        return self._modules

    def data(self, path: str) -> bytes | None:
        """The bytes of a file; None where there is none to read."""
        if path not in self._data:
            self._data[path] = self._content(path) if path in self.paths else None
        return self._data[path]

    def _content(self, path: str) -> bytes | None:
        if path in self._blobs:
            return sources.content(self.tree.root, self._blobs[path])
        return _read(f"{self.tree.root}/{path}")

    def facts(self, path: str) -> Facts | None:
        """What a file offers and uses; None where it cannot be read."""
        if path not in self._facts and path in self._blobs and self._shelf.has(self._blobs[path], path):
            self._facts[path] = self._shelf.of(self._blobs[path], path, None)
        if path not in self._facts:
            data = self.data(path)
            known = None if data is None else self._shelf.of(contents.blob_id(data), path, data)
            self._facts[path] = known
        found = self._facts[path]
        return found if isinstance(found, Facts) else None

    def facts_in(self, commit: str, paths: Iterable[str]) -> dict[str, Facts | None]:
        """What these files offered and used in a commit; None for what was not there."""
        wanted = sorted(paths)
        blobs = sources.blobs(self.tree.root, commit, wanted) if wanted else {}
        found: dict[str, Facts | None] = dict.fromkeys(wanted)
        for path, blob in blobs.items():
            data = None if self._shelf.has(blob, path) else sources.content(self.tree.root, blob)
            found[path] = self._shelf.of(blob, path, data)
        return found

    def differing(self, commit: str) -> frozenset[str]:
        """The files that are not as in the commit, new ones included."""
        if commit not in self._differing:
            changed = sources.differing(self.tree.root, commit, ENDINGS)
            self._differing[commit] = frozenset(changed) | self.untracked
        return self._differing[commit]

    def having(self, names: Iterable[str]) -> list[str]:
        """The files in whose text one of the names stands."""
        if self._blobs:
            named = sources.naming(self.tree.root, self.head, sorted(names), ENDINGS)
            return sorted(self.paths.intersection(named))
        wanted = [name.encode() for name in names]
        found = []
        for path in sorted(self.paths):
            data = self.data(path)
            if data is not None and any(name in data for name in wanted):
                found.append(path)
        return found

    def lone(self, name: str) -> tuple[str, str] | None:
        """The file and class of the only method of that name; None where there are several, or none."""
        if name not in self._lone:
            mark = f"def {name}(".encode()
            places: list[tuple[str, str]] = []
            for path in self.having((f"def {name}(",)) if self._blobs else self.paths:
                if mark in (self.data(path) or b""):
                    facts = self.facts(path)
                    places += [
                        (path, one.name.rpartition(".")[0])
                        for one in (facts.definitions.values() if facts else ())
                        if one.kind == FUNCTION and one.name.endswith("." + name)
                    ]
            self._lone[name] = places[0] if len(places) == 1 else None
        return self._lone[name]


class Overlaid:
    """Facts of a tree with other ones for some of its paths; None there stands for no file."""

    def __init__(self, tree: SourceTree, other: Mapping[str, Facts | None]) -> None:
        self._tree = tree
        self._other = other
        gone = {path for path, facts in other.items() if facts is None}
        new = {path for path in other if path not in tree.paths and path not in gone}
        self.modules = tree.modules if not new and not gone & tree.paths else Modules((tree.paths - gone) | new)

    def facts(self, path: str) -> Facts | None:
        """What the file offers and uses in this world."""
        return self._other[path] if path in self._other else self._tree.facts(path)


def _read(path: str) -> bytes | None:
    try:
        with open(path, "rb") as file:
            return file.read()
    except (OSError, ValueError):
        return None


def trees_of(common: str, shelf: Shelf) -> list[SourceTree]:
    """All working trees of a repository that stand. Raises GitError."""
    found = [locate.tree_of_id(common, locate.MAIN)]
    folder = common + "/worktrees"
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
        try:
            born = os.stat(f"{folder}/{name}").st_ino
        except OSError:
            continue
        found.append(locate.tree_of_id(common, f"{name}:{born}"))
    standing = [tree for tree in found if tree is not None and os.path.isdir(tree.root)]
    return [SourceTree(tree, shelf) for tree in standing]
