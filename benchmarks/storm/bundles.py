"""Whose lines the commits of the storm contain, as git says: nobody's that another agent surely held just then."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from benchmarks.storm.judge import Hold
    from tests.support import Repo

_COMMIT = re.compile(r"commit (\d+) Step \d+ of ([\w-]+)\.$")
_FILE = re.compile(r"\+\+\+ b/(.+)$")
_LINE = re.compile(r"\+slot (\d+) ([\w-]+)-\d+\.$")


def bundled(repo: Repo, trees: dict[str, str], holds: list[Hold], offset: float) -> list[str]:
    """What was committed by another than whose it was. `trees` has each tree's range of commits.

    `offset` is the wall clock less the journal's. A commit tells its second: a hold that stood all through it counts.
    """
    spans: dict[tuple[str, str, str, int], list[tuple[float, float]]] = defaultdict(list)
    for hold in holds:
        for slot in hold.slots if not hold.is_call else ():
            spans[hold.who, *hold.place, slot].append((hold.start + offset, hold.end + offset))
    return [
        f"{text!r} in {path} of {tree} was committed by {who} at {at}"
        for tree, commits in trees.items()
        for at, who, path, slot, owner, text in _added(repo, commits)
        if owner != who and any(start <= at and at + 1 <= end for start, end in spans[owner, tree, path, slot])
    ]


def _added(repo: Repo, commits: str) -> Iterator[tuple[int, str, str, int, str, str]]:
    """Every slot that a commit of an agent changed: when, by whom, where, and whose text it is."""
    at, who, path = 0, "", ""
    for line in repo.git("log", "--format=commit %ct %s", "-p", "-U0", "--no-color", commits).splitlines():
        if found := _COMMIT.match(line):
            at, who = int(found[1]), found[2]
        elif line.startswith("commit "):
            who = ""
        elif found := _FILE.match(line):
            path = found[1]
        elif who and (found := _LINE.match(line)):
            yield at, who, path, int(found[1]), found[2], line[1:]
