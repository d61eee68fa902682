"""Reads typed values out of a YAML document, and collects all that is wrong with it."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from pucs.config.compiling import compile_pattern
from pucs.config.document import dotted
from pucs.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pucs.config.document import Document, KeyPath

    Default = TypeVar("Default")
    Value = TypeVar("Value")

MINUTES_A_YEAR = 525_600
_QUOTES_HINT = "Put it in quotes if YAML takes it for something else."
_GENERAL_HINT = "Correct the value, or leave the key out to have its default."


class Problem(NamedTuple):
    """One thing that is wrong, and what to do about it."""

    line: int
    message: str
    hint: str


class Report:
    """What was found in one document: problems, and in the end the keys that nobody asked for."""

    def __init__(self, document: Document, origin: str) -> None:
        self.document = document
        self.origin = origin
        self.problems: list[Problem] = []
        self.sections: list[Section] = []

    def wrong(self, path: KeyPath, expected: str, got: str, hint: str = _GENERAL_HINT) -> None:
        """Notes that the value at the path is not what it should be."""
        line = self.document.line(path)
        message = f"{self.origin}:{line}: {dotted(path)}: expected {expected}, got {got}"
        self.problems.append(Problem(line, message, hint))

    def finish(self) -> tuple[str, ...]:
        """The warnings, if there are no problems; else a ConfigError with all of them, a line each."""
        if self.problems:
            problems = sorted(self.problems, key=lambda problem: problem.line)
            hints = dict.fromkeys(problem.hint for problem in problems)
            raise ConfigError("\n".join(problem.message for problem in problems), " ".join(hints))
        unknown = [path for section in self.sections for path in section.unknown()]
        return tuple(warning for _, warning in sorted(unknown))


class Section:
    """One mapping of the document. Asking for a key makes it known; a value that is wrong reads as the default."""

    def __init__(self, report: Report, path: KeyPath, value: object) -> None:
        self._report = report
        self.path = path
        self.sound = True
        self._asked: list[str] = []
        self._values: dict[str, Any] = {}
        if isinstance(value, dict):
            self._values = value
        elif value is not None:
            self.sound = False
            report.wrong(path, "a mapping of keys", report.document.written(path, value))
        report.sections.append(self)

    def names(self) -> list[str]:
        """The keys that the document has here, all of them known from now on."""
        self._asked.extend(self._values)
        return list(self._values)

    def section(self, key: str) -> Section:
        """The mapping at the key, empty where there is none."""
        return Section(self._report, (*self.path, key), self._take(key))

    def sections(self, key: str) -> list[Section]:
        """The list of mappings at the key."""
        path = (*self.path, key)
        items = self._read(key, None, "a list of mappings", _list)
        return [Section(self._report, (*path, index), item) for index, item in enumerate(items or ())]

    def flag(self, key: str, *, default: bool) -> bool:
        """True or false."""
        return self._read(key, default, "true or false", _flag)

    def choice(self, key: str, default: str, choices: tuple[str, ...]) -> str:
        """One of the choices, in any case. YAML reads a plain `off` as false, so false is off, and true is on."""
        spelled = {choice.lower(): choice for choice in choices}
        if "off" in choices:
            spelled.update(false="off", true="enforce" if "enforce" in choices else choices[1])
        expected = ", ".join(choices[:-1]) + " or " + choices[-1]
        return self._read(key, default, expected, lambda value: spelled.get(str(value).strip().lower()))

    def choice_or_text(self, key: str, default: str, choices: tuple[str, ...], which: str) -> tuple[str, str]:
        """One of the choices and "", or `which` with the text of a mapping `{which: text}`."""
        if isinstance(self._values.get(key), dict):
            inner = self.section(key)
            inner.given(which, "a command", "Say the command, or only the word.")
            return which, inner.text(which, "")
        return self.choice(key, default, choices), ""

    def number(self, key: str, default: float, unit: str, most: int) -> float:
        """A number above 0, fractions included."""
        return self._read(
            key,
            default,
            f"a number of {unit} above 0, at most {most}",
            lambda value: value if type(value) in (int, float) and 0 < value <= most else None,
        )

    def minutes(self, key: str, default: Default) -> float | Default:
        """A number of minutes above 0, fractions included; given, like its default, in seconds."""
        return self._read(key, default, f"a number of minutes above 0, at most {MINUTES_A_YEAR}", _seconds)

    def seconds(self, key: str, default: float, most: int) -> float:
        """A number of seconds, 0 for none."""
        return self._read(
            key,
            default,
            f"a number of seconds, at most {most}",
            lambda value: value if type(value) in (int, float) and 0 <= value <= most else None,
        )

    def count(self, key: str, default: Default) -> int | Default:
        """A whole number above 0."""
        return self._read(key, default, "a whole number above 0", _count)

    def text(self, key: str, default: str) -> str:
        """Text that is not empty."""
        return self._read(key, default, "text", _text)

    def text_or_number(self, key: str) -> str:
        """Text, or a whole number as text; "" where there is none."""
        return self._read(key, "", "text", lambda value: str(value) if type(value) is int else _text(value))

    def words(self, key: str, default: tuple[str, ...]) -> tuple[str, ...]:
        """Texts: a list of them, or one text with commas between them."""
        items = self._read(key, None, "a list of texts, or one text with commas", _items)
        return default if items is None else self._all_text(key, items)

    def _all_text(self, key: str, items: list[Any]) -> tuple[str, ...]:
        for index, item in enumerate(items):
            if _text(item) is None:
                self.sound = False
                path = (*self.path, key, index)
                self._report.wrong(path, "text", self._report.document.written(path, item), _QUOTES_HINT)
        return tuple(text for text in map(_text, items) if text)

    def texts(self, key: str) -> tuple[str, ...]:
        """Texts in a list; commas in them are just commas."""
        items = self._read(key, None, "a list of texts", _list)
        return () if items is None else self._all_text(key, items)

    def patterns(self, key: str) -> tuple[str, ...]:
        """Texts of gitignore patterns."""
        texts = self.words(key, ())
        return tuple(text for text in texts if self.readable(key, text, compile_pattern, "gitignore patterns"))

    def readable(self, key: str, text: str, compiler: Callable[[str], object], expected: str) -> bool:
        """Whether the compiler takes the text; what it says against it is noted."""
        try:
            compiler(text)
        except ConfigError as error:
            self._report.wrong((*self.path, key), expected, f'"{text}" ({error})', error.hint or _GENERAL_HINT)
            return False
        return True

    def given(self, key: str, expected: str, hint: str) -> bool:
        """Whether the key has a value; that it has none is noted, unless the section is wrong as a whole."""
        value = self._take(key)
        if value is not None and _items(value) != []:
            return True
        if self.sound:
            self.wrong(key, expected, "nothing", hint)
        return False

    def wrong(self, key: str, expected: str, got: str, hint: str = _GENERAL_HINT) -> None:
        """Notes that the value at the key is not what it should be."""
        self._report.wrong((*self.path, key), expected, got, hint)

    def unknown(self) -> Iterable[tuple[int, str]]:
        """Line and warning of every key that was never asked for."""
        for key in self._values:
            if key not in self._asked:
                path = (*self.path, key)
                line = self._report.document.line(path)
                close = difflib.get_close_matches(str(key), self._asked, n=1)
                advice = f"; did you mean {close[0]}?" if close else ""
                yield line, f"{self._report.origin}:{line}: {dotted(path)}: unknown key, ignored{advice}"

    def _take(self, key: str) -> Any:
        self._asked.append(key)
        return self._values.get(key)

    def _read(
        self, key: str, default: Default, expected: str, convert: Callable[[Any], Value | None]
    ) -> Value | Default:
        value = self._take(key)
        if value is None:
            return default
        converted = convert(value)
        if converted is None:
            self.sound = False
            path = (*self.path, key)
            self._report.wrong(path, expected, self._report.document.written(path, value))
            return default
        return converted


def _flag(value: object) -> bool | None:
    return value if isinstance(value, bool) else None


def _count(value: object) -> int | None:
    return value if type(value) is int and value > 0 else None


def _seconds(minutes: Any) -> float | None:
    if type(minutes) not in (int, float) or not 0 < minutes <= MINUTES_A_YEAR:
        return None
    seconds = minutes * 60
    return int(seconds) if seconds == int(seconds) else seconds


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _list(value: object) -> list[Any] | None:
    return value if isinstance(value, list) else None


def _items(value: object) -> list[Any] | None:
    if isinstance(value, str):
        return [word for word in value.split(",") if word.strip()]
    return value if isinstance(value, list) else None
