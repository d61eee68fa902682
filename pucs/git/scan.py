"""What in a working tree differs from its HEAD, asked of git without leaving a trace in the user's repository.

Git's stat cache makes this quick. It is used through a copy of the index in a folder of ours, which git may refresh
as it likes; the user's own index is neither locked nor written, and nothing here makes objects.
"""

from __future__ import annotations

import time

from pucs import system
from pucs.git.run import EMPTY_TREES, git, repository_environment
from pucs.model import ABSENT, UNKNOWN
from pucs.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pucs.git.locate import Tree

LINK = "link:"
"""What the fingerprint of a symbolic link begins with; the blob id of its text follows."""

# Settings of the user that would hide a change, start a daemon or write somewhere are overruled one by one.
_SETTINGS = (
    "core.fsmonitor=false", "core.splitIndex=false", "core.checkStat=default", "core.trustctime=true",
    "core.quotePath=false", "core.ignoreStat=false", "core.preloadIndex=true", "status.renames=false",
    "status.showUntrackedFiles=all",
)  # fmt: skip
_STATUS = (
    "status", "--porcelain=v2", "-z", "--branch", "--no-ahead-behind", "--untracked-files=all", "--no-renames",
    "--ignore-submodules=all",
)  # fmt: skip
_PLAIN_DIFF = ("--no-renames", "--ignore-submodules=all", "--no-ext-diff")
_LINK, _MODULE = b"120000", b"160000"
_SHA1 = 40
_IN_USE = 60.0


class Listing(Record):
    """HEAD's commit id ("" before the first commit) and the paths that differ from it, each with what HEAD holds.

    Of a tracked path that is HEAD's blob id (UNKNOWN in SHA-256 repositories), of any other one ABSENT. Nested
    repositories, linked worktrees and submodules are not in it, nor is what git ignores.
    """

    head: str
    paths: dict[str, str]


def listing(tree: Tree, folder: str, seconds: float) -> Listing:
    """What differs from HEAD in the tree. `folder` is where copies of the index may lie.

    Raises TooSlow after that many seconds (0: never), GitError where git cannot tell.
    """
    cache = f"core.untrackedCache={'true' if _shows_new_files(tree, folder) else 'false'}"
    command = [*(word for setting in (*_SETTINGS, cache) for word in ("-c", setting)), *_STATUS]
    index, env = "", repository_environment()
    while not index or (not system.exists(index) and system.exists(f"{tree.gitdir}/index")):
        # Gone meanwhile: a peer's scan found a newer index, and git may have seen none at all.
        index = _private_index(tree, folder)
        done = git(command, cwd=tree.root, env={**env, "GIT_INDEX_FILE": index}, seconds=seconds)
    head = ""
    paths: dict[str, str] = {}
    for line in done.stdout.split(b"\0"):
        if line.startswith(b"# branch.oid "):
            head = line[13:].decode("ascii")
        elif not line.startswith(b"#"):
            paths.update(_entry(line))
    return Listing("" if head == "(initial)" else head, paths)


def moved(tree: Tree, before: str, after: str) -> dict[str, tuple[str, str]]:
    """The paths in which two commits differ ("": before the first one), each with what the two hold."""
    sides = [side or EMPTY_TREES.get(len(before or after), "") for side in (before, after)]
    if not all(sides):
        return {}
    fields = git(
        ("diff-tree", "-r", "-z", "--no-abbrev", *_PLAIN_DIFF, *sides), cwd=tree.root, env=repository_environment()
    ).stdout.split(b"\0")
    found = {}
    for described, name in zip(fields[::2], fields[1::2], strict=False):
        old_mode, new_mode, old, new, _ = described.lstrip(b":").split()
        if _MODULE not in (old_mode, new_mode):
            found[_text(name)] = (_fingerprint(old_mode, old), _fingerprint(new_mode, new))
    return found


def checked_out(tree: Tree, commit: str, name: str) -> bytes | None:
    """The bytes that checking the path out of that commit would write; None where it has no such file."""
    done = git(("cat-file", "--filters", f"{commit}:{name}"), cwd=tree.root, env=repository_environment(), check=False)
    return done.stdout if done.status == 0 else None


def ignored(tree: Tree, folder: str) -> list[str]:
    """The files below that folder of the tree which git ignores, nested repositories left out."""
    command = ("ls-files", "-z", "--others", "--ignored", "--exclude-standard", "--", f":(top,literal){folder}")
    done = git(command, cwd=tree.root, env=repository_environment(), check=False)
    return [_text(name) for name in done.stdout.split(b"\0") if name and not name.endswith(b"/")]


