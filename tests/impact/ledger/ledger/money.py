"""Amounts of money."""

from dataclasses import dataclass
from functools import lru_cache

DEFAULT_CURRENCY = "EUR"
PLACES = 2
SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£"}
KNOWN = ("EUR", "USD", "GBP")
SECONDS_A_DAY = 24 * 60 * 60


@dataclass(frozen=True, order=True)
class Money:
    amount: int
    currency: str = DEFAULT_CURRENCY

    @property
    def text(self):
        return f"{self.amount / 100:.2f} {self.currency}"

    @staticmethod
    def zero(currency=DEFAULT_CURRENCY):
        return Money(0, currency)

    @classmethod
    def of(cls, units, currency=DEFAULT_CURRENCY):
        return cls(units * 100, currency)

    def plus(self, other):
        return Money(self.amount + other.amount, self.currency)

    def parts(self):
        return self.amount // 100, self.amount % 100

    def is_zero(self):
        return self.amount == 0


def parse_money(text, currency=DEFAULT_CURRENCY):
    units, _, cents = text.partition(".")
    return Money(int(units) * 100 + int(cents or 0), currency)


def format_money(money, *, symbol=True, places=PLACES):
    number = f"{money.amount / 100:.{places}f}"
    return f"{SYMBOLS[money.currency]}{number}" if symbol else number


def split_evenly(total, shares):
    low, extra = divmod(total, shares)
    return [low + 1] * extra + [low] * (shares - extra)


def exchange(money, rate, target):
    return Money(round(money.amount * rate), target)


def _round_half_up(value, places):
    factor = 10**places
    return int(value * factor + 0.5) / factor


@lru_cache(maxsize=None)
def rate_of(currency):
    return {"EUR": 1.0, "USD": 1.1}.get(currency)


def totals(moneys):
    result = {}
    for money in moneys:
        result[money.currency] = result.get(money.currency, 0) + money.amount
    return result


def extremes(moneys):
    amounts = sorted(money.amount for money in moneys)
    return amounts[0], amounts[-1]


def log_scale(amount, base=10):
    steps = 0
    while amount >= base:
        amount //= base
        steps += 1
    return steps
