"""Programs that write nothing, whatever they are given, and others for certain arguments. Proof, not a guess.

A word of a command is text, or None where it is not known what it will be (or how many words). Whatever is not listed
here is not proven. Programs that a configuration makes run others (`git diff` with an external tool) are trusted to
read, as their names promise.
"""

from __future__ import annotations

from pucs.shell.git_reads import git_command_reads
from pucs.shell.scripts import awk_is_pure, sed_writes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Words = Sequence[str | None]

READERS = frozenset(
    ": [ arch b2sum base32 base64 basename cat cd cksum cmp column comm cut df diff diff3 dirname du "
    "echo egrep exit expand expr factor false fgrep fmt fold free getconf getent grep groups head hexdump id join jq "
    "locale look ls md5sum nl nm nproc numfmt objdump od paste popd pr printenv ps pushd pwd readelf readlink realpath "
    "return rev seq sha1sum sha224sum sha256sum sha384sum sha512sum shasum size sleep stat strings sum tac tail test "
    "tr true tsort tty type uname unexpand uptime wc which who whoami yes zcat printf uniq sort find rg sed awk "
    "gawk mawk nawk tree file date git command env xxd hostname iconv shuf".split()
)

_VERSIONED = frozenset(
    "bash black cargo clang cmake cmp composer curl deno docker eslint gcc gh go gradle java javac make mvn mypy node "
    "npm npx perl php pip pip3 pnpm prettier pytest python python3 ruby ruff rustc tar tsc uv wget yarn".split()
)
_ACTIONS = frozenset("-delete -exec -execdir -fls -fprint -fprint0 -fprintf -ok -okdir".split())


def is_harmless(words: Words) -> bool:
    """Whether running this program with these arguments is proven to write nothing."""
    if not words or words[0] is None:
        return False
    name = words[0]
    name = name[9:] if name.startswith("/usr/bin/") else name.removeprefix("/bin/")
    arguments = words[1:]
    if name in _VERSIONED and len(arguments) == 1 and arguments[0] in ("--version", "-V"):
        return True
    if name not in READERS:
        return False
    check = _CHECKS.get(name)
    if check is None:
        return True
    return None not in arguments and check([word for word in arguments if word is not None])


def _sed(arguments: list[str]) -> bool:
    scripts: list[str] = []
    operands: list[str] = []
    words = iter(arguments)
    for word in words:
        if word in ("-e", "--expression"):
            scripts.append(next(words, "e"))
        elif word.startswith("--expression="):
            scripts.append(word[13:])
        elif word in ("--quiet", "--silent", "--regexp-extended", "--null-data", "--unbuffered", "--debug", "--posix"):
            continue
        elif word.startswith("-") and len(word) > 1:
            letters = word[1:]
            if letters.endswith("e") and not set(letters[:-1]) - set("nErszu"):
                scripts.append(next(words, "e"))
            elif set(letters) - set("nErszu"):
                return False
        else:
            operands.append(word)
    if not scripts:
        scripts = operands[:1]
    return sed_writes("\n".join(scripts)) == []


def _awk(arguments: list[str]) -> bool:
    at = 0
    while at < len(arguments) and arguments[at].startswith("-") and len(arguments[at]) > 1:
        word = arguments[at]
        if word in ("-F", "-v"):
            at += 1
        elif word == "--":
            at += 1
            break
        elif not word.startswith(("-F", "-v")):
            return False
        at += 1
    return at < len(arguments) and awk_is_pure(arguments[at])


def _find(arguments: list[str]) -> bool:
    return not _ACTIONS.intersection(arguments)


def _sort(arguments: list[str]) -> bool:
    return not any(
        (word.startswith("--") and word[2:3] in ("o", "c") and not word.startswith("--check"))
        or (word.startswith("-") and not word.startswith("--") and "o" in word)
        for word in arguments
    )


def _no_letters(letters: str, long: tuple[str, ...]) -> Callable[[list[str]], bool]:
    """A check that none of these short options, in any cluster, and none of these long ones is used."""

    def check(arguments: list[str]) -> bool:
        return not any(
            word.startswith(long)
            if word.startswith("--")
            else word.startswith("-") and any(letter in word for letter in letters)
            for word in arguments
        )

    return check


def _one_operand(arguments: list[str]) -> bool:
    """A second operand would be the file to write; words that stand for several count as many."""
    operands = [word for word in arguments if word == "-" or not word.startswith("-")]
    return len(operands) <= 1 and not any("\0" in word for word in operands)


def _rg(arguments: list[str]) -> bool:
    return not any(
        word.startswith(("--pre", "--hostname-bin")) and not word.startswith("--pre-glob") for word in arguments
    )


def _date(arguments: list[str]) -> bool:
    words = iter(arguments)
    for word in words:
        if word in ("-d", "--date", "-r", "--reference"):
            next(words, "")
        elif not word.startswith(
            ("+", "--date=", "--iso-8601", "-I", "--rfc", "--utc", "--reference=")
        ) and word not in (
            "-u",
            "-R",
        ):
            return False
    return True


def _without_v(arguments: list[str]) -> bool:
    """`test -v 'a[$(…)]'` and `printf -v` run what stands between the brackets."""
    return "-v" not in arguments


_CHECKS: dict[str, Callable[[list[str]], bool]] = {
    "awk": _awk,
    "gawk": _awk,
    "mawk": _awk,
    "nawk": _awk,
    "sed": _sed,
    "find": _find,
    "sort": _sort,
    "uniq": _one_operand,
    "xxd": _one_operand,
    "tree": _no_letters("oR", ("--o",)),
    "file": _no_letters("C", ("--c",)),
    "iconv": _no_letters("o", ("--o",)),
    "shuf": _no_letters("o", ("--o",)),
    "diff": _no_letters("", ("--o",)),
    "rg": _rg,
    "date": _date,
    "git": git_command_reads,
    "test": _without_v,
    "[": _without_v,
    "printf": _without_v,
    "command": lambda words: words[:1] in (["-v"], ["-V"]),
    "env": lambda words: not words,
    "hostname": lambda words: not words,
}
