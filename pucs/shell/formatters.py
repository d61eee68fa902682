"""Formatters: they write the files they are given; given a folder, whatever in it they find wanting."""

from __future__ import annotations

from pucs.record import Record
from pucs.shell.scene import options

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pucs.shell.scene import Call, Word


class _Formatter(Record):
    """How one is called: what makes it write (nothing: it always does), what keeps it from it, options with values."""

    writes: tuple[str, ...] = ()
    keeps: tuple[str, ...] = ()
    short: str = ""
    long: str = ""


_KNOWN = {
    "autopep8": _Formatter(("-i", "--in-place"), ("-d", "--diff"), "jp", "--max-line-length --select --ignore"),
    "black": _Formatter((), ("--check", "--diff", "-c", "--code"), "ltcC", "--line-length --target-version --config"),
    "clang-format": _Formatter(("-i",), ("-n", "--dry-run")),
    "gofmt": _Formatter(("-w",), (), "r"),
    "goimports": _Formatter(("-w",), (), "", "-local"),
    "isort": _Formatter(
        (), ("-c", "--check", "--check-only", "--diff", "-d"), "lpo", "--profile --line-length --settings-path"
    ),
    "prettier": _Formatter(("-w", "--write"), (), "", "--config --ignore-path --parser --tab-width --print-width"),
    "rustfmt": _Formatter((), ("--check",), "", "--edition --config --config-path --emit"),
    "shfmt": _Formatter(("-w",), (), "i"),
    "yapf": _Formatter(("-i", "--in-place"), ("-d", "--diff"), "", "--style"),
}  # fmt: skip


def run(call: Call) -> Word:
    """Notes the files that are formatted."""
    words = list(call.arguments)
    name = call.program
    if name in ("npx", "uvx", "pnpx"):
        while words and words[0] in ("-y", "--yes", "--no", "-q"):
            words.pop(0)
        inner = words.pop(0) if words else None
        if inner not in ("prettier", "black", "ruff", "isort"):
            call.effects.guess(routine=True)
            return None
        name = inner
        call.effects.guess(routine=True)  # it may be installed first
    if name == "ruff":
        _ruff(call, words)
    else:
        _format(call, words, _KNOWN[name])
    return None


def _ruff(call: Call, words: list[Word]) -> None:
    verb = words.pop(0) if words else None
    if "--no-cache" not in words:
        call.effects.guess(routine=True)  # its cache lies in the working tree
    long = "--config --line-length --select --ignore --target-version --extend-select --exclude --output-format"
    if verb == "format":
        _format(call, words, _Formatter((), ("--check", "--diff"), "", long))
    elif verb == "check":
        _format(call, words, _Formatter(("--fix", "--fix-only", "--unsafe-fixes"), ("--diff",), "", long))
    else:
        call.effects.guess(routine=True)


def _format(call: Call, words: list[Word], how: _Formatter) -> None:
    given = options(words, how.short, how.long)
    if given.any("--version", "--help", *how.keeps) or (how.writes and not given.any(*how.writes)):
        # It only looks, but for a cache of its own.
        call.effects.change()
        if any(name in given.flags for name in ("-o", "--output", "--output-file")):
            call.effects.guess(routine=True)
        return
    if not given.operands or call.program == "rustfmt":
        call.effects.guess(routine=True)  # whatever is there; rustfmt also takes the modules that a file names
    for word in given.operands:
        if word == "-":
            continue
        if call.scene.is_folder(word) or word is None or word.endswith("/") or any(letter in word for letter in "*?{"):
            call.effects.guess(routine=True)
        else:
            call.scene.write(word)
