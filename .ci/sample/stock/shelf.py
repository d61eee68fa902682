"""What is there."""


class Shelf:
    """Counts things."""

    def __init__(self) -> None:
        self._amounts: dict[str, int] = {}

    def put(self, name: str, amount: int) -> None:
        """Adds some."""
        self._amounts[name] = self._amounts.get(name, 0) + amount

    def take(self, name: str, amount: int) -> int:
        """Takes as many as there are, at most that many, and gives how many."""
        taken = min(amount, self._amounts.get(name, 0))
        self._amounts[name] = self._amounts.get(name, 0) - taken
        return taken
