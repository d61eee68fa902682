"""Line attribution against histories in which the test itself remembers who wrote which line."""

from hypothesis import given
from hypothesis import strategies as st

from pucs.attribution import BASE, NOBODY, Line, Version, attribution

AUTHORS = st.sampled_from(["anna", "ben", NOBODY])
EDITS = st.lists(st.tuples(AUTHORS, st.lists(st.tuples(st.integers(0, 40), st.integers(0, 3), st.integers(0, 3)))))


def version(author: str, text: str) -> Version:
    return Version(author, tuple(text.encode().splitlines(keepends=True)))


def told(base: str, *versions: Version) -> list[tuple[str, str]]:
    found = attribution(base.encode().splitlines(keepends=True), versions)
    return [(line.author, line.text.decode().strip()) for line in found]


@given(st.integers(0, 12), EDITS)
def test_every_line_is_its_writers(length: int, edits) -> None:
    """Every new line has a content of its own, so the truth is what the test noted when it wrote it."""
    truth = [(BASE, b"base %d\n" % number) for number in range(length)]
    base, versions, number = [text for _, text in truth], [], 0
    for author, changes in edits:
        for place, removed, added in changes:
            start = place % (len(truth) + 1)
            new = [(author, b"line %d\n" % (number + one)) for one in range(added)]
            number += added
            truth[start : start + removed] = new
        versions.append(Version(author, tuple(text for _, text in truth)))
    assert attribution(base, versions) == tuple(Line(*line) for line in truth)


def test_an_undo_gives_lines_back_to_their_authors() -> None:
    assert told("a\nb\n", version("anna", "a\nx\nb\n"), version("ben", "a\n"), version("person", "a\nx\nb\n")) == [
        (BASE, "a"),
        ("anna", "x"),
        (BASE, "b"),
    ]


def test_equal_lines_of_two_agents_stay_apart() -> None:
    history = (version("anna", "1\nsame\n2\n"), version("ben", "1\nsame\n2\nsame\n"))
    assert told("1\n2\n", *history) == [(BASE, "1"), ("anna", "same"), (BASE, "2"), ("ben", "same")]


def test_a_last_line_without_its_end_is_a_line() -> None:
    assert told("a", version("anna", "a\nb")) == [("anna", "a"), ("anna", "b")]


def test_nothing_became_of_it() -> None:
    assert told("a\n") == [(BASE, "a")]
    assert told("a\n", version("anna", "")) == []
