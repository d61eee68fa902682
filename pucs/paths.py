"""Repository paths as text: one spelling for one path."""

from __future__ import annotations

_LONGEST_ARGUMENT = 120


def key_of(inside: str, *, fold_case: bool = False) -> str:
    """The key of a path relative to its tree's root: POSIX, NFC, folded where the file system folds case."""
    key = inside
    if not key.isascii():
        from unicodedata import normalize  # noqa: PLC0415 - a large table, needed for few paths

        key = normalize("NFC", key)
    return key.casefold() if fold_case else key


_WORDS = frozenset(" abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,:;!?-_/()'+=*#%&@$~")


def words(text: str, longest: int) -> str:
    """What somebody wrote, for others to read, at most that long: see `pucs.texts.neutral`."""
    if len(text) <= longest and "  " not in text and _WORDS.issuperset(text):
        return text
    from pucs.texts import neutral  # noqa: PLC0415 - a denial does without, as long as the text is plain

    return neutral(text, longest)


def printable(path: str, longest: int = 120) -> str:
    """The path on one line for a message: control characters escaped, the middle of a long one left out."""
    text = path if path.isprintable() else "".join(c if c.isprintable() else ascii(c)[1:-1] for c in path)
    if len(text) <= longest:
        return text
    half = (longest - 1) // 2
    return f"{text[:half]}…{text[-half:]}"


def argument(path: str) -> str:
    """The path as a shell takes it; PATH where it cannot be said in a line."""
    if len(path) > _LONGEST_ARGUMENT or not path.isprintable():
        return "PATH"
    plain = all(c.isalnum() or c in "/._-+@%=:," for c in path)
    return path if plain else "'" + path.replace("'", "'\\''") + "'"
