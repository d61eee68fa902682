"""What a shell makes of a word: quotes, variables, braces, `~` and patterns. None is a word that cannot be known."""

from __future__ import annotations

from pucs.shell.globs import MARK, braces, expand, is_pattern, matches, plain, quoted
from pucs.shell.nodes import text_of, unveiled
from pucs.shell.scene import LimitError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from pucs.shell.scene import Scene, Word

_UNKNOWN = "\1"
_SPACE = "\2"
_ESCAPES = dict(zip("ntr\\'\"abefv?", "\n\t\r\\'\"\a\b\033\f\v?", strict=True))
_GROWS = 100_000


class Expander:
    """Expands the words of one text. `evaluate` runs a command substitution and gives what it prints."""

    def __init__(self, evaluate: Callable[[Any, Scene], Word]) -> None:
        self._evaluate = evaluate

    def fields(self, node: Any, scene: Scene) -> list[Word]:
        """The words that a word becomes as an argument."""
        if node.type == "process_substitution":
            self._evaluate(node, scene.below())
            return ["/dev/fd/63"]
        every = self._every_argument(node, scene)
        if every is not None:
            return every
        made: list[Word] = []
        marked = self._marked(node, scene)
        for word in braces(marked) if "{" in marked else [marked]:
            for part in word.split(_SPACE) if _SPACE in word else [word]:
                if _SPACE in word and not part:
                    continue
                made += self._paths(_home(part, scene), scene)
        return made

    def single(self, node: Any, scene: Scene) -> Word:
        """The text of a word that stays one: a value, the target of a redirection, a text for a program."""
        word = _home(self._marked(node, scene).replace(_SPACE, " "), scene)
        return None if _UNKNOWN in word else plain(word)

    def target(self, node: Any, scene: Scene) -> Word:
        """The file of a redirection."""
        words = self.fields(node, scene)
        return words[0] if len(words) == 1 else None

    def document(self, node: Any, scene: Scene, *, literal: bool) -> Word:
        """The text of a heredoc's body."""
        if literal:
            return text_of(node)
        word = self._inside(node, scene, node.start_byte, node.end_byte)
        return None if _UNKNOWN in word else plain(word)

    def _paths(self, word: str, scene: Scene) -> list[Word]:
        if _UNKNOWN in word:
            return [None]
        if not is_pattern(word):
            return [plain(word)]
        if scene.cwd is None and not word.startswith("/"):
            return [None]
        effects = scene.effects
        return [*expand(word, scene.cwd or "/", {*effects.writes, *effects.made})]

    def _every_argument(self, node: Any, scene: Scene) -> list[Word] | None:
        text = node.text
        if text in (b'"$@"', b"$@", b"$*", b'"${@}"'):
            return [None] if scene.positional is None else list(scene.positional)
        return None

    def _marked(self, node: Any, scene: Scene) -> str:
        """The text of a word, quoted characters marked, blanks of unquoted values as _SPACE."""
        kind = node.type
        if kind == "raw_string":
            return quoted(text_of(node)[1:-1])
        if kind == "ansi_c_string":
            return quoted(_ansi(text_of(node)[2:-1]))
        if kind == "string":
            return self._inside(node, scene, node.start_byte + 1, node.end_byte - 1)
        if kind == "translated_string":
            return _UNKNOWN
        if kind in ("simple_expansion", "expansion", "command_substitution", "arithmetic_expansion"):
            value = self._value(node, scene)
            return _UNKNOWN if value is None else _split(value)
        if kind == "process_substitution":
            self._evaluate(node, scene.below())
            return "/dev/fd/63"
        if not node.children:
            return _unescaped(_no_code(text_of(node), scene))
        made, at = [], node.start_byte
        for child in node.children:
            made.append(_unescaped(_between(node, at, child.start_byte)))
            made.append(self._marked(child, scene))
            at = child.end_byte
        made.append(_unescaped(_between(node, at, node.end_byte)))
        return _bounded("".join(made))

    def _inside(self, node: Any, scene: Scene, start: int, end: int) -> str:
        """What double quotes or a heredoc hold."""
        made, at = [], start
        for child in node.children:
            if child.type in ("simple_expansion", "expansion", "command_substitution", "arithmetic_expansion"):
                made.append(_soft(_no_code(_between(node, at, child.start_byte), scene)))
                value = self._value(child, scene)
                made.append(_UNKNOWN if value is None else quoted(value))
                at = child.end_byte
        made.append(_soft(_no_code(_between(node, at, end), scene)))
        return _bounded("".join(made))

    def _value(self, node: Any, scene: Scene) -> Word:
        if node.type == "command_substitution":
            printed = self._evaluate(node, scene.below())
            return None if printed is None else printed.rstrip("\n")
        if node.type == "arithmetic_expansion":
            for child in node.children:
                self._value_of_all(child, scene)
            return None
        text = text_of(node)
        if node.type == "simple_expansion":
            return variable(text[1:], scene)
        if "`" in text:
            scene.effects.guess()
        self._value_of_all(node, scene)
        return _parameter(text[2:-1], scene)

    def _value_of_all(self, node: Any, scene: Scene) -> None:
        """Runs the command substitutions somewhere inside."""
        for child in node.children:
            if child.type == "command_substitution":
                self._evaluate(child, scene.below())
            else:
                self._value_of_all(child, scene)


