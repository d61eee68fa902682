"""Pairs of branches that are green alone and red together: what one changes, and what the other builds on it."""

from __future__ import annotations

from typing import NamedTuple

BASE = {
    "shop/__init__.py": "from shop.prices import total\n\n__all__ = ['total']\n",
    "shop/prices.py": """RATE = 7
ROUNDING = {"CHF": 5, "EUR": 1}


def total(items):
    return sum(items)


def split(amount):
    return amount // 100, amount % 100


def find(name, default=None):
    return default if name == "missing" else name.upper()


def lines(items):
    return [str(one) for one in items]


def _hidden(x):
    return x + 1
""",
    "shop/orders.py": """from abc import ABC, abstractmethod

from shop.prices import total


class NoOrder(KeyError):
    pass


class Order:
    def __init__(self, items, note=""):
        self.items = items
        self.note = note

    def sum(self):
        return total(self.items)

    def label(self):
        return f"{len(self.items)} items"


class Sink(ABC):
    @abstractmethod
    def put(self, order): ...

    def done(self, order):
        self.put(order)


def order_of(orders, name):
    if name not in orders:
        raise NoOrder(name)
    return orders[name]


def ship(order):
    return order.label()
""",
    "tests/test_base.py": """from shop.orders import Order, order_of, ship
from shop.prices import find, lines, split, total


def test_all():
    assert total([1, 2]) == 3
    assert Order([1, 2]).sum() == 3
    assert ship(Order([1])) == "1 items"
    assert list(lines([1])) == ["1"]
    assert split(250)[0] == 2
    assert find("a") == "A"
    assert order_of({"a": 1}, "a") == 1
""",
}


class Pair(NamedTuple):
    """What one agent changes (path, old, new), and the files that the other writes: a caller and its test."""

    name: str
    changes: tuple[tuple[str, str, str], ...]
    caller: str
    test: str


PRICES, ORDERS, TESTS = "shop/prices.py", "shop/orders.py", "tests/test_base.py"

PAIRS = (
    Pair(
        "required parameter",
        (
            (PRICES, "def total(items):", "def total(items, tax):"),
            (ORDERS, "total(self.items)", "total(self.items, 0)"),
            (TESTS, "total([1, 2]) == 3", "total([1, 2], 0) == 3"),
        ),
        "from shop.prices import total\n\n\ndef bill(items):\n    return total(items)\n",
        "assert bill([1, 2]) == 3",
    ),
    Pair(
        "renamed function",
        (
            (PRICES, "def find(name", "def lookup(name"),
            (TESTS, "import find, lines", "import lookup as find, lines"),
        ),
        "from shop import prices\n\n\ndef bill(name):\n    return prices.find(name)\n",
        'assert bill("x") == "X"',
    ),
    Pair(
        "renamed keyword",
        ((PRICES, "find(name, default=None):\n    return default if", "find(name, fallback=None):\n    return fallback if"),),
        'from shop.prices import find\n\n\ndef bill():\n    return find("missing", default="none")\n',
        'assert bill() == "none"',
    ),
    Pair(
        "pair to triple",
        ((PRICES, "return amount // 100, amount % 100", 'return amount // 100, amount % 100, "EUR"'),),
        "from shop.prices import split\n\n\ndef bill(amount):\n    units, cents = split(amount)\n    return units\n",
        "assert bill(250) == 2",
    ),
    Pair(
        "list to generator",
        ((PRICES, "    return [str(one) for one in items]", "    for one in items:\n        yield str(one)"),),
        "from shop.prices import lines\n\n\ndef bill(items):\n    return len(lines(items))\n",
        "assert bill([1, 2]) == 2",
    ),
    Pair(
        "constant gone",
        ((PRICES, "RATE = 7\n", ""),),
        "from shop.prices import RATE\n\n\ndef bill(x):\n    return x * RATE\n",
        "assert bill(2) == 14",
    ),
    Pair(
        "key gone",
        ((PRICES, '{"CHF": 5, "EUR": 1}', '{"EUR": 1}'),),
        'from shop.prices import ROUNDING\n\n\ndef bill():\n    return ROUNDING["CHF"]\n',
        "assert bill() == 5",
    ),
    Pair(
        "constructor",
        (
            (ORDERS, 'def __init__(self, items, note=""):', 'def __init__(self, items, *, buyer, note=""):'),
            (TESTS, "Order([1, 2]).sum()", 'Order([1, 2], buyer="b").sum()'),
            (TESTS, "ship(Order([1]))", 'ship(Order([1], buyer="b"))'),
        ),
        "from shop.orders import Order\n\n\ndef bill(items):\n    return Order(items).note\n",
        'assert bill([1]) == ""',
    ),
    Pair(
        "method to property",
        (
            (ORDERS, "    def label(self):", "    @property\n    def label(self):"),
            (ORDERS, "return order.label()", "return order.label"),
        ),
        "from shop.orders import Order\n\n\ndef bill(items):\n    order = Order(items)\n    return order.label()\n",
        'assert bill([1]) == "1 items"',
    ),
    Pair(
        "new abstract method",
        ((ORDERS, "    def done(self, order):", "    @abstractmethod\n    def close(self): ...\n\n    def done(self, order):"),),
        "from shop.orders import Sink\n\n\nclass List(Sink):\n    def __init__(self):\n        self.all = []\n\n"
        "    def put(self, order):\n        self.all.append(order)\n",
        "List().done(1)\n    assert List().all == []",
    ),
    Pair(
        "hook called otherwise",
        (
            (ORDERS, "    def put(self, order): ...", "    def put(self, order, when): ..."),
            (ORDERS, "        self.put(order)", "        self.put(order, 0)"),
        ),
        "from shop.orders import Sink\n\n\nclass List(Sink):\n    def put(self, order):\n        return None\n",
        "assert List().done(1) is None",
    ),
    Pair(
        "another exception",
        ((ORDERS, "        raise NoOrder(name)", "        raise ValueError(name)"),),
        "from shop.orders import NoOrder, order_of\n\n\ndef bill(orders):\n    try:\n        return order_of(orders, 'x')\n"
        "    except NoOrder:\n        return None\n",
        "assert bill({}) is None",
    ),
    Pair(
        "sync to async",
        (
            (ORDERS, "def order_of(orders", "async def order_of(orders"),
            (TESTS, 'assert order_of({"a": 1}, "a") == 1', 'import asyncio\n    assert asyncio.run(order_of({"a": 1}, "a")) == 1'),
        ),
        "from shop.orders import order_of\n\n\ndef bill(orders):\n    return order_of(orders, 'x') + 1\n",
        'assert bill({"x": 1}) == 2',
    ),
    Pair(
        "private name",
        ((PRICES, "def _hidden(x):", "def _secret(x):"),),
        "from shop.prices import _hidden\n\n\ndef bill(x):\n    return _hidden(x)\n",
        "assert bill(1) == 2",
    ),
    Pair(
        "re-export gone",
        (("shop/__init__.py", "from shop.prices import total\n\n__all__ = ['total']\n", "__all__ = []\n"),),
        "from shop import total\n\n\ndef bill(items):\n    return total(items)\n",
        "assert bill([1]) == 1",
    ),
    Pair(
        "module moved",
        (
            (PRICES, "", ""),
        ),
        "from shop.prices import split as parts\n\n\ndef bill(x):\n    return parts(x)[1]\n",
        "assert bill(250) == 50",
    ),
)  # fmt: skip
"""The last one is played otherwise: its module is moved by a command."""
