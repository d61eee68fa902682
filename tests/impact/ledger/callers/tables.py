import ledger.money as m
from ledger import money


def total_row(amounts):
    low, high = m.extremes([m.Money(one) for one in amounts])
    return f"{low}..{high}"


def run():
    assert total_row([3, 1, 2]) == "1..3"
    sums = money.totals([money.Money(5), money.Money(6, "USD")])
    assert sums["EUR"] == 5
    assert m.split_evenly(10, 3)[0] == 4
    assert len(m.split_evenly(10, shares=3)) == 3
    assert m._round_half_up(2.345, 2) == 2.35
    assert m.SYMBOLS["GBP"] == "£"
    for code in m.KNOWN:
        assert code in m.SYMBOLS
    assert m.SECONDS_A_DAY == 86400
    assert money.log_scale(1000) == 3
