"""The storm with pauses: agents that are killed and stopped at random, and what the journal says of them at the end."""

from __future__ import annotations

import heapq
import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.storm import journal
from benchmarks.storm.bundles import bundled
from benchmarks.storm.judge import Judge
from benchmarks.storm.killing import Storm, Victim, child_of
from benchmarks.storm.player import OVER, SLOTS, begun
from benchmarks.workplace import guarded, hook_commands
from pucs.install.locations import RUN_CODE
from tests.support import ROOT, Repo

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.storm.judge import Verdict

DURATION_S = 15
WHOLE = "shared/0.txt"
"""The one file that is locked as a whole."""
_CONFIG = (
    f"locks: {{default_duration_min: {DURATION_S / 60}, wait_seconds: 0.2, partition_paths: {{'{WHOLE}': 'off'}}}}\n"
    "commits: {format: 'off'}\n"
)
_TREES = ("main", "side", "lone")
_MARK = re.compile(rb"slot \d\d [\w-]+\.")
_ACTS = {"kill client": 15, "kill child": 30, "stop client": 30, "stop child": 25}


class Outcome(NamedTuple):
    """How it ended: the judge's verdict, and what was found without the journal."""

    verdict: Verdict
    acts: dict[str, int]
    wedged: list[str]
    lost: list[str]
    bundled: list[str]
    damaged: list[str]
    commits: int
    survivors: int


