"""Text that somebody else wrote, as it may stand inside a sentence of ours: on one line, and nothing but text."""

from __future__ import annotations

_ESCAPE = "\x1b"
_LOOKALIKES = str.maketrans({
    **dict.fromkeys("<\uff1c\ufe64\u27e8\u3008\u2329\u2039", "("),
    **dict.fromkeys(">\uff1e\ufe65\u27e9\u3009\u232a\u203a", ")"),
    **dict.fromkeys("\uff3b\u27e6\u3010\u301a", "["), **dict.fromkeys("\uff3d\u27e7\u3011\u301b", "]"),
    **dict.fromkeys('"`\u201c\u201d\u201e\u201f\u00ab\u00bb\uff02', "'"),
})  # fmt: skip


def neutral(text: str, longest: int) -> str:
    """The text on one line, at most that long, without anything that could pass for more than words.

    No control or invisible characters, no terminal escapes, no tags, no quote that ends ours, no `[PUCS` of its own.
    """
    visible = "".join(c if c.isprintable() else _gap(c) for c in _without_escapes(text))
    words = " ".join(visible.translate(_LOOKALIKES).split())
    place = 0
    while (place := words.find("[", place)) >= 0:
        if words[place + 1 :].lstrip("[ ").casefold().startswith("pucs"):
            words = f"{words[:place]}({words[place + 1 :]}"
        place += 1
    return words if len(words) <= longest else words[: longest - 1] + "…"


def _gap(character: str) -> str:
    """What stands for a character that is not printed: a blank for one that divides words, nothing for others."""
    return " " if character.isspace() or character < " " else ""


def _without_escapes(text: str) -> str:
    """The text without the commands to a terminal that begin with an escape character."""
    first, *rest = text.replace("\x9b", _ESCAPE + "[").split(_ESCAPE)
    for part in rest:
        end = 1
        if part[:1] == "[":
            while end < len(part) and not "@" <= part[end] <= "~":
                end += 1
            end += 1
        elif part[:1] in ("]", "P", "^", "_", "X"):  # a string, up to a bell or the next escape
            end = part.find("\a") + 1 or len(part)
        first += part[end:]
    return first
