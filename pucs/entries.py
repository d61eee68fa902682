"""Lines of hot files by their look: entries of lists, imports and exports, and lines that say a version.

No parser is asked: what does not look like one of these is none, and is compared as any other line.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_BEGINNINGS = (b"import ", b"from ", b"export ", b"__all__", b"use ", b"pub use ", b"mod ", b"pub mod ", b"@import ")
_MARKS = b"()[]{},; \t"
_QUOTES = b"\"'`"
_NAMES = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.*@/-$")
_VERSIONS = (b"__version__", b"version", b"VERSION", b"appVersion", b"version_info", b"release")
_WORDS = 3


def are_entries(lines: Iterable[bytes]) -> bool:
    """Whether each line is an import, an export, a name in a list, a comment or empty."""
    return all(_is_entry(line) for line in lines)


def _is_entry(line: bytes) -> bool:
    bare = line.strip()
    if not bare.strip(_MARKS) or bare.startswith((b"#", b"//", *_BEGINNINGS)):
        return True
    listed = bare.endswith(b",") or (bare[:1] in (b'"', b"'") and bare[:1] == bare.rstrip(b",")[-1:])
    words = bare.rstrip(b",").split()
    if not listed or not (len(words) == 1 or (len(words) <= _WORDS and _joins(words))):
        return False
    return all(word.strip(_QUOTES) and _NAMES.issuperset(word.strip(_QUOTES)) for word in words)


def _joins(words: list[bytes]) -> bool:
    """`name as other`, or `type name`."""
    return b"as" in words[1:2] or words[0] in (b"type", b"default")


def version_in(lines: Iterable[bytes]) -> str:
    """The first version that a line says, as it says it; "" where none does."""
    for line in lines:
        name, mark, value = _parted(line.strip())
        said = value.strip().rstrip(b",;").strip(b"\"'")
        if mark and name.strip(b"\"' ") in _VERSIONS and said[:1].isdigit():
            return said.decode("utf-8", "replace")
    return ""


def _parted(line: bytes) -> tuple[bytes, bytes, bytes]:
    if line[:1].isdigit() and b" " not in line:  # a VERSION file says nothing else
        return b"version", b"=", line
    return line.partition(b"=") if b"=" in line else line.partition(b":")
