"""Measuring commands: processor and wall time of one process with its children, and the yardstick for it."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path


class Cost(NamedTuple):
    """What one run took, in seconds; `cpu` is user and system time of the process and the children it waited for."""

    cpu: float
    wall: float


class Job(NamedTuple):
    """A command with its input, environment and folder."""

    command: Sequence[str]
    env: Mapping[str, str]
    cwd: str
    data: bytes = b""


def run(job: Job) -> tuple[Cost, int, bytes]:
    """Runs the job to its end: its cost, exit code and standard output (a hook's few hundred bytes)."""
    in_read, in_write = os.pipe()
    out_read, out_write = os.pipe()
    actions = [
        (os.POSIX_SPAWN_DUP2, in_read, 0),
        (os.POSIX_SPAWN_DUP2, out_write, 1),
        (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
    ]
    os.write(in_write, job.data)
    os.close(in_write)
    here = os.getcwd()
    os.chdir(job.cwd)
    began = time.perf_counter()
    try:
        pid = os.posix_spawn(job.command[0], list(job.command), dict(job.env), file_actions=actions)
        _, status, usage = os.wait4(pid, 0)
    finally:
        wall = time.perf_counter() - began
        os.chdir(here)
        os.close(in_read)
        os.close(out_write)
    output = os.read(out_read, 1 << 16)
    os.close(out_read)
    return Cost(usage.ru_utime + usage.ru_stime, wall), os.waitstatus_to_exitcode(status), output


def median(costs: Sequence[Cost]) -> Cost:
    """The medians of both."""
    return Cost(statistics.median(cost.cpu for cost in costs), statistics.median(cost.wall for cost in costs))


def interleaved(jobs: Mapping[str, Callable[[], Cost]], rounds: int) -> dict[str, list[Cost]]:
    """The costs of every job, run in turn A B C A B C: what disturbs the machine disturbs all of them alike."""
    costs: dict[str, list[Cost]] = {name: [] for name in jobs}
    for _ in range(rounds):
        for name, job in jobs.items():
            costs[name].append(job())
    return costs


def empty_environment(where: Path) -> str:
    """The interpreter of a new virtual environment with nothing in it, of the kind that runs this."""
    place = where / "empty"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(place)], check=True)
    return str(place / "bin" / "python3")


def yardstick(interpreter: str) -> Callable[[], Cost]:
    """`python3 -c pass` in that environment."""
    job = Job([interpreter, "-c", "pass"], {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}, "/")
    return lambda: run(job)[0]
