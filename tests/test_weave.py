"""Whose lines are whose: judged by a test that keeps the author of each line itself, and by git's own merge."""

import subprocess
from itertools import count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from hypothesis.strategies import DataObject

from pucs import weave, weave_commits
from pucs.linediff import cuts, lines_of

AGENTS = ("agent-1", "agent-2", "agent-3")


class Book:
    """A text whose author of each line is kept beside it; every line is unlike every other."""

    def __init__(self, size: int) -> None:
        self.numbers = count(1)
        self.base = [self.line() for _ in range(size)]
        self.lines = list(self.base)
        self.by: dict[bytes, str] = {}
        self.gone: dict[bytes, str] = {}
        self.runs = weave.begun(self.base, self.base, "")

    def line(self) -> bytes:
        return b"line %d\n" % next(self.numbers)

    def edit(self, who: str, start: int, end: int, added: int) -> None:
        new = [self.line() for _ in range(added)]
        after = self.lines[:start] + new + self.lines[end:]
        for line in self.lines[start:end]:
            if line not in self.by:
                self.gone[line] = who
        self.by.update(dict.fromkeys(new, who))
        self.runs = weave.followed(self.runs, self.base, (self.lines, after), who)
        self.lines = after

    def is_free(self, who: str, start: int, end: int) -> bool:
        """Whether nobody else's line, or place of a removed line, is in or right beside the range: by the authors alone."""
        around = self.lines[max(start - 1, 0) : end + 1]
        if any(self.by.get(line, who) != who for line in around):
            return False
        left = next((line for line in reversed(self.lines[:start]) if line in self.base), None)
        right = next((line for line in self.lines[end:] if line in self.base), None)
        low = self.base.index(left) if left else -1
        high = self.base.index(right) if right else len(self.base)
        return all(self.gone.get(line, who) == who for line in self.base[low + 1 : high])


some_edits = some.lists(
    some.tuples(some.sampled_from(AGENTS), some.integers(0, 30), some.integers(0, 3), some.integers(0, 3)), max_size=12
)


def owned(book: Book) -> tuple[dict[bytes, str], dict[bytes, str]]:
    """What the weave says: the author of each added line, and who removed each base line."""
    by, gone, old, now = {}, {}, 0, 0
    for kind, lines, who in book.runs:
        if kind == weave.ADDED:
            by.update(dict.fromkeys(book.lines[now : now + lines], who))
        if kind == weave.REMOVED:
            gone.update(dict.fromkeys(book.base[old : old + lines], who))
        if kind == weave.KEPT:
            assert book.base[old : old + lines] == book.lines[now : now + lines]
        old += lines if kind != weave.ADDED else 0
        now += lines if kind != weave.REMOVED else 0
    assert (old, now) == (len(book.base), len(book.lines))
    return by, gone


@settings(deadline=None)
@given(some.integers(0, 25), some_edits)
def test_each_line_keeps_its_author_through_any_edits(size, edits) -> None:
    book = Book(size)
    for who, place, length, added in edits:
        start = min(place, len(book.lines))
        book.edit(who, start, min(start + length, len(book.lines)), added)
    by, gone = owned(book)
    assert by == {line: who for line, who in book.by.items() if line in book.lines}
    assert gone == {line: book.gone[line] for line in book.base if line not in book.lines}


def disjoint(size: int, edits) -> Book:
    """A book after those of the edits that the authors allow, which the weave must allow, too."""
    book = Book(size)
    for who, place, length, added in edits:
        start = min(place, len(book.lines))
        end = min(start + length, len(book.lines))
        new = book.lines[:start] + [b"new\n"] * added + book.lines[end:]
        in_the_way = {
            agent for hunk in weave.touched(book.runs, cuts(book.lines, new)) for agent in hunk.agents if agent != who
        }
        free = book.is_free(who, start, end) or (start == end and not added)
        assert free == (not in_the_way), (who, start, end, added, book.runs)
        if free:
            book.edit(who, start, end, added)
    return book


@settings(deadline=None, max_examples=60)
@given(some.integers(4, 25), some_edits)
def test_git_merges_what_each_did_alone_into_what_the_tree_holds(tmp_path_factory, size, edits) -> None:
    book = disjoint(size, edits)
    folder = tmp_path_factory.mktemp("merge")
    (folder / "base").write_bytes(b"".join(book.base))
    (folder / "ours").write_bytes(b"".join(book.base))
    for who in AGENTS:
        (folder / "theirs").write_bytes(b"".join(weave.alone(book.runs, book.base, book.lines, [who])))
        done = subprocess.run(["git", "merge-file", "ours", "base", "theirs"], cwd=folder, check=False)
        assert done.returncode == 0, f"git sees a conflict with the work of {who}"
    assert (folder / "ours").read_bytes() == b"".join(book.lines)


