import enum
from typing import NamedTuple, Optional

METRE = 1
KILOMETRE = 1000
LIMITS = {"rover": 20, "crane": 7}
NAMES = ("metre", "kilometre")
TEMPLATE = "{name}: {value} m"


class Unit(enum.Enum):
    METRE = enum.auto()
    KILOMETRE = enum.auto()

    @property
    def short(self):
        return {"METRE": "m", "KILOMETRE": "km"}[self.name]


class Distance(NamedTuple):
    value: int
    unit: Unit = Unit.METRE

    def metres(self) -> int:
        return self.value * (KILOMETRE if self.unit is Unit.KILOMETRE else METRE)


def convert(value, source, target=Unit.METRE, *, rounded=True):
    factor = KILOMETRE if source is Unit.KILOMETRE else METRE
    result = value * factor / (KILOMETRE if target is Unit.KILOMETRE else METRE)
    return round(result) if rounded else result


def find_unit(text: str) -> Optional[Unit]:
    for unit in Unit:
        if text in (unit.name.lower(), unit.short):
            return unit
    return None


def bounds(values):
    values = list(values)
    return min(values), max(values)
