"""Classes of its own over those of the package."""

import fleet.drive as drive
from fleet.drive import Engine, Fault, Robot


class Tractor(Robot):
    def __init__(self, name, *, trailer=None):
        super().__init__(name, Engine(volts=24))
        self.trailer = trailer

    def move(self, steps):
        self.position += 2 * steps

    def describe(self) -> str:
        return f"tractor {self.name}"

    def _line(self):
        return "tractor here, " + super()._line()


class Quiet(drive.Rover):
    wheels = 6

    def describe(self) -> str:
        return super().describe().upper()


def run():
    tractor = Tractor("t1", trailer="red")
    tractor.move(3)
    assert tractor.position == 6
    assert tractor.report()["line"] == "tractor here, tractor t1 at 6"
    assert tractor.engine.volts == 24
    quiet = Quiet.named(" q ")
    quiet.move(2)
    assert quiet.describe() == "ROVER Q WITH 6 WHEELS"
    assert "Tractor" in Robot.registry
    try:
        with tractor.engine:
            tractor.engine.start()
    except Fault as fault:
        assert fault.code == "running"
        assert fault.part == "motor"
    else:
        raise AssertionError("a running engine was started")