@settings(deadline=None)
@given(some.integers(4, 25), some_edits, some.data())
def test_commits_one_after_another_leave_nothing(size, edits, data: DataObject) -> None:
    book = disjoint(size, edits)
    for who in data.draw(some.permutations(AGENTS)):
        mine = weave.alone(book.runs, book.base, book.lines, [who])
        others = {one: weave.alone(book.runs, book.base, book.lines, [one]) for one in AGENTS if one != who}
        for other in others:
            assert weave_commits.carried(book.runs, book.base, (book.lines, mine), other) == []
        changed = {one for one, text in others.items() if text != book.base}
        book.runs = weave_commits.landed(book.runs, book.base, (book.lines, mine))
        book.base = mine
        assert weave.owners(book.runs) == changed
        owned(book)
    assert book.base == book.lines


def crowded(size: int, edits) -> Book:
    """A book after those of the edits that alter nobody else's line: a file to which everybody adds."""
    book = Book(size)
    for who, place, length, added in edits:
        start = min(place, len(book.lines))
        end = min(start + length, len(book.lines))
        new = book.lines[:start] + [b"new\n"] * added + book.lines[end:]
        crossed = weave.crossed(book.runs, cuts(book.lines, new))
        foreign = {agent for piece in crossed for agent in piece.agents if agent != who}
        if any(book.by.get(line, who) != who for line in book.lines[start:end]):
            assert foreign, "it would change a line that another wrote"
        if start == end and all(piece.base[0] == piece.base[1] for piece in weave.pieces(book.runs)):
            assert not foreign, "it only adds, and nobody did more"
        if not foreign:
            book.edit(who, start, end, added)
    return book


@settings(deadline=None)
@given(some.integers(0, 8), some_edits, some.data())
def test_what_everybody_adds_is_committed_apart_in_any_order(size, edits, data: DataObject) -> None:
    book = crowded(size, edits)
    tree = list(book.lines)
    for who in data.draw(some.permutations(AGENTS)):
        mine = weave.alone(book.runs, book.base, book.lines, [who])
        assert {book.by[line] for line in mine if line in book.by and line not in book.base} <= {who}
        changed = set()
        for other in AGENTS:
            if other != who:
                assert weave_commits.carried(book.runs, book.base, (book.lines, mine), other) == []
                text = weave.alone(book.runs, book.base, book.lines, [other])
                changed |= {other} if text != book.base else set()
        book.runs = weave_commits.landed(book.runs, book.base, (book.lines, mine))
        book.base = mine
        assert weave.owners(book.runs) == changed
        owned(book)
    assert book.base == book.lines == tree


@settings(deadline=None)
@given(some.integers(4, 25), some_edits, some.data())
def test_on_a_base_that_nobody_made_of_it_every_line_stays_whose_it_was(size, edits, data: DataObject) -> None:
    book = disjoint(size, edits)
    at = data.draw(some.integers(0, size - 1))
    new = [*book.base[:at], book.line(), *book.base[at + 1 :]]
    runs = weave_commits.landed(book.runs, book.base, (book.lines, new))
    book.runs, book.base = runs, new
    by, gone = owned(book)
    assert {line: who for line, who in by.items() if who} == {
        line: who for line, who in book.by.items() if line in book.lines
    }
    assert {line: gone.get(line) for line in book.gone if line in new} == {
        line: who for line, who in book.gone.items() if line in new
    }


@settings(deadline=None)
@given(some.integers(4, 25), some_edits)
def test_what_takes_all_along_takes_everybodys(size, edits) -> None:
    book = disjoint(size, edits)
    for who in AGENTS:
        taken = weave_commits.carried(book.runs, book.base, (book.lines, book.lines), who)
        assert taken == [hunk for hunk in weave.hunks(book.runs) if who in hunk.agents]


def text(*lines: str) -> list[bytes]:
    return [line.encode() + b"\n" for line in lines]


