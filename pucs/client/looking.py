"""Looking at the disk for the rules: what a path holds here and in the other trees, under which one name."""

from __future__ import annotations

from pucs import system
from pucs.client.opening import Repository
from pucs.errors import StoreError
from pucs.git import locate
from pucs.installation import WINDOW
from pucs.model import UNKNOWN, PathRecord, Target
from pucs.paths import key_of
from pucs.record import Record
from pucs.state import contents
from pucs.view import View

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


_DAY = 86400.0


class Sight(Record):
    """A target, its bytes as far as they were read, and what the state said of the path before any mutex."""

    target: Target
    data: bytes | None
    record: PathRecord

    @property
    def is_shared(self) -> bool:
        """Whether somebody has, or committed, work on the path in another worktree."""
        there = (tree for name, tree in self.record.trees.items() if name != self.target.tree)
        return any(tree.locks or tree.release for tree in there)


def see(repository: Repository, inside: str, view: View) -> Sight:
    """What the path (relative to the repository's tree) holds now."""
    fold = repository.installation.fold_case
    asked = key_of(inside, fold_case=fold)
    path, inode = _one_name(repository, f"{repository.tree.root}/{inside}", asked, view)
    sight = see_key(repository, path, view, spelt=inside if path == asked else "")
    name = key_of(_spelt(repository.tree.root, inside, fold=True)) if fold else asked
    return sight._replace(target=sight.target._replace(name=name, inode=inode))


def see_key(repository: Repository, path: str, view: View, tree_id: str = "", spelt: str = "") -> Sight:
    """What the path of that key holds in the tree of that id (default: the repository's own).

    `spelt` is its name on disk as far as the caller knows it.
    """
    tree_id = tree_id or repository.tree.id
    tree = repository.tree if tree_id == repository.tree.id else locate.tree_of_id(repository.tree.common, tree_id)
    looked, fold = view.revision, repository.installation.fold_case
    content, data = _look(tree.root, spelt or path, fold=fold) if tree is not None else (contents.ABSENT, None)
    if tree is not None and system.lexists(f"{tree.gitdir}/{WINDOW}"):
        from pucs.client.windows import through  # noqa: PLC0415 - hardly anybody comes while hooks of a commit run

        content, data = through(repository.store.root, tree, path, (content, data))
    try:
        record = view.path(path)
    except StoreError:
        record = PathRecord(path)
    elsewhere = {}
    for other, known in record.trees.items():
        if other != tree_id and (known.locks or (known.release and view.now - known.release[3] < _DAY)):
            there = locate.tree_of_id(repository.tree.common, other)
            elsewhere[other] = _look(there.root, path, fold=fold)[0] if there is not None else ""
    target = Target(path, tree_id, content, path, looked, elsewhere)
    if record.tree(tree_id).weave is not None:
        from pucs.client.sharing import with_texts  # noqa: PLC0415 - most files have one agent

        target = with_texts(target, repository, record.tree(tree_id), data)
    return Sight(target, data, record)


def looked(repository: Repository, pairs: Iterable[tuple[str, str]], view: View) -> tuple[Target, ...]:
    """What those paths hold now, given as trees and paths; a copy is kept, since it is about to become somebody's."""
    sights = [see_key(repository, path, view, tree) for tree, path in pairs]
    for target, data, _ in sights:
        contents.keep(repository.store.root, target.content, data)
    return tuple(sight.target for sight in sights)


def _look(root: str, path: str, *, fold: bool) -> tuple[str, bytes | None]:
    """What is there, also where the name on disk is another spelling of the same key (decomposed, other case)."""
    found = contents.look(f"{root}/{path}")
    if found[0] != contents.ABSENT or not (fold or not path.isascii()):
        return found
    return contents.look(f"{root}/{_spelt(root, path, fold=fold)}")


def _spelt(root: str, path: str, *, fold: bool) -> str:
    """The path as its folders list it; as it is from where they do not."""
    spelt = ""
    for part in path.split("/"):
        if not system.lexists(f"{root}/{spelt}{part}") or fold:
            key = key_of(part, fold_case=fold)
            part = next((one for one in _listed(f"{root}/{spelt}") if key_of(one, fold_case=fold) == key), part)  # noqa: PLW2901
        spelt += part + "/"
    return spelt[:-1]


def _listed(folder: str) -> list[str]:
    try:
        return sorted(system.listdir(folder))
    except OSError:
        return []


def _one_name(repository: Repository, full: str, asked: str, view: View) -> tuple[str, str]:
    """The key under which a file with several hard links is locked, and where that is noted."""
    try:
        found = system.stat(full)
    except (OSError, ValueError):
        return asked, ""
    if found.st_nlink <= 1:
        return asked, ""
    inode = f"inode/{found.st_dev}-{found.st_ino}"
    name = view.name(inode)
    if name is None or name.value == asked:
        return asked, inode
    try:
        same = system.stat(f"{repository.tree.root}/{name.value}")
    except OSError:
        return asked, inode
    return (name.value if (same.st_dev, same.st_ino) == (found.st_dev, found.st_ino) else asked), inode


def copy_of(repository: Repository, fingerprint: str) -> bytes | None:
    """The content of that fingerprint, b"" for no file; None where it was not kept."""
    found = contents.kept(repository.store.root, fingerprint)
    if found is not None or fingerprint == UNKNOWN or fingerprint.startswith(contents.ROUGH):
        return found
    from pucs.client.copies import moved_copy  # noqa: PLC0415 - hardly ever is it not in the spool

    return moved_copy(repository, fingerprint)
