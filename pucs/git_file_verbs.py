"""Git verbs that change the files of the working tree, or take them into the next commit."""

from __future__ import annotations

from pucs.git_options import Words, parsed
from pucs.git_reach import (
    ALL,
    BUNDLES,
    DROPS,
    IGNORED,
    MOVES,
    NEW_BRANCH,
    OVERLAID,
    OWN,
    OWN_TREE,
    PATCHES,
    POPS,
    REFS,
    STAGED,
    TAKES,
    TRACKED,
    UNTRACKED,
    Facts,
    Reach,
    are_unknown,
    entry_of,
    overlaid,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pucs.git_reach import Arguments, Verb


_ELSEWHERE = "git worktree add ../NAME"


def _stash(arguments: Arguments, _: Facts) -> tuple[Reach, ...]:
    first, rest = (arguments[0], arguments[1:]) if arguments else ("push", ())
    if first is not None and first.startswith("-"):
        first, rest = "push", arguments
    if first in ("push", "save"):
        return _stashed(first, parsed(rest, "m" if first == "push" else ""))
    words = parsed(rest)
    entry = entry_of(words.plain[-1:])
    if first in ("pop", "drop") and words.known:
        pops = Reach(POPS, f"git stash {first}", source=entry, safe=f"git stash {first} {OWN}")
        return (pops, overlaid("git stash pop", f"stash@{{{entry}}}", _ELSEWHERE)) if first == "pop" else (pops,)
    if first == "apply" and words.known:
        copied = Reach(POPS, "git stash apply", source=entry, safe=f"git stash apply {OWN}", kept=True)
        return (copied, overlaid("git stash apply", f"stash@{{{entry}}}", _ELSEWHERE))
    if first == "clear":
        return (Reach(POPS, "git stash clear", source=ALL, safe=f"git stash drop {OWN}"),)
    if first == "branch":
        moves = Reach(MOVES, "git stash branch", source=words.plain[0] if words.plain else "", safe=OWN_TREE)
        return (moves, Reach(POPS, "git stash branch", source=entry_of(words.plain[1:]), safe=f"git stash pop {OWN}"))
    return ()


def _stashed(verb: str, words: Words) -> tuple[Reach, ...]:
    if words.has("-p", "--patch") or are_unknown(words):
        return ()
    among: tuple[str, ...] = (STAGED,) if words.has("-S", "--staged") else (TRACKED,)
    among += (UNTRACKED,) if words.has("-u", "--include-untracked", "-a", "--all") else ()
    among += (IGNORED,) if words.has("-a", "--all") else ()
    shown = "git stash" + "".join(
        f" {short}"
        for short, long in (("-u", "--include-untracked"), ("-a", "--all"), ("-S", "--staged"))
        if words.has(short, long)
    )
    untracked = " -u" if UNTRACKED in among else ""
    paths = () if verb == "save" else words.named
    return (Reach(TAKES, shown, among, paths, safe=f"git stash push{untracked} -- {OWN}"),)


def _reset(arguments: Arguments, facts: Facts) -> tuple[Reach, ...]:
    words = parsed(arguments)
    source = words.plain[0] if words.plain else "HEAD"
    restore = f"git restore{'' if source == 'HEAD' else f' --source={source}'} --staged --worktree -- {OWN}"
    found: tuple[Reach, ...] = ()
    if words.has("--hard"):
        found = (Reach(TAKES, "git reset --hard", (TRACKED,), source=source, safe=restore, beside=True),)
    elif words.has("--merge"):
        found = (Reach(TAKES, "git reset --merge", (STAGED, OVERLAID), source=source, safe=restore),)
    elif words.has("--keep") and source not in ("HEAD", "@"):
        moves = Reach(MOVES, "git reset --keep", source=source, safe=OWN_TREE)
        found = (moves, overlaid("git reset --keep", source))
    if source in ("HEAD", "@") or len(words.named) > 1 or not facts.is_revision(source):
        return found  # the branch stays where it is
    return (*found, Reach(DROPS, "git reset", source=source, safe="git revert --no-edit HEAD"))


def _checkout(arguments: Arguments, facts: Facts) -> tuple[Reach, ...]:
    words = parsed(arguments, "bB")
    if words.has("-p", "--patch"):
        return ()
    if not words.known and not words.has("-f", "--force"):
        return ()
    new = words.value("-b", "-B", "--orphan")
    first = words.plain[:1]
    is_branch = bool(first) and (first == ("-",) or facts.is_revision(first[0]))
    paths = (words.plain[1:] if is_branch else words.plain) + words.behind
    if words.has("--pathspec-from-file"):
        return ()
    if not new and paths:
        source = first[0] if is_branch else ""
        from_there = f" --source={source}" if source else ""
        safe = f"git restore{from_there} -- {OWN}"
        return (Reach(TAKES, "git checkout of files", (TRACKED,), paths, source, safe, beside=bool(source)),)
    source = first[0] if is_branch else ""
    return _switched("git checkout", words, (new, source))


def _switch(arguments: Arguments, _: Facts) -> tuple[Reach, ...]:
    words = parsed(arguments, "cC")
    new = words.value("-c", "-C", "--create", "--force-create", "--orphan")
    return _switched("git switch", words, (new, words.plain[0] if words.plain else ""))


def _switched(name: str, words: Words, target: tuple[str, str]) -> tuple[Reach, ...]:
    """Going to the branch `target`: a new one's name or "", and where it starts."""
    new, source = target
    found: tuple[Reach, ...] = ()
    if words.has("-f", "--force", "--discard-changes"):
        said = name + (" --discard-changes" if words.has("--discard-changes") else " -f")
        restore = f"git restore --staged --worktree -- {OWN}"
        # git switch --discard-changes, other than -f, stops at untracked files in the way.
        beside = words.has("-f", "--force")
        found += (Reach(TAKES, said, (TRACKED,), source=source or "HEAD", safe=restore, beside=beside),)
    elif words.has("-m", "--merge"):
        found += (Reach(TAKES, f"{name} -m", (TRACKED,), safe=OWN_TREE),)
    if new and words.has("-B", "-C", "--force-create"):
        found += (Reach(REFS, f"{name} {'-B' if name.endswith('out') else '-C'}", paths=(new,), safe=NEW_BRANCH),)
    if new:
        safe = f"git worktree add -b {'NEW-NAME' if words.has('-B', '-C') else new} ../NAME"
        found += (Reach(MOVES, name, source=new, safe=f"{safe} {source}".rstrip()),)
    elif source or words.has("--detach", "-d"):
        found += (Reach(MOVES, name, source=source, safe=OWN_TREE),)
    if source and source != "-":
        found += (overlaid(name, source),)
    return found


def _restore(arguments: Arguments, _: Facts) -> tuple[Reach, ...]:
    words = parsed(arguments, "s")
    if are_unknown(words) or words.has("-p", "--patch"):
        return ()
    if words.has("-S", "--staged") and not words.has("-W", "--worktree"):
        return ()
    source = words.value("-s", "--source")
    from_there = f" --source={source}" if source else ""
    safe = f"git restore{from_there} -- {OWN}"
    return (Reach(TAKES, "git restore", (TRACKED,), words.named, source, safe, beside=bool(source)),)


def _clean(arguments: Arguments, _: Facts) -> tuple[Reach, ...]:
    words = parsed(arguments, "e")
    if words.has("-n", "--dry-run", "-i", "--interactive") or are_unknown(words):
        return ()
    among: tuple[str, ...] = (UNTRACKED,)
    if words.has("-x"):
        among = (UNTRACKED, IGNORED)
    elif words.has("-X"):
        among = (IGNORED,)
    letters = "".join(letter for letter in "dxX" if words.has("-" + letter))
    said, safe = f"git clean -f{letters}", f"git clean -f{letters} -- {OWN}"
    # Without -d git passes over folders that hold nothing tracked, if no path is named.
    deep = words.has("-d") or bool(words.named)
    return (Reach(TAKES, said, among, words.named, safe=safe, kept=not deep),)


def _rm(arguments: Arguments, _: Facts) -> tuple[Reach, ...]:
    words = parsed(arguments)
    if words.has("--cached", "-n", "--dry-run") or are_unknown(words):
        return ()
    force = " -f" if words.has("-f", "--force") else ""
    return (Reach(TAKES, "git rm", (TRACKED,), words.named, safe=f"git rm{force} -- {OWN}"),)


def _mv(arguments: Arguments, _: Facts) -> tuple[Reach, ...]:
    words = parsed(arguments)
    named = words.named
    if words.has("-n", "--dry-run") or not words.known or len(named) < 2:  # noqa: PLR2004 - from, to
        return ()
    *sources, target = named
    into = [f"{target.rstrip('/')}/{source.rstrip('/').rpartition('/')[2]}" for source in sources]
    ends = [*sources, *into, *([target] if words.has("-f", "--force") else [])]
    return (Reach(TAKES, "git mv", (TRACKED, UNTRACKED), tuple(ends), safe=f"git mv {OWN} {target}"),)


def _apply(arguments: Arguments, _: Facts) -> tuple[Reach, ...]:
    words = parsed(arguments, "pC")
    looks = words.has("--check", "--stat", "--numstat", "--summary") and not words.has("--apply")
    if looks or words.has("--cached") or not words.named or not words.known:
        return ()
    return (Reach(PATCHES, "git apply", paths=tuple(word for word in arguments if word not in (None, "--apply"))),)


def _add(arguments: Arguments, _: Facts) -> tuple[Reach, ...]:
    words = parsed(arguments)
    interactive = words.has("-p", "--patch", "-i", "--interactive", "-e", "--edit")
    if (
        interactive
        or words.has("-n", "--dry-run", "-N", "--intent-to-add", "--refresh", "--chmod")
        or are_unknown(words)
    ):
        return ()
    everything = words.has("-A", "--all", "-u", "--update")
    if not words.named and not everything:
        return ()
    among: tuple[str, ...] = (TRACKED,) if words.has("-u", "--update") else (TRACKED, UNTRACKED)
    among += (IGNORED,) if words.has("-f", "--force") else ()
    said = "git add" + (" -u" if words.has("-u", "--update") else " -A" if everything else "")
    return (Reach(BUNDLES, said, among, words.named, safe=f"git add -- {OWN}"),)


def _commit(arguments: Arguments, _: Facts) -> tuple[Reach, ...]:
    words = parsed(arguments, "mFcCt")
    if words.has("--dry-run"):
        return ()
    amended = (Reach(DROPS, "git commit --amend", safe="git commit -m MESSAGE"),) if words.has("--amend") else ()
    if words.has("-p", "--patch", "--interactive") or are_unknown(words):
        return amended
    if not words.has("-a", "--all") and not words.named:
        return amended
    said = "git commit -a" if words.has("-a", "--all") else "git commit of files"
    return (Reach(BUNDLES, said, (TRACKED,), words.named, safe=f"git commit -m MESSAGE -- {OWN}"), *amended)


VERBS: dict[str, Verb] = {
    "add": _add,
    "apply": _apply,
    "checkout": _checkout,
    "clean": _clean,
    "commit": _commit,
    "mv": _mv,
    "reset": _reset,
    "restore": _restore,
    "rm": _rm,
    "stage": _add,
    "stash": _stash,
    "switch": _switch,
}