class TestByHand:
    base = text(*"abcdefgh")

    def two(self):
        """agent-1 changed b, agent-2 removed f."""
        first = text("a", "B", *"cdefgh")
        second = text("a", "B", *"cdegh")
        runs = weave.begun(self.base, first, "agent-1")
        return weave.followed(runs, self.base, (first, second), "agent-2"), second

    @pytest.mark.parametrize(
        ("start", "end", "agents"),
        [
            (0, 0, []), (0, 1, ["agent-1"]), (1, 1, ["agent-1"]), (2, 2, ["agent-1"]), (2, 3, ["agent-1"]),
            (3, 4, []), (3, 3, []), (4, 4, []), (4, 5, ["agent-2"]), (5, 5, ["agent-2"]), (5, 6, ["agent-2"]),
            (6, 7, []), (6, 6, []), (0, 7, ["agent-1", "agent-2"]),
        ],
    )  # fmt: skip
    def test_overlapping_and_adjacent_are_in_the_way_and_one_kept_line_is_enough(self, start, end, agents) -> None:
        runs, _ = self.two()
        found = weave.touched(runs, [(start, end, 0, 1)])
        assert [agent for hunk in found for agent in hunk.agents] == agents

    def test_what_was_put_back_is_nobodys_any_more(self) -> None:
        runs, content = self.two()
        back = text(*"abcdegh")
        runs = weave.followed(runs, self.base, (content, back), "agent-1")
        assert weave.owners(runs) == {"agent-2"}

    def test_a_change_in_part_is_no_change_of_the_rest(self) -> None:
        runs = weave.begun(self.base, text("a", "X", "c", "Y", *"efgh"), "agent-1")
        assert [hunk.base for hunk in weave.hunks(runs)] == [(1, 2), (3, 4)]

    def test_a_hunk_can_be_shown_by_taking_it_back(self) -> None:
        runs, content = self.two()
        first, second = weave.hunks(runs)
        assert weave.without(runs, self.base, content, [first]) == text(*"abcdegh")
        assert weave.without(runs, self.base, content, [second]) == text("a", "B", *"cdefgh")

    def test_an_heir_has_both(self) -> None:
        runs, content = self.two()
        runs = weave.given(runs, "agent-2", "agent-1")
        assert weave.alone(runs, self.base, content, ["agent-1"]) == content

    def test_a_part_of_ones_own_is_no_bundle(self) -> None:
        content = text("a", "B", "c", "d", "E", "f", "g", "H")
        runs = weave.begun(self.base, text("a", "B", *"cdefg", "H"), "agent-1")
        runs = weave.followed(runs, self.base, (text("a", "B", *"cdefg", "H"), content), "agent-2")
        staged = text("a", "B", *"cdefgh")
        assert weave_commits.carried(runs, self.base, (content, staged), "agent-2") == []
        assert len(weave_commits.carried(runs, self.base, (content, staged), "agent-1")) == 1
        older = text("a", "Bb", *"cdefgh")
        assert weave_commits.carried(runs, self.base, (content, older), "agent-2") == [], "staged, then edited again"
        both = text("a", "Bb", "c", "d", "E", *"fgh")
        assert len(weave_commits.carried(runs, self.base, (content, both), "agent-2")) == 1

    def test_a_commit_by_somebody_whose_content_nobody_made(self) -> None:
        content = text("a", "B", "c", "d", "E", "f", "g", "h")
        runs = weave.begun(self.base, text("a", "B", *"cdefgh"), "agent-1")
        runs = weave.followed(runs, self.base, (text("a", "B", *"cdefgh"), content), "agent-2")
        new = text("0", "a", "B", *"cdefgh")
        after = weave_commits.landed(runs, self.base, (content, new))
        assert weave.owners(after) == {"", "agent-2"}
        assert weave.alone(after, new, content, ["agent-2"]) == text("0", "a", "B", "c", "d", "E", *"fgh")

    @pytest.mark.parametrize("base", [b"", b"a", b"a\r\nb\r\n", b"\xff\n\xfe", b"a\nb"])
    @pytest.mark.parametrize("content", [b"", b"x", b"a\r\nB\r\n", b"\xff\n\xfe\n", b"a\nb\n"])
    def test_any_ends_of_lines(self, base: bytes, content: bytes) -> None:
        old, new = lines_of(base), lines_of(content)
        runs = weave.begun(old, new, "agent-1")
        assert b"".join(weave.alone(runs, old, new, ["agent-1"])) == content
        assert b"".join(weave.alone(runs, old, new, [])) == base
