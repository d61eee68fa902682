"""What things cost."""

VAT = 0.19

PRICES = {"apple": 0.40, "bread": 3.20, "cheese": 5.75}


def net(items: dict[str, int]) -> float:
    """The sum without tax."""
    return sum(PRICES[name] * amount for name, amount in items.items())


def gross(items: dict[str, int]) -> float:
    """The sum with tax."""
    return round(net(items) * (1 + VAT), 2)
