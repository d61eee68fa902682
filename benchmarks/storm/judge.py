"""The judge of the storm: from the journal alone, who held what, and what must not have been.

What somebody *surely* holds is judged, since a hook decides at some unknown instant between its start and its end:

- a call, from when it was let through until its client begins to report its end: the whole path;
- changed slots, from when they were written until their agent begins to commit, undo or take them back, is killed, or
  may have lapsed: its last surely processed event on that path is older than the configured duration.

Two different agents that surely hold the same at one instant are a double holder.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from math import inf
from typing import NamedTuple

_HOLDERS = (
    re.compile(r"is (?:being changed|locked)(?: in .*?)? by ([\w/-]+)"),
    re.compile(r"is still held by ([\w/-]+)"),
)
_BUSY = "the state is busy"
_UNGUARDED = "let through unguarded"


class Hold(NamedTuple):
    """What an agent surely held, from `start` to `end`: slots that it changed, or those of a call that is on."""

    who: str
    place: tuple[str, str]
    slots: frozenset[int]
    start: float
    end: float
    is_call: bool = False

    def meets(self, other: Hold) -> bool:
        """Whether both cannot be: two calls are on at once in one path, or a slot is in both."""
        return (self.is_call and other.is_call) or bool(self.slots & other.slots)


@dataclass
class Verdict:
    """What was not right, in words, and how much was looked at."""

    twice: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    false: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=lambda: defaultdict(int))


@dataclass
class _Call:
    who: str
    place: tuple[str, str]
    slots: tuple[int, ...]
    asked: float
    got: float = 0.0
    written: tuple = ()
    is_back: bool = False
    is_promised: bool = False


@dataclass
class _Dirty:
    """Slots of one agent in one path, since when, and until when at least its lock cannot have lapsed."""

    slots: dict[int, float] = field(default_factory=dict)
    sure: float = 0.0


class Judge:
    """Reads the journal once, in order; `duration` is how long a lock lasts untouched, in seconds."""

    def __init__(self, duration: float, wholes: tuple[str, ...] = ()) -> None:
        self.verdict = Verdict()
        self.holds: list[Hold] = []
        self.contents: dict[tuple[str, str, int], set[str]] = {}
        """What a slot may hold, as far as the writers told."""
        self._duration, self._wholes = duration, wholes
        self._calls: dict[str, _Call] = {}
        self._open: dict[str, str] = {}
        self._dirty: dict[tuple[str, tuple[str, str]], _Dirty] = {}
        self._earlier: dict[tuple[str, str, int], set[str]] = defaultdict(set)
        self._asked: set[tuple[str, tuple[str, str]]] = set()
        self._dead: dict[str, float] = {}
        self._promised: dict[str, set[tuple[str, str]]] = defaultdict(set)
        self._now = 0.0

    def judge(self, lines: list[list], begun: dict[tuple[str, str, int], str]) -> Verdict:
        """The verdict on the whole journal; `begun` is what each slot held at first."""
        self.contents = {slot: {text} for slot, text in begun.items()}
        for slot, text in begun.items():
            self._earlier[slot].add(text)
        for at, who, what, *more in sorted(lines, key=lambda line: line[0]):
            self._now = at
            self.verdict.counts[what] += 1
            getattr(self, "_on_" + what, self._passed)(at, who, *more)
        for call in list(self._open.values()):
            self._ended(call, inf)
        for who, place in list(self._dirty):
            self._over(who, place, inf)
        self.verdict.twice = doubles(self.holds)
        return self.verdict

    def _passed(self, *_: object) -> None:
        """A line that the judge does not need."""

    def _on_ask(self, at: float, who: str, call: str, tree: str, path: str, slots: list[int]) -> None:
        promised = (tree, path) in self._promised[who]
        self._calls[call] = _Call(who, (tree, path), tuple(slots), at, is_promised=promised)
        self._promised[who].discard((tree, path))
        self._asked.add((who, (tree, path)))

    def _on_got(self, at: float, who: str, call: str) -> None:
        one = self._calls[call]
        one.got = at
        self._open[who] = call
        self._sign(who, one.place, one.asked, at)

    def _on_no(self, _at: float, _who: str, call: str, reason: str) -> None:
        one = self._calls[call]
        named = next((found.group(1) for found in (form.search(reason) for form in _HOLDERS) if found), "")
        if not named:
            return
        self.verdict.counts["denials that name a holder"] += 1
        if one.is_promised:
            self.verdict.false.append(f"{call}: it was told that {one.place} is its, and then: {reason}")
        elif self._dead.get(named, one.asked) < one.asked:
            self.verdict.false.append(f"{call}: {named} was dead before it was asked: {reason}")
        elif (named, one.place) not in self._asked:
            self.verdict.false.append(f"{call}: {named} never asked for {one.place}: {reason}")

    def _on_wait(self, _at: float, who: str, tree: str, path: str) -> None:
        self._asked.add((who, (tree, path)))

    def _on_waited(self, _at: float, who: str, tree: str, paths: list[str], status: int, said: str) -> None:
        """Only a lock that the wait took is a promise; in a file where its agent has lines, others may have others."""
        if status == 0:
            self._promised[who] |= {(tree, path) for path in paths if f"{path} is yours: " in said}

    def _on_unlock(self, _at: float, who: str) -> None:
        self._promised[who].clear()

    def _on_write(self, _at: float, who: str, call: str, written: list) -> None:
        one = self._calls[call]
        one.written = tuple((slot, old, new) for slot, old, new in written)
        for slot, old, new in one.written:
            key = (*one.place, slot)
            if old not in self.contents[key]:
                wanted = ", ".join(sorted(self.contents[key]))
                self.verdict.lost.append(f"{call} found {old!r} in {key}, where {wanted} should have been")
            self.contents[key] = {*self.contents[key], old, new}
            self._earlier[key].add(new)
        if one.is_back:
            self._gone(who, one.place, [slot for slot, _, _ in one.written])

    def _on_back(self, _at: float, _who: str, call: str) -> None:
        self._calls[call].is_back = True

    def _on_wrote(self, at: float, who: str, call: str) -> None:
        one = self._calls[call]
        for slot, _, new in one.written:
            self.contents[*one.place, slot] = {new}
        if not one.is_back:
            dirty = self._dirty.setdefault((who, one.place), _Dirty(sure=one.asked + self._duration))
            for slot, _, _ in one.written:
                dirty.slots.setdefault(slot, at)

    def _on_done(self, at: float, who: str, call: str) -> None:
        self._ended(call, at)
        self._open.pop(who, None)
        self._calls[call].asked = at

    def _on_closed(self, at: float, who: str, call: str) -> None:
        self._sign(who, self._calls[call].place, self._calls[call].asked, at)

    def _on_give(self, at: float, who: str, tree: str, path: str, how: str) -> None:
        self._over(who, (tree, path), at)
        if how == "undo":
            for key in self.contents:
                if key[:2] == (tree, path):
                    self.contents[key] = {*self.contents[key], *self._earlier[key]}

    def _on_kill(self, at: float, _who: str, victim: str) -> None:
        if victim in self._open:
            self._ended(self._open.pop(victim), at)
        for who, place in [key for key in self._dirty if key[0] == victim]:
            self._over(who, place, at)

    def _on_dead(self, at: float, _who: str, victim: str) -> None:
        self._dead[victim] = at

    def _on_broke(self, _at: float, who: str, *more: object) -> None:
        """A busy state is no fault while hooks are stopped inside its mutex, as long as nothing passes for it."""
        said = str(more)
        if _BUSY in said and _UNGUARDED not in said:
            self.verdict.counts["busy"] += 1
        else:
            self.verdict.broken.append(f"{who}: {said}")

    def _sign(self, who: str, place: tuple[str, str], begun: float, known: float) -> None:
        """The agent's event on that path was processed at some instant from `begun` to `known`."""
        dirty = self._dirty.get((who, place))
        if dirty is None:
            return
        if known > dirty.sure:
            self._over(who, place, dirty.sure)
        else:
            dirty.sure = max(dirty.sure, begun + self._duration)

    def _ended(self, call: str, at: float) -> None:
        one = self._calls[call]
        self.holds.append(Hold(one.who, one.place, self._wide(one.place, one.slots), one.got, at, is_call=True))

    def _over(self, who: str, place: tuple[str, str], at: float) -> None:
        dirty = self._dirty.pop((who, place), None)
        if dirty is not None:
            self._kept(who, place, dirty.slots, min(at, dirty.sure))

    def _gone(self, who: str, place: tuple[str, str], slots: list[int]) -> None:
        dirty = self._dirty.get((who, place))
        if dirty is not None:
            left = {slot: dirty.slots.pop(slot) for slot in slots if slot in dirty.slots}
            self._kept(who, place, left, min(self._now, dirty.sure))

    def _kept(self, who: str, place: tuple[str, str], slots: dict[int, float], end: float) -> None:
        for slot, start in slots.items():
            if start < end:
                self.holds.append(Hold(who, place, self._wide(place, (slot,)), start, end))

    def _wide(self, place: tuple[str, str], slots: tuple[int, ...]) -> frozenset[int]:
        """These slots; all of them where the path is locked as a whole."""
        if place[1] not in self._wholes:
            return frozenset(slots)
        return frozenset(slot for *where, slot in self.contents if tuple(where) == place)


def doubles(holds: list[Hold]) -> list[str]:
    """Every two holds of different agents on the same that share an instant."""
    found = []
    places: dict[tuple[str, str], list[Hold]] = defaultdict(list)
    for hold in holds:
        places[hold.place].append(hold)
    for there in places.values():
        standing: list[Hold] = []
        for hold in sorted(there, key=lambda one: one.start):
            standing = [one for one in standing if one.end > hold.start]
            found += [_said(one, hold) for one in standing if one.who != hold.who and one.meets(hold)]
            standing.append(hold)
    return found


def _said(one: Hold, other: Hold) -> str:
    words = (f"{it.who} ({'call' if it.is_call else 'bytes'}) {it.start:.3f}-{it.end:.3f}" for it in (one, other))
    return f"{one.place} slots {sorted(one.slots)} and {sorted(other.slots)}: {' with '.join(words)}"
