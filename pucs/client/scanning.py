"""One look at a working tree: every file that differs from HEAD, with its fingerprint, and a copy of its bytes."""

from __future__ import annotations

import time

from pucs import system
from pucs.client.opening import Repository
from pucs.errors import GitError
from pucs.git import scan as git_scan
from pucs.git.scan import LINK
from pucs.model import ABSENT, UNKNOWN
from pucs.record import Record
from pucs.state import contents

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_TYPE, _LINK, _FOLDER = 0o170000, 0o120000, 0o040000
_MOST_ENTRIES, _MOST_BYTES = 500, 32 << 20
_SETTLED = 50_000_000
_NO_STAT = (0, 0, 0, 0)


class File(Record):
    """One file: its fingerprint, what HEAD holds, and what tells its states apart without reading it.

    `head` is "" for a file that was looked at though git does not list it: it is as in HEAD, or ignored.
    """

    content: str
    head: str = ""
    stat: tuple[int, int, int, int] = _NO_STAT


class Scan(Record):
    """A tree as it was: HEAD's commit id, and the files that differ from it. `whole` is false where time ran out."""

    head: str = ""
    files: dict[str, File] = {}
    whole: bool = True
    at: int = 0


def scan(repository: Repository, known: Scan, seconds: float) -> Scan:
    """The tree now, the bytes of all files in it kept. After `seconds` (0: never) it is not whole.

    `known` is an earlier scan: files that did not change since are not read again.
    """
    began, at = time.monotonic(), time.time_ns()
    folder = repository.store.root + "/scans"
    system.makedirs(folder, 0o700, exist_ok=True)
    try:
        listed = git_scan.listing(repository.tree, folder, seconds)
    except GitError:
        return Scan(known.head, {}, whole=False, at=at)
    files: dict[str, File] = {}
    for name, head in listed.paths.items():
        late = bool(seconds) and time.monotonic() - began > seconds
        files[name] = look(repository, name, known, rough=late)._replace(head=head)
    return Scan(listed.head, files, whole=True, at=at)


def with_files(repository: Repository, found: Scan, names: Iterable[str], known: Scan) -> Scan:
    """The scan, and what these files hold now, whatever git says of them."""
    more = {name: look(repository, name, known) for name in names if name not in found.files}
    return found._replace(files={**found.files, **more}) if more else found


def ignored_below(repository: Repository, folders: Iterable[str]) -> list[str]:
    """The ignored files in these folders, of which nobody else has a copy.

    None of a folder with many or much: that is what builds and installers make, and make again.
    """
    found: list[str] = []
    for folder in folders:
        if _is_small(f"{repository.tree.root}/{folder}" if folder else repository.tree.root):
            found += git_scan.ignored(repository.tree, folder)
    return found


def _is_small(folder: str) -> bool:
    """Whether the folder is one, with few entries and little in them, at any depth."""
    left, entries, size = [folder], 0, 0
    while left:
        here = left.pop()
        try:
            names = system.listdir(here) if system.isdir(here) else []
        except OSError:
            continue
        entries += len(names)
        if entries > _MOST_ENTRIES:
            return False
        for name in names:
            try:
                found = system.lstat(f"{here}/{name}")
            except OSError:
                continue
            if found.st_mode & _TYPE == _FOLDER and name != ".git":
                left.append(f"{here}/{name}")
            size += found.st_size
    return size <= _MOST_BYTES


def look(repository: Repository, name: str, known: Scan, *, rough: bool = False) -> File:
    """One file of the tree as it is now, its bytes kept. A `rough` look does not read it."""
    full = f"{repository.tree.root}/{name}"
    try:
        found = system.lstat(full)
    except (OSError, ValueError):
        return File(ABSENT)
    stat = (found.st_mtime_ns, found.st_size, found.st_ino, found.st_ctime_ns)
    root, before = repository.store.root, known.files.get(name)
    settled = before is not None and before.stat == stat and found.st_ctime_ns < known.at - _SETTLED
    if before is not None and settled and (rough or contents.has(root, before.content)):
        return File(before.content, stat=stat)
    if found.st_mode & _TYPE == _LINK:
        return File(_link(root, full), stat=stat)
    if rough:
        return File(contents.rough(found), stat=stat)
    content, data = contents.look(full)
    contents.keep(root, content, data)
    return File(content, stat=stat)


def same(one: File, other: File) -> bool:
    """Whether both are the same content; of one that was too large or too late to be read, its size and time tell."""
    if one.content == other.content:
        return True
    if contents.ROUGH in (one.content[: len(contents.ROUGH)], other.content[: len(contents.ROUGH)]):
        return one.stat[:2] == other.stat[:2]
    return False


def latest(repository: Repository) -> Scan:
    """The last scan of this tree that was stored; an empty one where there is none."""
    from pucs.state import run_files  # noqa: PLC0415

    return decoded(run_files.read(_latest_path(repository)))


def store_latest(repository: Repository, found: Scan) -> None:
    """Stores a scan, for the next one to go on from."""
    from pucs.state import run_files  # noqa: PLC0415

    run_files.write(_latest_path(repository), encoded(found))


def encoded(found: Scan) -> dict[str, object]:
    """The scan as JSON holds it."""
    files = {name: [one.content, one.head, *one.stat] for name, one in found.files.items()}
    return {"head": found.head, "whole": found.whole, "at": found.at, "files": files}


def decoded(data: Mapping[str, object]) -> Scan:
    """The scan of its JSON form; an empty one where it is damaged."""
    try:
        files = data["files"]
        read = {name: File(one[0], one[1], tuple(one[2:])) for name, one in files.items()}  # type: ignore[attr-defined]
        return Scan(str(data["head"]), read, bool(data["whole"]), int(data["at"]))  # type: ignore[call-overload]
    except (KeyError, IndexError, TypeError, ValueError, AttributeError):
        return Scan(whole=False)


def _link(root: str, full: str) -> str:
    try:
        data = system.readlink(full).encode("utf-8", "surrogateescape")
    except OSError:
        return UNKNOWN
    content = LINK + contents.blob_id(data)
    contents.keep(root, content, data)
    return content


def _latest_path(repository: Repository) -> str:
    return f"{repository.store.root}/scans/latest-{system.basename(repository.tree.gitdir)}.json"