def generated(tree: Tree, names: Iterable[str]) -> set[str]:
    """Those of the names that the repository's attributes call generated (`linguist-generated`)."""
    asked = [name for name in names if _mentioned(tree, name)]
    if not asked:
        return set()
    command = ("check-attr", "-z", "linguist-generated", "--", *asked)
    fields = git(command, cwd=tree.root, env=repository_environment(), check=False).stdout.split(b"\0")
    return {
        _text(name)
        for name, value in zip(fields[::3], fields[2::3], strict=False)
        if value not in (b"unspecified", b"unset", b"false")
    }


def _entry(line: bytes) -> Iterator[tuple[str, str]]:
    kind = line[:1]
    if kind == b"?" and not line.endswith(b"/"):
        yield _text(line[2:]), ABSENT
    elif kind == b"1":
        _, _, _, head_mode, index_mode, tree_mode, head, _, name = line.split(b" ", 8)
        if _MODULE not in (head_mode, index_mode, tree_mode):
            yield _text(name), _fingerprint(head_mode, head)
    elif kind == b"u":
        _, _, _, _, ours_mode, _, _, _, ours, _, name = line.split(b" ", 10)
        yield _text(name), _fingerprint(ours_mode, ours)


def _fingerprint(mode: bytes, blob: bytes) -> str:
    if not blob.strip(b"0"):
        return ABSENT
    if len(blob) != _SHA1:
        return UNKNOWN
    return (LINK if mode == _LINK else "") + blob.decode("ascii")


def _text(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")


def _private_index(tree: Tree, folder: str) -> str:
    """A copy of the tree's index as it is now, made once for each state of it; those of a minute ago are removed.

    A younger one may be in use: git takes an index that vanishes for an empty one.
    """
    index = f"{tree.gitdir}/index"
    stem = f"{folder}/index-{system.basename(tree.gitdir)}-"
    try:
        found = system.stat(index)
    except OSError:
        return stem + "none"  # git takes an index that is not there for an empty one
    path = f"{stem}{found.st_mtime_ns:x}-{found.st_size:x}-{found.st_ino:x}-{found.st_ctime_ns:x}"
    if system.exists(path):
        return path
    for name in system.listdir(folder):
        if f"{folder}/{name}".startswith(stem) and _is_old(f"{folder}/{name}"):
            _remove(f"{folder}/{name}")
    unfinished = f"{path}.{system.getpid()}"
    _copy(index, unfinished)
    # Git takes an entry as new as the index for one that may have changed since: the copy must not look newer.
    system.utime(unfinished, ns=(found.st_atime_ns, found.st_mtime_ns))
    system.replace(unfinished, path)
    return path


def _is_old(path: str) -> bool:
    try:
        return time.time() - system.stat(path).st_ctime_ns / 1e9 > _IN_USE
    except OSError:
        return False


def _shows_new_files(tree: Tree, folder: str) -> bool:
    """Whether a new file changes the time of its folder where the tree lies: git's cache of new files lives by that.

    It is tried out in our own folder, which mostly lies on the same file system.
    """
    probe = folder + "/probe"
    new = f"{probe}/{system.getpid()}"
    try:
        if system.stat(folder).st_dev != system.stat(tree.root).st_dev:
            return False
        system.makedirs(probe, 0o700, exist_ok=True)
        system.utime(probe, ns=(0, 0))
        system.close(system.open(new, system.O_WRONLY | system.O_CREAT, 0o600))
        return bool(system.stat(probe).st_mtime_ns)
    except OSError:
        return False
    finally:
        _remove(new)


def _copy(source: str, target: str) -> None:
    came = system.open(source, system.O_RDONLY)
    went = system.open(target, system.O_WRONLY | system.O_CREAT | system.O_TRUNC, 0o600)
    try:
        while chunk := system.read(came, 1 << 20):
            system.write(went, chunk)
    finally:
        system.close(came)
        system.close(went)


def _remove(path: str) -> None:
    try:
        system.unlink(path)
    except OSError:
        return


def _mentioned(tree: Tree, name: str) -> bool:
    """Whether an attributes file on the way to the path speaks of generated files at all."""
    from pucs.system.texts import read_text  # noqa: PLC0415 - only changed files are asked about

    folders = [""] + [name[: place + 1] for place, letter in enumerate(name) if letter == "/"]
    files = [f"{tree.root}/{folder}.gitattributes" for folder in folders] + [f"{tree.common}/info/attributes"]
    return any("linguist-generated" in read_text(file) for file in files)
