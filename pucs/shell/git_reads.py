"""Git commands that only read. Options that write (`--output`), in any spelling git takes, are not among them."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_GIT_READS = frozenset(
    "blame cat-file check-attr check-ignore cherry count-objects describe diff diff-files diff-index diff-tree "
    "for-each-ref grep log ls-files ls-tree merge-base name-rev range-diff rev-list rev-parse shortlog show "
    "show-branch show-ref status version whatchanged".split()
)
_GIT_GLOBALS = frozenset(
    "--glob-pathspecs --icase-pathspecs --literal-pathspecs --no-optional-locks --no-pager --no-replace-objects "
    "--noglob-pathspecs -P".split()
)
_GIT_O = frozenset("--objects --objects-edge --ofs-delta --oneline --others --ours".split())
_NAMES_A_REF = frozenset("--contains --merged --no-contains --no-merged --points-at".split())
_BRANCH_LISTS = frozenset(
    "--all --list --no-color --color --column --no-column --remotes --show-current --verbose -a -av -avv -r -rv -rvv "
    "-v -va -vv -vva -i --ignore-case".split()
)
_CONFIG_READS = frozenset("--get --get-all --get-regexp --get-urlmatch --list -l list get".split())
_CONFIG_OPTIONS = frozenset(
    "--bool --global --includes --int --local --name-only --no-includes --null --path --show-origin --show-scope "
    "--system --worktree -z".split()
)


def git_command_reads(arguments: Sequence[str]) -> bool:
    """Whether `git` with these arguments is proven to leave files, refs and settings alone."""
    at = 0
    while at < len(arguments) and arguments[at].startswith("-"):
        if arguments[at] == "-C":
            at += 1
        elif arguments[at] == "--version":
            return True
        elif arguments[at] not in _GIT_GLOBALS:
            return False
        at += 1
    if at >= len(arguments):
        return False
    return git_reads(arguments[at], arguments[at + 1 :])


def git_reads(verb: str, arguments: Sequence[str]) -> bool:
    """Whether this verb with these arguments leaves files, refs and settings alone."""
    if verb in _GIT_READS:
        if any(word.startswith("--o") and word not in _GIT_O for word in arguments):
            return False
        return verb != "grep" or not any(word.startswith("-") and "O" in word for word in arguments)
    check = _GIT_CHECKS.get(verb)
    return check is not None and check(arguments)


def _git_branch(arguments: Sequence[str]) -> bool:
    lists = "--list" in arguments
    before = ""
    for word in arguments:
        if word.startswith("-"):
            known = word in _BRANCH_LISTS or word in _NAMES_A_REF
            if not known and not word.startswith(("--sort=", "--format=", "--color=", "--abbrev=", "--column=")):
                return False
        elif not lists and before not in _NAMES_A_REF:
            return False
        before = word
    return True


def _git_tag(arguments: Sequence[str]) -> bool:
    if not arguments:
        return True
    fine = ("--sort=", "--format=", "--column", "-n", "-i", "--ignore-case", "--color")
    return arguments[0] in ("-l", "--list") and all(
        not word.startswith("-") or word in _NAMES_A_REF or word.startswith(fine) for word in arguments[1:]
    )


def _git_config(arguments: Sequence[str]) -> bool:
    actions = [word for word in arguments if word in _CONFIG_READS]
    options = [word for word in arguments if word.startswith("-") and word not in _CONFIG_READS]
    return (
        bool(actions)
        and (actions[0].startswith("-") or arguments[0] == actions[0])
        and not ([word for word in options if word not in _CONFIG_OPTIONS and not word.startswith("--type=")])
    )


def _first_is(*words: str) -> Callable[[Sequence[str]], bool]:
    def check(arguments: Sequence[str]) -> bool:
        return (
            bool(arguments)
            and arguments[0] in words
            and not any(word.startswith("--o") and word not in _GIT_O for word in arguments)
        )

    return check


_GIT_CHECKS: dict[str, Callable[[Sequence[str]], bool]] = {
    "branch": _git_branch,
    "tag": _git_tag,
    "config": _git_config,
    "remote": lambda words: not words or list(words) in (["-v"], ["--verbose"]) or words[0] == "get-url",
    "stash": _first_is("list", "show"),
    "worktree": _first_is("list"),
    "reflog": lambda words: not words or _first_is("show", "-n", "-10", "-5", "-20", "--all", "--oneline")(words),
}
