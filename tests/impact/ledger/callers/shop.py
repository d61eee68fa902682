from ledger.money import Money, exchange, format_money, parse_money


def run():
    price = parse_money("12.50")
    assert price == Money(1250)
    assert price.text == "12.50 EUR"
    assert format_money(price) == "€12.50"
    assert format_money(price, symbol=False) == "12.50"
    assert exchange(price, 2, "USD").amount == 2500
    assert Money.of(3).plus(Money.zero()).amount == 300
    units, cents = price.parts()
    assert (units, cents) == (12, 50)