def variable(name: str, scene: Scene) -> Word:
    """The value of a variable or a positional parameter; None where it cannot be known."""
    if name.isdigit() and name != "0":
        if scene.positional is None:
            return None
        return scene.positional[int(name) - 1] if int(name) <= len(scene.positional) else ""
    if name in ("@", "*"):
        words = scene.positional
        return None if words is None or None in words else " ".join(word for word in words if word)
    if name == "PWD":
        return scene.cwd
    return scene.variables.get(name)


def _parameter(text: str, scene: Scene) -> Word:
    r"""`${text}` in its plain forms."""
    length = 0
    while length < len(text) and (text[length].isalnum() or text[length] == "_"):
        length += 1
    name, rest = text[:length], text[length:]
    value = variable(name, scene) if name else None
    if not rest or not name:
        return value if name else None
    if any(letter in rest for letter in "$`\\'\""):
        return None
    if rest.startswith((":-", "-")) and value is not None:
        return value if value or rest[0] == "-" else rest[2:]
    if value is None or rest.startswith(":"):
        return None
    if rest[0] in "%#":
        double = rest[:2] in ("%%", "##")
        return _trimmed(value, rest[1 + double :], suffix=rest[0] == "%", longest=double)
    if rest[0] == "/":
        every = rest.startswith("//")
        old, _, new = rest[1 + every :].partition("/")
        if not old or is_pattern(old) or old[0] in "#%":
            return None
        return value.replace(old, new) if every else value.replace(old, new, 1)
    return None


def _trimmed(value: str, pattern: str, *, suffix: bool, longest: bool) -> str:
    if len(value) > 1_000:  # noqa: PLR2004
        raise LimitError
    places = range(len(value) + 1)
    for at in places if suffix == longest else reversed(places):
        if suffix and matches(pattern, value[at:]):
            return value[:at]
        if not suffix and matches(pattern, value[:at]):
            return value[at:]
    return value


def _home(word: str, scene: Scene) -> str:
    if word == "~" or word.startswith("~/"):
        home = scene.variables.get("HOME")
        return _UNKNOWN if home is None else quoted(home) + word[1:]
    return _UNKNOWN if word.startswith("~") else word


def _split(value: str) -> str:
    """An unquoted value: blanks part it, patterns in it count, braces do not."""
    made = []
    for letter in value:
        made.append(_SPACE if letter in " \t\n" else MARK + letter if letter in "{},~" else letter)
    return "".join(made)


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    made, at = [], 0
    while at < len(text):
        if text[at] == "\\":
            following = text[at + 1 : at + 2]
            made.append("" if following == "\n" else quoted(following))
            at += 1
        else:
            made.append(text[at])
        at += 1
    return "".join(made)


def _soft(text: str) -> str:
    """Text in double quotes: a backslash escapes only what means something there."""
    made, at = [], 0
    while at < len(text):
        if text[at] == "\\" and text[at + 1 : at + 2] in ("$", "`", '"', "\\", "\n"):
            at += 1
            if text[at] != "\n":
                made.append(text[at])
        else:
            made.append(text[at])
        at += 1
    return quoted("".join(made))


def _ansi(text: str) -> str:
    made, at = [], 0
    while at < len(text):
        if text[at] != "\\":
            made.append(text[at])
            at += 1
            continue
        letter = text[at + 1 : at + 2]
        if letter in _ESCAPES:
            made.append(_ESCAPES[letter])
            at += 2
            continue
        digits = at + 1 + (letter == "x")
        end = digits
        known = "0123456789abcdefABCDEF" if letter == "x" else "01234567"
        while end < len(text) and end - digits < (2 if letter == "x" else 3) and text[end] in known:
            end += 1
        if end == digits:
            return _UNKNOWN
        made.append(chr(int(text[digits:end], 16 if letter == "x" else 8)))
        at = end
    return "".join(made)


def _no_code(text: str, scene: Scene) -> str:
    """Text between substitutions; where it looks as if it held one, the grammar missed it."""
    if "`" in text or "$(" in text:
        scene.effects.guess()
    return text


def _between(node: Any, start: int, end: int) -> str:
    data: bytes = node.text[start - node.start_byte : end - node.start_byte]
    return unveiled(data)


def _bounded(text: str) -> str:
    if len(text) > _GROWS:
        raise LimitError
    return text
