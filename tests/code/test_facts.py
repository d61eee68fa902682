"""What is read of a Python file: kept as text without loss, and as much as possible of one that does not parse."""

from pathlib import Path

import pytest

from pucs.code.facts import facts_of
from pucs.facts_merge import merged
from pucs.facts_text import decoded, encoded
from tests.support import ROOT


def facts(text: str):
    found = facts_of(text.encode(), "a.py")
    assert found is not None
    return found


@pytest.mark.parametrize("path", sorted((ROOT / "pucs").glob("*.py"))[::7], ids=lambda path: path.name)
def test_facts_survive_as_text(path: Path) -> None:
    found = facts(path.read_text())
    assert decoded(encoded(found)) == found


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", "[1, 2]", "[[], [], {}, [], null]", '[[["f"]], [], {}, [], null, false]']
)
def test_a_damaged_text_says_so(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        decoded(text)


def test_of_a_broken_file_the_rest_is_read() -> None:
    found = facts("import m\n\n\ndef good(a):\n    return m.f(a)\n\n\ndef bad(a:\n    return 1\n")
    assert found.broken
    assert "good" in found.definitions
    assert ("m:f", "call") in {(use.chain, use.form) for use in found.uses}


def test_what_a_later_python_wrote_is_not_broken() -> None:
    found = facts("def plain(a):\n    return a\n\n\ndef first[T](items: list[T]) -> T:\n    return items[0]\n")
    assert not found.broken
    assert "first" in found.definitions


def test_what_cannot_be_read_has_no_facts() -> None:
    assert facts_of(b"\0", "a.py") is None
    assert facts_of(b"x = 1", "a.txt") is None


def test_a_merge_takes_each_definition_from_who_changed_it() -> None:
    base = facts("def f(a): ...\n\n\ndef g(a): ...\n\n\nf(1)\ng(2)\n")
    theirs = facts("def f(a, b): ...\n\n\ndef g(a): ...\n\n\nf(1, 2)\ng(2)\n")
    ours = facts("def f(a): ...\n\n\ndef g(a, c): ...\n\n\nf(1)\ng(2, 3)\nf(4)\n")
    found = merged(base, theirs, ours)
    assert found is not None
    assert [one.name for one in found.definitions["f"].parameters] == ["a", "b"]
    assert [one.name for one in found.definitions["g"].parameters] == ["a", "c"]
    calls = [(use.chain, use.positional, use.first) for use in found.uses if use.form == "call"]
    assert (":f", 1, "1") not in calls, "their call is mended"
    assert (":f", 1, "4") in calls
