"""The killer of the storm, and what it checks after every kill and at the end."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

from benchmarks.storm.witness import FOLDER, violations
from benchmarks.storm.worker import BASE
from benchmarks.workplace import WHOLE_FILES, guarded, hook_commands
from pucs import PUCSClient, locks
from pucs.client.surveying import holdings_of
from pucs.errors import PucsError, Refusal, StoreBusy

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support import Repo

SHARED = 12
_EVERY = 10
"""Every so many kills all records are read, else those that the workers fight for."""


@dataclass
class Toll:
    """What the storm cost: each list names what must not be."""

    kills: dict[str, int] = field(default_factory=dict)
    unreadable: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    torn: list[str] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    backwards: list[str] = field(default_factory=list)
    slowest: float = 0.0
    lines: int = 0


@dataclass
class Victim:
    """A worker at work."""

    kind: str
    name: str
    process: subprocess.Popen[bytes]


class Storm:
    """Sixteen workers in one repository, and a hand that kills them."""

    def __init__(self, where: Path, seed: int, workers: int = 16) -> None:
        self.scene = where
        self.seed = seed
        self.dice = random.Random(seed)
        self.repo = self._laid_out()
        self.toll = Toll()
        self._numbers = count(1)
        self._groups: list[int] = []
        self._revision = 0
        self._probe = PUCSClient(agent_id="probe", path=str(self.repo.root))
        self._victims = [self._spawn(self._kind(number)) for number in range(workers)]

    def _laid_out(self) -> Repo:
        """The repository that the workers work in."""
        repo = guarded(self.scene, WHOLE_FILES)
        for number in range(SHARED):
            repo.write(f"shared/{number}.txt", BASE)
        repo.write("own/.keep", "")
        repo.commit("Lay out")
        (self.scene / FOLDER).mkdir()
        (self.scene / "hooks.json").write_text(json.dumps(hook_commands(repo)))
        return repo

    def _kind(self, number: int) -> str:
        """What the worker of that number does."""
        return "hooks" if number % 3 == 2 else "library"

    def strike(self) -> None:
        """Kills one process at a random instant, checks, and lets another come."""
        time.sleep(self.dice.uniform(0.0, 0.06))
        victim = self.dice.choice(self._victims)
        child = child_of(victim.process.pid) if victim.kind == "hooks" and self.dice.random() < 0.6 else 0
        if child:
            # Only the hook, in mid-work; its client lives and goes on.
            try:
                os.kill(child, signal.SIGKILL)
            except ProcessLookupError:
                return
            self._count("hook processes")
        else:
            victim.process.kill()
            victim.process.wait()
            self._count("clients" if victim.kind == "hooks" else "library workers")
            self._victims.remove(victim)
            if victim.kind == "library":
                self._take(f"own/{victim.name}.txt", 1)
            self._victims.append(self._spawn(victim.kind))
        self._look(everything=sum(self.toll.kills.values()) % _EVERY == 0)

    def end(self) -> Toll:
        """Kills all that is left; a fresh agent must get every path without waiting for anybody."""
        for victim in self._victims:
            victim.process.kill()
        for victim in self._victims:
            victim.process.wait()
        self._wait_for_orphans()
        self._look(everything=True)
        paths = [f"shared/{number}.txt" for number in range(SHARED)]
        paths += [key for key in self.repo.store.read().names("path") if key.startswith("own/")]
        for path in paths:
            self._take(path, 2)
        self.toll.twice += violations(str(self.scene))
        self._read_logs()
        return self.toll

    def _wait_for_orphans(self) -> None:
        """The hooks that dead clients had started end by themselves: only then is nobody at work any more."""
        while any(_group_lives(group) for group in self._groups):
            time.sleep(0.01)

    def close(self) -> None:
        """Leaves nobody running, whatever went wrong."""
        for victim in self._victims:
            victim.process.kill()
            victim.process.wait()

    def _spawn(self, kind: str) -> Victim:
        name = f"{kind}-{next(self._numbers)}"
        script = os.path.join(os.path.dirname(__file__), "worker.py")
        command = [sys.executable, "-I", "-S", script, kind, str(self.scene), str(self.repo.root), name]
        with open(self.scene / "errors.txt", "ab") as errors:
            process = subprocess.Popen(command, env=self.repo.env, stderr=errors, start_new_session=True)
        self._groups.append(process.pid)
        return Victim(kind, name, process)

    def _count(self, what: str) -> None:
        self.toll.kills[what] = self.toll.kills.get(what, 0) + 1

    def _take(self, path: str, tries: int) -> None:
        """Takes a dead worker's path: at once where it was clean, at the second try where bytes were parked."""
        began = time.monotonic()
        for attempt in range(tries):
            try:
                self._probe.acquire_locks([path])
                self._probe.release_locks([path])
            except Refusal as refusal:
                if attempt == tries - 1:
                    self.toll.waiting.append(f"{path}: {refusal}")
            except StoreBusy as busy:
                self.toll.waiting.append(f"{path}: {busy}")
            else:
                break
        self.toll.slowest = max(self.toll.slowest, time.monotonic() - began)

    def _look(self, *, everything: bool) -> None:
        """Every record can be read, no path is held twice, the revision has not fallen."""
        view = self.repo.store.read()
        if view.revision < self._revision:
            self.toll.backwards.append(f"{self._revision} -> {view.revision}")
        self._revision = view.revision
        shared = [f"shared/{number}.txt" for number in range(SHARED)]
        try:
            for path in view.names("path") if everything else shared:
                self._look_at(path)
            for agent in view.names("agent") if everything else ():
                view.agent(agent)
        except PucsError as error:
            self.toll.unreadable.append(str(error))

    def _look_at(self, path: str) -> None:
        view = self.repo.store.read()
        view.path(path)
        held = [one.lock.agent for one in holdings_of(self._probe.repository, path, view) if one.state == locks.HELD]
        if len(held) > 1:
            self.toll.twice.append(f"{path} is held by {held}")

    def _read_logs(self) -> None:
        for log in sorted((self.repo.state / "state").glob("agent_activity*.jsonl")):
            for number, line in enumerate(log.read_bytes().splitlines(), 1):
                self.toll.lines += 1
                try:
                    whole = isinstance(json.loads(line)["timestamp"], str)
                except (ValueError, KeyError, TypeError):
                    whole = False
                if not whole:
                    self.toll.torn.append(f"{log.name}:{number}: {line[:200]!r}")


def child_of(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
            children = file.read().split()
    except OSError:
        return 0
    return int(children[0]) if children else 0


def _group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
