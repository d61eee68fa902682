"""What the customer gets to read."""

from billing.prices import gross


def invoice(customer: str, items: dict[str, int]) -> str:
    """One line a thing, and the sum."""
    lines = [f"{amount} x {name}" for name, amount in sorted(items.items())]
    return "\n".join([f"Invoice for {customer}", *lines, f"Sum: {gross(items):.2f}"])
