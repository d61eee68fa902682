"""What an edit costs in a file of 1,000 lines that another agent is changing, by ranges of lines and by symbols."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.edit_cost import Hand
from benchmarks.figures import Figure, Report, at_most, told
from benchmarks.measuring import empty_environment, interleaved, median, yardstick
from benchmarks.workplace import folder, guarded, hook_commands

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from benchmarks.measuring import Cost

ROUNDS = 31
LIMIT = 3.0
_METHOD = """    def method_{number}(self, value: int) -> int:
        if value > {number}:
            return self.method_{number}(value - 1) + {number}
        return value

"""
_MINE, _THEIRS = (
    ("        if value > 90:\n", "        if value >= 90:\n"),
    ("        if value > 10:\n", "        if 10 < value:\n"),
)


def measure(rounds: int = ROUNDS) -> Report:
    """The first edit beside another agent's lines, the next one, one that is denied, and the ends of both calls."""
    with folder() as where:
        jobs: dict[str, Callable[[], Cost]] = {"python3 -c pass": yardstick(empty_environment(where))}
        for word in ("ranges", "symbols"):
            jobs.update(_jobs(where, word))
        costs = {name: median(found) for name, found in interleaved(jobs, rounds).items()}
    base = costs.pop("python3 -c pass")
    figures: list[Figure] = []
    for name, cost in costs.items():
        figures.append(at_most(f"{name}: CPU ratio", cost.cpu / base.cpu, LIMIT))
        figures.append(told(f"{name}: wall ratio", f"{cost.wall / base.wall:.2f}"))
    return Report(
        "One contended edit",
        f"A Python file of 1,000 lines in which another agent has uncommitted lines; medians of {rounds} interleaved "
        "rounds; CPU is user and system time of the hook process; the unit is `python3 -c pass` of an empty virtual "
        "environment.",
        tuple(figures),
    )


def text() -> str:
    """A module of 1,000 lines: classes of ten methods."""
    lines = [_METHOD.format(number=number) for number in range(1, 196)]
    for at in range(0, len(lines), 10):
        lines[at] = f"class Part{at}:\n" + lines[at]
    return "import os\nimport sys\n\nLIMIT = 3\n\n" + "".join(lines)


def _jobs(where: Path, word: str) -> dict[str, Callable[[], Cost]]:
    repo = guarded(where, f"locks: {{partition: {word}}}\n", f"by-{word}")
    commands = hook_commands(repo)
    (repo.root / "first.py").write_text(text())
    (repo.root / "next.py").write_text(text())
    repo.git("add", "first.py", "next.py")
    repo.git("-c", "core.hooksPath=/dev/null", "commit", "-qm", "Parts")
    holder, other = Hand(repo, commands, "holder"), Hand(repo, commands, "other")
    for name in ("first.py", "next.py"):
        _edited(holder, repo.root / name, _MINE)
    _edited(other, repo.root / "next.py", ("LIMIT = 3\n", "LIMIT = 4\n"))

    def granted(name: str) -> Callable[[], Cost]:
        """A grant each time, given back unchanged outside what is measured."""
        path = repo.root / name

        def once() -> Cost:
            cost = other.call("PreToolUse", path, b"", _THEIRS)
            other.call("PostToolUse", path, None, _THEIRS)
            return cost

        return once

    def after() -> Cost:
        """The end of an edit that changed something."""
        path = repo.root / "next.py"
        other.call("PreToolUse", path, b"", _THEIRS)
        path.write_text(path.read_text().replace(*_THEIRS))
        cost = other.call("PostToolUse", path, None, _THEIRS)
        _edited(other, path, (_THEIRS[1], _THEIRS[0]))
        return cost

    def denied() -> Cost:
        return other.call("PreToolUse", repo.root / "first.py", b"deny", (_MINE[1], _MINE[0]))

    denied()  # from now on it is a repeated denial
    return {
        f"granted beside another's lines, {word}": granted("first.py"),
        f"granted where both have lines, {word}": granted("next.py"),
        f"denied, {word}": denied,
        f"after (PostToolUse), {word}": after,
    }


def _edited(hand: Hand, path: Path, edit: tuple[str, str]) -> None:
    hand.call("PreToolUse", path, b"", edit)
    path.write_text(path.read_text().replace(*edit))
    hand.call("PostToolUse", path, None, edit)
