from ledger import *  # noqa: F403


def run():
    assert parse_money("1").amount == 100  # noqa: F405
    assert Limit(low=1, high=3).high == 3  # noqa: F405
