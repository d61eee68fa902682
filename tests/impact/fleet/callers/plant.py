"""Plans, and robots that are made from a table."""

from fleet.drive import Crane, Fault, Robot
from fleet.plans import Plan, Step, outline, within

KINDS = {"crane": Crane}
OPTIONS = {"count": 2, "note": "late"}


def make(kind: str, name: str) -> Crane:
    return KINDS[kind](name)


def run():
    crane = make("crane", "c")
    assert isinstance(crane, Robot)
    plan = Plan(robot=crane).add(Step(2, **OPTIONS), Step(priority=1))
    assert plan.total() == 3
    assert within(plan, "crane")
    assert plan.run(start=1).value == 4
    assert outline(plan) == [(1, 1), (2, 2)]
    assert Step(1, 1, "a") == Step(1, 1, "b")
    assert crane.lift(3, 2, 1, 1) == 8
    assert Crane.safe(50)
    try:
        crane.move(crane.reach + 1)
    except RuntimeError as error:
        assert str(error) == "arm: too far"
    try:
        crane.move(99)
    except Fault:
        return
    raise AssertionError("too far is a fault")
