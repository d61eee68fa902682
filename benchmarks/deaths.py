"""Five hundred `kill -9` under load: what the state, the locks and the log are like afterwards."""

from __future__ import annotations

from benchmarks.figures import Report, exactly, told
from benchmarks.storm.killing import Storm
from benchmarks.workplace import folder

KILLS = 500


def measure(kills: int = KILLS, workers: int = 16, seed: int = 7) -> Report:
    """Kills library workers and hook processes at random instants, and counts every trace that must not be."""
    with folder() as where:
        storm = Storm(where, seed, workers)
        try:
            while sum(storm.toll.kills.values()) < kills:
                storm.strike()
            toll = storm.end()
        finally:
            storm.close()
    return Report(
        "kill -9 under load",
        f"{kills} times at random instants under {workers} workers (two thirds through the library, one third through "
        "the installed hooks), on files of their own and shared ones; checked after each kill and at the end.",
        (
            told("processes killed", sum(toll.kills.values())),
            exactly("records that could not be read", len(toll.unreadable), 0),
            exactly("paths held twice", len(toll.twice), 0),
            exactly("torn log lines", len(toll.torn), 0),
            exactly("paths a living agent had to wait for", len(toll.waiting), 0),
            exactly("revisions that went backwards", len(toll.backwards), 0),
            told("log lines", toll.lines),
        ),
        tuple(str(one) for one in (*toll.unreadable, *toll.twice, *toll.torn, *toll.waiting, *toll.backwards))[:10],
    )
