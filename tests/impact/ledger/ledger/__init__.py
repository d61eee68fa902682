"""Books of a small firm."""

from ledger.accounts import Account, InsufficientFunds, open_account

from .money import Money, parse_money
from .rules import Level, Limit

__all__ = ["Account", "InsufficientFunds", "Level", "Limit", "Money", "open_account", "parse_money"]
