"""The file backend: one small JSON record a key, with a second copy, so that one of the two is whole at any instant."""

from __future__ import annotations

import time

from pucs import fastjson, system
from pucs.errors import StoreError
from pucs.model import ALIVE
from pucs.state import log
from pucs.state.codec import dumped, loaded
from pucs.state.mutex import Mutex, revision_of
from pucs.state.processes import identify, liveness
from pucs.state.record_files import content_of, file_of, listed, overwrite, remove, replace
from pucs.view import Damaged, View

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    from pucs.model import Event, Process
    from pucs.view import Change

_GLANCES = 8
_KINDS = (
    "path", "agent", "inbox", "conflict", "session", "client", "ticket", "number", "inode", "switch", "stash", "branch",
    "denied", "wait", "task", "hosttask", "handoff", "open", "order", "intent", "roster", "resource", "help", "report",
    "impact",
)  # fmt: skip


class FileStore:
    """The state below one folder. See `pucs.state.port` for what it promises.

    Every record is written twice, under `mirror/` and under `records/`, in place and one after the other. So at any
    instant at least one of the two is whole, which its sum proves, and a record that somebody truncates, overwrites or
    removes comes back.
    """

    def __init__(self, root: str, clock: Callable[[], float] = time.time) -> None:
        self.root = root
        self._clock = clock
        self._mutex = root + "/mutex"
        self._log = root + "/state/agent_activity.jsonl"
        self._me: Process | None = None

    def read(self) -> View:
        """The state as it is; waits for nobody, repairs nothing."""
        return self._view({}, self._known(revision_of(self._mutex)), repair=False)

    def transact(self, rule: Callable[[View], Change], *, deadline: float = 2.0) -> Any:
        """Runs the rule under the mutex, stores its change, logs its events, gives its result."""
        try:
            with Mutex(self._mutex, deadline) as mutex:
                revision = self._known(mutex.revision) + 1
                change = rule(self._view({}, revision, repair=True))
                if change.writes:
                    mutex.revision = revision
                    for key, noun in change.writes.items():
                        self._write(key, noun)
        except OSError as error:
            raise _failed(error) from None
        try:
            self.append(change.events)
        except StoreError:
            # The change counts all the same: nothing decides from the log, and `pucs doctor` finds it.
            return change.result
        return change.result

    def append(self, events: Iterable[Event]) -> None:
        """Adds lines to the activity log."""
        now = self._clock()
        log.append(self._log, [log.line_of(event, now) for event in events])

    def events(self) -> Iterator[dict[str, Any]]:
        """The activity log with its rotated parts, oldest first."""
        for path in log_files(self._log):
            yield from log.entries(path)

    def repair(self) -> list[str]:
        """Sets damaged records aside under `quarantine/`; gives their keys. What they protected is free afterwards."""
        with Mutex(self._mutex, 10.0):
            return [key for kind in _KINDS for key in self._repair(kind)]

    def _known(self, revision: int) -> int:
        """The number of the last change. A counter that was lost goes on from the clock, where nobody has been."""
        return revision or (int(self._clock()) if listed(self.root + "/records") else 0)

    def _view(self, cache: dict[str, Any], revision: int, *, repair: bool) -> View:
        def load(key: str) -> Any:
            if key not in cache:
                cache[key] = self._load(key, repair=repair)
            return cache[key]

        return View(load, self._names, revision, self._clock(), self._liveness, self._lost)

    def _liveness(self, process: Process | None) -> str:
        """Whether it lives; of this very process that is known without asking the system again."""
        if process is None or process.pid != system.getpid():
            return liveness(process)
        if self._me is None or self._me.pid != process.pid:
            self._me = identify(process.pid)
        return ALIVE if process == self._me else liveness(process)

    def _load(self, key: str, *, repair: bool) -> Any:
        where = file_of(key)
        record, mirror = f"{self.root}/records/{where}", f"{self.root}/mirror/{where}"
        for _ in range(1 if repair else _GLANCES):
            noun, broken = _decoded(key, content_of(record))
            if noun is not None:
                return noun
            noun, copy_broken = _decoded(key, content_of(mirror))
            if noun is not None:
                break
            # Without the mutex a writer may be at work: on the one when it was read, and then on the other.
            if not broken and not copy_broken and (repair or content_of(record) is None):
                return None
        if noun is None:
            # One writer died before the copy was whole, the next one after it took the record away.
            noun, _ = _decoded(key, content_of(f"{self.root}/records/unfinished"))
        if noun is None:
            if key.startswith("path/"):
                raise Damaged(key)
            return None
        if repair:
            if broken:
                self._quarantine(where)
            self._write(key, noun)
        return noun

    def _write(self, key: str, noun: Any) -> None:
        where = file_of(key)
        record, mirror = f"{self.root}/records/{where}", f"{self.root}/mirror/{where}"
        if noun is None:
            # The copy first: a record without its copy is whole, a copy without its record would bring it back.
            remove(mirror)
            remove(record)
            return
        data = dumped(key, noun)
        try:
            overwrite(record, mirror, data)
        except (FileNotFoundError, PermissionError):
            replace(self.root + "/records/unfinished", record, mirror, data)

    def _names(self, kind: str) -> Iterator[str]:
        for where in {*listed(f"{self.root}/records/{kind}"), *listed(f"{self.root}/mirror/{kind}")}:
            for folder in ("records", "mirror"):
                data = content_of(f"{self.root}/{folder}/{kind}/{where}")
                name = _key_in(data).partition("/")[2] if data is not None else ""
                if name:
                    yield name
                    break

    def _lost(self, kind: str) -> Iterator[str]:
        for where in {*listed(f"{self.root}/records/{kind}"), *listed(f"{self.root}/mirror/{kind}")}:
            places = [f"{self.root}/{folder}/{kind}/{where}" for folder in ("records", "mirror")]
            # As when one is loaded: a writer may be at work on one of the two while the other is read.
            for _ in range(_GLANCES):
                if any(_found_at(place, f"{kind}/{where}") for place in places) or not any(map(system.exists, places)):
                    break
            else:
                yield where.removesuffix(".json")

    def _repair(self, kind: str) -> Iterator[str]:
        for name in {*listed(f"{self.root}/records/{kind}"), *listed(f"{self.root}/mirror/{kind}")}:
            where = f"{kind}/{name}"
            record, copy = (_found_at(f"{self.root}/{folder}/{where}", where) for folder in ("records", "mirror"))
            # A record that is only missing was on its way when its writer died: its copy is the state.
            if record is None and (copy is None or system.exists(f"{self.root}/records/{where}")):
                self._quarantine(where)
                if copy is None:
                    self._quarantine(where, "mirror")
                yield copy[0] if copy else where
            good = record or copy
            if good is not None and record != copy:
                self._write(*good)

    def _quarantine(self, where: str, folder: str = "records") -> None:
        system.makedirs(self.root + "/quarantine", 0o700, exist_ok=True)
        target = f"{self.root}/quarantine/{folder}-{where.replace('/', '-')}.{int(self._clock() * 1000)}"
        try:
            system.replace(f"{self.root}/{folder}/{where}", target)
        except FileNotFoundError:
            return


