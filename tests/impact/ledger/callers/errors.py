from ledger.accounts import Account
from ledger.storage import MemoryStore


def safe_withdraw(account, amount):
    try:
        return account.withdraw(amount)
    except ValueError:
        return None


def lookup(store: MemoryStore, key):
    try:
        return store.get(key)
    except KeyError:
        return "nothing"


def run():
    assert safe_withdraw(Account("x", 5), 10) is None
    assert lookup(MemoryStore(), "k") == "nothing"
