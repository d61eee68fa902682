"""The backend in memory: for tests, for trying rules out, and as the second reading of the port."""

from __future__ import annotations

import threading
import time

from pucs import fastjson
from pucs.errors import StoreBusy
from pucs.state import log
from pucs.state.codec import decode, encode
from pucs.state.processes import liveness
from pucs.view import View

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from pucs.model import Event, Process
    from pucs.view import Change


class MemoryStore:
    """The state of one process, gone with it. Clock and liveness can be given, so that tests own time and death."""

    def __init__(
        self,
        clock: Callable[[], float] = time.time,
        alive: Callable[[Process | None], str] = liveness,
    ) -> None:
        self._clock = clock
        self._alive = alive
        self._records: dict[str, str] = {}
        self._lines: list[str] = []
        self._revision = 0
        self._mutex = threading.Lock()

    def read(self) -> View:
        """The state as it is."""
        return self._view(self._revision)

    def transact(self, rule: Callable[[View], Change], *, deadline: float = 2.0) -> Any:
        """Runs the rule alone, stores its change, logs its events, gives its result."""
        if not self._mutex.acquire(timeout=deadline):
            raise StoreBusy("the state is busy", "try again")
        try:
            change = rule(self._view(self._revision + 1))
            if change.writes:
                self._revision += 1
            for key, noun in change.writes.items():
                if noun is None:
                    self._records.pop(key, None)
                else:
                    self._records[key] = fastjson.dumps(encode(key, noun))
        finally:
            self._mutex.release()
        self.append(change.events)
        return change.result

    def append(self, events: Iterable[Event]) -> None:
        """Adds lines to the activity log."""
        now = self._clock()
        self._lines += [log.line_of(event, now) for event in events]

    def events(self) -> Iterator[dict[str, Any]]:
        """The activity log, oldest first."""
        for line in tuple(self._lines):
            yield fastjson.loads(line)

    def _view(self, revision: int) -> View:
        def load(key: str) -> Any:
            text = self._records.get(key)
            return None if text is None else decode(key, fastjson.loads(text))

        def names(kind: str) -> Iterator[str]:
            for key in tuple(self._records):
                if key.startswith(kind + "/"):
                    yield key.partition("/")[2]

        return View(load, names, revision, self._clock(), self._alive)
