from dataclasses import dataclass, field
from typing import Iterator, Protocol

from .drive import Robot
from .units import LIMITS, Distance


class Mover(Protocol):
    def move(self, steps): ...


@dataclass(order=True)
class Step:
    priority: int
    count: int = 1
    note: str = field(default="", compare=False)

    def run(self, robot: Mover) -> None:
        robot.move(self.count)


@dataclass
class Plan:
    robot: Robot
    steps: list = field(default_factory=list)
    strict: bool = True

    def add(self, *steps: Step, **options) -> "Plan":
        self.steps.extend(steps)
        for name, value in options.items():
            setattr(self, name, value)
        return self

    def run(self, start=0) -> Distance:
        self.robot.position = start
        for step in sorted(self.steps):
            step.run(self.robot)
        return Distance(self.robot.position)

    def __iter__(self) -> Iterator[Step]:
        return iter(sorted(self.steps))

    def total(self) -> int:
        return sum(step.count for step in self.steps)


def build(robot, counts, *, note="", strict=True):
    plan = Plan(robot, strict=strict)
    for priority, count in enumerate(counts):
        plan.add(Step(priority, count, note))
    return plan


def within(plan, kind):
    return plan.total() <= LIMITS[kind]


def outline(plan):
    return [(step.priority, step.count) for step in plan]
