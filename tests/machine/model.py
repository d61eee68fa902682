"""The independent model of the big machine: lines with authors, and who is certainly there or certainly not.

It knows no locks, weaves, tokens or records. Where what PUCS may know depends on how exactly clocks were read, both
answers are right for a while: a time is kept as the earliest and the latest that it can be.
"""

from __future__ import annotations

from dataclasses import dataclass, field

IDLE, LONGEST, WAITED = 1800.0, 7200.0, 300.0
LENGTH = 8
WHO = ("agent-1", "agent-2", "agent-3", "agent-1/1")
MAINS = WHO[:3]
TREES = (".", "left", "right")
PATHS = ("a.py", "b.py")
"""Of `a.py` lines are shared, of `b.py` they are not."""

Place = tuple[str, str]


def related(holder: str, agent: str) -> bool:
    """Whether the agent works inside what the holder has."""
    return agent == holder or agent.startswith(holder + "/")


@dataclass
class Span:
    """A moment that is known within bounds."""

    low: float
    high: float


@dataclass
class Call:
    """An open call: where it writes what, and whether its tool has."""

    place: Place
    start: int
    end: int
    new: list[str]
    wrote: bool = False


@dataclass
class Stay:
    """An agent at one place: since when, when it was last at it, and whether it asked for the whole file by name.

    `asked` is "" for no, else "sure" or, once that may be over, "maybe".
    """

    began: Span
    touched: Span
    asked: str = ""
    waited: bool = False


@dataclass
class File:
    """One path in one tree: its lines, who wrote which, and who removed which line of HEAD.

    A muddled one was edited by a person: whose the lines are that no agent wrote is not told any more.
    """

    lines: list[str]
    head: list[str]
    by: dict[str, str] = field(default_factory=dict)
    gone: dict[str, str] = field(default_factory=dict)
    stays: dict[str, Stay] = field(default_factory=dict)
    muddled: bool = False

    @property
    def text(self) -> str:
        return "".join(self.lines)

    def owners(self) -> set[str]:
        return {*self.by.values(), *self.gone.values()}

    def in_the_way(self, who: str, start: int, end: int) -> set[str]:
        """Who has a line in the range or right beside it, or removed one there."""
        found = {self.by[line] for line in self.lines[max(start - 1, 0) : end + 1] if line in self.by}
        if self.muddled:  # a person's lines stand between those of HEAD: where one is missing is not certain
            return {other for other in found if not related(other, who)}
        left = [line for line in self.lines[:start] if line in self.head]
        right = [line for line in self.lines[end:] if line in self.head]
        low = self.head.index(left[-1]) + 1 if left else 0
        high = self.head.index(right[0]) if right else len(self.head)
        found |= {self.gone[line] for line in self.head[low:high] if line in self.gone}
        return {other for other in found if not related(other, who)}

    def changed(self, who: str, start: int, end: int, new: list[str]) -> None:
        """The lines from `start` to `end` became these, by that agent."""
        for line in self.lines[start:end]:
            if self.by.pop(line, None) is None and line in self.head:
                self.gone[line] = who
        self.by.update(dict.fromkeys(new, who))
        self.lines[start:end] = new

    def passed(self, who: str, heir: str) -> None:
        """All that is one's becomes another's."""
        for part in (self.by, self.gone):
            part.update({line: heir for line, owner in part.items() if owner == who})

    def alone(self, *who: str) -> list[str]:
        """HEAD with only their changes."""
        kept = [line for line in self.lines if line in self.head]
        text: list[str] = []
        old = now = 0
        for anchor in [*kept, None]:
            stop_old = self.head.index(anchor, old) if anchor else len(self.head)
            stop_now = self.lines.index(anchor, now) if anchor else len(self.lines)
            text += [line for line in self.head[old:stop_old] if self.gone.get(line) not in who]
            text += [line for line in self.lines[now:stop_now] if self.by.get(line) in who]
            text += [anchor] if anchor else []
            old, now = stop_old + 1, stop_now + 1
        return text

    def clean(self) -> None:
        """Nothing here is anybody's."""
        self.head, self.by, self.gone, self.muddled = list(self.lines), {}, {}, False


@dataclass
class Wait:
    """A `pucs wait` that is under way: whose, for what, as which process, and when it last looked."""

    who: str
    tree: str
    paths: tuple[str, ...]
    pid: int
    seen: float


