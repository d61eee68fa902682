"""What a commit is about to contain, what operation it concludes, and what it did contain: git as its hooks see it.

Git exports GIT_INDEX_FILE (and in linked worktrees GIT_DIR) to hooks; everything here is asked under that environment,
so that `commit -a`, `commit -- paths` and a private index show what they will commit.
"""

from __future__ import annotations

from pucs import system
from pucs.git import locate
from pucs.git.locate import MAIN, Tree, place_of
from pucs.git.run import git
from pucs.model import ABSENT
from pucs.record import Record
from pucs.system.texts import read_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

# Settings of the user that would hide paths or change their form are overruled one by one.
PLAIN = ("-z", "--no-renames", "--no-relative", "--ignore-submodules=none", "--no-color", "--no-ext-diff")
RAW = ("--raw", "--no-abbrev", *PLAIN)
_LOOKED_BACK = 50
BEGAN_FROM = "PUCS_COMMIT_BEGAN_FROM"
"""The variable that tells the hooks of `pucs commit` which HEAD its index was made of."""

_REBASE_TEXTS = ("SQUASH_MSG", "rebase-merge/message", "rebase-merge/message-squash", "rebase-merge/message-fixup")


class Operation(Record):
    """What a commit concludes: a merge with these other parents, or a pick of content like that of these commits."""

    parents: tuple[str, ...] = ()
    picked: tuple[str, ...] = ()


def committing_tree(environ: Mapping[str, str], cwd: str) -> Tree | None:
    """The working tree whose hook this is; None outside any."""
    given = environ.get("GIT_DIR")
    if not given:
        place = place_of(cwd, "/")
        return place.tree if place is not None else None
    gitdir = system.realpath(system.join(cwd, given))
    root = environ.get("GIT_WORK_TREE")
    place = None if root else place_of(cwd, "/")
    if place is not None and system.realpath(place.tree.gitdir) == gitdir:
        return place.tree
    root = system.realpath(system.join(cwd, root or ""))
    shared = read_text(gitdir + "/commondir").strip()
    if not shared:
        return Tree(root, gitdir, gitdir, MAIN)
    common = system.realpath(system.join(gitdir, shared))
    return Tree(root, gitdir, common, f"{system.basename(gitdir)}:{system.stat(gitdir).st_ino}")


def index_of(gitdir: str, environ: Mapping[str, str]) -> str:
    """The index that is being committed, from the root of the tree."""
    return environ.get("GIT_INDEX_FILE") or f"{gitdir}/index"


def has_moved_on(tree: Tree, environ: Mapping[str, str]) -> bool:
    """Whether HEAD is no longer what `pucs commit` began from: its index would take back what was committed since."""
    return environ.get(BEGAN_FROM, began_from(tree)) != began_from(tree)


def began_from(tree: Tree) -> str:
    """What `pucs commit` tells the hooks of its commit that HEAD is."""
    return locate.head_of(tree) or "nothing"


def is_overtaken(tree: Tree, environ: Mapping[str, str]) -> bool:
    """Whether HEAD moved after `commit -- paths` made its index of HEAD and these paths: it cannot become a commit.

    What others committed meanwhile looks as if this commit took it back.
    """
    index = environ.get("GIT_INDEX_FILE", "")
    if not system.basename(index).startswith("next-index-"):
        return False
    try:
        made = system.stat(system.join(tree.root, index)).st_mtime_ns
        return system.stat(f"{tree.gitdir}/logs/HEAD").st_mtime_ns > made
    except (OSError, ValueError):
        return False


def clean_merge(environ: Mapping[str, str]) -> Operation:
    """The merge that `pre-merge-commit` is asked about: only its environment names the other sides yet."""
    return Operation(parents=tuple(name[8:] for name in environ if name.startswith("GITHEAD_")))


def operation(tree: Tree) -> Operation:
    """What the commit under way concludes; nothing for an ordinary one."""
    heads = tuple(read_text(f"{tree.gitdir}/MERGE_HEAD").split())
    if heads:
        return Operation(parents=heads)
    picked = read_text(f"{tree.gitdir}/CHERRY_PICK_HEAD").split()
    if is_rebasing(tree):
        picked += read_text(f"{tree.gitdir}/REBASE_HEAD").split()
    undone = read_text(f"{tree.gitdir}/REVERT_HEAD").strip()
    if undone:
        picked += _git(tree, "rev-parse", f"{undone}^@").decode().split()
    return Operation(picked=tuple(dict.fromkeys(picked)))


def is_rebasing(tree: Tree) -> bool:
    """Whether a rebase is under way."""
    return system.isdir(tree.gitdir + "/rebase-merge") or system.isdir(tree.gitdir + "/rebase-apply")


def is_merging(tree: Tree) -> bool:
    """Whether the commit under way will have several parents."""
    return system.exists(tree.gitdir + "/MERGE_HEAD")


def is_machine_text(tree: Tree, text: str) -> bool:
    """Whether a message is the one that git prepared for a merge or a pick, comments added or not."""
    names = ("MERGE_MSG", *(_REBASE_TEXTS if is_rebasing(tree) else ()))
    for name in names:
        prepared = read_text(f"{tree.gitdir}/{name}").strip()
        if prepared and (text.strip() + "\n").startswith(prepared + "\n"):
            return True
    return False


def is_stopped(tree: Tree) -> bool:
    """Whether a pick stopped on a conflict (or for an edit), so that somebody's own work is in its conclusion."""
    if system.exists(tree.gitdir + "/rebase-merge/stopped-sha"):
        return True
    return any(line.endswith(" Conflicts:") for line in read_text(tree.gitdir + "/MERGE_MSG").splitlines())


