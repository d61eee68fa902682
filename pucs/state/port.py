"""The Store port: what a backend must promise. Everything above `state/` knows only this."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any, Protocol

    from pucs.model import Event
    from pucs.view import Change, View

    Rule = Callable[[View], Change]

    class Store(Protocol):
        """Records by key, changed one transaction at a time.

        The store owns the clock and the question whether a process lives.
        """

        def read(self) -> View:
            """The state as it is, record by record as asked for; waits for nobody."""

        def transact(self, rule: Rule, *, deadline: float = 2.0) -> Any:
            """Runs the pure rule alone, stores its change, logs its events, and gives its result.

            The rule may be run again. Raises StoreBusy when its turn did not come within `deadline` seconds, StoreError
            when the change cannot be stored; then nothing of it counts.
            """

        def append(self, events: Iterable[Event]) -> None:
            """Adds lines to the activity log."""

        def events(self) -> Iterator[dict[str, Any]]:
            """The activity log, oldest first, as published (timestamps are ISO 8601 UTC)."""
