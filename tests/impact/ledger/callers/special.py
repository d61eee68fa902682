from functools import partial

from ledger.accounts import Account, Savings
from ledger.money import Money, exchange, format_money, rate_of


class Joint(Account):
    def __init__(self, owner, partner):
        super().__init__(owner, tags=["joint"])
        self.partner = partner

    def fee_text(self):
        return "half a fee"

    def deposit(self, amount, note=""):
        return super().deposit(amount, note or "joint")


def run():
    joint = Joint("anna", "ben")
    joint.deposit(5)
    assert joint.last_entry()[2] == "joint"
    assert joint.describe() == "anna: half a fee"
    savings = Savings("cleo", 100)
    assert savings.year_end() == 102
    assert savings.kind == "savings"
    assert list(map(format_money, [Money(1), Money(2)])) == ["€0.01", "€0.02"]
    doubled = partial(exchange, rate=2, target="EUR")
    assert doubled(Money(1)).amount == 2
    rate_of.cache_clear()
    assert rate_of("USD") == 1.1
    assert sorted([Money(2), Money(1)])[0].amount == 1
