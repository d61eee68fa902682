"""Patterns of a shell, matched and expanded on the disk. A mark before a character keeps it from meaning anything."""

from __future__ import annotations

from pucs import system

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

MARK = "\0"
"""Before a character that was quoted: it stands for itself."""

MOST_NAMES = 2_000
"""So many names a pattern looks at before it gives up."""


class TooManyError(Exception):
    """The disk holds more than is looked at."""


def plain(word: str) -> str:
    """The word without its marks."""
    return word.replace(MARK, "")


def quoted(text: str) -> str:
    """The text so that all of it stands for itself."""
    return "".join(MARK + letter if letter in "*?[]{},~\\!^-" else letter for letter in text)


def is_pattern(word: str) -> bool:
    """Whether the word has an unquoted `*`, `?` or `[`."""
    return any(letter in "*?[" and word[at - 1 : at] != MARK for at, letter in enumerate(word))


def braces(word: str) -> list[str]:
    """What `{a,b}` and `{1..3}` make of the word, in order."""
    start = _find(word, "{", 0)
    while start >= 0:
        parts, end = _alternatives(word, start)
        if parts:
            rest = braces(word[end:])
            made = [word[:start] + inner + tail for part in parts for inner in braces(part) for tail in rest]
            if len(made) > MOST_NAMES:
                raise TooManyError
            return made
        start = _find(word, "{", start + 1)
    return [word]


def _find(word: str, letter: str, at: int) -> int:
    at = word.find(letter, at)
    while at > 0 and word[at - 1] == MARK:
        at = word.find(letter, at + 1)
    return at


def _alternatives(word: str, start: int) -> tuple[list[str], int]:
    depth, parts, begin, at = 0, [], start + 1, start
    while at < len(word):
        letter = word[at]
        if letter == MARK:
            at += 1
        elif letter == "{":
            depth += 1
        elif letter == "," and depth == 1:
            parts.append(word[begin:at])
            begin = at + 1
        elif letter == "}":
            depth -= 1
            if depth == 0:
                if parts:
                    return [*parts, word[begin:at]], at + 1
                return _sequence(word[start + 1 : at]), at + 1
        at += 1
    return [], start


def _sequence(text: str) -> list[str]:
    first, dots, last = text.partition("..")
    if not dots:
        return []
    if len(first) == len(last) == 1 and first.isalpha() and last.isalpha():
        low, high = ord(first), ord(last)
        return [chr(code) for code in (range(low, high + 1) if low <= high else range(low, high - 1, -1))]
    try:
        low, high = int(first), int(last)
    except ValueError:
        return []
    if abs(high - low) > MOST_NAMES:
        raise TooManyError
    width = max(len(first), len(last)) if first.lstrip("-").startswith("0") or last.lstrip("-").startswith("0") else 0
    numbers = range(low, high + 1) if low <= high else range(low, high - 1, -1)
    return [str(number).zfill(width) for number in numbers]


def matches(pattern: str, name: str) -> bool:
    """Whether the whole name fits the pattern (with marks); `*` stops at nothing."""
    at = place = 0
    star, seen = -1, 0
    while place < len(name):
        step, fits = _step(pattern, at, name[place])
        if at < len(pattern) and pattern[at] == "*":
            star, seen, at = at, place, at + 1
        elif fits:
            at, place = at + step, place + 1
        elif star >= 0:
            seen += 1
            at, place = star + 1, seen
        else:
            return False
    return not pattern[at:].strip("*")


def _step(pattern: str, at: int, letter: str) -> tuple[int, bool]:
    """How many characters of the pattern the letter is held against, and whether it fits."""
    if at >= len(pattern):
        return 0, False
    here = pattern[at]
    if here == MARK:
        return 2, pattern[at + 1 : at + 2] == letter
    if here == "?":
        return 1, True
    if here != "[":
        return 1, here == letter
    start = at + 1
    negated = pattern[start : start + 1] in ("!", "^")
    start += negated
    end = pattern.find("]", start + 1)
    if end < 0:
        return 1, here == letter
    inside = plain(pattern[start:end])
    if "[:" in inside:
        raise TooManyError
    found, place = False, 0
    while place < len(inside):
        if inside[place + 1 : place + 2] == "-" and place + 2 < len(inside):
            found |= inside[place] <= letter <= inside[place + 2]
            place += 3
        else:
            found |= inside[place] == letter
            place += 1
    return end + 1 - at, found != negated


def expand(word: str, cwd: str, also: Collection[str]) -> list[str]:
    """The paths that fit, spelt like the word; the word itself if none does. `also` are absolute paths to be."""
    found = [""]
    rest = word
    while rest:
        part, slash, rest = rest.partition("/")
        found = [base + name + slash for base in found for name in _names(part, base, cwd, also, last=not slash)]
        if len(found) > MOST_NAMES:
            raise TooManyError
    found = [path for path in found if _is(path.rstrip("/") or "/", cwd, also)]
    return sorted(found) or [plain(word)]


def _names(part: str, base: str, cwd: str, also: Collection[str], *, last: bool) -> list[str]:
    if not is_pattern(part):
        return [plain(part)]
    if part == "**":
        part = "*"
    folder = system.normpath(system.join(cwd, base or "."))
    try:
        names = set(system.listdir(folder))
    except (OSError, ValueError):
        names = set()
    if len(names) > MOST_NAMES:
        raise TooManyError
    names.update(path[len(folder) + 1 :].partition("/")[0] for path in also if path.startswith(folder + "/"))
    hidden = part.startswith(".")
    return [
        name
        for name in names
        if name
        and (hidden or not name.startswith("."))
        and matches(part, name)
        and (last or system.isdir(f"{folder}/{name}") or any(path.startswith(f"{folder}/{name}/") for path in also))
    ]


def _is(path: str, cwd: str, also: Collection[str]) -> bool:
    whole = system.normpath(system.join(cwd, path))
    return whole in also or system.lexists(whole)
