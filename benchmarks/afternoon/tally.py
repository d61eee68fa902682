"""What happened in the play, counted."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from benchmarks.afternoon.judge import Case, Unshown
    from tests.support import Reply


class Refused(NamedTuple):
    """A refused commit: the case (None for the person's), its paths, whether it took the whole index, what was said."""

    case: Case | None
    paths: list[str]
    indexed: bool
    said: str


class Tally:
    """Counts, and the offences in words. Safe to use from several threads."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.counts: Counter[str] = Counter()
        self.denied: list[tuple[str, Case, str, str]] = []
        """Denials: which rule, the case, an excuse already found, and what was said."""
        self.granted: list[tuple[Case, Unshown | None]] = []
        """Grants: the case, and what was wrong with it as far as that was seen at once."""
        self.refused: list[Refused] = []
        self.broken: list[str] = []
        self.slowest = 0.0
        self.story: list[str] = []
        """Everything in the order it happened, for whoever looks for a cause."""
        self._mutex = threading.Lock()

    @property
    def total(self) -> int:
        """The tool calls that were put before the edit gate."""
        return sum(self.calls.values())

    def tell(self, who: str, what: str) -> None:
        """One more line of the story."""
        self.story.append(f"{time.monotonic():.3f} {who} {what}")

    def call(self, tool: str) -> None:
        """A call is about to be put before the gate."""
        with self._mutex:
            self.calls[tool] += 1

    def count(self, what: str) -> None:
        """One more of these."""
        with self._mutex:
            self.counts[what] += 1

    def hook(self, event: str, reply: Reply, seconds: float) -> None:
        """A hook ran: it may only have printed one JSON object or nothing."""
        with self._mutex:
            self.counts["hooks run"] += 1
            self.slowest = max(self.slowest, seconds)
        try:
            said = json.loads(reply.stdout) if reply.stdout else {}
        except ValueError:
            said = None
        if reply.status or reply.stderr or not isinstance(said, dict):
            self.broken.append(f"{event} exited {reply.status}: {reply.stdout[:300]!r} {reply.stderr[:300]!r}")
        elif "systemMessage" in said:
            self.broken.append(f"{event}: {said['systemMessage']}")
        elif said:
            self.count("answers")