class PlayedStorm(Storm):
    """Players of real agents, and a hand that kills or stops them or what they run."""

    def __init__(self, where: Path, seed: int, players: int) -> None:
        self.paths = [f"shared/{number}.txt" for number in range(max(2, players // 12))]
        self.acts = dict.fromkeys(_ACTS, 0)
        self._pen = journal.Pen(str(where), "storm")
        self._stopped: list[tuple[float, int, str]] = []
        """When to continue which process (its pidfd), and whose it is."""
        super().__init__(where, seed, players)

    def _laid_out(self) -> Repo:
        repo = guarded(self.scene, _CONFIG)
        for path in self.paths:
            repo.write(path, "".join(begun(slot) + "\n" for slot in range(SLOTS)))
        self.base = repo.commit("Lay out")
        self.trees = {_TREES[0]: repo, **{name: repo.worktree(name) for name in _TREES[1:]}}
        said = {
            "seed": self.seed,
            "trees": {name: str(tree.root) for name, tree in self.trees.items()},
            "paths": self.paths,
            "hooks": hook_commands(repo),
            "pucs": [sys.executable, "-c", RUN_CODE, str(ROOT)],
        }
        (self.scene / "scene.json").write_text(json.dumps(said))
        return repo

    def _kind(self, _number: int) -> str:
        return "player"

    def strike(self) -> None:
        """Kills or stops one process at a random instant; who was stopped long enough goes on."""
        time.sleep(self.dice.uniform(0.0, 0.3))
        self._continue(time.monotonic())
        act = self.dice.choices(list(_ACTS), list(_ACTS.values()))[0]
        victim = self._aimed(act)
        if act == "kill client":
            self._bury(victim)
            self._victims.append(self._spawn("player"))
            self.acts[act] += 1
        elif self._signal(act, victim):
            self.acts[act] += 1
        if sum(self.acts.values()) % 20 == 0:
            self._look(everything=False)

    def finish(self, limit: float) -> Outcome:
        """Lets everybody go on and finish while anything happens; gives what the journal and the disk say then."""
        while self._stopped:
            self._continue(self._stopped[0][0])
        (self.scene / OVER).touch()
        size, ends = 0, time.monotonic() + limit
        while time.monotonic() < ends and any(one.process.poll() is None for one in self._victims):
            time.sleep(0.05)
            now = (self.scene / journal.FILE).stat().st_size
            if now > size:
                size, ends = now, time.monotonic() + limit
        self.close()
        self._wait_for_orphans()
        self._look(everything=True)
        self._read_logs()
        lines = journal.lines(str(self.scene))
        wedged = _wedged(lines, [one.name for one in self._victims], self.paths)
        wedged += (self.scene / "errors.txt").read_text().splitlines()[-10:]
        judge = Judge(DURATION_S, (WHOLE,))
        slots = {(tree, path, slot): begun(slot) for tree in _TREES for path in self.paths for slot in range(SLOTS)}
        verdict = judge.judge(lines, slots)
        lost = [*verdict.lost, *self._missing(judge.contents), *self._unkept(lines)]
        damaged = [*self.toll.unreadable, *self.toll.torn, *self.toll.backwards]
        commits = int(self.repo.git("rev-list", "--count", "--branches", f"^{self.base}"))
        ranges = {name: f"{self.base}..{name}" for name in self.trees}
        taken = bundled(self.repo, ranges, judge.holds, time.time() - time.monotonic())
        return Outcome(verdict, self.acts, wedged, lost, taken, damaged, commits, len(self._victims))

    def close(self) -> None:
        """Leaves nobody running or stopped, whatever went wrong."""
        while self._stopped:
            self._continue(self._stopped[0][0])
        super().close()

    def _aimed(self, act: str) -> Victim:
        """Anybody; a client is more often one that is just writing, which takes it much less time than its hooks."""
        if act.endswith("client") and self.dice.random() < 0.6:
            writing = [one for one in self._victims if not child_of(one.process.pid)]
            return self.dice.choice(writing or self._victims)
        return self.dice.choice(self._victims)

    def _bury(self, victim: Victim) -> None:
        self._pen.note("kill", victim.name)
        victim.process.kill()
        victim.process.wait()
        self._pen.note("dead", victim.name)
        self._victims.remove(victim)

    def _signal(self, act: str, victim: Victim) -> bool:
        """Kills a child of the victim, or stops it or the victim for a while; false where there is none any more."""
        pid = child_of(victim.process.pid) if act.endswith("child") else victim.process.pid
        try:
            handle = os.pidfd_open(pid) if pid else -1
        except ProcessLookupError:
            return False
        if handle < 0 or (act.endswith("child") and child_of(victim.process.pid) != pid):
            return False
        with suppress(ProcessLookupError):
            if act.startswith("kill"):
                signal.pidfd_send_signal(handle, signal.SIGKILL)
                os.close(handle)
                return True
            self._pen.note("stop", victim.name, act)
            signal.pidfd_send_signal(handle, signal.SIGSTOP)
            longest = 1.5 * DURATION_S if act == "stop client" and self.dice.random() < 0.15 else 3
            heapq.heappush(self._stopped, (time.monotonic() + self.dice.uniform(0.02, longest), handle, victim.name))
            return True
        os.close(handle)
        return False

    def _continue(self, now: float) -> None:
        while self._stopped and self._stopped[0][0] <= now:
            _, handle, name = heapq.heappop(self._stopped)
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(handle, signal.SIGCONT)
            os.close(handle)
            self._pen.note("cont", name)

    def _look_at(self, path: str) -> None:
        self.repo.store.read().path(path)

    def _missing(self, contents: dict[tuple[str, str, int], set[str]]) -> list[str]:
        """Slots that do not hold at the end what their writers say."""
        found = []
        for tree, repo in self.trees.items():
            for path in self.paths:
                for slot, text in enumerate(repo.read(path).splitlines()):
                    wanted = contents.get((tree, path, slot), set())
                    if text not in wanted:
                        found.append(f"{text!r} is in {(tree, path, slot)} at the end, not {sorted(wanted)}")
        return found

    def _unkept(self, lines: list[list]) -> list[str]:
        """What was written and is now in no tree, no commit and no kept copy."""
        texts = b"\n".join(repo.read(path).encode() for repo in self.trees.values() for path in self.paths)
        listing = ["git", "cat-file", "--batch-all-objects", "--batch", "--buffer"]
        texts += subprocess.run(listing, cwd=self.repo.root, env=self.repo.env, capture_output=True, check=True).stdout
        texts += b"".join(one.read_bytes() for one in self.repo.state.glob("spool/*"))
        known = set(_MARK.findall(texts))
        whole = {call: changes for _, _, _, call, changes in (line for line in lines if line[2] == "write")}
        written = [text for _, _, what, *more in lines if what == "wrote" for _, _, text in whole[more[0]]]
        return [f"{text} is kept nowhere" for text in written if text.encode() not in known]


def _wedged(lines: list[list], living: list[str], paths: list[str]) -> list[str]:
    """Who did not come to its end after the storm, and what somebody could not change."""
    last = {who: (what, *more) for _, who, what, *more in lines}
    ended = {who for _, who, what, *_ in lines if what == "end"}
    served = {(who, more[1]) for _, who, what, *more in lines if what == "served"}
    found = [f"{who} did not end: {last.get(who)}" for who in living if who not in ended]
    found += [f"{who}: {more}" for _, who, what, *more in lines if what == "stuck"]
    missing = [(who, path) for who in living if who in ended for path in paths if (who, path) not in served]
    return found + [f"{who} never got {path}" for who, path in missing]
