"""Which resources a shell command needs: its simple commands, compared with beginnings that the configuration names."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pucs.policy import ResourceRule

_BEFORE = ("sudo", "time", "nice", "env", "exec", "command", "nohup", "then", "do", "else", "!", "{", "if", "while")
_SHELLS = ("sh", "bash", "zsh", "dash")
_ENDS = ";&|\n()"


def needed(rules: Iterable[ResourceRule], command: str) -> tuple[ResourceRule, ...]:
    """The resources that a command needs: one of its simple commands begins like one of the rule's patterns."""
    found = tuple(simple_commands(command))
    return tuple(rule for rule in rules if any(_begins(text, one) for one in rule.commands for text in found))


def simple_commands(command: str) -> Iterable[str]:
    """The simple commands in a shell command, each with single blanks and without quotes, variables and `sudo`.

    Good enough to compare beginnings; what hides in variables and scripts is not found.
    """
    words: list[str] = []
    for word in (*_words(command), "\n"):
        if len(word) == 1 and word in _ENDS:
            yield from _simple(words)
            words = []
        else:
            words.append(word)


def _begins(text: str, pattern: str) -> bool:
    """Whether a command is what the pattern says, or begins with its words; `*` stands for anything."""
    plain = " ".join(pattern.split())
    program, blank, rest = text.partition(" ")
    short = program.rpartition("/")[2] + blank + rest
    return any(_fits(one, form) for one in (plain, plain + " *") for form in (text, short))


def _fits(pattern: str, text: str) -> bool:
    first, *rest = pattern.split("*")
    if not rest:
        return text == pattern
    if not text.startswith(first) or len(text) < len(first) + len(rest[-1]) or not text.endswith(rest[-1]):
        return False
    place, end = len(first), len(text) - len(rest[-1])
    for part in rest[:-1]:
        found = text.find(part, place, end)
        if found < 0:
            return False
        place = found + len(part)
    return True


def _simple(words: list[str]) -> Iterable[str]:
    """The command of these words; of `bash -c TEXT`, the commands in its text."""
    while words and (words[0] in _BEFORE or _is_setting(words[0]) or (words[0].startswith("-") and len(words) > 1)):
        words = words[1:]
    if not words:
        return
    yield " ".join(" ".join(words).split())
    program = words[0].rpartition("/")[2]
    for place, word in enumerate(words[1:-1], 1):
        if program in _SHELLS and word.startswith("-") and word.endswith("c"):
            yield from simple_commands(words[place + 1])
            return


def _is_setting(word: str) -> bool:
    name, sign, _ = word.partition("=")
    return bool(sign) and name.replace("_", "a").isalnum()


def _words(command: str) -> Iterable[str]:
    """The words of a shell command, quotes taken off; what ends a simple command is a word of one character."""
    word, quote, inside, escaped = "", "", False, False
    for character in command:
        if escaped:
            word, escaped = word + ("" if character == "\n" else character), False
        elif character == "\\" and quote != "'":
            escaped = True
        elif quote:
            quote, word = ("", word) if character == quote else (quote, word + character)
        elif character in "'\"":
            quote, inside = character, True
        elif character in _ENDS or character.isspace():
            if word or inside:
                yield word if len(word) != 1 or word not in _ENDS else f" {word}"
            word, inside = "", False
            if character in _ENDS:
                yield character
        else:
            word += character
    if word or inside:
        yield word
