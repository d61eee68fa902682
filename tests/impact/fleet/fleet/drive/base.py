import abc
import asyncio

from fleet.units import Distance


class Fault(RuntimeError):
    def __init__(self, code, *, part="motor"):
        super().__init__(f"{part}: {code}")
        self.code = code
        self.part = part


class Engine:
    power = 100

    def __init__(self, *, volts=12, name=None):
        self.volts = volts
        self.name = name or "engine"
        self.running = False

    def start(self, warm=False):
        if self.running:
            raise Fault("running")
        self.running = True
        return self

    def stop(self):
        self.running = False
        return self

    def __enter__(self):
        return self.start()

    def __exit__(self, *exc):
        self.stop()

    @property
    def load(self):
        return self.power / self.volts


class Robot(abc.ABC):
    registry = {}

    def __init__(self, name, engine=None):
        self.name = name
        self.engine = engine or Engine(name=name)
        self.position = 0

    def __init_subclass__(cls, **options):
        super().__init_subclass__(**options)
        Robot.registry[cls.__name__] = cls

    @abc.abstractmethod
    def move(self, steps): ...

    @abc.abstractmethod
    def describe(self) -> str: ...

    async def travel(self, steps, *, pause=0):
        for _ in range(steps):
            await asyncio.sleep(pause)
            self.move(1)
        return self.position

    async def positions(self, steps):
        for _ in range(steps):
            self.move(1)
            yield self.position

    def distance(self, other) -> Distance:
        return Distance(abs(self.position - other.position))

    def report(self):
        return {"name": self.name, "position": self.position, "line": self._line()}

    def _line(self):
        return f"{self.describe()} at {self.position}"

    @classmethod
    def named(cls, text):
        return cls(text.strip())
