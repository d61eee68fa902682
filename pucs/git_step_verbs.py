"""Git verbs that go on in steps. To begin, git itself refuses over local changes; some ends are not so careful."""

from __future__ import annotations

from pucs.git_options import parsed
from pucs.git_reach import MOVES, OWN, OWN_TREE, STAGED, TAKES, TRACKED, Facts, Reach

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pucs.git_reach import Arguments, Verb


_REBASE_ELSEWHERE = "git worktree add ../NAME, and rebase there"


def _merge(arguments: Arguments, facts: Facts) -> tuple[Reach, ...]:
    return _aborted("git merge", arguments) or _autostashed("git merge", "merge.autostash", arguments, facts)


def _pull(arguments: Arguments, facts: Facts) -> tuple[Reach, ...]:
    words = parsed(arguments, "sX")
    rebases = words.has("-r", "--rebase") or (facts.setting("pull.rebase") not in ("", "false"))
    key = "rebase.autostash" if rebases and not words.has("--no-rebase") else "merge.autostash"
    return _autostashed("git pull", key, arguments, facts)


def _rebase(arguments: Arguments, facts: Facts) -> tuple[Reach, ...]:
    words = parsed(arguments, "sXxC")
    for step in ("--abort", "--skip"):
        if words.has(step):
            return (Reach(TAKES, f"git rebase {step}", (TRACKED,), safe=_REBASE_ELSEWHERE),)
    if words.has("--quit", "--continue", "--edit-todo", "--show-current-patch"):
        return ()
    moved = Reach(MOVES, "git rebase", source="", safe=_REBASE_ELSEWHERE)
    return (*_autostashed("git rebase", "rebase.autostash", arguments, facts), moved)


def _picked(name: str) -> Verb:
    def reached(arguments: Arguments, _: Facts) -> tuple[Reach, ...]:
        return _aborted(name, arguments)

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
    return (Reach(TAKES, f"{name} --autostash", (TRACKED,), safe=f"{name} --no-autostash"),)


def _bisect(arguments: Arguments, _: Facts) -> tuple[Reach, ...]:
    if not arguments or arguments[0] in ("log", "view", "visualize", "terms", "help", None):
        return ()
    return (Reach(MOVES, "git bisect", source="", safe=OWN_TREE),)


def _read_tree(arguments: Arguments, _: Facts) -> tuple[Reach, ...]:
    words = parsed(arguments)
    if not words.has("-u", "--reset") or words.has("-n", "--dry-run") or not words.has("-u"):
        return ()
    source = words.plain[-1] if words.plain else "HEAD"
    among = (TRACKED,) if words.has("--reset") else (STAGED,)
    safe = f"git restore --source={source} -- {OWN}"
    return (Reach(TAKES, "git read-tree -u", among, source=source, safe=safe, beside=words.has("--reset")),)


def _checkout_index(arguments: Arguments, _: Facts) -> tuple[Reach, ...]:
    words = parsed(arguments)
    if not words.has("-f", "--force") or words.has("--prefix", "--temp") or not words.known:
        return ()
    return (Reach(TAKES, "git checkout-index -f", (TRACKED,), words.named, safe=f"git restore -- {OWN}"),)


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
}
