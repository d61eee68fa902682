"""Questions about single nodes of a syntax tree."""

from __future__ import annotations

from pucs.shell.scene import LimitError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pucs.shell.scene import Word


_VEIL = "\x03"


def text_of(node: Any) -> str:
    """The text of a node."""
    return unveiled(node.text)


def veiled(text: str) -> bytes:
    """The text in ASCII, for the parser: its scanner hands wide characters to C's `isalpha`, which may then crash."""
    if _VEIL in text:
        raise LimitError
    if text.isascii():
        return text.encode("ascii")
    return "".join(letter if letter < "\x80" else f"{_VEIL}{ord(letter):06x}" for letter in text).encode("ascii")


def unveiled(data: bytes) -> str:
    """The text that was veiled, or a part of it. Raises LimitError where the parser cut a character in two."""
    first, *rest = data.decode("ascii").split(_VEIL)
    try:
        return first + "".join(chr(int(part[:6], 16)) + part[6:] for part in rest)
    except ValueError:
        raise LimitError from None


def lines_read(node: Any, stdin: Word) -> tuple[str, list[str]] | None:
    """The variable of `while read -r name`, and the lines it will get; None where one of them is not known."""
    condition = node.child_by_field_name("condition")
    if condition is None or condition.type != "command" or stdin is None or "\\" in stdin:
        return None
    words = [word for word in text_of(condition).split() if word not in ("IFS=", "-r")]
    if words[:1] != ["read"] or len(words) != 2 or not words[1].isidentifier():  # noqa: PLR2004
        return None
    return words[1], [line.strip() for line in stdin.split("\n") if line.strip()]


def hides_code(node: Any) -> bool:
    """Whether quotes in a test hold a substitution: `[[ -v 'a[$(…)]' ]]` would run it."""
    text = node.text
    return b"`" in text or text.count(b"$(") - text.count(b"$((") != _count(node)


def _count(node: Any) -> int:
    return sum((child.type == "command_substitution") + _count(child) for child in node.children)


def assigned(node: Any) -> list[str]:
    """The variables that a loop sets, among them those of `read`."""
    found = []
    for child in node.children:
        if child.type == "variable_assignment":
            found.append(text_of(child.child_by_field_name("name")))
        elif child.type == "command" and child.text.startswith((b"read ", b"IFS= read", b"mapfile", b"readarray")):
            found += [text_of(word) for word in child.children_by_field_name("argument") if word.type == "word"]
        found += assigned(child)
    return found
