"""Pairs of real features written against one base: who is denied is who git would not have merged.

A frozen sample of the feature pairs of CooperBench (MIT): for each shared file the base's line ranges (half-open, from 1;
`[n, n]` is an insertion before line n) that each feature changes, and whether git's three-way merge of both conflicts.
"""

import json
from typing import Any

import pytest

from pucs import across, scopes
from pucs.linediff import lines_of
from pucs.locks import HELD
from pucs.model import Lock, Target, Tree
from tests.support import ROOT

PAIRS = [json.loads(line) for line in (ROOT / "tests/data/feature_pairs.jsonl").read_text().splitlines()]


def changed(text: bytes, ranges: list[list[int]], who: str) -> bytes:
    """The text with a line of that author in the place of each range, ranges being those of the untouched text."""
    lines = lines_of(text)
    for start, end in sorted(ranges, reverse=True):
        lines[start - 1 : end - 1] = [f"{who} from {start}\n".encode()]
    return b"".join(lines)


def is_denied(base: bytes, first: list[list[int]], second: list[list[int]]) -> bool:
    """Whether the second agent is denied any of its edits, one for each range, in a file that the first has changed."""
    held = changed(base, first, "first")
    lock = Lock("agent-1", None, "", 0, 1, 1, 1, "base", wrote="held")
    for start, end in second:
        lines = base.splitlines(keepends=True)
        inside, before, after = lines[start - 1 : end - 1], lines[: start - 1][-1:], lines[end - 1 :][:1]
        old = b"".join(inside or before + after)
        new = b"second\n" if inside else b"".join([*before, b"second\n", *after])
        if held.count(old) != 1:
            return True  # what it wants to change is not there any more
        target = Target("a", ".", "held", "a", 1, texts={"base": base, "held": held}, proposed=held.replace(old, new))
        plan = scopes.plan(Tree(locks=(lock,)), target, ((lock, HELD),))
        assert plan is not None
        if plan.clashes:
            return True
    return False


@pytest.mark.parametrize(
    "pair", PAIRS, ids=[f"{n}-{'conflict' if one['conflict'] else 'clean'}" for n, one in enumerate(PAIRS)]
)
def test_denied_exactly_where_git_sees_a_conflict(pair: dict[str, Any]) -> None:
    for one, other in (("a", "b"), ("b", "a")):
        denied = []
        for ranges in pair["files"].values():
            last = max(end for side in ranges.values() for _, end in side)
            base = b"".join(b"base %d\n" % number for number in range(1, last + 5))
            denied.append(is_denied(base, ranges[one], ranges[other]))
        assert any(denied) == pair["conflict"]


@pytest.mark.parametrize(
    "pair", PAIRS, ids=[f"{n}-{'conflict' if one['conflict'] else 'clean'}" for n, one in enumerate(PAIRS)]
)
def test_warned_across_worktrees_exactly_where_git_sees_a_conflict(pair: dict[str, Any]) -> None:
    """Both features finished, each in its worktree, neither of them landed."""
    for one, other in (("a", "b"), ("b", "a")):
        warned = []
        for ranges in pair["files"].values():
            last = max(end for side in ranges.values() for _, end in side)
            base = b"".join(b"base %d\n" % number for number in range(1, last + 5))
            mine, theirs = (lines_of(changed(base, ranges[side], side)) for side in (one, other))
            met = across.meeting(lines_of(base), mine, theirs)
            warned.append(bool(met))
            assert not any(across.landed(hunk, theirs, lines_of(base)) for hunk, _ in met)
            assert all(across.landed(hunk, theirs, theirs) for hunk, _ in met)
        assert any(warned) == pair["conflict"]
