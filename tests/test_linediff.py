"""Differences of lines: right for any two texts, and bounded for the worst ones."""

import random
import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as some

from pucs.linediff import cuts, holds_change, is_text, lines_of

few = some.lists(some.sampled_from([b"a\n", b"b\n", b"c\n", b"\n", b"d\n"]), max_size=14)


def applied(old, new, found):
    out, at = [], 0
    for start, end, first, last in found:
        out += old[at:start] + new[first:last]
        at = end
    return out + old[at:]


def longest_common(old, new) -> int:
    """The textbook table, as an independent judge of shortness."""
    row = [0] * (len(new) + 1)
    for line in old:
        last = 0
        for number, other in enumerate(new, 1):
            last, row[number] = row[number], last + 1 if line == other else max(row[number], row[number - 1])
    return row[-1]


@given(few, few)
def test_the_cuts_make_the_new_of_the_old_and_are_as_few_lines_as_can_be(old, new) -> None:
    found = cuts(old, new)
    assert applied(old, new, found) == new
    for (_, end, _, last), (start, _, first, _) in pairwise(found):
        assert start > end, "cuts that touch are one"
        assert start - end == first - last
    assert sum(end - start for start, end, _, _ in found) == len(old) - longest_common(old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ([b"x\n"] * 50_000, [b"x\n", b"y\n"] * 25_000),
        ([b"a\n", b"b\n"] * 25_000, [b"b\n", b"c\n", b"a\n"] * 17_000),
        ([b"%d\n" % n for n in range(100_000)], [b"%d\n" % n for n in range(100_000, 0, -1)]),
        ([b"%d\n" % (n % 977) for n in range(100_000)], [b"%d\n" % (n % 1009) for n in range(100_000)]),
    ],
    ids=["repeats", "rotated", "reversed", "periods"],
)
def test_the_worst_texts_are_right_and_bounded(old, new) -> None:
    begun = time.process_time()
    found = cuts(old, new)
    assert time.process_time() - begun < 2
    assert applied(old, new, found) == new


def test_a_few_changes_in_a_hundred_thousand_lines_are_found_one_by_one() -> None:
    old = [b"line %d\n" % n for n in range(100_000)]
    new = list(old)
    places = random.Random(4).sample(range(1, 99_999, 3), 40)
    for place in places:
        new[place] = b"changed\n"
    assert [start for start, _, _, _ in cuts(old, new)] == sorted(places)


def test_far_apart_texts_are_split_at_lines_that_occur_once() -> None:
    old = [line for n in range(3000) for line in (b"old %d\n" % n, b"mark %d\n" % n)]
    new = [line for n in range(3000) for line in (b"new %d\n" % n, b"mark %d\n" % n)]
    assert len(cuts(old, new)) == 3000


@pytest.mark.parametrize(
    ("data", "lines"),
    [
        (b"", []),
        (b"\n", [b"\n"]),
        (b"a", [b"a"]),
        (b"a\n", [b"a\n"]),
        (b"a\r\nb\rc\n", [b"a\r\n", b"b\rc\n"]),
        (b"\xff\xfe\n\x0b\x0c", [b"\xff\xfe\n", b"\x0b\x0c"]),
    ],
)
def test_lines_end_where_git_ends_them(data: bytes, lines) -> None:
    assert lines_of(data) == lines
    assert b"".join(lines_of(data)) == data


def test_text_is_what_git_takes_for_it() -> None:
    assert is_text(b"a" * 9000 + b"\0")
    assert not is_text(b"a\0")


@pytest.mark.parametrize(
    ("base", "wrote", "now", "expected"),
    [
        (b"a\nb\n", b"a\nx\nb\n", b"a\n  x  \n\nb\n", True),
        (b"a\nb\n", b"a\nx\nb\n", b"a\nx\ny\nb\n", True),
        (b"a\nb\n", b"a\nx\nb\n", b"a\ny\nb\n", False),
        (b"a\nb\n", b"a\n", b"a\nc\n", True),
        (b"a\nb\n", b"a\n", b"a\nb\nc\n", False),
        (b"}\n", b"}\n}\n", b"}\n", False),
        (b"a\nb\n", b"b\na\n", b"b\na\n", False),
        (b"a\n", b"a\n\n", b"a\n\n", False),
    ],
    ids=["formatted", "with-more", "without", "taken-out", "still-there", "once-more", "moved", "only-space"],
)
def test_a_change_is_found_among_others(base, wrote, now, expected) -> None:
    assert holds_change(base, wrote, now) is expected
