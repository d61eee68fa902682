"""The words after a git verb, taken apart as git does it: options, their values, revisions and paths."""

from __future__ import annotations

from pucs.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_VALUED = {
    "--author", "--chmod", "--cleanup", "--conflict", "--date", "--depth", "--directory", "--exclude", "--exec",
    "--expire", "--expire-unreachable", "--file", "--fixup", "--format", "--include", "--into-name", "--message",
    "--onto", "--orphan", "--pathspec-from-file", "--push-option", "--reason", "--receive-pack", "--reedit-message",
    "--repo", "--reuse-message", "--set-upstream-to", "--source", "--squash", "--strategy", "--strategy-option",
    "--template", "--trailer", "--upload-pack", "--whitespace",
}  # fmt: skip
_WHOLE = {"--all", "--force", "--keep", "--merge", "--patch", "--staged", "--source", "--track", "--include", "--only"}
"""Options that are the beginning of others, too: said like this, they are meant themselves."""
_SHORTEST = 4


class Words(Record):
    """The words of one command: `options` as (name, value), what stands `before` a `--`, and the `paths` behind it.

    A word that cannot be known is None. `divided` says that there was a `--`.
    """

    options: tuple[tuple[str, str | None], ...]
    before: tuple[str | None, ...]
    paths: tuple[str | None, ...] = ()
    divided: bool = False

    def has(self, *names: str) -> bool:
        """Whether one of these options is given, in full or as a beginning that git would take for it."""
        return any(_means(given, name) for given, _ in self.options for name in names)

    def value(self, *names: str) -> str:
        """The value of the last of these options; "" where none is given or nobody knows it."""
        values = [value or "" for given, value in self.options if any(_means(given, name) for name in names)]
        return values[-1] if values else ""

    @property
    def known(self) -> bool:
        """Whether every word that is no option's value is known."""
        return None not in self.before and None not in self.paths

    @property
    def plain(self) -> tuple[str, ...]:
        """What stands before the `--` and is known."""
        return tuple(word for word in self.before if word is not None)

    @property
    def behind(self) -> tuple[str, ...]:
        """What stands behind the `--` and is known."""
        return tuple(word for word in self.paths if word is not None)

    @property
    def named(self) -> tuple[str, ...]:
        """All known words that are no options."""
        return self.plain + self.behind


def parsed(arguments: Iterable[str | None], valued: str = "") -> Words:
    """The words of a verb whose short options in `valued` take a value."""
    options: list[tuple[str, str | None]] = []
    before: list[str | None] = []
    rest = list(arguments)
    while rest:
        word = rest.pop(0)
        if word == "--":
            return Words(tuple(options), tuple(before), tuple(rest), divided=True)
        if word is None or word == "-" or not word.startswith("-"):
            before.append(word)
        elif word.startswith("--"):
            name, equals, value = word.partition("=")
            if equals:
                options.append((name, value))
            else:
                takes = name in _VALUED and bool(rest)
                options.append((name, rest.pop(0) if takes else ""))
        else:
            options += _short(word[1:], valued, rest)
    return Words(tuple(options), tuple(before))


def _short(letters: str, valued: str, rest: list[str | None]) -> list[tuple[str, str | None]]:
    """The options of a cluster like `-am`; one that takes a value has what follows it, or the next word."""
    found: list[tuple[str, str | None]] = []
    for place, letter in enumerate(letters):
        if letter not in valued:
            found.append(("-" + letter, ""))
            continue
        following = letters[place + 1 :]
        found.append(("-" + letter, following if following or not rest else rest.pop(0)))
        break
    return found


def _means(given: str, name: str) -> bool:
    if given == name:
        return True
    return given.startswith("--") and len(given) >= _SHORTEST and given not in _WHOLE and name.startswith(given)
