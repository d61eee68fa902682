"""Witnesses: who holds a file writes its name beside it, so that holding twice is seen without asking PUCS."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = "witness"
VIOLATIONS = "violations.txt"


@contextmanager
def holding(scene: str, path: str) -> Iterator[None]:
    """Says that this process holds the path; a living process that says so already is a violation."""
    witness = f"{scene}/{FOLDER}/{path.replace('/', '-')}"
    me = f"{os.getpid()} {started(os.getpid())}"
    try:
        fd = os.open(witness, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except FileExistsError:
        _check(scene, witness, path)
        fd = os.open(witness, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600)
    os.write(fd, me.encode())
    os.close(fd)
    try:
        yield
    finally:
        os.unlink(witness)


def violations(scene: str) -> list[str]:
    """What the witnesses saw."""
    try:
        with open(f"{scene}/{VIOLATIONS}", encoding="utf-8") as file:
            return file.read().splitlines()
    except FileNotFoundError:
        return []


def _check(scene: str, witness: str, path: str) -> None:
    with open(witness, encoding="utf-8") as file:
        words = file.read().split()
    # Nothing written yet: its writer was killed between making and filling it, or is one step behind us.
    if len(words) == 2 and started(int(words[0])) == words[1]:
        line = f"{time.time():.3f} {path}: process {os.getpid()} was given what living process {words[0]} holds\n"
        fd = os.open(f"{scene}/{VIOLATIONS}", os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
        os.write(fd, line.encode())
        os.close(fd)


def started(pid: int) -> str:
    """When that process began, in clock ticks; "" where it is gone or a zombie."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in "ZX" else fields[19]
