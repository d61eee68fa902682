"""`pucs wait` and `pucs why` for a part of a file: a symbol or lines, as `pucs lock` takes them."""

import json

import pytest

from tests.cli.conftest import Pucs
from tests.cli.test_waiting import Line
from tests.code.samples import PYTHON
from tests.support import Client, Repo, policy

PATH = PYTHON.path
VALIDATE, LAST = f"{PATH}::RiskManager.validate", f"{PATH}::last"


@pytest.fixture(autouse=True)
def sources(guarded: Repo) -> None:
    guarded.guard(policy(locks={"wait_s": 0}))
    guarded.write(PATH, PYTHON.text)
    guarded.commit("Sources")


def in_validate(who: Client, text: str = "1"):
    return who.pre("Edit", PATH, old_string="            return order\n", new_string=f"            return {text}\n")


class TestWait:
    def test_a_part_that_nobody_is_at_is_taken_at_once(self, four: list[Client], pucs: Pucs) -> None:
        anna, bob, *_ = four
        anna.edit(PATH, "def last(): return 1\n", "def last(): return 2\n")
        ran = pucs("wait", VALIDATE, by=bob)
        assert (ran.status, f"{VALIDATE} is yours: look at it again" in ran.stdout) == (0, True), ran
        assert "locked in RiskManager.validate by agent-2" in in_validate(anna).reason
        assert anna.edit(PATH, "LIMIT = 10\n", "LIMIT = 11\n").silent
        assert in_validate(bob).silent

    def test_it_waits_for_who_changes_it_and_not_for_others(self, four: list[Client], line: Line) -> None:
        anna, bob, carl, _ = four
        anna.edit(PATH, "            return order\n", "            return 1\n")
        carl.edit(PATH, "def last(): return 1\n", "def last(): return 2\n")
        wait = line.joins(bob, VALIDATE)
        carl.edit(PATH, "def last(): return 2\n", "def last(): return 1\n")
        assert wait.poll() is None
        carl.edit(PATH, "LIMIT = 10\n", "LIMIT = 11\n")
        anna.edit(PATH, "            return 1\n", "            return order\n")
        assert f"{VALIDATE} is yours" in line.served(wait)
        assert "agent-2" in in_validate(carl).reason

    def test_first_come_first_served(self, four: list[Client], line: Line, pucs: Pucs) -> None:
        anna, bob, carl, dora = four
        assert pucs("lock", VALIDATE, by=anna).status == 0
        bobs, carls, doras = line.joins(bob, VALIDATE), line.joins(carl, VALIDATE), line.joins(dora, PATH)
        assert f"{PATH}  in line: agent-2, agent-3, agent-4" in pucs("status").stdout
        for holder, wait in ((anna, bobs), (bob, carls), (carl, doras)):
            assert wait.poll() is None
            assert pucs("unlock", by=holder).status == 0
            assert "is yours" in line.served(wait)

    def test_who_waits_for_another_part_is_not_behind(self, four: list[Client], line: Line, pucs: Pucs) -> None:
        anna, bob, carl, dora = four
        pucs("lock", VALIDATE, by=anna)
        pucs("lock", LAST, by=dora)
        bobs, carls = line.joins(bob, VALIDATE), line.joins(carl, LAST)
        pucs("unlock", by=dora)
        assert f"{LAST} is yours" in line.served(carls)
        assert bobs.poll() is None
        pucs("unlock", by=anna)
        assert f"{VALIDATE} is yours" in line.served(bobs)

    def test_several_parts_and_files_all_or_none(self, four: list[Client], line: Line, pucs: Pucs) -> None:
        anna, bob, carl, _ = four
        pucs("lock", LAST, by=anna)
        wait = line.joins(bob, VALIDATE, "a.py", LAST)
        assert in_validate(carl).silent, "it holds nothing while it waits"
        carl.fail()
        pucs("unlock", by=anna)
        said = line.served(wait)
        assert f"{VALIDATE} {LAST} is yours" in said
        assert "a.py is yours" in said
        assert in_validate(carl).denied

    def test_lines_by_number(self, four: list[Client], line: Line, pucs: Pucs) -> None:
        anna, bob, *_ = four
        pucs("lock", f"{PATH}:1-2", by=anna)
        wait = line.joins(bob, f"{PATH}:2-3")
        pucs("unlock", by=anna)
        assert f"{PATH}:2-3 is yours" in line.served(wait)

    def test_a_circle_is_refused(self, four: list[Client], line: Line, pucs: Pucs) -> None:
        anna, bob, *_ = four
        pucs("lock", VALIDATE, by=anna)
        pucs("lock", LAST, by=bob)
        line.joins(bob, VALIDATE)
        ran = pucs("wait", LAST, by=anna)
        assert (ran.status, "this wait would never end" in ran.stderr) == (1, True), ran

    def test_for_other_parts_there_is_no_circle(self, four: list[Client], line: Line, pucs: Pucs) -> None:
        anna, bob, carl, _ = four
        pucs("lock", VALIDATE, by=anna)
        pucs("lock", LAST, by=bob)
        pucs("lock", f"{PATH}::RiskManager.level", by=carl)
        bobs = line.joins(bob, VALIDATE)
        annas = line.joins(anna, f"{PATH}::RiskManager.level")
        pucs("unlock", by=carl)
        line.served(annas)
        pucs("unlock", by=anna)
        line.served(bobs)

    def test_what_is_not_there_is_wrong_use(self, four: list[Client], pucs: Pucs) -> None:
        ran = pucs("wait", f"{PATH}::RiskManager.nothing", by=four[0])
        assert (ran.status, "has no RiskManager.nothing" in ran.stderr) == (2, True)

    def test_a_file_that_is_empty_for_a_moment_is_being_written(
        self, four: list[Client], line: Line, guarded: Repo, pucs: Pucs
    ) -> None:
        anna, bob, *_ = four
        pucs("lock", VALIDATE, by=anna)
        wait = line.joins(bob, VALIDATE)
        guarded.write(PATH, "")
        pucs("unlock", by=anna)
        guarded.write(PATH, PYTHON.text)
        assert f"{VALIDATE} is yours" in line.served(wait)

    def test_a_part_that_is_gone_for_good_is_told(
        self, four: list[Client], line: Line, guarded: Repo, pucs: Pucs
    ) -> None:
        anna, bob, *_ = four
        pucs("lock", VALIDATE, by=anna)
        wait = line.joins(bob, VALIDATE)
        guarded.write(PATH, "nothing = 1\n")
        _, errors = wait.communicate(timeout=60)
        assert (wait.returncode, "has no RiskManager.validate" in errors) == (2, True)
        assert "in line" not in pucs("status").stdout

    def test_a_person_waits_for_the_part_and_takes_nothing(self, four: list[Client], pucs: Pucs) -> None:
        pucs("lock", VALIDATE, by=four[0])
        assert pucs("wait", VALIDATE, "--timeout", "0").status == 1
        ran = pucs("wait", LAST, "--timeout", "0")
        assert (ran.status, ran.stdout) == (0, f"{LAST} is free\n")

    def test_who_has_lines_elsewhere_in_the_file_waits_too(self, four: list[Client], line: Line, pucs: Pucs) -> None:
        anna, bob, *_ = four
        bob.edit(PATH, "LIMIT = 10\n", "LIMIT = 11\n")
        pucs("lock", VALIDATE, by=anna)
        wait = line.joins(bob, VALIDATE)
        pucs("unlock", by=anna)
        assert VALIDATE in line.served(wait)
        assert in_validate(bob).silent


class TestWhy:
    def test_says_of_the_part_only(self, four: list[Client], pucs: Pucs) -> None:
        anna, *_ = four
        anna.edit(PATH, "            return order\n", "            return 1\n")
        said = pucs("why", VALIDATE).stdout
        assert "RiskManager.validate: lines " in said
        assert "agent-2 is denied: PUCS: " in said
        assert "agent-1 may edit it" in said
        said = pucs("why", LAST).stdout
        assert "agent-2 may edit it" in said
        assert "is denied" not in said

    def test_in_json(self, four: list[Client], pucs: Pucs) -> None:
        pucs("lock", VALIDATE, by=four[0])
        told = json.loads(pucs("why", VALIDATE, "--json").stdout)
        assert list(told["parts"]) == ["RiskManager.validate"]
        assert [one["decision"] for one in told["answers"]] == ["grant", "deny", "deny", "deny", "deny"]

    def test_what_is_not_there_is_wrong_use(self, pucs: Pucs) -> None:
        assert pucs("why", f"{PATH}::nothing").status == 2
