"""Sixteen processes that take and release locks on their own files through the library, beside a bare loop."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.figures import Report, at_least, at_most, told
from benchmarks.workplace import folder, guarded

if TYPE_CHECKING:
    from tests.support import Repo

WORKERS = 16
ROUNDS = 2
SECONDS = 10.0
_STARTING = 2.0


class Run(NamedTuple):
    """What sixteen workers did in one run."""

    counts: tuple[int, ...]
    slowest: float

    @property
    def total(self) -> int:
        """The operations of all."""
        return sum(self.counts)

    @property
    def fairness(self) -> float:
        """The slowest worker's share of the quickest one's."""
        return min(self.counts) / max(self.counts)


def measure(seconds: float = SECONDS) -> Report:
    """Runs both kinds in turn and compares them."""
    with folder() as where:
        repo = guarded(where)
        for number in range(WORKERS):
            repo.write(f"own/{number}.txt", "x\n")
        repo.commit("Lay out")
        runs: dict[str, list[Run]] = {"bare": [], "library": []}
        for _ in range(ROUNDS):
            for kind, done in runs.items():
                done.append(_run(repo, kind, seconds))
    bare, library = runs["bare"], runs["library"]
    rates = {kind: sum(run.total for run in done) / ROUNDS / seconds for kind, done in runs.items()}
    return Report(
        "Locks through the library",
        f"{WORKERS} processes, each with a file of its own, for {seconds:g} s, {ROUNDS} times, in turn with {WORKERS} "
        "processes in a bare loop of flock, write, rename over, append on the same file system. Each acquire and each "
        "release is one operation, each turn of the loop is one.",
        (
            at_least("rate, of the bare loop's", rates["library"] / rates["bare"], 0.6),
            at_most("slowest call", max(run.slowest for run in library), 0.5, " s"),
            at_least("slowest worker, of the quickest", min(run.fairness for run in library), 0.5),
            told("operations a second", f"{rates['library']:.0f}"),
            told("bare loop: turns a second", f"{rates['bare']:.0f}"),
            told("bare loop: slowest turn", f"{max(run.slowest for run in bare):.2f} s"),
            told("bare loop: slowest worker, of the quickest", f"{min(run.fairness for run in bare):.2f}"),
        ),
    )


def _run(repo: Repo, kind: str, seconds: float) -> Run:
    start = time.monotonic() + _STARTING
    script = str(Path(__file__).with_name("throughput_worker.py"))
    workers = [
        subprocess.Popen(
            [sys.executable, "-I", "-S", script, kind, str(repo.root), str(number), str(start), str(seconds)],
            env=repo.env,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(WORKERS)
    ]
    results = [json.loads(worker.communicate()[0]) for worker in workers]
    return Run(tuple(count for count, _ in results), max(slowest for _, slowest in results))
