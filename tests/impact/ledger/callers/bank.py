from ledger import Account, InsufficientFunds, open_account
from ledger.accounts import Frozen, transfer


class Teller:
    def __init__(self, account: Account):
        self.account = account

    def pay(self, amount):
        try:
            self.account.withdraw(amount)
        except InsufficientFunds as error:
            return -error.missing
        return amount


def run():
    anna, ben = open_account("anna", 100), Account("ben", tags=["new"])
    assert Teller(anna).pay(30) == 30
    assert Teller(anna).pay(100) == -30
    transfer(anna, ben, 20)
    assert ben.balance == 20
    assert ben.entries()[0][1] == 20
    assert len(anna.entries()) == 3
    assert anna.summary()["count"] == 3
    try:
        ben.close()
    except Frozen:
        pass
    else:
        raise AssertionError("closed")