def log_files(path: str) -> list[str]:
    """The files of a rotated log, oldest first: `name.1.jsonl`, `name.2.jsonl`, …, `name.jsonl`."""
    folder, _, name = path.rpartition("/")
    stem = name.removesuffix(".jsonl")
    numbers = []
    for entry in listed(folder):
        middle = entry.removeprefix(stem + ".").removesuffix(".jsonl")
        if entry == f"{stem}.{middle}.jsonl" and middle.isdigit():
            numbers.append(int(middle))
    return [f"{folder}/{stem}.{number}.jsonl" for number in sorted(numbers)] + [path]


def _decoded(key: str, data: bytes | None) -> tuple[Any, bool]:
    """The noun, or None and whether something is there that cannot be read."""
    if data is None:
        return None, False
    try:
        return loaded(key, data), False
    except (ValueError, TypeError):
        return None, True


def _found_at(path: str, where: str) -> tuple[str, Any] | None:
    """Key and noun of the file there; None where there is none, or another key's, or one that cannot be read."""
    data = content_of(path)
    key = _key_in(data or b"")
    noun, _ = _decoded(key, data) if key and file_of(key) == where else (None, True)
    return None if noun is None else (key, noun)


def _key_in(data: bytes) -> str:
    try:
        record = fastjson.loads(data.decode("ascii"))
    except ValueError:
        return ""
    key = record.get("key") if isinstance(record, dict) else None
    return key if isinstance(key, str) else ""


def _failed(error: OSError) -> StoreError:
    place = f": {error.filename}" if error.filename else ""
    return StoreError(f"the state cannot be written: {error.strerror}{place}", "run: pucs doctor")
