"""Rules and limits."""

import enum
from typing import NamedTuple

CHECKS = []
MAXIMUM = 1000
STRICT = False
_NAMES = ["daily", "weekly"]


class Level(enum.Enum):
    LOW = "low"
    HIGH = "high"
    SEVERE = "severe"


class Limit(NamedTuple):
    low: int
    high: int


class Loud:
    def tone(self):
        return "LOUD"

    def volume(self):
        return 10


class Quiet:
    def tone(self):
        return "quiet"

    def whisper(self):
        return "psst"


class Speaker(Loud, Quiet):
    def say(self, text):
        return f"{self.tone()}: {text}"


class Rule:
    def __init__(self, name: str, limit: Limit, level: Level = Level.LOW):
        self.name = name
        self.limit = limit
        self.level = level

    def allows(self, amount):
        return self.limit.low <= amount <= self.limit.high

    def widened(self, by) -> "Rule":
        return Rule(self.name, Limit(self.limit.low - by, self.limit.high + by), self.level)

    def __len__(self):
        return self.limit.high - self.limit.low


def check(function):
    CHECKS.append(function.__name__)
    return function


def default_limit():
    return Limit(0, MAXIMUM)


def make_rule(name, low=0, high=MAXIMUM) -> Rule:
    return Rule(name, Limit(low, high))


def names() -> list[str]:
    return list(_NAMES)


def strictest(rules):
    return min(rules, key=len)


def explain(rule, verbose=False):
    if verbose:
        return f"{rule.name}: {rule.limit.low} to {rule.limit.high}"
    return rule.name


def bounds(rule):
    return rule.limit.low, rule.limit.high
