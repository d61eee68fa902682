"""One-line changes of the package `ledger`, written down before the analyser that they judge.

Nobody says here which of them break a caller: the callers say so, by being run. `returns` marks those that change only
what an unannotated function gives back.
"""

from __future__ import annotations

from typing import NamedTuple


class Mutation(NamedTuple):
    """Replaces `old`, which stands once in the file, by `new`."""

    name: str
    file: str
    old: str
    new: str
    returns: bool = False


MONEY, ACCOUNTS, STORAGE, RULES, INIT = (
    f"ledger/{name}.py" for name in ("money", "accounts", "storage", "rules", "__init__")
)

MUTATIONS = (
    # Parameters.
    Mutation("required parameter added", MONEY, "def exchange(money, rate, target):", "def exchange(money, rate, target, day):"),
    Mutation("optional parameter added", MONEY, "def exchange(money, rate, target):", "def exchange(money, rate, target, day=None):"),
    Mutation("keyword-only required parameter added", MONEY, "def parse_money(text, currency=DEFAULT_CURRENCY):", "def parse_money(text, currency=DEFAULT_CURRENCY, *, strict):"),
    Mutation("keyword-only optional parameter added", MONEY, "def parse_money(text, currency=DEFAULT_CURRENCY):", "def parse_money(text, currency=DEFAULT_CURRENCY, *, strict=False):"),
    Mutation("default removed that callers use", MONEY, "def parse_money(text, currency=DEFAULT_CURRENCY):", "def parse_money(text, currency):"),
    Mutation("keyword parameter renamed", MONEY, 'def format_money(money, *, symbol=True, places=PLACES):\n    number = f"{money.amount / 100:.{places}f}"\n    return f"{SYMBOLS[money.currency]}{number}" if symbol', 'def format_money(money, *, sign=True, places=PLACES):\n    number = f"{money.amount / 100:.{places}f}"\n    return f"{SYMBOLS[money.currency]}{number}" if sign'),
    Mutation("unused keyword parameter renamed", MONEY, 'def format_money(money, *, symbol=True, places=PLACES):\n    number = f"{money.amount / 100:.{places}f}"', 'def format_money(money, *, symbol=True, digits=PLACES):\n    number = f"{money.amount / 100:.{digits}f}"'),
    Mutation("positional parameter renamed, used by keyword", MONEY, "def split_evenly(total, shares):\n    low, extra = divmod(total, shares)\n    return [low + 1] * extra + [low] * (shares - extra)", "def split_evenly(total, count):\n    low, extra = divmod(total, count)\n    return [low + 1] * extra + [low] * (count - extra)"),
    Mutation("positional parameter renamed, used by position", MONEY, "def log_scale(amount, base=10):\n    steps = 0\n    while amount >= base:\n        amount //= base", "def log_scale(value, base=10):\n    steps = 0\n    while value >= base:\n        value //= base"),
    Mutation("parameters swapped", MONEY, "def exchange(money, rate, target):", "def exchange(rate, money, target):"),
    Mutation("parameter removed", MONEY, "def _round_half_up(value, places):\n    factor = 10**places", "def _round_half_up(value):\n    factor = 100"),
    Mutation("default changed", MONEY, "def log_scale(amount, base=10):", "def log_scale(amount, base=2):"),
    Mutation("default given to a required parameter", MONEY, "def exchange(money, rate, target):", "def exchange(money, rate, target=DEFAULT_CURRENCY):"),
    Mutation("positional made keyword-only", MONEY, "def split_evenly(total, shares):", "def split_evenly(total, *, shares):"),
    Mutation("made positional-only", MONEY, "def split_evenly(total, shares):", "def split_evenly(total, shares, /):"),
    Mutation("keyword-only made ordinary", MONEY, "def format_money(money, *, symbol=True, places=PLACES):", "def format_money(money, symbol=True, places=PLACES):"),
    Mutation("takes any keywords, too", MONEY, "def exchange(money, rate, target):", "def exchange(money, rate, target, **options):"),
    Mutation("method gets a required parameter", ACCOUNTS, 'def withdraw(self, amount, note=""):', 'def withdraw(self, amount, reason, note=""):'),
    Mutation("method gets an optional parameter", ACCOUNTS, 'def withdraw(self, amount, note=""):', 'def withdraw(self, amount, note="", force=False):'),
    Mutation("constructor gets a required parameter", ACCOUNTS, "def __init__(self, owner, balance=0, tags=None):", "def __init__(self, owner, bank, balance=0, tags=None):"),
    Mutation("constructor parameter renamed, used by keyword", ACCOUNTS, "def __init__(self, owner, balance=0, tags=None):\n        self.owner = owner\n        self.tags = list(tags or [])", "def __init__(self, owner, balance=0, labels=None):\n        self.owner = owner\n        self.tags = list(labels or [])"),
    Mutation("constructor gets an optional parameter", ACCOUNTS, "def __init__(self, owner, balance=0, tags=None):", "def __init__(self, owner, balance=0, tags=None, limit=None):"),
    Mutation("subclass constructor swapped", ACCOUNTS, "def __init__(self, owner, balance=0, interest=2):", "def __init__(self, owner, interest=2, balance=0):"),
    Mutation("re-exported function keyword-only", ACCOUNTS, 'def open_account(owner, first_deposit=0, *, kind="checking"):', 'def open_account(owner, *, first_deposit=0, kind="checking"):'),
    Mutation("transfer loses a parameter", ACCOUNTS, "def transfer(source, target, amount):\n", "def transfer(source, target):\n    amount = source.balance\n"),
    # Names.
    Mutation("function renamed", MONEY, "def extremes(moneys):", "def minimum_and_maximum(moneys):"),
    Mutation("private function renamed", MONEY, "def _round_half_up(value, places):", "def _round(value, places):"),
    Mutation("private function made public", MONEY, "def _round_half_up(value, places):", "def round_half_up(value, places):"),
    Mutation("unused function removed", ACCOUNTS, "def as_money(account):\n    return Money(account.balance)\n", ""),
    Mutation("unused function renamed", ACCOUNTS, "def as_money(account):", "def money_of(account):"),
    Mutation("method renamed", MONEY, "def plus(self, other):", "def added(self, other):"),
    Mutation("unused method renamed", MONEY, "def is_zero(self):", "def is_nothing(self):"),
    Mutation("hook method renamed", STORAGE, "        self.saved(owner)\n\n    def saved(self, owner):", "        self.was_saved(owner)\n\n    def was_saved(self, owner):"),
    Mutation("overridden method renamed", ACCOUNTS, '{self.fee_text()}"\n\n    def fee_text(self):', '{self.fees()}"\n\n    def fees(self):'),
    Mutation("exception renamed", ACCOUNTS, "class Frozen(Exception):\n    pass\n", "class FrozenAccount(Exception):\n    pass\n\n\nFrozen_ = FrozenAccount\n"),
    Mutation("constant renamed", STORAGE, "TIMEOUT = 30", "TIME_OUT = 30"),
    Mutation("re-export removed", INIT, "from .rules import Level, Limit", "from .rules import Limit"),
    Mutation("export renamed by alias", INIT, "from .money import Money, parse_money", "from .money import Money, parse_money as parse"),
    Mutation("attribute renamed", ACCOUNTS, "self.missing = missing", "self.lacking = missing"),
    Mutation("field renamed", RULES, "    low: int\n    high: int", "    low: int\n    upper: int"),
    Mutation("enum member renamed", RULES, '    LOW = "low"', '    LOWEST = "low"'),
    Mutation("unused enum member added", RULES, '    SEVERE = "severe"', '    SEVERE = "severe"\n    EXTREME = "extreme"'),
    Mutation("star export removed", INIT, '"Limit", "Money", "open_account", "parse_money"]', '"Limit", "Money", "open_account"]'),
    Mutation("class attribute removed", ACCOUNTS, 'class Savings(Account):\n    kind = "savings"\n', "class Savings(Account):\n"),
    Mutation("method removed that the base has", RULES, "    def volume(self):\n        return 10\n", ""),
    Mutation("unused constant removed", MONEY, "PLACES = 2\n", "PLACES = 2\nHALF = PLACES / 2\n"),
    Mutation("patched name renamed", RULES, "def strictest(rules):", "def most_strict(rules):"),
    # Async, generators, decorators.
    Mutation("sync to async", STORAGE, "def load(store, key):", "async def load(store, key):"),
    Mutation("async to sync", STORAGE, "async def fetch(store, key):", "def fetch(store, key):"),
    Mutation("method to property", MONEY, "    def parts(self):", "    @property\n    def parts(self):"),
    Mutation("property to method", MONEY, "    @property\n    def text(self):", "    def text(self):"),
    Mutation("property to method in a base", ACCOUNTS, "    @property\n    def balance(self):", "    def balance(self):"),
    Mutation("static to plain method", MONEY, "    @staticmethod\n    def zero(currency=DEFAULT_CURRENCY):\n        return Money(0, currency)", "    def zero(self):\n        return Money(0, self.currency)"),
    Mutation("static to class method", MONEY, "    @staticmethod\n    def zero(currency=DEFAULT_CURRENCY):\n        return Money(0, currency)", "    @classmethod\n    def zero(cls, currency=DEFAULT_CURRENCY):\n        return cls(0, currency)"),
    Mutation("class method to plain method", MONEY, "    @classmethod\n    def of(cls, units, currency=DEFAULT_CURRENCY):\n        return cls(units * 100, currency)", "    def of(self, units):\n        return Money(units * 100, self.currency)"),
    Mutation("context manager no more", STORAGE, "@contextmanager\ndef transaction(store):", "def transaction(store):"),
    Mutation("cache removed", MONEY, "@lru_cache(maxsize=None)\ndef rate_of(currency):", "def rate_of(currency):"),
    Mutation("cache made smaller", MONEY, "@lru_cache(maxsize=None)", "@lru_cache(maxsize=64)"),
    Mutation("cache added", MONEY, "def log_scale(amount, base=10):", "@lru_cache\ndef log_scale(amount, base=10):"),
    Mutation("list to generator", MONEY, "    return [low + 1] * extra + [low] * (shares - extra)", "    yield from [low + 1] * extra + [low] * (shares - extra)"),
    Mutation("generator to list", STORAGE, "    for key in sorted(store.data):\n        yield key, store.data[key]", "    return [(key, store.data[key]) for key in sorted(store.data)]", returns=True),
    Mutation("list to set", STORAGE, "    return sorted(store.data)", "    return set(store.data)", returns=True),
    Mutation("order of dataclass dropped", MONEY, "@dataclass(frozen=True, order=True)", "@dataclass(frozen=True)"),
    Mutation("equality of dataclass dropped", MONEY, "@dataclass(frozen=True, order=True)", "@dataclass(frozen=True, order=False, eq=False)"),
    Mutation("dataclass gets slots", MONEY, "@dataclass(frozen=True, order=True)", "@dataclass(frozen=True, order=True, slots=True)"),
    Mutation("dataclass keyword-only", MONEY, "@dataclass(frozen=True, order=True)", "@dataclass(frozen=True, order=True, kw_only=True)"),
    Mutation("decorator takes arguments now", RULES, "def check(function):\n    CHECKS.append(function.__name__)\n    return function", "def check(name):\n    def wrap(function):\n        CHECKS.append(name)\n        return function\n\n    return wrap"),
    # Classes.
    Mutation("base order changed", RULES, "class Speaker(Loud, Quiet):", "class Speaker(Quiet, Loud):"),
    Mutation("base removed", RULES, "class Speaker(Loud, Quiet):", "class Speaker(Quiet):"),
    Mutation("unused base removed", RULES, "class Speaker(Loud, Quiet):", "class Speaker(Loud):"),
    Mutation("base added", RULES, "class Speaker(Loud, Quiet):", "class Speaker(Loud, Quiet, object):"),
    Mutation("exception base changed", ACCOUNTS, "class InsufficientFunds(ValueError):", "class InsufficientFunds(Exception):"),
    Mutation("exception base made narrower", ACCOUNTS, "class Frozen(Exception):", "class Frozen(RuntimeError):"),
    Mutation("stored exception base changed", STORAGE, "class NotStored(KeyError):", "class NotStored(Exception):"),
    Mutation("abstract method added", STORAGE, "    @abstractmethod\n    def get(self, key): ...", "    @abstractmethod\n    def get(self, key): ...\n\n    @abstractmethod\n    def drop(self, key): ..."),
    Mutation("plain method added to the abstract class", STORAGE, "    def key_for(self, owner):", "    def drop(self, key):\n        return None\n\n    def key_for(self, owner):"),
    Mutation("hook gets a parameter", STORAGE, "        self.saved(owner)\n\n    def saved(self, owner):", "        self.saved(owner, value)\n\n    def saved(self, owner, value):"),
    Mutation("abstract method gets a parameter", STORAGE, "        self.put(self.key_for(owner), value)", "        self.put(self.key_for(owner), value, True)"),
    Mutation("field added without default", MONEY, "    amount: int\n    currency: str = DEFAULT_CURRENCY", "    amount: int\n    scale: int\n    currency: str = DEFAULT_CURRENCY"),
    Mutation("field added with default", MONEY, "    currency: str = DEFAULT_CURRENCY\n", '    currency: str = DEFAULT_CURRENCY\n    note: str = ""\n'),
    Mutation("fields swapped", MONEY, "    amount: int\n    currency: str = DEFAULT_CURRENCY", "    currency: str = DEFAULT_CURRENCY\n    amount: int = 0"),
    Mutation("named tuple gets a field", RULES, "    high: int\n", "    high: int\n    step: int = 1\n"),
    Mutation("raises something else", STORAGE, "            raise NotStored(key) from None", "            raise LookupError(key) from None"),
    Mutation("raises something narrower", ACCOUNTS, "            raise Frozen(self.owner)", "            raise InsufficientFunds(self.owner, self._balance)"),
    # Constants.
    Mutation("constant changed", STORAGE, "TIMEOUT = 30", "TIMEOUT = 60"),
    Mutation("constant of another type", STORAGE, "TIMEOUT = 30", 'TIMEOUT = "30s"'),
    Mutation("constant said differently", MONEY, "SECONDS_A_DAY = 24 * 60 * 60", "SECONDS_A_DAY = 86_400"),
    Mutation("constant annotated", STORAGE, "TIMEOUT = 30", "TIMEOUT: int = 30"),
    Mutation("key removed from a table", MONEY, 'SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£"}', 'SYMBOLS = {"EUR": "€", "USD": "$"}'),
    Mutation("key added to a table", MONEY, 'SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£"}', 'SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "CHF": "Fr."}'),
    Mutation("table value changed", MONEY, 'SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£"}', 'SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "GBP"}'),
    Mutation("flag turned", RULES, "STRICT = False", "STRICT = True"),
    Mutation("default constant changed", MONEY, 'DEFAULT_CURRENCY = "EUR"', 'DEFAULT_CURRENCY = "USD"'),
    Mutation("enum value changed", RULES, 'SEVERE = "severe"', 'SEVERE = "very high"'),
    Mutation("unused constant changed", RULES, "MAXIMUM = 1000\nSTRICT", "MAXIMUM = 1000\nMINIMUM = 1\nSTRICT"),
    # What is returned, without an annotation that says so.
    Mutation("pair to triple", RULES, "    return rule.limit.low, rule.limit.high", "    return rule.limit.low, rule.limit.high, rule.level", returns=True),
    Mutation("method pair to triple", MONEY, "        return self.amount // 100, self.amount % 100", "        return self.amount // 100, self.amount % 100, self.currency", returns=True),
    Mutation("extremes as list of two", MONEY, "    return amounts[0], amounts[-1]", "    return [amounts[0], amounts[-1]]", returns=True),
    Mutation("nothing returned", MONEY, "    return steps\n", "    return None\n", returns=True),
    Mutation("returns a dictionary", RULES, "    return rule.name\n", '    return {"name": rule.name}\n', returns=True),
    Mutation("key of a result renamed", ACCOUNTS, '"count": len(self._entries)}', '"entries": len(self._entries)}', returns=True),
    Mutation("key of a result added", ACCOUNTS, '"count": len(self._entries)}', '"count": len(self._entries), "kind": self.kind}', returns=True),
    Mutation("maybe None", STORAGE, "    return key if key in store.data else None", "    return (key,) if key in store.data else None", returns=True),
    Mutation("entries as tuple", ACCOUNTS, "        return list(self._entries)", "        return tuple(self._entries)", returns=True),
    Mutation("entries as dictionary", ACCOUNTS, "        return list(self._entries)", '        return {"entries": list(self._entries)}', returns=True),
    Mutation("widened gives a limit", RULES, '    def widened(self, by) -> "Rule":\n        return Rule(self.name, Limit(self.limit.low - by, self.limit.high + by), self.level)', '    def widened(self, by) -> "Limit":\n        return Limit(self.limit.low - by, self.limit.high + by)'),
    Mutation("names give a set", RULES, "def names() -> list[str]:\n    return list(_NAMES)", "def names() -> set[str]:\n    return set(_NAMES)"),
    Mutation("annotation made wider", RULES, "def names() -> list[str]:", 'def names() -> "list[str] | tuple[str, ...]":'),
    Mutation("first row gives the key", STORAGE, "    return next(rows(store), None)", "    return next(iter(sorted(store.data)), None)", returns=True),
    # Nothing that a caller could see.
    Mutation("body rewritten", MONEY, "    result = {}\n    for money in moneys:\n        result[money.currency] = result.get(money.currency, 0) + money.amount\n    return result", "    found = {}\n    for one in moneys:\n        found.setdefault(one.currency, 0)\n        found[one.currency] += one.amount\n    return found"),
    Mutation("docstring added", MONEY, "def totals(moneys):\n", 'def totals(moneys):\n    """Sums by currency."""\n'),
    Mutation("local renamed", RULES, "def bounds(rule):\n    return rule.limit.low, rule.limit.high", "def bounds(rule):\n    low, high = rule.limit\n    return low, high"),
    Mutation("parameters annotated", MONEY, "def exchange(money, rate, target):", "def exchange(money: Money, rate: float, target: str) -> Money:"),
    Mutation("comment added", RULES, "CHECKS = []", "CHECKS = []  # by name"),
    Mutation("import added", STORAGE, "from contextlib import contextmanager", "import os\nfrom contextlib import contextmanager"),
    Mutation("functions reordered", ACCOUNTS, "def as_money(account):\n    return Money(account.balance)\n", "def as_money(account):\n    return Money(account.balance)\n\n\ndef nothing():\n    return 0\n"),
    Mutation("private method renamed everywhere", ACCOUNTS, "    def _record(self, what, amount, note):\n        self._entries.append((what, amount, note))\n", "    def _record(self, what, amount, note):\n        self._entries.append((what, amount, note))\n\n    def _forget(self):\n        self._entries.clear()\n"),
    Mutation("comprehension for a loop", STORAGE, "    return store.get(key)\n\n\ndef keys_of", "    found = store.get(key)\n    return found\n\n\ndef keys_of"),
    Mutation("optional argument passed inside", ACCOUNTS, '    source.withdraw(amount, "transfer")', '    source.withdraw(amount, note="transfer")'),
    Mutation("exports kept by alias", RULES, "def explain(rule, verbose=False):", "def told(rule):\n    return rule.name\n\n\ndef explain(rule, verbose=False):"),
    Mutation("helper class added", RULES, "class Rule:\n", "class Helper:\n    pass\n\n\nclass Rule:\n"),
    Mutation("quotes changed", STORAGE, '    prefix = "book"', "    prefix = 'book'"),
    Mutation("assertion message", MONEY, "    return Money(round(money.amount * rate), target)", "    assert rate > 0, rate\n    return Money(round(money.amount * rate), target)"),
    Mutation("repr added", ACCOUNTS, "    def entries(self):", '    def __repr__(self):\n        return f"<{self.owner}>"\n\n    def entries(self):'),
    Mutation("default said by a constant", MONEY, "def log_scale(amount, base=10):", "TEN = 10\n\n\ndef log_scale(amount, base=TEN):"),
    Mutation("moved into a helper", STORAGE, "    return key if key in store.data else None", "    if key not in store.data:\n        return None\n    return key"),
)  # fmt: skip
