"""Agents that are killed and stopped at random for minutes: nobody holds what another holds, and nobody is stuck."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from benchmarks.figures import Report, exactly, told
from benchmarks.storm.playing import DURATION_S, PlayedStorm
from benchmarks.workplace import folder

if TYPE_CHECKING:
    from benchmarks.storm.playing import Outcome

SECONDS = 600.0
AMONG_OTHERS = 60.0
"""How long it lasts where all benchmarks run, unless somebody says otherwise."""
PROCESSES = 64
_SILENCE = 150.0
"""After so many seconds without a line in the journal, whoever is not through after the storm counts as wedged."""


def measure(seconds: float = SECONDS, processes: int = PROCESSES, seed: int = 3) -> Report:
    """Plays the storm and its end; the journal that the agents and the killer keep is judged without asking PUCS."""
    with folder() as where:
        storm = PlayedStorm(where, seed, processes)
        try:
            ends = time.monotonic() + seconds
            while time.monotonic() < ends:
                storm.strike()
            outcome = storm.finish(limit=_SILENCE)
        finally:
            storm.close()
    return _reported(outcome, seconds, processes)


def _reported(outcome: Outcome, seconds: float, processes: int) -> Report:
    verdict, counts, acts = outcome.verdict, outcome.verdict.counts, outcome.acts
    faults = (
        verdict.twice,
        outcome.wedged,
        outcome.lost,
        outcome.bundled,
        verdict.false,
        verdict.broken,
        outcome.damaged,
    )
    return Report(
        "Kills and pauses",
        f"{processes} agents in three working trees for {seconds:.0f} s, through the installed hooks and the real "
        "`pucs commit`, `wait`, `undo`, `unlock`: clients, and hooks and commands in mid-work, are killed and stopped "
        f"(SIGKILL, SIGSTOP) at random, some clients for longer than the {DURATION_S} s that a lock lasts. Judged by a "
        "journal that the agents keep. At the end everybody who lives changes every file of its tree.",
        (
            told("killed: clients, hooks and commands", f"{acts['kill client']}, {acts['kill child']}"),
            told("stopped: clients, hooks and commands", f"{acts['stop client']}, {acts['stop child']}"),
            told("edits asked for, let through, denied", f"{counts['ask']}, {counts['got']}, {counts['no']}"),
            told("commits, waits", f"{outcome.commits}, {counts['waited']}"),
            exactly("double holders", len(verdict.twice), 0),
            exactly("wedged agents, and files that one could not get", len(outcome.wedged), 0),
            exactly("lost bytes (slots)", len(outcome.lost), 0),
            exactly("bundled bytes (slots)", len(outcome.bundled), 0),
            exactly("denials of what cannot be held by whom they name, or was promised", len(verdict.false), 0),
            exactly("hooks and commands that broke", len(verdict.broken), 0),
            told("and that said the state was busy", counts["busy"]),
            exactly("records that could not be read, torn log lines", len(outcome.damaged), 0),
            told("alive at the end", outcome.survivors),
        ),
        tuple(str(fault)[:300] for found in faults for fault in found[:5]),
    )
