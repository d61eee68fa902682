"""What re-exports and star imports bring."""

from fleet import *

from fleet import VERSION


def run():
    rover = Rover("r", speed=2)
    plan = build(rover, [3, 1], note="go")
    assert plan.run().metres() == 8
    assert plan.add(PlanStep(9, 1), strict=False).strict is False
    assert [step.count for step in plan] == [3, 1, 1]
    assert units.convert(2, units.Unit.KILOMETRE) == 2000
    assert isinstance(rover.engine, Engine)
    assert VERSION >= (1, 4)
    bus = Bus(log=[].append)
    bus.send(Signal(topic="x", body={"a": 1}))
    assert "x" in bus
