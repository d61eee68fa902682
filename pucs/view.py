"""What a rule sees (View) and what it answers (Change)."""

from __future__ import annotations

from pucs.conflicts import key_of
from pucs.errors import StoreError
from pucs.model import Agent, Event, Name, PathRecord, Process
from pucs.record import Record
from pucs.waits import key_of as wait_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from pucs.conflicts import Conflict
    from pucs.waits import Wait


class Damaged(StoreError):  # noqa: N818 - a state of a record
    """A record cannot be read and no good copy is left; `key` names it. Its path counts as held."""

    def __init__(self, key: str) -> None:
        super().__init__(f"the record of {key} is damaged", "run: pucs doctor --repair")
        self.key = key


class View:
    """The state at one revision, the time, and who is alive: everything a rule may know of the world.

    Records load when asked for; inside a transaction all of one View come from one state. Asking for a damaged
    record raises Damaged.
    """

    def __init__(
        self,
        load: Callable[[str], Any],
        names: Callable[[str], Iterable[str]],
        revision: int,
        now: float,
        liveness: Callable[[Process | None], str],
        lost: Callable[[str], Iterable[str]] = lambda _: (),
    ) -> None:
        self._load = load
        self._names = names
        self._lost = lost
        self.revision = revision
        self.now = now
        self.liveness = liveness

    def path(self, path: str) -> PathRecord:
        """Everything about a path; an empty record where nothing is known."""
        record: PathRecord | None = self._load("path/" + path)
        return PathRecord(path) if record is None else record

    def agent(self, agent: str) -> Agent | None:
        """The agent of that id."""
        record: Agent | None = self._load("agent/" + agent)
        return record

    def conflict(self, identifier: str) -> Conflict | None:
        """The recorded conflict of that id."""
        record: Conflict | None = self._load(key_of(identifier))
        return record

    def wait(self, number: int) -> Wait | None:
        """The wait of that number."""
        record: Wait | None = self._load(wait_key(number))
        return record

    def record(self, key: str) -> Any:
        """The noun stored under a key of a rarer kind, e.g. `task/7`; None where there is none."""
        return self._load(key)

    def name(self, key: str) -> Name | None:
        """The small fact stored under `key`: `session/…`, `ticket/…`, `number/…`, `stash/…`, `branch/…`, and such."""
        record: Name | None = self._load(key)
        return record

    def names(self, kind: str) -> Iterable[str]:
        """The names of all records of a kind, e.g. every known path for `path`."""
        return self._names(kind)

    def lost(self, kind: str) -> tuple[str, ...]:
        """The names of the records of a kind that nobody can read any more. Looks at all of them."""
        return tuple(self._lost(kind))

    def demand(self, key: str) -> None:
        """Raises Damaged where there is a record of a rarer kind under that key, and nobody can read it."""
        kind, _, name = key.partition("/")
        if self._load(key) is None and name in self.lost(kind):
            raise Damaged(key)

    def after(self, change: Change) -> View:
        """The same state as if the change were stored already."""
        writes = change.writes

        def load(key: str) -> Any:
            return writes[key] if key in writes else self._load(key)

        return View(load, self._names, self.revision, self.now, self.liveness, self._lost)


class Change(Record):
    """What a rule wants: records to write (None deletes), events to log, and the answer for its caller."""

    result: Any
    writes: dict[str, Any] = {}
    events: tuple[Event, ...] = ()