@dataclass
class Model:
    """Everything that is so."""

    now: float
    files: dict[Place, File]
    seen: dict[str, Span]
    dead: set[str] = field(default_factory=set)
    ended: set[str] = field(default_factory=set)
    calls: dict[str, Call] = field(default_factory=dict)
    offered: set[tuple[str, Place, str]] = field(default_factory=set)
    unsure: set[tuple[str, Place, str]] = field(default_factory=set)
    waits: list[Wait] = field(default_factory=list)
    hungry: set[tuple[str, Place]] = field(default_factory=set)

    def alive(self, who: str) -> bool:
        return who not in self.ended and who.partition("/")[0] not in self.dead

    def noticed(self, who: str) -> None:
        """PUCS heard of it: it is there, and is written down as seen now or a moment ago."""
        self.ended.discard(who)
        self.seen[who] = Span(self.now - 10, self.now)

    def busy(self, who: str, place: Place) -> bool:
        """Whether its time has certainly not run out there."""
        stay = self.files[place].stays[who]
        if stay.waited:
            return self.now < stay.began.low + WAITED
        last = max(stay.touched.low, self.seen[who].low)
        return self.now < last + IDLE and self.now < stay.began.low + LONGEST

    def idle(self, who: str, place: Place) -> bool:
        """Whether its time has certainly run out there."""
        stay = self.files[place].stays[who]
        if stay.waited:
            return self.now >= stay.began.high + WAITED
        last = max(stay.touched.high, self._seen_at_last(who))
        return self.now >= last + IDLE or self.now >= stay.began.high + LONGEST

    def _seen_at_last(self, who: str) -> float:
        """The latest that counts: what is written down of a time to come counts once that time has come."""
        high = self.seen[who].high
        return min(high, self.now) if high - 10 <= self.now else float("-inf")

    def whole(self, who: str, place: Place, *, surely: bool) -> bool:
        """Whether it keeps everybody out of the whole file, by a call that is open or because it asked for that."""
        if not self.alive(who):
            return False
        if who in self.calls and self.calls[who].place == place:
            return True
        stay = self.files[place].stays.get(who)
        if stay is None or not stay.asked:
            return False
        return (stay.asked == "sure" and self.busy(who, place)) if surely else not self.idle(who, place)

    def barred(self, who: str, place: Place, span: tuple[int, int] | None, *, surely: bool) -> set[str]:
        """Who keeps this agent out of those lines (None: of the file)."""
        file = self.files[place]
        found = {other for other in WHO if not related(other, who) and self.whole(other, place, surely=surely)}
        for other in self.in_the_way(who, place, span):
            there = self.busy(other, place) if surely else not self.idle(other, place)
            if self.alive(other) and there:
                found.add(other)
        if not surely and file.muddled:
            found |= {other for other in file.stays if not related(other, who) and not self.idle(other, place)}
        return found

    def in_the_way(self, who: str, place: Place, span: tuple[int, int] | None) -> set[str]:
        """Whose bytes are there."""
        file = self.files[place]
        if span is None or place[1] == "b.py":
            return {other for other in file.owners() if not related(other, who)}
        return file.in_the_way(who, *span)

    def stay(self, who: str, place: Place) -> Stay:
        """Its stay there, begun now if it was not there."""
        stays = self.files[place].stays
        if who not in stays:
            stays[who] = Stay(Span(self.now, self.now), Span(self.now, self.now))
        stay = stays[who]
        lapsed = self.now >= min(stay.touched.low + (WAITED if stay.waited else IDLE), stay.began.low + LONGEST)
        if lapsed or (who not in self.files[place].owners() and not stay.asked):
            stay.began.high = self.now
        stay.touched = Span(self.now, self.now)
        return stay

    def standing(self, place: Place) -> set[str]:
        """Who stands in line for it."""
        return {
            one.who
            for one in self.waits
            if one.tree == place[0] and place[1] in one.paths and abs(self.now - one.seen) <= 10 and self.alive(one.who)
        }

    def steps(self, seconds: float) -> None:
        """The clock goes on, or is set back: who was there stays so for as long again at most."""
        self.now += seconds
        for place, file in self.files.items():
            for who, stay in file.stays.items():
                if stay.asked and not self.busy(who, place):
                    stay.asked = "maybe"  # it lapsed, and anybody may have looked before the clock was set back
        for file in self.files.values():
            for stay in file.stays.values():
                stay.touched.low = min(stay.touched.low, self.now)
                stay.began.low = min(stay.began.low, self.now)
        for span in self.seen.values():
            if span.low > self.now - 10:
                span.low = float("-inf")

    def looked_at(self, place: Place) -> None:
        """Somebody was denied there: what the clock said of later is corrected."""
        for stay in self.files[place].stays.values():
            stay.touched.high = min(stay.touched.high, self.now)
            stay.began.high = min(stay.began.high, self.now)
