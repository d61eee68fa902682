"""A wait for several paths gets them although others come and go for single ones; and it keeps nobody out for long."""

import random

import pytest

from pucs import queues
from pucs.model import DENY, GRANT, Process
from pucs.waits import Wait
from tests.waits.ruled import Ruled, patient

PAIR = ((".", "a"), (".", "b"))


def insists(age: float, paths: tuple[tuple[str, str], ...] = PAIR) -> bool:
    rules = Ruled(patient())
    return queues.insists(Wait("anna", 1, rules.now - age, rules.now, None, paths), rules.store.read())


class TestInsists:
    def test_by_turns_and_each_time_for_longer(self) -> None:
        changes = [age for age in range(1, 1000) if insists(age) != insists(age - 1)]
        assert changes == [10, 15, 20, 30, 40, 60, 80, 120, 160, 240, 320, 480, 640, 940]

    def test_never_for_long_at_a_stretch_nor_most_of_the_time(self) -> None:
        total, stretch = 0, 0
        for age in range(1, 7200):
            stretch = stretch + 1 if insists(age) else 0
            total += stretch > 0
            assert stretch <= queues.LONGEST_S
            assert total <= 2 / 3 * age + 1

    def test_for_one_path_or_after_the_clock_was_set_back_it_does_not(self) -> None:
        assert not any(insists(age, PAIR[:1]) for age in range(100))
        assert not any(insists(-age) for age in range(1, 100))


class Crowd:
    """Agents that come for one path each, hold it for some seconds, give it back, and come again at once."""

    def __init__(self, rules: Ruled, dice: random.Random, longest: int) -> None:
        self.rules, self.dice, self.longest = rules, dice, longest
        self.until: dict[str, float] = {}
        self.commands: dict[str, Process] = {}
        self.served: dict[str, int] = {}
        for path in "ab":
            for number in range(3):
                rules.agent(f"{path}{number}")
                self.served[f"{path}{number}"] = 0

    def moves(self, path: str) -> None:
        mine = [name for name in self.served if name[0] == path]
        for name in mine:
            if name in self.until and self.until[name] <= self.rules.now:
                del self.until[name]
                self.rules.gives_back(name, path)
        self.dice.shuffle(mine)
        for name in mine:
            if name not in self.until:
                process = self.commands.setdefault(name, self.rules.process())
                if self.rules.looks(name, (path,), process).taken:
                    del self.commands[name]
                    self.served[name] += 1
                    self.until[name] = self.rules.now + self.dice.randint(1, self.longest)
        assert len(self.rules.holders(path)) <= 1


@pytest.mark.parametrize("longest", [1, 4, 20, 60])
@pytest.mark.parametrize("paths", [("a", "b"), ("b", "a")])
def test_is_served_within_six_times_what_others_hold_a_path(longest: int, paths: tuple[str, ...]) -> None:
    rules = Ruled(patient())
    crowd = Crowd(rules, random.Random(longest), longest)
    crowd.moves("a")
    rules.now += 0.5
    crowd.moves("b")
    rules.agent("anna")
    began, process = rules.now, rules.process()
    taken = False
    while not taken:
        assert rules.now - began <= 6 * longest + 15, "starved"
        for path in "ab":
            rules.now += 0.5
            taken = taken or bool(rules.looks("anna", paths, process).taken)
            crowd.moves(path)
    assert rules.holders("a") == rules.holders("b") == ["anna"]


def test_meanwhile_the_others_are_served_too() -> None:
    rules = Ruled(patient())
    rules.agent("anna")
    rules.agent("slow")
    rules.edits("slow", "b")
    crowd = Crowd(rules, random.Random(1), 2)
    process, began = rules.process(), rules.now
    idle = 0
    while rules.now - began < 1200:
        rules.now += 1
        assert not rules.looks("anna", ("a", "b"), process).taken
        crowd.moves("a")
        idle += not rules.holders("a")
    assert sum(crowd.served.values()) > 300
    assert 0 < idle <= 800


class TestInsisting:
    @pytest.fixture
    def rules(self) -> Ruled:
        """Anna insists on a and b; Ben has b, and waits for c, which Carl has."""
        rules = Ruled(patient())
        for name in ("anna", "ben", "carl", "dora"):
            rules.agent(name)
        rules.edits("ben", "b")
        rules.edits("carl", "c")
        self.anna, self.ben = rules.process(), rules.process()
        assert not rules.looks("anna", ("a", "b"), self.anna).taken
        rules.now += 12
        assert not rules.looks("anna", ("a", "b"), self.anna).taken
        return rules

    def test_others_wait_behind_it(self, rules: Ruled) -> None:
        verdict = rules.edits("dora", "a")
        assert (verdict.decision, verdict.findings[0].rule) == (DENY, "next")
        assert rules.looks("dora", ("a",), rules.process()).verdict.findings[0].rule == "next"
        rules.gives_back("ben", "b")
        assert len(rules.looks("anna", ("a", "b"), self.anna).taken) == 2

    def test_not_whom_it_waits_for(self, rules: Ruled) -> None:
        assert rules.edits("ben", "a").decision == GRANT, "who may need it to come to an end"

    def test_not_whom_those_wait_for(self, rules: Ruled) -> None:
        assert rules.edits("carl", "a").decision == DENY
        assert not rules.looks("ben", ("c",), self.ben).taken
        assert rules.edits("carl", "a").decision == GRANT

    def test_not_once_its_command_is_stopped(self, rules: Ruled) -> None:
        rules.now += 10.5
        assert not insists(15)
        rules.now += 0.5
        assert rules.edits("dora", "a").decision == GRANT

    def test_not_while_it_lets_others_pass(self, rules: Ruled) -> None:
        rules.now += 4
        assert not rules.looks("anna", ("a", "b"), self.anna).taken
        assert rules.edits("dora", "a").decision == GRANT

    def test_who_was_denied_because_of_it_hears_when_the_path_is_free_for_it(self, rules: Ruled) -> None:
        assert rules.edits("dora", "a").decision == DENY
        rules.tidies()
        assert rules.told("dora") == []
        rules.now += 4
        rules.tidies()
        assert rules.told("dora") == ["a is free now; you were denied it earlier."]
