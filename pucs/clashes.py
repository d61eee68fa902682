"""What two worktrees make of one path: the commit by which one gave it back, and hunks that the other one is over."""

from __future__ import annotations

from pucs.record import Record

DAY = 86400.0
"""A worktree in which nothing happened for so many seconds is quiet: it warns of nothing and denies nothing."""


class Release(Record):
    """The last commit by which an agent gave the path back in a worktree; a tree's record has it as a plain tuple."""

    agent: str
    branch: str
    commit: str
    at: float


class Hunk(Record):
    """One place of a change: its lines in the merge base and in the file now (from 0, half-open), and their texts."""

    base: tuple[int, int]
    now: tuple[int, int]
    before: bytes
    after: bytes


class Clash(Record):
    """An unlanded change of a peer's worktree that a change here is over, or which this worktree has to contain first.

    `commit` is "" where the peer has not committed it; `start` is the merge base, `how` the one command that brings it
    in, `more` how many other places of the path are concerned. `theirs` and `mine` are the hunks that meet.
    """

    agent: str
    tree: str
    branch: str
    commit: str
    since: float
    start: str
    how: str
    theirs: Hunk
    mine: Hunk
    more: int = 0
