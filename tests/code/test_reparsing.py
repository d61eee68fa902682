"""Parsing from the last content gives what parsing afresh gives, and is what an edit of a long file does."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from pucs.code import reparsing
from pucs.code.grammars import language_of, parser_of
from pucs.code.symbols import symbols_of
from tests.code.samples import PYTHON, SAMPLES


def fresh(text: bytes, path: str) -> Any:
    reparsing._last.clear()
    return symbols_of(text, path)


@settings(deadline=None, max_examples=300)
@given(some.sampled_from(SAMPLES), some.data())
def test_the_symbols_are_the_same(sample, data) -> None:
    before = sample.text.encode()
    start = data.draw(some.integers(0, len(before)))
    end = data.draw(some.integers(start, min(len(before), start + 200)))
    first = data.draw(some.integers(0, len(before)))
    piece = data.draw(some.sampled_from([b"", b"\n", b"x", b"def g():\n    pass\n", before[first : first + 60]]))
    after = before[:start] + piece + before[end:]
    expected = fresh(after, sample.path)
    fresh(before, sample.path)
    assert symbols_of(after, sample.path) == expected
    other = data.draw(some.sampled_from(SAMPLES))
    expected = fresh(other.text.encode(), other.path)
    fresh(after, sample.path)
    assert symbols_of(other.text.encode(), other.path) == expected


def test_it_goes_on_from_the_last_one(monkeypatch: pytest.MonkeyPatch) -> None:
    class Parser:
        """The real one; which calls gave it an old tree."""

        def __init__(self) -> None:
            self.real, self.gave = parser_of(language_of(PYTHON.path)), []

        def parse(self, text: bytes, *old: Any) -> Any:
            self.gave.append(len(old))
            return self.real.parse(text, *old)

    monkeypatch.setattr(reparsing, "_last", [])
    parser, text = Parser(), PYTHON.text.encode()
    reparsing.parsed(parser, "python", text)
    reparsing.parsed(parser, "python", text + b"more = 1\n")
    assert parser.gave == [0, 1]
    broken = text + b"def (\n"
    reparsing.parsed(parser, "python", broken)
    reparsing.parsed(parser, "python", text)
    assert parser.gave == [0, 1, 1, 0, 0], "what is broken is parsed afresh, and so is what comes after it"
