"""Git verbs that change refs, history and other working trees."""

from __future__ import annotations

from pucs.git_options import parsed
from pucs.git_reach import (
    ALL,
    HOOKS,
    MOVES,
    NEW_BRANCH,
    OBJECTS,
    OWN,
    OWN_TREE,
    POPS,
    PUSHES,
    REFS,
    TREES,
    Facts,
    Reach,
    entry_of,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pucs.git_reach import Arguments, Verb


def _branch(arguments: Arguments, _: Facts) -> tuple[Reach, ...]:
    words = parsed(arguments, "u")
    forced = words.has("-f", "--force")
    if words.has("-r", "--remotes", "-a", "--all", "--list", "-l") and not words.has("-D", "-d", "--delete"):
        return ()
    if words.has("-D") or (words.has("-d", "--delete") and forced):
        return (Reach(REFS, "git branch -D", paths=_branches(words.plain), safe="git branch -d OWN-BRANCH"),)
    if words.has("-M") or (words.has("-m", "--move") and forced):
        return (Reach(REFS, "git branch -M", paths=_branches(words.plain), safe=NEW_BRANCH),)
    if words.has("-C") or (words.has("-c", "--copy") and forced):
        return (Reach(REFS, "git branch -C", paths=_branches(words.plain[-1:]), safe=NEW_BRANCH),)
    if words.has("-m", "--move"):
        return (Reach(REFS, "git branch -m", paths=_branches(words.plain[:-1]), safe=NEW_BRANCH),)
    if forced and words.plain:
        return (Reach(REFS, "git branch -f", paths=_branches(words.plain[:1]), safe=NEW_BRANCH),)
    return ()


def _branches(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(name.removeprefix("refs/").removeprefix("heads/") for name in names)


def _update_ref(arguments: Arguments, _: Facts) -> tuple[Reach, ...]:
    words = parsed(arguments, "m")
    name = words.plain[0] if words.plain else ""
    if name in ("refs/stash", "stash"):
        return (Reach(POPS, "git update-ref refs/stash", source=ALL, safe=f"git stash drop {OWN}"),)
    if name in ("HEAD", "@"):
        return (Reach(MOVES, "git update-ref HEAD", source="", safe=OWN_TREE),)
    if not name.startswith("refs/heads/"):
        return ()
    return (Reach(REFS, "git update-ref", paths=_branches((name,)), safe=NEW_BRANCH),)


def _symbolic_ref(arguments: Arguments, _: Facts) -> tuple[Reach, ...]:
    words = parsed(arguments, "m")
    if words.plain[:1] != ("HEAD",) or (len(words.plain) < 2 and not words.has("-d", "--delete")):  # noqa: PLR2004
        return ()
    target = _branches(words.plain[1:2])
    return (Reach(MOVES, "git symbolic-ref HEAD", source=target[0] if target else "", safe=OWN_TREE),)


def _push(arguments: Arguments, _: Facts) -> tuple[Reach, ...]:
    words = parsed(arguments, "o")
    if words.has("-n", "--dry-run") or not words.known:
        return ()
    given = words.plain[1:]
    lease = words.has("--force-with-lease") and not words.has("-f", "--force")
    forced = lease or words.has("-f", "--force")
    safe = "git push --force-with-lease origin OWN-BRANCH"
    if words.has("--mirror") or (words.has("--prune") and not given):
        return (
            Reach(
                PUSHES, "git push --mirror" if words.has("--mirror") else "git push --prune", paths=(ALL,), safe=safe
            ),
        )
    if words.has("--all", "--branches") and forced:
        return (Reach(PUSHES, "git push --force --all", paths=(ALL,), safe=safe),)
    taken = [spec for spec in given if forced or words.has("-d", "--delete") or spec.startswith(("+", ":"))]
    names = _branches(spec.removeprefix("+").rpartition(":")[2] or "HEAD" for spec in taken)
    said = "git push --delete" if words.has("-d", "--delete") else "git push --force"
    if lease:
        said += "-with-lease"
    if names:
        return (Reach(PUSHES, said, paths=names, safe=safe),)
    return (Reach(PUSHES, said, safe=safe),) if forced and not given else ()


def _gc(arguments: Arguments, _: Facts) -> tuple[Reach, ...]:
    words = parsed(arguments)
    expiry = words.value("--prune")
    if not expiry or not _is_soon(expiry):
        return ()
    return (Reach(OBJECTS, f"git gc --prune={expiry}", safe="git gc"),)


def _prune(arguments: Arguments, _: Facts) -> tuple[Reach, ...]:
    words = parsed(arguments)
    return () if words.has("-n", "--dry-run") else (Reach(OBJECTS, "git prune", safe="git gc"),)


def _repack(arguments: Arguments, _: Facts) -> tuple[Reach, ...]:
    words = parsed(arguments, "F")
    drops = words.has("-d") and words.has("-a") and not words.has("-A", "-k", "--keep-unreachable")
    return (Reach(OBJECTS, "git repack -a -d", safe="git gc"),) if drops else ()


def _reflog(arguments: Arguments, _: Facts) -> tuple[Reach, ...]:
    words = parsed(arguments[1:])
    if not arguments or arguments[0] not in ("expire", "delete") or words.has("-n", "--dry-run"):
        return ()
    if arguments[0] == "delete":
        entries = [word for word in words.plain if word.startswith(("stash@", "refs/stash@"))]
        pops = (Reach(POPS, "git reflog delete", source=entry_of((one,)), safe="git stash list") for one in entries)
        return tuple(pops) or (Reach(OBJECTS, "git reflog delete", safe="git gc"),)
    asked = words.value("--expire"), words.value("--expire-unreachable")
    return (Reach(OBJECTS, "git reflog expire", safe="git gc"),) if any(map(_is_soon, asked)) else ()


def _is_soon(expiry: str) -> bool:
    """Whether this time limit spares nothing, or less than git does by default: then it says more than `now`."""
    return bool(expiry) and expiry not in ("never", "false", "2.weeks.ago", "90.days.ago")


def _filtered(name: str) -> Verb:
    def reached(arguments: Arguments, _: Facts) -> tuple[Reach, ...]:
        words = parsed(arguments)
        if words.has("--analyze", "--dry-run", "--help", "-h"):
            return ()
        return (Reach(OBJECTS, name, safe="git clone . ../SOMEWHERE, and rewrite history there"),)

    return reached


def _worktree(arguments: Arguments, _: Facts) -> tuple[Reach, ...]:
    words = parsed(arguments[1:], "bB")
    first = arguments[0] if arguments else ""
    if first in ("remove", "move") and words.plain:
        return (Reach(TREES, f"git worktree {first}", paths=words.plain[:1], safe="git worktree list"),)
    if first == "add" and words.has("-B"):
        return (
            Reach(REFS, "git worktree add -B", paths=(words.value("-B"),), safe="git worktree add -b NAME ../NAME"),
        )
    return ()


def _submodule(arguments: Arguments, _: Facts) -> tuple[Reach, ...]:
    words = parsed(arguments)
    if not words.known or words.plain[:1] not in (("deinit",), ("update",)):
        return ()
    if words.plain[0] == "update" and not words.has("-f", "--force"):
        return ()
    name = "git submodule deinit" if words.plain[0] == "deinit" else "git submodule update --force"
    named = words.plain[1:] + words.behind
    return (Reach(TREES, name, paths=named or (ALL,), safe="git submodule status"),)


def _config(arguments: Arguments, _: Facts) -> tuple[Reach, ...]:
    """Only where git looks for hooks is anybody's business, and only to change it."""
    named = [word.casefold() for word in arguments if word is not None]
    section = any(word.startswith(("--remove-s", "--rename-s", "remove-s", "rename-s")) for word in named)
    key, *value = named[named.index("core.hookspath") :] if "core.hookspath" in named else ("",)
    changes = bool(value) or any(word.startswith(("--unset", "unset")) for word in named)
    if (key and changes) or (section and "core" in named):
        return (Reach(HOOKS, "git config core.hooksPath", safe="git config --show-origin --get core.hooksPath"),)
    return ()


VERBS: dict[str, Verb] = {
    "branch": _branch,
    "config": _config,
    "filter-branch": _filtered("git filter-branch"),
    "filter-repo": _filtered("git filter-repo"),
    "gc": _gc,
    "prune": _prune,
    "push": _push,
    "reflog": _reflog,
    "repack": _repack,
    "submodule": _submodule,
    "symbolic-ref": _symbolic_ref,
    "update-ref": _update_ref,
    "worktree": _worktree,
}
