"""One of sixteen: `throughput_worker.py KIND REPO NUMBER START SECONDS`; prints its operations and its slowest call."""

from __future__ import annotations

import fcntl
import json
import os
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

RECORD, LINE = b"x" * 300, b"y" * 119 + b"\n"


def main() -> None:
    kind, repo, number, start, seconds = sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4]), float(sys.argv[5])
    calls = {"bare": _bare, "library": _library}[kind](repo, number)
    time.sleep(max(0.0, start - time.monotonic()))
    end = start + seconds
    count, slowest, now = 0, 0.0, time.monotonic()
    while now < end:
        for call in calls:
            began = time.monotonic()
            call()
            now = time.monotonic()
            slowest = max(slowest, now - began)
            count += 1
    sys.stdout.write(json.dumps([count, slowest]))


def _bare(repo: str, number: str) -> list[Callable[[], None]]:
    """What any state shared by processes costs: the mutex, one record written aside and renamed over, one log line."""
    folder = f"{repo}/.git"

    def change() -> None:
        mutex = os.open(f"{folder}/bare-mutex", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(mutex, fcntl.LOCK_EX)
        record = os.open(f"{folder}/bare-{number}.tmp", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.write(record, RECORD)
        os.close(record)
        os.replace(f"{folder}/bare-{number}.tmp", f"{folder}/bare-{number}.json")
        log = os.open(f"{folder}/bare-log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.write(log, LINE)
        os.close(log)
        os.close(mutex)

    return [change]


def _library(repo: str, number: str) -> list[Callable[[], object]]:
    """Taking and giving back a lock on a file of its own: two calls, each one change of the state."""
    sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    from pucs import PUCSClient

    client = PUCSClient(agent_id=f"worker-{number}", path=repo)
    path = f"own/{number}.txt"
    return [lambda: client.acquire_locks([path]), lambda: client.release_locks([path])]


if __name__ == "__main__":
    main()
