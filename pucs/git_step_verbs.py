"""Git verbs that go on in steps. To begin, git itself refuses over local changes; some ends are not so careful."""

from __future__ import annotations

from pucs.git_options import parsed
from pucs.git_reach import IGNORED, MOVES, OVERLAID, OWN, OWN_TREE, STAGED, TAKES, TRACKED, Facts, Reach, overlaid

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pucs.git_reach import Arguments, Verb


_ELSEWHERE = "git worktree add ../NAME"
_UPSTREAM = "@{upstream}"


def _merge(arguments: Arguments, facts: Facts) -> tuple[Reach, ...]:
    ended = _aborted("git merge", arguments)
    words = parsed(arguments, "sXmF")
    if ended or words.has("--continue", "--quit"):
        return ended
    sources = words.plain or (_UPSTREAM,)
    over = (overlaid("git merge", source, _ELSEWHERE) for source in sources)
    return (*_autostashed("git merge", "merge.autostash", arguments, facts), *over)


def _pull(arguments: Arguments, facts: Facts) -> tuple[Reach, ...]:
    words = parsed(arguments, "sX")
    rebases = words.has("-r", "--rebase") or (facts.setting("pull.rebase") not in ("", "false"))
    key = "rebase.autostash" if rebases and not words.has("--no-rebase") else "merge.autostash"
    # What will be fetched nobody knows; what was fetched last is most of it.
    remote, *names = words.plain or ("", _UPSTREAM)
    sources = [name if remote in ("", ".") else f"{remote}/{name.rpartition(':')[2]}" for name in names]
    over = (overlaid("git pull", source, _ELSEWHERE) for source in sources)
    return (*_autostashed("git pull", key, arguments, facts), *over)


def _rebase(arguments: Arguments, facts: Facts) -> tuple[Reach, ...]:
    words = parsed(arguments, "sXxC")
    for step in ("--abort", "--skip"):
        if words.has(step):
            return (Reach(TAKES, f"git rebase {step}", (TRACKED,), safe=_ELSEWHERE),)
    if words.has("--quit", "--continue", "--edit-todo", "--show-current-patch"):
        return ()
    moved = Reach(MOVES, "git rebase", source="", safe=_ELSEWHERE)
    onto = words.value("--onto") or (words.plain[0] if words.plain else _UPSTREAM)
    over = overlaid("git rebase", onto, _ELSEWHERE)
    return (*_autostashed("git rebase", "rebase.autostash", arguments, facts), moved, over)


def _picked(name: str) -> Verb:
    def reached(arguments: Arguments, _: Facts) -> tuple[Reach, ...]:
        ended = _aborted(name, arguments)
        words = parsed(arguments, "sXmF")
        if ended or words.has("--continue", "--quit") or name == "git am":  # which stops at ignored files, too
            return ended
        before = "~1" if name == "git revert" else ""
        return tuple(overlaid(name, source + before, _ELSEWHERE) for source in words.plain)

    return reached


def _aborted(name: str, arguments: Arguments) -> tuple[Reach, ...]:
    words = parsed(arguments, "sXmF")
    for step in ("--abort", "--skip"):
        if words.has(step):
            return (Reach(TAKES, f"{name} {step}", (STAGED,), safe=f"git restore --staged --worktree -- {OWN}"),)
    return ()


def _autostashed(name: str, key: str, arguments: Arguments, facts: Facts) -> tuple[Reach, ...]:
    words = parsed(arguments, "sXmFxC")
    asked = words.has("--autostash") or facts.setting(key).casefold() in ("true", "yes", "on", "1")
    if not asked or words.has("--no-autostash"):
        return ()
    rest = [word for word in arguments if word is not None and word != "--autostash"]
    is_plain = all(letter.isalnum() or letter in "/._-+@=:," for word in rest for letter in word)
    # Without it a rebase does not begin at all, a merge does where it spares what others have.
    merges = key == "merge.autostash" and is_plain
    safe = " ".join((name, "--no-autostash", *rest)) if merges else _ELSEWHERE
    return (Reach(TAKES, f"{name} --autostash", (TRACKED,), safe=safe),)


def _bisect(arguments: Arguments, _: Facts) -> tuple[Reach, ...]:
    if not arguments or arguments[0] in ("log", "view", "visualize", "terms", "help", None):
        return ()
    return (Reach(MOVES, "git bisect", source="", safe=OWN_TREE),)


def _read_tree(arguments: Arguments, _: Facts) -> tuple[Reach, ...]:
    words = parsed(arguments)
    if not words.has("-u", "--reset") or words.has("-n", "--dry-run") or not words.has("-u"):
        return ()
    source = words.plain[-1] if words.plain else "HEAD"
    among = (TRACKED,) if words.has("--reset") else (STAGED, OVERLAID)
    safe = f"git restore --source={source} -- {OWN}"
    return (Reach(TAKES, "git read-tree -u", among, source=source, safe=safe, beside=words.has("--reset")),)


def _checkout_index(arguments: Arguments, _: Facts) -> tuple[Reach, ...]:
    words = parsed(arguments)
    if not words.has("-f", "--force") or words.has("--prefix", "--temp") or not words.known:
        return ()
    return (Reach(TAKES, "git checkout-index -f", (TRACKED,), words.named, safe=f"git restore -- {OWN}"),)


def _sparse_checkout(arguments: Arguments, facts: Facts) -> tuple[Reach, ...]:
    """Files leave the tree: clean ones, staged ones, and with a sparse index all that git ignores in their folders."""
    first = arguments[0] if arguments else None
    if first not in ("set", "init", "reapply"):
        return ()
    words = parsed(arguments)
    whole = words.has("--sparse-index") or facts.setting("index.sparse").casefold() == "true"
    name = f"git sparse-checkout {first}"
    among = (STAGED, IGNORED) if whole else (STAGED,)
    return (Reach(TAKES, name, among, safe=_ELSEWHERE), Reach(MOVES, name, source="", safe=_ELSEWHERE))


VERBS: dict[str, Verb] = {
    "am": _picked("git am"),
    "bisect": _bisect,
    "checkout-index": _checkout_index,
    "cherry-pick": _picked("git cherry-pick"),
    "merge": _merge,
    "pull": _pull,
    "read-tree": _read_tree,
    "rebase": _rebase,
    "revert": _picked("git revert"),
    "sparse-checkout": _sparse_checkout,
}
