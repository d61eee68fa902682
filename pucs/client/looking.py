"""Looking at the disk for the rules: what a path holds here and in the other trees, under which one name."""

from __future__ import annotations

from pucs import system
from pucs.client.opening import Repository
from pucs.errors import StoreError
from pucs.git import locate
from pucs.model import PathRecord, Target
from pucs.paths import key_of
from pucs.record import Record
from pucs.state import contents
from pucs.view import View


class Sight(Record):
    """A target, its bytes as far as they were read, and what the state said of the path before any mutex."""

    target: Target
    data: bytes | None
    record: PathRecord


def see(repository: Repository, inside: str, view: View) -> Sight:
    """What the path (as spelt on disk, in the repository's tree) holds now."""
    asked = key_of(inside, fold_case=repository.installation.fold_case)
    full = f"{repository.tree.root}/{inside}"
    path, inode = _one_name(repository, full, asked, view)
    sight = see_key(repository, path, view)
    return sight._replace(target=sight.target._replace(name=asked, inode=inode))


def see_key(repository: Repository, path: str, view: View, tree_id: str = "") -> Sight:
    """What the path of that key holds in the tree of that id (default: the repository's own)."""
    tree_id = tree_id or repository.tree.id
    tree = repository.tree if tree_id == repository.tree.id else locate.tree_of_id(repository.tree.common, tree_id)
    looked = view.revision
    content, data = contents.look(f"{tree.root}/{path}") if tree is not None else (contents.ABSENT, None)
    try:
        record = view.path(path)
    except StoreError:
        record = PathRecord(path)
    elsewhere = {}
    for other, known in record.trees.items():
        if other != tree_id and known.locks:
            there = locate.tree_of_id(repository.tree.common, other)
            if there is not None:
                elsewhere[other] = contents.look(f"{there.root}/{path}")[0]
    target = Target(path, tree_id, content, path, looked, elsewhere)
    return Sight(target, data, record)


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