def own_changes(tree: Tree, under_way: Operation) -> dict[str, str]:
    """The paths that the commit changes by its committer's own hand, each with its new blob id (ABSENT: deleted).

    Without renames: both names of one are here. Of a merge or pick only what differs from every side counts.
    """
    changes = _staged(tree)
    for side in (*under_way.parents, *under_way.picked):
        if not changes:
            break
        others = _staged(tree, side)
        changes = {name: content for name, content in changes.items() if name in others}
    return changes


def landed(tree: Tree) -> tuple[str, dict[str, str]]:
    """The id of the commit at HEAD, and what it changed against its first parent, as `own_changes` gives it."""
    arguments = ("diff-tree", "-r", "--root", "--always", "--diff-merges=first-parent", *RAW, "HEAD")
    commit, *rest = _git(tree, *arguments).split(b"\0")
    return commit.decode().strip(), changes_in(rest)


def unlike_head(tree: Tree, names: Iterable[str]) -> set[str]:
    """Those of the names whose file in the tree is not what HEAD holds, filters and line endings considered."""
    arguments = ("--literal-pathspecs", "diff", "--name-only", *PLAIN, "HEAD", "--", *names)
    return {name_of(name) for name in _git(tree, *arguments).split(b"\0") if name}


def checked_out(tree: Tree, name: str) -> bytes | None:
    """The bytes that checking the path out of HEAD would write; None where HEAD has no such file."""
    done = git(("cat-file", "--filters", f"HEAD:{name}"), cwd=tree.root, check=False)
    return done.stdout if done.status == 0 else None


def staged_text(tree: Tree, name: str, blob: str) -> bytes | None:
    """The bytes that checking a staged blob out under that name would write; None where there is none."""
    if blob == ABSENT:
        return None
    done = git(("cat-file", "--filters", f"--path={name}", blob), cwd=tree.root, check=False)
    return done.stdout if done.status == 0 else None


def staged_id(tree: Tree, name: str) -> str:
    """The blob id that is staged there; "" where there is none, or a conflict."""
    entries = _git(tree, "--literal-pathspecs", "ls-files", "-s", "-z", "--", name).split(b"\0")[:-1]
    return (
        entries[0].split(b" ")[1].decode() if len(entries) == 1 and entries[0].split(b"\t")[0].endswith(b" 0") else ""
    )


def earlier(tree: Tree, names: Iterable[str]) -> dict[str, set[str]]:
    """What each path held before each of the newest commits on this line that changed it: blob ids, or ABSENT."""
    if git(("rev-parse", "-q", "--verify", "HEAD"), cwd=tree.root, check=False).status:
        return {}  # nothing was committed yet
    form = ("log", f"-{_LOOKED_BACK}", "--first-parent", "-m", "--format=", *RAW, f"-O{system.DEVNULL}", "HEAD", "--")
    fields = [field.lstrip(b"\n") for field in _git(tree, "--literal-pathspecs", *form, *names).split(b"\0")]
    fields = [field for field in fields if field]
    found: dict[str, set[str]] = {}
    for described, name in zip(fields[::2], fields[1::2], strict=False):
        _, _, old, _, status = described.split()
        found.setdefault(name_of(name), set()).add(ABSENT if status == b"A" else old.decode())
    return found


def unlike_index(tree: Tree, names: Iterable[str]) -> set[str]:
    """Those of the names whose file is not what is staged, filters considered, or is not staged at all."""
    listed = {name_of(name) for name in _git(tree, "--literal-pathspecs", "ls-files", "-z", "--", *names).split(b"\0")}
    differing = _git(tree, "--literal-pathspecs", "diff", "--name-only", *PLAIN, "--", *names).split(b"\0")
    there = {name for name in names if name not in listed and system.lexists(f"{tree.root}/{name}")}
    return there | {name_of(name) for name in differing if name}


def blob_of(tree: Tree, name: str, file: str) -> str:
    """The blob id that adding the file's bytes under that name would give; "" where git cannot tell."""
    done = git(("hash-object", f"--path={name}", "--", file), cwd=tree.root, check=False)
    return done.stdout.decode().strip() if done.status == 0 else ""


def comment_setting(tree: Tree) -> str:
    """`core.commentChar` (or `commentString`); "" where it is not set."""
    done = git(("config", "--get-regexp", r"^core\.comment(char|string)$"), cwd=tree.root, check=False)
    lines = done.stdout.decode("utf-8", "replace").splitlines()
    return lines[-1].partition(" ")[2] if lines else ""


def _staged(tree: Tree, against: str = "") -> dict[str, str]:
    sides = (against,) if against else ()
    return changes_in(_git(tree, "diff", "--cached", *RAW, f"-O{system.DEVNULL}", *sides, "--").split(b"\0"))


def changes_in(fields: Sequence[bytes]) -> dict[str, str]:
    """The new id of each path in git's raw form: `:mode mode id id status` (of merges more) and the path, by turns."""
    changes = {}
    for described, name in zip(fields[::2], fields[1::2], strict=False):
        *_, new, status = described.split()
        changes[name_of(name)] = ABSENT if status == b"D" else new.decode()
    return changes


def name_of(name: bytes) -> str:
    """A path as text; bytes that are no UTF-8 are kept."""
    return name.decode("utf-8", "surrogateescape")


def _git(tree: Tree, *arguments: str) -> bytes:
    return git(arguments, cwd=tree.root).stdout
