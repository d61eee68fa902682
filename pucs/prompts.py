"""What a prompt is about, in one short line: all that is ever kept of it."""

from __future__ import annotations

_LONGEST = 120
_SHORT = 12
_FROM_THE_HOST = ("<task-notification", "<system-reminder", "<local-command", "<command-")
_MARKUP, _EMPHASIS = "#>*-+|`~=_ \t", "*`~=_ \t"

_HIDDEN = "[hidden]"
_SECRETS = ("password", "passwd", "secret", "token", "api_key", "apikey", "api-key")
_KEYS = ("sk-", "ghp_", "gho_", "ghs_", "github_pat_", "glpat-", "xox", "AKIA", "AIza", "eyJ", "npm_", "pypi-")
_KEY_LENGTH = 16
_ANY_KEY_LENGTH = 20


def task_line(prompt: str) -> str:
    """The first line of a prompt that says something, without markup and what looks like a secret; "" for none.

    What a host tells by itself, such as the end of a background command, is nobody's task.
    """
    if prompt.lstrip().startswith(_FROM_THE_HOST):
        return ""
    for line in prompt.splitlines():
        words = "".join(c if c.isprintable() else " " for c in line).lstrip(_MARKUP).rstrip(_EMPHASIS).split()
        text = " ".join(_public(word, before) for word, before in zip(words, ["", *words], strict=False))
        if any(c.isalnum() for c in text) and not (text.startswith("<") and text.endswith(">")):
            return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    return ""


def replaces(line: str, task: str) -> bool:
    """Whether the line says what is done from now on; `yes` and `go on` leave a task as it is."""
    return line != task and (not task or len(line) >= _SHORT)


def _public(word: str, before: str) -> str:
    """The word, or what stands for one that others had better not read."""
    for sign in "=:":
        name, found, value = word.partition(sign)
        if found and value and _names_a_secret(name):
            return f"{name}{sign}{_HIDDEN}"
    if before.endswith((":", "=")) and _names_a_secret(before[:-1]):
        return _HIDDEN
    return _HIDDEN if _is_key(word.strip("\"'`.,;()")) else word


def _names_a_secret(name: str) -> bool:
    return name.casefold().strip("\"'`-").endswith(_SECRETS)


def _is_key(word: str) -> bool:
    """Whether it looks like a key: letters of both cases and digits in one long word."""
    if word.startswith(_KEYS):
        return len(word) >= _KEY_LENGTH
    mixed = any(c.isdigit() for c in word) and word.upper() != word and word.lower() != word
    return mixed and len(word) >= _ANY_KEY_LENGTH and all(c.isalnum() or c in "-_+=" for c in word)
