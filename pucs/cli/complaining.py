"""What a command says when it fails: words on stderr and, where JSON was asked for, one document on stdout.

What was typed is repeated on one line and short, whatever it holds: who reads it may be an agent, or a terminal.
"""

from __future__ import annotations

import argparse
import json
import sys
from typing import NoReturn

from pucs.paths import printable

_LONGEST_WORD, _LONGEST = 200, 4000
_words: list[str] = []
_shown = False


class Parser(argparse.ArgumentParser):
    """As argparse has it; wrong use is said as JSON, too, where that was asked for."""

    def error(self, message: str) -> NoReturn:
        """Says what is wrong, and ends with 2."""
        text = tame(message)
        _document(text, self.format_usage().strip(), 2)
        super().error(text)


def begin(words: list[str]) -> None:
    """A command was typed, in these words; nothing was said yet."""
    global _shown  # noqa: PLW0603 - a process runs one command
    _words[:] = words
    _shown = False


def shown() -> None:
    """The command has printed its JSON document."""
    global _shown  # noqa: PLW0603 - as above
    _shown = True


def failed(message: str, hint: str, code: int) -> int:
    """Says why a command failed, and what to do; gives the exit code."""
    message, hint = tame(message), tame(hint)
    _document(message, hint, code)
    _say(f"pucs: {message}" if not message.startswith("PUCS: ") else message)
    if hint:
        _say(f"  {hint}")
    return code


def tame(text: str) -> str:
    """The text, with what was typed in it short and on one line, and without any character that steers a terminal."""
    for word in sorted(_words, key=len, reverse=True):
        if len(word) > _LONGEST_WORD or not word.isprintable():
            text = text.replace(word, printable(word, _LONGEST_WORD))
    tamed = "".join(one if one.isprintable() or one in "\n\t" else ascii(one)[1:-1] for one in text[:_LONGEST])
    return tamed + ("…" if len(text) > _LONGEST else "")


def _document(message: str, hint: str, code: int) -> None:
    own = _words[: _words.index("--")] if "--" in _words else _words
    if "--json" not in own or _shown:
        return
    shown()
    try:
        sys.stdout.write(json.dumps({"error": {"message": message, "hint": hint, "exit_code": code}}, indent=2) + "\n")
        sys.stdout.flush()
    except OSError:
        return  # nobody can be told; the exit code says it, too


def _say(text: str) -> None:
    try:
        sys.stderr.write(text + "\n")
    except OSError:
        return
