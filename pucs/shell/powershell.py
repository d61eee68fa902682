"""PowerShell in its plain forms: cmdlets with constant paths, and redirections. Anything else is unknown."""

from __future__ import annotations

from pucs.commands import UNKNOWN_READING, Reading
from pucs.shell.scene import Effects, Scene

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

_LONGEST = 50_000
_READS = frozenset(
    "get-childitem get-content get-location set-location get-item get-date select-string select-object sort-object "
    "measure-object format-table format-list write-output write-host test-path resolve-path get-command echo dir ls "
    "cat type pwd cd gci gc gl sl select sort measure ft fl where-object".split()
)
_NAMES = {
    "sc": "set-content", "ac": "add-content", "ri": "remove-item", "rm": "remove-item", "del": "remove-item",
    "erase": "remove-item", "rd": "remove-item", "rmdir": "remove-item", "cpi": "copy-item", "cp": "copy-item",
    "copy": "copy-item", "mi": "move-item", "mv": "move-item", "move": "move-item", "ni": "new-item",
    "clc": "clear-content", "rni": "rename-item", "ren": "rename-item", "tee": "tee-object",
}  # fmt: skip
_SWITCHES = frozenset("-append -confirm -force -noclobber -nonewline -passthru -recurse -verbose -whatif".split())
_PATHS = frozenset("-path -filepath -literalpath -pspath".split())
_FIRST = frozenset("set-content add-content clear-content out-file tee-object new-item remove-item".split())
_BOTH = frozenset("move-item copy-item".split())


_VALUE = "\0'"
"""Before a text in quotes where a command would stand: it is a value for the pipe."""


class _UnclearError(Exception):
    """Something that is no plain form."""


def read(command: str, cwd: str, environ: Mapping[str, str]) -> Reading:
    """What `command` will write when PowerShell runs it in `cwd`. Never raises."""
    if len(command) > _LONGEST:
        return UNKNOWN_READING
    effects = Effects()
    scene = Scene(cwd, environ, effects)
    try:
        for statement in _statements(command):
            _run(statement, scene)
    except _UnclearError:
        effects.guess()
    if effects.harmless:
        return Reading(read_only=True)
    return Reading(tuple(effects.writes), tuple(effects.folders), (), tuple(effects.named), effects.unknown)


def _statements(text: str) -> list[list[str]]:
    """The words of each command; an operator like `>` is a word of its own, its text after a NUL."""
    statements: list[list[str]] = [[]]
    word, begun, at = "", False, 0
    while at <= len(text):
        letter = text[at : at + 1]
        if letter in ("", " ", "\t", "\n", "\r", ";", "|", ">", "#") and not (letter == "#" and begun):
            if begun:
                statements[-1].append(word)
            word, begun = "", False
            if letter == "#":
                at = len(text) if text.find("\n", at) < 0 else text.find("\n", at) - 1
            elif letter == ">":
                double = text[at : at + 2] == ">>"
                statements[-1].append("\0>")
                at += double
            elif letter in ("\n", ";", "|"):
                statements.append([])
        elif letter in "'\"":
            part, at = _quoted(text, at)
            word, begun = (word or _VALUE * (not statements[-1])) + part, True
        elif letter in "$`(){}@&<%,":
            raise _UnclearError
        else:
            word, begun = word + letter, True
        at += 1
    return [statement for statement in statements if statement]


def _quoted(text: str, at: int) -> tuple[str, int]:
    """The text in quotes, and the place of the closing one."""
    end = text.find(text[at], at + 1)
    part = text[at + 1 : end]
    if end < 0 or text[end + 1 : end + 2] == text[at] or (text[at] == '"' and any(letter in part for letter in "$`")):
        raise _UnclearError
    return part, end


def _run(words: list[str], scene: Scene) -> None:
    while "\0>" in words:
        place = words.index("\0>")
        if place + 1 >= len(words):
            raise _UnclearError
        target = words[place + 1]
        if target not in ("$null", "nul", "NUL"):
            _write(target, scene)
        # A number before it is the stream, not an argument.
        del words[place - (words[place - 1 : place] in (["1"], ["2"], ["*"])) : place + 2]
    if not words or (len(words) == 1 and words[0].startswith(_VALUE)):
        return
    name = _NAMES.get(words[0].lower(), words[0].lower())
    named, operands = _arguments(words[1:])
    scene.name([*named.values(), *operands])
    if name in ("set-location", "cd", "sl"):
        scene.cwd = scene.path(_slashes(operands[0])) if operands else None
        return
    if name in _READS:
        return
    paths = [named[key] for key in named if key in _PATHS] or operands[:1]
    operands = operands if _PATHS & set(named) else operands[1:]
    first = paths[0] if paths else ""
    if not first or "-name" in named:
        raise _UnclearError
    if name in _FIRST:
        _take(name, first, named, scene)
    elif name in _BOTH:
        target = named.get("-destination") or (operands[0] if operands else "")
        if not target:
            raise _UnclearError
        if name == "move-item":
            _write(first, scene)
        _write(_inside(target, first, scene), scene)
    else:
        raise _UnclearError


def _take(name: str, path: str, named: dict[str, str], scene: Scene) -> None:
    if name == "new-item" and named.get("-itemtype", "").lower() in ("directory", "dir", "d"):
        scene.make(_slashes(path))
    elif name in ("new-item", "tee-object") and "-itemtype" in named and named["-itemtype"].lower() != "file":
        raise _UnclearError
    else:
        _write(path, scene)


def _arguments(words: list[str]) -> tuple[dict[str, str], list[str]]:
    named: dict[str, str] = {}
    operands: list[str] = []
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if not word.startswith("-"):
            operands.append(word)
        elif word.lower() in _SWITCHES:
            named[word.lower()] = ""
        else:
            named[word.lower()] = rest.pop(0) if rest else ""
    return named, operands


def _inside(target: str, source: str, scene: Scene) -> str:
    if scene.is_folder(_slashes(target)):
        return f"{target}/{_slashes(source).rpartition('/')[2]}"
    return target


def _write(path: str, scene: Scene) -> None:
    if any(letter in path for letter in "*?[:") or not path:
        raise _UnclearError
    scene.write_or_folder(_slashes(path))


def _slashes(path: str) -> str:
    return path.replace("\\", "/")
