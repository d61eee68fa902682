"""Moving kept contents and the journal from the spool into git, in the background, and dropping what is too old.

Hooks must be quick, so they only copy into the spool. A copy is removed there once a ref in git leads to it, and not
while a lock still needs it for the hook path. Killed at any instant, the next mover finds everything in one of the two.
"""

from __future__ import annotations

import os
import time

from pucs import system
from pucs.client.opening import Repository, repository_of
from pucs.errors import GitError, StoreError
from pucs.git import branches, snapshots
from pucs.git.locate import Tree
from pucs.model import ABSENT, UNKNOWN
from pucs.state import contents, journal, log
from pucs.state.turn import Turn
from pucs.times import moment_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pucs.git.snapshots import Batch
    from pucs.model import Snapshot
    from pucs.view import View

_DAY = 86400.0
_MB = 1 << 20


def move_in_background(tree: Tree) -> None:
    """What that process does. What fails is tried again by the next one; everything stays where it is."""
    repository = repository_of(tree)
    if repository is None:
        return
    try:
        move(repository)
    except (GitError, StoreError, OSError):
        return


def move(repository: Repository) -> str:
    """Moves everything now, and drops what is too old; gives the ref of the new batch, "" where nothing was to move.

    Raises GitError, StoreError or OSError where that fails; then what was not moved is still in the spool.
    """
    root, common = repository.store.root, repository.tree.common
    with Turn(root, "moving") as mine:
        if not mine:
            return ""
        known = snapshots.batches(common)
        journal.set_aside(root)
        parts = _unmoved(root)
        lines = [contents.read_all(part.path) for part in parts]
        ref = _batch(repository, b"".join(_whole(data) for data in lines), known)
        for part, data in zip(parts, lines, strict=True):
            journal.mark_moved(part, len(data))
        cleared = _clear(repository, snapshots.batches(common))
        drop_old(repository, cleared)
        for branch, commit in branches.kept(common):
            if time.time() - _moment(branch.rpartition("/")[2]) > repository.policy.snapshots.keep_days * _DAY:
                branches.drop(common, branch, commit)
        return ref


def _unmoved(root: str) -> list[journal.Part]:
    """The parts of the journal whose lines are in no batch, and those moved that grew since; very old ones go."""
    known = journal.parts(root)
    for part in known:
        if part.moved < 0:
            continue
        found = os.stat(part.path)
        if found.st_size > part.moved:
            journal.mark_unmoved(part)
        elif part is not known[-1] and not 0 <= time.time() - found.st_mtime < _DAY:
            os.unlink(part.path)
    return [part for part in journal.parts(root) if part.moved < 0]


def _whole(data: bytes) -> bytes:
    return data if data.endswith(b"\n") or not data else data + b"\n"


def _batch(repository: Repository, lines: bytes, known: tuple[Batch, ...]) -> str:
    """Makes a batch of the lines, the spool, and all that the lines name; "" where nothing of it is new."""
    root, common = repository.store.root, repository.tree.common
    older: dict[str, str] = {}
    for batch in known:
        older.update(batch.blobs)
    spooled = _spooled(root)
    if not lines and not any(name not in older for name in spooled):
        return ""
    own = f"{root}/moving.jsonl"
    _write(own, lines)
    objects = snapshots.written(common, [own, *(f"{root}/spool/{name}" for name in spooled)])
    os.unlink(own)
    blobs = dict(zip([snapshots.JOURNAL, *spooled], objects, strict=True))
    for name in _named(journal.read(log.parsed(lines))):
        if name not in blobs and name in older:
            blobs[name] = older[name]
    return snapshots.add(common, time.strftime("%Y%m%dT%H%M%SZ", time.gmtime()), blobs)


def _clear(repository: Repository, known: tuple[Batch, ...]) -> set[str]:
    """Removes the copies that a batch has from the spool, but for those that the hook path still needs; gives them."""
    root = repository.store.root
    kept = set().union(*(batch.blobs for batch in known))
    needed = needed_by_locks(repository.store.read())
    cleared = {name for name in _spooled(root) if name in kept and name not in needed}
    for name in cleared:
        os.unlink(f"{root}/spool/{name}")
    return cleared


def _spooled(root: str) -> list[str]:
    """The whole copies in the spool: one whose bytes are not what its name says was cut by a power failure."""
    found = []
    for name in sorted(system.listdir(f"{root}/spool")):
        path = f"{root}/spool/{name}"
        if "." in name:
            continue  # on its way
        if contents.look(path)[0] == name:
            found.append(name)
        else:
            system.makedirs(f"{root}/quarantine", 0o700, exist_ok=True)
            os.rename(path, f"{root}/quarantine/spool-{name}")
    return found


def needed_by_locks(view: View) -> set[str]:
    """The contents that denials and take-overs show: of all locks, and of who wrote a path within a day."""
    needed: set[str] = set()
    for path in view.names("path"):
        try:
            trees = view.path(path).trees.values()
        except StoreError:
            continue
        for tree in trees:
            needed.update(tree.offers.values())
            for lock in tree.locks:
                needed.update((lock.base, lock.wrote or UNKNOWN, *(part[1] for part in lock.parts)))
            if tree.weave is not None:
                needed.update((tree.weave.base, tree.weave.content))
            if tree.writer is not None and view.now - tree.writer.at < _DAY:
                needed.update((tree.writer.before, tree.writer.content))
    return needed - {ABSENT, UNKNOWN}


def drop_old(repository: Repository, wanted: Iterable[str] = ()) -> list[str]:
    """Drops the oldest batches beyond the configured age and size; gives their refs.

    Never one younger than a day, nor the last one that has what is wanted, or what a lock needs and the spool has not.
    """
    common, policy, now = repository.tree.common, repository.policy.snapshots, time.time()
    known = snapshots.batches(common)
    size = snapshots.sizes(common, {name for batch in known for name in batch.blobs.values()})
    spooled = set(system.listdir(f"{repository.store.root}/spool"))
    wanting = (needed_by_locks(repository.store.read()) | {*wanted}) - spooled
    seen: set[str] = set()
    total, dropped = 0, []
    for batch in reversed(known):
        total += sum(size.get(name, 0) for name in {*batch.blobs.values()} - seen)
        seen.update(batch.blobs.values())
        age = now - _moment(batch.ref.removeprefix(snapshots.PREFIX))
        over = age > policy.keep_days * _DAY or total > policy.keep_mb * _MB
        if over and age > _DAY and wanting.isdisjoint(batch.blobs):
            snapshots.drop(common, batch)
            dropped.append(batch.ref)
        else:
            wanting -= {*batch.blobs}
    return dropped


def _moment(text: str) -> float:
    """When it was made, from its name; now for one that was named by somebody else."""
    try:
        return moment_of(f"{text[:4]}-{text[4:6]}-{text[6:11]}:{text[11:13]}:{text[13:16]}")
    except (ValueError, IndexError):
        return time.time()


def _named(entries: Iterable[Snapshot]) -> set[str]:
    return {name for entry in entries for name in (entry.before, entry.after)} - {ABSENT, UNKNOWN}


def _write(path: str, data: bytes) -> None:
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(fd, "wb") as file:
        file.write(data)
