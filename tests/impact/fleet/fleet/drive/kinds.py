from .base import Fault, Robot


class Rover(Robot):
    wheels = 4

    def __init__(self, name, engine=None, *, speed=1):
        super().__init__(name, engine)
        self.speed = speed

    def move(self, steps):
        self.position += steps * self.speed

    def describe(self) -> str:
        return f"rover {self.name} with {self.wheels} wheels"


class Crane(Robot):
    reach = 7

    def move(self, steps):
        if steps > self.reach:
            raise Fault("too far", part="arm")
        self.position += steps

    def describe(self) -> str:
        return f"crane {self.name}"

    def lift(self, load, height=1, *others):
        return load * height + sum(others)

    @staticmethod
    def safe(load):
        return load <= 50
