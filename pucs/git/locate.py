"""Where a path lives, found by reading `.git` and `commondir`, never by running git (gitrepository-layout(5))."""

from __future__ import annotations

from pucs import system
from pucs.installation import MARKER
from pucs.record import Record

MAIN = "."
"""The tree id of the main working tree; a linked one is `<name>:<inode of its git directory>`."""


_LONGEST_PATH = 4096
"""No system call takes a longer one; looking at each folder of one would take minutes."""


class Tree(Record):
    """One working tree: its root, its own git directory, the common one, and the id its locks are kept under."""

    root: str
    gitdir: str
    common: str
    id: str


class Place(Record):
    """A path in a working tree. `inside` is relative to the tree's root, POSIX, as spelt on disk; "" is the root."""

    tree: Tree
    inside: str


def place_of(path: str, cwd: str) -> Place | None:
    """The place of a path with every symlink resolved; None outside any working tree or git directory.

    A path inside a git directory is `.git/…` of its main tree. Raises ValueError for a path with a NUL, OSError where
    the file system refuses it (too long).
    """
    if len(path) > _LONGEST_PATH:
        raise OSError("the path is too long")
    real = system.realpath(system.join(cwd, path))
    folder = real
    while True:
        if system.basename(folder) != ".git":
            tree = tree_at(folder)
            if tree is not None:
                return Place(tree, real[len(folder.rstrip("/")) + 1 :])
            if system.lexists(f"{folder}/{MARKER}"):
                return Place(Tree(folder, folder, folder, MAIN), ".git/" + real[len(folder) + 1 :])
        above = system.dirname(folder)
        if above == folder:
            return None
        folder = above


def tree_at(root: str) -> Tree | None:
    """The working tree whose root is exactly this folder."""
    dot = root.rstrip("/") + "/.git"
    text = _first_line(dot)
    if text is None:
        if not system.isdir(dot):
            return None
        real = system.realpath(dot)
        return Tree(root, real, real, MAIN)
    if not text.startswith("gitdir:"):
        return None
    gitdir = system.normpath(system.join(root, text[7:].strip()))
    shared = _first_line(gitdir + "/commondir")
    if shared is None:
        return Tree(root, gitdir, gitdir, MAIN) if system.isdir(gitdir) else None
    common = system.realpath(system.join(gitdir, shared))
    try:
        born = system.stat(gitdir).st_ino
    except OSError:
        return None
    return Tree(root, gitdir, common, f"{system.basename(gitdir)}:{born}")


def tree_of_id(common: str, tree_id: str) -> Tree | None:
    """The working tree of that id, if it still stands."""
    if tree_id == MAIN:
        root = system.dirname(common)
        tree = tree_at(root)
        return tree if tree is not None and tree.common == common else None
    gitdir = f"{common}/worktrees/{tree_id.rpartition(':')[0]}"
    dot = _first_line(gitdir + "/gitdir")
    if dot is None:
        return None
    tree = tree_at(system.dirname(system.normpath(system.join(gitdir, dot))))
    return tree if tree is not None and tree.id == tree_id else None


def branch_of(tree: Tree) -> str:
    """The branch checked out in the tree, or being rebased in it; "" when detached or unreadable."""
    head = _first_line(tree.gitdir + "/HEAD") or ""
    if head.startswith("ref: "):
        return head[16:] if head.startswith("ref: refs/heads/") else ""
    for rebase in ("rebase-merge", "rebase-apply"):
        name = _first_line(f"{tree.gitdir}/{rebase}/head-name") or ""
        if name.startswith("refs/heads/"):
            return name[11:]
    return ""


def head_of(tree: Tree) -> str:
    """The commit id of HEAD; "" before the first commit or where only git can tell (reftable)."""
    head = _first_line(tree.gitdir + "/HEAD") or ""
    if not head.startswith("ref: "):
        return head
    name = head[5:].strip()
    loose = _first_line(f"{tree.common}/{name}")
    if loose is not None:
        return loose
    try:
        with open(tree.common + "/packed-refs", encoding="utf-8", errors="replace") as packed:
            for line in packed:
                if line.rstrip("\n").endswith(" " + name):
                    return line.partition(" ")[0]
    except OSError:
        pass
    return ""


def _first_line(path: str) -> str | None:
    """The first line of a small file, stripped; None where it is no readable file."""
    try:
        fd = system.open(path, system.O_RDONLY)
    except OSError:
        return None
    try:
        data = system.read(fd, 4096)
    except OSError:
        return None
    finally:
        system.close(fd)
    return data.partition(b"\n")[0].decode("utf-8", "surrogateescape").strip()
