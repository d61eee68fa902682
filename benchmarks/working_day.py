"""An afternoon of eight agents and a person, judged by a journal that knows nothing of PUCS."""

from __future__ import annotations

from benchmarks.afternoon.judge import judged
from benchmarks.afternoon.play import play
from benchmarks.figures import Report, at_most, exactly, told
from benchmarks.workplace import folder

CALLS = 1_000


def measure(calls: int = CALLS, seed: int = 11, *, in_turn: bool = False) -> Report:
    """Plays it and counts needless denials and refusals, lost bytes and bundled bytes."""
    with folder() as where:
        world = play(where, seed, calls, in_turn=in_turn)
        verdict = judged(world)
    tally, journal = world.tally, world.journal
    needless = len(verdict.needless) * 1000 / max(tally.total, 1)
    return Report(
        "An afternoon",
        "Eight agents in one tree and two linked worktrees, subagents, a person, a formatter, tests, commits, "
        f"`/clear`, resume, refused permissions and `kill -9`: {tally.total} tool calls, seed {seed}.",
        (
            at_most("needless denials and refusals per 1,000 calls", needless, 1.0),
            exactly("lost bytes (places)", len(journal.lost) + len(journal.overwritten), 0),
            exactly("bundled bytes (places)", len(journal.bundled), 0),
            exactly("wrong grants", len(verdict.wrong), 0),
            exactly("hooks that broke", len(tally.broken), 0),
            told("denials", len(tally.denied)),
            told("refused commits", len(tally.refused)),
        ),
        tuple(
            str(one)[:300]
            for one in (
                *(*verdict.needless, *journal.lost, *journal.overwritten),
                *(*journal.bundled, *verdict.wrong, *tally.broken),
            )
        )[:10],
    )
