"""The change that a denial shows: true, printable, and never longer than its room."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from pucs.difftext import short_diff

LINES = some.lists(some.text(max_size=40), max_size=12).map("\n".join)
BYTES = some.one_of(some.none(), some.binary(max_size=300), LINES.map(lambda text: text.encode("utf-8", "replace")))


@given(BYTES, BYTES, some.integers(min_value=-50, max_value=700))
def test_never_longer_than_its_room_and_printable(before: bytes | None, after: bytes | None, room: int) -> None:
    text = short_diff(before, after, room)
    assert len(text) <= max(room, len("(binary)"))
    assert all(line.isprintable() for line in text.split("\n"))


@given(BYTES)
def test_says_nothing_where_nothing_differs(content: bytes | None) -> None:
    assert short_diff(content, content, 500) == ""


@given(some.lists(some.sampled_from("abcd"), max_size=8), some.lists(some.sampled_from("abcd"), max_size=8))
def test_every_line_is_from_its_side(old: list[str], new: list[str]) -> None:
    text = short_diff("\n".join(old).encode(), "\n".join(new).encode(), 5000)
    if old == new:
        assert text == ""
        return
    header, *rows = text.split("\n")
    start = int(header.removeprefix("@@ line ")) - 1
    removed = [row[1:] for row in rows if row[0] == "-"]
    added = [row[1:] for row in rows if row[0] == "+"]
    assert old[start : start + len(removed)] == removed
    assert new[start : start + len(added)] == added
    assert old[:start] + added + old[start + len(removed) :] == new


def test_one_changed_line() -> None:
    assert short_diff(b"a\nb\nc\n", b"a\nB\nc\n", 100) == "@@ line 2\n-b\n+B"


def test_new_file_and_deleted_file() -> None:
    assert short_diff(b"", b"x\n", 100) == "@@ line 1\n+x"
    assert short_diff(None, b"x\n", 100) == "@@ line 1\n+x"
    assert short_diff(b"x\n", None, 100) == "@@ line 1\n-x"


def test_cuts_to_fit_and_says_how_much_is_missing() -> None:
    after = "".join(f"line number {number}\n" for number in range(100)).encode()
    text = short_diff(b"", after, 120)
    assert len(text) <= 120
    kept = text.count("\n+")
    assert kept >= 2
    assert text.endswith(f"… {100 - kept} more lines")


def test_shows_the_start_of_a_line_too_long_to_show() -> None:
    text = short_diff(b"", b"y" * 5000, 100)
    assert text.startswith("@@ line 1\n+yyyyyyyy")
    assert len(text) <= 100


def test_what_was_added_keeps_half_the_room() -> None:
    text = short_diff(b"old line of some length\n" * 50, b"NEW\n" * 3, 120)
    assert text.count("+NEW") == 3


@pytest.mark.parametrize("data", [b"\0", b"text\0more", b"\x89PNG\r\n\x1a\n\0\0"])
def test_binary_is_called_binary(data: bytes) -> None:
    assert short_diff(b"text", data, 100) == "(binary)"
    assert short_diff(data, b"text", 100) == "(binary)"
