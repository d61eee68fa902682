"""Any sequence of edits, waits, kills, pauses, returns, deaths and hours, against a model of who is in whose way.

The model knows no records: who has what, who stands where in which order, and what follows from that for each look of a
waiting command. So every wait ends or has a reason, nobody is overtaken, and nobody who was denied is forgotten.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as some
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from pucs import turns
from pucs.model import GRANT, Process
from tests.waits.ruled import BASE, Ruled, patient

EXAMPLES, STEPS, LEAST = 260, 50, 10_000
WHO = ("anna", "ben", "carl", "dora", "eve")
PATHS = ("a", "b", "c")
BEAT, MINDED, KEPT, TAKEN_FOR, TIMEOUT = 3, 10, 300, 300, 1800

some_who, some_path, some_number = some.sampled_from(WHO), some.sampled_from(PATHS), some.integers(0, 9)
some_paths = some.lists(some_path, min_size=1, max_size=3, unique=True).map(tuple)
some_seconds = some.sampled_from([1, 2, 4, 8, 11, 60, 301, 1801])


@dataclass
class Holding:
    """Who has a path: bytes there, or until then because it waited for it."""

    who: str
    until: float | None = None


@dataclass(eq=False)
class Command:
    """One `pucs wait`: `process` is None once it ended by itself, `number` its place, 0 before it stands in line."""

    who: str
    paths: tuple[str, ...]
    process: Process | None
    number: int = 0
    since: float = 0.0
    seen: float = 0.0
    stopped: bool = False


class Line(RuleBasedStateMachine):
    """See the module."""

    steps = count()

    @initialize()
    def begin(self) -> None:
        self.rules = Ruled(patient(queue_timeout_s=TIMEOUT))
        self.clients = {who: self.rules.agent(who) for who in WHO}
        self.has: dict[str, Holding] = {}
        self.commands: list[Command] = []
        self.hungry: set[tuple[str, str]] = set()
        self.shown: set[tuple[str, str, str]] = set()
        self.offered: set[tuple[str, str, str]] = set()
        self.last = 0

    # What follows from who has what, and who stands where.

    @property
    def now(self) -> float:
        return self.rules.now

    def lives(self, who: str) -> bool:
        return self.clients[who].pid not in self.rules.dead

    def holder(self, path: str) -> str:
        """Whose lock binds there; "" if nobody's."""
        one = self.has.get(path)
        if one is None or not self.lives(one.who) or (one.until is not None and self.now >= one.until):
            return ""
        return one.who

    def left_behind(self, path: str) -> str:
        """Whose bytes are parked there; "" if nobody's."""
        one = self.has.get(path)
        return one.who if one is not None and one.until is None and not self.lives(one.who) else ""

    def runs(self, one: Command) -> bool:
        return one.process is not None and one.process.pid not in self.rules.dead

    def stands(self, one: Command) -> bool:
        return bool(one.number) and self.runs(one) and self.now - one.seen <= MINDED and self.lives(one.who)

    def line(self) -> list[Command]:
        return sorted((one for one in self.commands if self.stands(one)), key=lambda one: one.number)

    def lacks(self, one: Command) -> list[str]:
        """Who has what it waits for; a dead one for what is parked."""
        found = [self.holder(path) or self.left_behind(path) for path in one.paths]
        return [who for who in found if who not in ("", one.who)]

    def insists(self, one: Command) -> bool:
        age = self.now - one.since
        return len(one.paths) > 1 and any(
            start <= age < start + min(start / 2, 300) for start in (10 * 2**power for power in range(20))
        )

    def waits_for(self, one: Command, who: str) -> bool:
        """Whether it waits for that agent, or for one that waits for it, and so on."""
        reached, new = set(), {other for other in self.lacks(one) if self.lives(other)}
        while new:
            reached |= new
            further = {name for each in self.line() if each.who in new for name in self.lacks(each)}
            new = {name for name in further if self.lives(name)} - reached
        return who in reached

    def before(self, path: str, who: str, number: int) -> bool:
        """Whether somebody else is to have the path first."""
        for one in self.line():
            if number and one.number >= number:
                return False
            if one.who != who and path in one.paths:
                lacks = self.lacks(one)
                if not lacks or (self.insists(one) and not self.waits_for(one, who)):
                    return True
        return False

    def obstacle(self, path: str, who: str, number: int = 0) -> str:
        """What the gate has to say to that agent about that path; "" to let it in."""
        if self.holder(path) == who:
            return ""
        if self.holder(path):
            return "held"
        parked = self.left_behind(path)
        if parked:
            known = (who, path, self.rules.disk.get(path, BASE)) in self.offered
            return "" if known else "parked"
        return "next" if self.before(path, who, number) else ""

    # What agents do.

    @rule(who=some_who, path=some_path)
    def edits(self, who: str, path: str) -> None:
        if not self.lives(who):
            return
        expected = self.obstacle(path, who)
        verdict = self.rules.edits(who, path)
        said = verdict.findings[0].rule if verdict.findings else ""
        assert (verdict.decision == GRANT, said) == (not expected, expected)
        if not expected:
            self.gets(who, path, None)
        elif expected == "parked":
            self.offered.add((who, path, self.rules.disk.get(path, BASE)))
            self.shown.add((who, path, self.has[path].who))
        else:
            self.hungry.add((who, path))
            self.shown = {one for one in self.shown if one[:2] != (who, path)}

    def gets(self, who: str, path: str, until: float | None) -> None:
        before = self.has.get(path)
        if (
            until is not None
            and before is not None
            and before.until is None
            and (self.left_behind(path) or before.who == who)
        ):
            until = None  # bytes are there: its own, or taken over
        self.has[path] = Holding(who, until)
        self.hungry.discard((who, path))
        self.offered = {one for one in self.offered if one[1] != path}

    @rule(who=some_who, path=some_path)
    def adopts(self, who: str, path: str) -> None:
        parked = self.left_behind(path)
        if self.lives(who):
            assert self.rules.adopts(who, path) == bool(parked)
            if parked:
                self.gets(who, path, None)

    @rule(path=some_path)
    def gives_back(self, path: str) -> None:
        who = self.holder(path)
        if who:
            self.rules.gives_back(who, path)
            del self.has[path]

    @rule(who=some_who, paths=some_paths)
    def begins(self, who: str, paths: tuple[str, ...]) -> None:
        mine = [one for one in self.commands if one.who == who]
        if any(self.runs(one) for one in mine):
            return
        kept = [one for one in mine if self.now - one.seen <= KEPT and set(paths) <= set(one.paths)]
        if kept:
            command = min(kept, key=lambda one: one.number)
            command.paths, command.process, command.seen = paths, self.rules.process(), self.now
        else:
            command = Command(who, paths, self.rules.process())
            self.commands.append(command)
        self.look(command)

    @precondition(lambda self: any(self.looking()))
    @rule(number=some_number)
    def looks(self, number: int) -> None:
        able = list(self.looking())
        self.look(able[number % len(able)])

    def looking(self) -> list[Command]:
        return [one for one in self.commands if self.runs(one) and not one.stopped]

    def look(self, one: Command) -> None:
        """The command looks; what comes of it is what has to."""
        assert one.process is not None
        new = not one.number
        if new:
            one.number, one.since, one.seen = self.last + 1, self.now, self.now
        elif self.now - one.seen >= BEAT:
            one.seen = self.now
        others = [each.number for each in self.commands if each is not one]
        if new:
            one.number = max([self.last, *others]) + 1
        said = next((what for path in one.paths if (what := self.obstacle(path, one.who, one.number))), "")
        circle = self.waits_for(one, one.who)
        found = self.rules.looks(one.who, one.paths, one.process)
        if found.wait is not None:
            assert found.wait.number > self.last if new else found.wait.number == one.number, (
                "a place is kept, or the last"
            )
            one.number = found.wait.number
            self.last = max(self.last, one.number)
        self.compare(one, found, said, circle=circle)

    def compare(self, one: Command, found: turns.Outcome, said: str, *, circle: bool) -> None:
        if not self.lives(one.who):
            assert found.over == turns.GONE
        elif not said:
            assert set(found.taken) == set(one.paths), f"{one} should be served: {found}"
            for path in one.paths:
                self.gets(one.who, path, self.now + TAKEN_FOR)
        elif said == "parked":
            assert not found.taken
            assert found.wait is None
            assert found.verdict.findings[0].rule == "parked", found
        elif circle:
            assert found.over == turns.CIRCLE, found
        elif self.now - one.since > TIMEOUT:
            assert found.over == turns.OVERDUE
        else:
            assert (found.over, found.taken) == ("", {}), found
            assert found.wait is not None
            assert found.verdict.findings[0].rule == said
            return
        self.commands.remove(one)

    # What happens to commands and agents.

    @precondition(lambda self: any(self.looking()))
    @rule(number=some_number, how=some.sampled_from(["kill", "stop", "late", "interrupt"]))
    def is_hit(self, number: int, how: str) -> None:
        able = list(self.looking())
        one = able[number % len(able)]
        assert one.process is not None
        if how == "kill":
            self.rules.dead.add(one.process.pid)
        elif how == "stop":
            one.stopped = True
        elif how == "late":
            self.rules.leaves(one.number, for_good=False)
            one.process, one.seen = None, self.now
        else:
            self.rules.leaves(one.number, for_good=True)
            self.commands.remove(one)

    @rule()
    def all_go_on(self) -> None:
        for one in self.commands:
            one.stopped = False

    @rule(who=some_who, really=some.sampled_from([True, False, False]))
    def dies(self, who: str, really: bool) -> None:
        if really and sum(map(self.lives, WHO)) > 2:
            self.rules.dead.add(self.clients[who].pid)

    @rule(seconds=some_seconds)
    def time_passes(self, seconds: int) -> None:
        self.rules.now += seconds

    @rule()
    def somebody_publishes(self) -> None:
        for one in list(self.commands):
            late = self.now - one.since > TIMEOUT
            if late or not (self.stands(one) or self.now - one.seen <= KEPT):
                if self.runs(one):
                    one.number = 0  # it begins anew, as the last
                else:
                    self.commands.remove(one)
        self.rules.tidies()
        self.hear()

    def hear(self) -> None:
        for who in WHO:
            for text in self.rules.told(who):
                for path in PATHS:
                    if text.startswith(f"{path} is free now;") or ("no longer in line" in text and path in text):
                        self.hungry.discard((who, path))
                    if text.startswith(f"{path} holds uncommitted changes of "):
                        self.shown.add((who, path, text.split(" of ")[1].split(",")[0]))

    # What is promised.

    @rule()
    def everybody_looks(self) -> None:
        """Then whoever still waits has a reason, and whoever was denied knows what it can know."""
        for _ in range(len(self.commands) + 1):
            for one in self.looking():
                self.look(one)
        for one in self.looking():
            assert any(self.obstacle(path, one.who, one.number) for path in one.paths), f"{one} waits for nobody"
        self.somebody_publishes()
        for who, path in self.hungry:
            if not self.lives(who) or self.holder(path):
                continue
            parked = self.left_behind(path)
            if parked:
                known = (who, path, parked) in self.shown or any(
                    one.who == who and path in one.paths and one.number for one in self.commands
                )
                assert known, f"nobody told {who} that {parked} left bytes in {path}"
            else:
                first = any(
                    path in one.paths and one.who != who and (self.insists(one) or not self.lacks(one))
                    for one in self.line()
                )
                stands = any(one.who == who and path in one.paths for one in self.line())
                assert first or stands, f"{who} never heard that {path} is free"

    @invariant()
    def nobody_has_what_another_has(self) -> None:
        next(self.steps)
        if hasattr(self, "rules"):
            for path in PATHS:
                assert self.rules.holders(path) == ([self.holder(path)] if self.holder(path) else [])

    def teardown(self) -> None:
        """In the end every wait ends, and nothing is left of any."""
        if not hasattr(self, "rules"):
            return
        heir = next(who for who in WHO if self.lives(who))
        self.all_go_on()
        for _ in range(2 * len(self.commands) + 2):
            for path in PATHS:
                self.adopts(heir, path)
                self.gives_back(path)
            for one in self.looking():
                self.look(one)
            self.time_passes(1)
        assert not self.looking(), "a wait without an end"
        self.time_passes(2 * TIMEOUT)
        self.somebody_publishes()
        self.somebody_publishes()
        view = self.rules.store.read()
        assert not list(view.names("wait"))
        assert not [waiter for path in PATHS for waiter in view.path(path).tree(".").waiters], "a ghost"


def play() -> int:
    """Plays, and says how many steps it was."""
    run_state_machine_as_test(
        Line,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            phases=[Phase.generate],
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
    return next(Line.steps)


def test_any_sequence() -> None:
    """In a process of its own, whose hashes are the same each time: so are the sequences."""
    words = [sys.executable, "-m", __name__]
    env = {**os.environ, "PYTHONHASHSEED": "0"}
    root = Path(__file__).parents[2]
    done = subprocess.run(words, cwd=root, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert int(done.stdout.split()[-1]) >= LEAST


if __name__ == "__main__":
    print(play())
