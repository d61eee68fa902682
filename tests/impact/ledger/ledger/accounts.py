"""Accounts and what happens to them."""

from .money import Money


class InsufficientFunds(ValueError):
    def __init__(self, account, missing):
        super().__init__(f"{account} lacks {missing}")
        self.missing = missing


class Frozen(Exception):
    pass


class Account:
    kind = "checking"

    def __init__(self, owner, balance=0, tags=None):
        self.owner = owner
        self.tags = list(tags or [])
        self._balance = balance
        self._entries = []

    @property
    def balance(self):
        return self._balance

    def deposit(self, amount, note=""):
        self._record("deposit", amount, note)
        self._balance += amount
        return self._balance

    def withdraw(self, amount, note=""):
        if amount > self._balance:
            raise InsufficientFunds(self.owner, amount - self._balance)
        self._record("withdraw", -amount, note)
        self._balance -= amount
        return self._balance

    def entries(self):
        return list(self._entries)

    def last_entry(self):
        return self._entries[-1] if self._entries else None

    def summary(self):
        return {"owner": self.owner, "balance": self._balance, "count": len(self._entries)}

    def describe(self):
        return f"{self.owner}: {self.fee_text()}"

    def fee_text(self):
        return "no fee"

    def _record(self, what, amount, note):
        self._entries.append((what, amount, note))

    def close(self):
        if self._balance:
            raise Frozen(self.owner)
        self.closed = True


class Savings(Account):
    kind = "savings"

    def __init__(self, owner, balance=0, interest=2):
        super().__init__(owner, balance)
        self.interest = interest

    def year_end(self):
        return self.deposit(self.balance * self.interest // 100, "interest")


def open_account(owner, first_deposit=0, *, kind="checking"):
    account = Savings(owner) if kind == "savings" else Account(owner)
    if first_deposit:
        account.deposit(first_deposit, "first")
    return account


def transfer(source, target, amount):
    source.withdraw(amount, "transfer")
    target.deposit(amount, "transfer")


def as_money(account):
    return Money(account.balance)
