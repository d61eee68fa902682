"""A quick proof that a command line writes nothing, for the hook of every Bash call: no parser, no disk.

What is proven: pipelines and lists of simple commands that `harmless` knows, with quotes, `$name`, `$(…)` of the same
kind, and redirections from files, to /dev/null and between descriptors. Everything else is left to the full reading.
"""

from __future__ import annotations

from pucs.shell.harmless import is_harmless

_LONGEST, _DEEPEST = 20_000, 8
_BREAKS = " \t\n;&|<>()"
_NAME = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789")
_SAFE_VARIABLES = frozenset("COLUMNS LANG LC_ALL LC_COLLATE LC_CTYPE NO_COLOR TZ".split())
_RESERVED = frozenset(
    "if then else elif fi for while until do done case esac select function time coproc { } ! [[ ]]".split()
)

PLAIN = "\0"
"""In a word: some text, not known; the word still begins as it says."""


class _NotProven(Exception):  # noqa: N818 - no error: an answer
    """Something that this proof has no rule for."""


def read_only(command: str) -> bool:
    """Whether running this with Bash is proven to write no file. False says nothing."""
    if len(command) > _LONGEST or "\0" in command:
        return False
    try:
        end = _commands(command, 0, 0)
    except (_NotProven, IndexError):
        return False
    return end == len(command)


def _commands(text: str, at: int, depth: int) -> int:
    """Reads commands up to the end, or to the `)` that belongs to a `$(`; gives the place after them."""
    if depth > _DEEPEST:
        raise _NotProven
    words: list[str | None] = []
    while True:
        while text[at : at + 1] in (" ", "\t") and at < len(text):
            at += 1
        here = text[at : at + 1]
        if here == "" or (here == ")" and depth):
            _prove(words)
            return at
        if text[at : at + 2] == "&>":
            at = _redirection(text, at + 1, depth)
        elif here in ";&|\n":
            _prove(words)
            words = []
            at = _operator(text, at)
        elif here == "#":
            at = text.find("\n", at)
            at = len(text) if at < 0 else at
        elif here in "<>" or (here.isdigit() and text[at + 1 : at + 2] in ("<", ">")):
            at = _redirection(text, at + here.isdigit(), depth)
        elif here in "()":
            raise _NotProven
        else:
            sets = not words and _sets_variable(text, at)
            word, at = _word(text, at, depth)
            if not sets:
                words.append(word)


def _sets_variable(text: str, at: int) -> bool:
    """Whether a variable is set here that makes no program do anything else: those that do have names in capitals.

    In zsh `path` is PATH.
    """
    end = at
    while end < len(text) and text[end] in _NAME:
        end += 1
    name = text[at:end]
    small = name.islower() and name.isidentifier() and name != "path"
    return text[end : end + 1] == "=" and (small or name in _SAFE_VARIABLES)


def _prove(words: list[str | None]) -> None:
    if words and (words[0] in _RESERVED or not is_harmless(words)):
        raise _NotProven


def _operator(text: str, at: int) -> int:
    """After `;`, `&`, `|`, `&&`, `||`, `|&`, or a line's end."""
    if text[at : at + 2] in ("&&", "||", "|&"):
        return at + 2
    if text[at : at + 2] == ";;":
        raise _NotProven
    return at + 1


def _redirection(text: str, at: int, depth: int) -> int:
    """After a redirection that writes to no file."""
    two, three = text[at : at + 2], text[at : at + 3]
    if two in ("<(", ">(", "<>") or (two == "<<" and three != "<<<"):
        raise _NotProven
    reads = text[at] == "<"
    between = two in ("<&", ">&")
    at += 3 if three == "<<<" else 2 if between or two in (">>", ">|") else 1
    while text[at] in " \t":
        at += 1
    word, at = _word(text, at, depth)
    if between:
        if word is None or not (word.isdigit() or word == "-"):
            raise _NotProven
    elif not reads and word != "/dev/null":
        raise _NotProven
    return at


def _word(text: str, at: int, depth: int) -> tuple[str | None, int]:
    """A word and the place after it; None for one that may become anything, PLAIN for a part that is not known."""
    known: str | None = ""
    while at < len(text) and text[at] not in _BREAKS:
        here = text[at]
        quoted = False
        if here == "'":
            stop = text.find("'", at + 1)
            if stop < 0:
                raise _NotProven
            part: str = text[at + 1 : stop]
            at = stop + 1
        elif here == '"':
            part, at = _double(text, at + 1, depth)
            quoted = True
        elif here == "\\":
            part = text[at + 1]
            if part == "\n":
                part = ""
            at += 2
        elif here == "$":
            if text[at + 1 : at + 2] in ("'", '"'):
                raise _NotProven
            part, at = _dollar(text, at, depth)
        elif here == "`":
            raise _NotProven
        else:
            part = here
            at += 1
            if here == "{" and text[at : at + 1] == "}":
                part, at = "{}", at + 1
            elif here == "{" or here in "*?[":
                part = PLAIN
        if known is None or (PLAIN in part and (not known or known[0] == "-" or (here == "$" and not quoted))):
            known = None
        else:
            known += part
    return known, at


def _double(text: str, at: int, depth: int) -> tuple[str, int]:
    """The text in double quotes and the place after them."""
    part = ""
    while text[at] != '"':
        here = text[at]
        if here == "\\" and text[at + 1] in '$`"\\\n':
            part += "" if text[at + 1] == "\n" else text[at + 1]
            at += 2
        elif here == "$":
            more, at = _dollar(text, at, depth)
            part += more
        elif here == "`":
            raise _NotProven
        else:
            part += here
            at += 1
    return part, at + 1


def _dollar(text: str, at: int, depth: int) -> tuple[str, int]:
    """What `$` begins, and the place after it: PLAIN for a value, or the dollar itself."""
    after = text[at + 1 : at + 2]
    if after == "(":
        if text[at + 2 : at + 3] == "(":
            raise _NotProven
        at = _commands(text, at + 2, depth + 1)
        if text[at : at + 1] != ")":
            raise _NotProven
        return PLAIN, at + 1
    if after == "{":
        stop = text.find("}", at)
        name = text[at + 2 : stop]
        if stop < 0 or not name or not _NAME.issuperset(name):
            raise _NotProven
        return PLAIN, stop + 1
    if after and after in _NAME:
        at += 2
        while at < len(text) and text[at] in _NAME and not after.isdigit():
            at += 1
        return PLAIN, at
    if after and after in "?#$!-":
        return PLAIN, at + 2
    if after in ("@", "*"):
        raise _NotProven
    return "$", at + 1
