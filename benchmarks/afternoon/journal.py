"""The journal: who wrote which bytes where, kept by the play itself. It never asks PUCS anything.

Every change adds or removes marks, words that occur once in the world, so that bytes can be recognised wherever they
go. Times are spans (early, late), since a hook decides at some unknown instant between its start and its end: a claim
justifies a denial if it may have stood, and condemns a grant only if it must have stood.
"""

from __future__ import annotations

import re
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

BYTES = "bytes"
MARK = re.compile(r"\bm-[\w/]+-\d+\b")


class Span(NamedTuple):
    """An instant that lies somewhere between `early` and `late`."""

    early: float
    late: float


class Place(NamedTuple):
    """A path in one of the working trees."""

    tree: str
    path: str


@dataclass
class Claim:
    """Somebody's open call or uncommitted bytes on a place."""

    owner: str
    kind: str
    begun: Span
    ended: Span | None = None
    pending: dict[str, bool] = field(default_factory=dict)
    """Marks this claim added (True) or took out (False) and nobody committed yet; BYTES for any other change."""
    base: str | None = None
    """What the place held before the claim."""
    content: str | None = None
    """What its owner made of the place last."""
    carried: dict[str, bool] = field(default_factory=dict)
    """What of `pending` commits took."""


class Journal:
    """All that happened, as its actors saw it themselves. Safe to use from several threads."""

    def __init__(self, roots: dict[str, Path]) -> None:
        self.roots = roots
        self.lost: list[str] = []
        self.bundled: list[str] = []
        self.overwritten: list[str] = []
        """A person's bytes that an agent's whole-file write took: no lock holds for people, and the client looks."""
        self.mutex = threading.RLock()
        self._numbers = count(1)
        self._owner_of: dict[str, str] = {}
        self._alive: dict[Place, set[str]] = defaultdict(set)
        self._claims: dict[Place, list[Claim]] = defaultdict(list)
        self._gone: dict[str, list[tuple[Span, Span | None]]] = defaultdict(list)
        self._offered: set[tuple[str, Place, str]] = set()
        self._staged: list[tuple[str, tuple[str, ...], Span]] = []
        self._committed: dict[str, set[str]] = defaultdict(set)
        self._commits: list[tuple[str, Span]] = []
        self._landings: dict[Place, list[tuple[Span, set[str], str]]] = defaultdict(list)

    # Writing

    def mark(self, owner: str) -> str:
        """A new word that only this owner's bytes contain."""
        with self.mutex:
            word = f"m-{owner}-{next(self._numbers):06}"
            self._owner_of[word] = owner
            return word

    def read(self, place: Place) -> str | None:
        """What the place holds; None where there is no file."""
        try:
            return (self.roots[place.tree] / place.path).read_bytes().decode()
        except FileNotFoundError:
            return None

    def write(
        self, owner: str, place: Place, change: Callable[[str | None], str | None], *, formatting: bool = False
    ) -> str | None:
        """Replaces the content of the place by what `change` makes of it; None leaves or takes away the file.

        Marks that vanish and are not the owner's (or its family's) are lost: nobody here takes them out on purpose.
        What a formatter does is nobody's.
        """
        with self.mutex:
            begun = time.monotonic()
            before = self.read(place)
            after = change(before)
            full = self.roots[place.tree] / place.path
            if after is not None:
                full.parent.mkdir(parents=True, exist_ok=True)
                full.write_bytes(after.encode())
            elif before is not None:
                full.unlink()
            span = Span(begun, time.monotonic())
            if before != after and not formatting:
                self._noted(owner, place, (before, after), span)
            for claim in self._claims[place]:
                if claim.kind == "bytes" and claim.ended is None and after == claim.base:
                    # Whoever made it so: nothing of what this owner did is left there.
                    claim.pending.clear()
                    claim.ended = span
            return after

    def _noted(self, owner: str, place: Place, contents: tuple[str | None, str | None], span: Span) -> None:
        before, after = (set(MARK.findall(content or "")) for content in contents)
        for mark in before - after:
            theirs = self._owner_of.get(mark, "?")
            if not family(theirs, owner) and mark in self._alive[place]:
                where = self.overwritten if theirs.startswith("person") else self.lost
                where.append(f"{mark} of {theirs} vanished from {place.path} in {place.tree} when {owner} wrote")
                self._forget(place, mark, span)
            self._alive[place].discard(mark)
        self._alive[place] |= after - before
        claim = self._claim_of(owner, place, contents[0], span)
        for mark in before ^ after:
            if claim.pending.get(mark, mark in after) != (mark in after):
                del claim.pending[mark]
            else:
                claim.pending[mark] = mark in after
        claim.pending[BYTES] = True
        claim.content = contents[1]

    def _claim_of(self, owner: str, place: Place, base: str | None, span: Span) -> Claim:
        claim = self._bytes_of(owner, place)
        if claim is None:
            claim = Claim(owner, "bytes", span, base=base)
            self._claims[place].append(claim)
        return claim

    def _forget(self, place: Place, mark: str, span: Span) -> None:
        for claim in self._claims[place]:
            if claim.pending.pop(mark, None) is not None and list(claim.pending) == [BYTES]:
                claim.pending.clear()
                claim.ended = span

    def _bytes_of(self, owner: str, place: Place) -> Claim | None:
        for claim in self._claims[place]:
            if claim.kind == "bytes" and claim.owner == owner and claim.ended is None:
                return claim
        return None

    # Claims

    def opened(self, owner: str, place: Place) -> Claim:
        """A call that is about to ask the edit gate: it stands from now, for certain from `certain`."""
        with self.mutex:
            claim = Claim(owner, "call", Span(time.monotonic(), float("inf")))
            self._claims[place].append(claim)
            return claim

    def certain(self, claim: Claim) -> None:
        """The gate let the call pass."""
        with self.mutex:
            claim.begun = Span(claim.begun.early, time.monotonic())

    def closed(self, claim: Claim, early: float) -> None:
        """The call ended between `early` and now."""
        with self.mutex:
            if claim.ended is None:
                claim.ended = Span(early, time.monotonic())

    def denied(self, place: Place, claim: Claim) -> None:
        """The call never was."""
        with self.mutex:
            self._claims[place].remove(claim)

    def going(self, owner: str) -> float:
        """The owner's process is about to end: from now on it may be gone."""
        with self.mutex:
            early = time.monotonic()
            self._gone[owner].append((Span(early, float("inf")), None))
            return early

    def gone(self, owner: str) -> None:
        """It has ended: its open calls are over, its bytes are parked."""
        with self.mutex:
            span = Span(self._gone[owner].pop()[0].early, time.monotonic())
            self._gone[owner].append((span, None))
            for claims in self._claims.values():
                for claim in claims:
                    if claim.owner == owner and claim.kind == "call" and claim.ended is None:
                        claim.ended = span

    def back(self, owner: str, early: float) -> None:
        """The owner came back between `early` and now (resume)."""
        with self.mutex:
            left, _ = self._gone[owner].pop()
            self._gone[owner].append((left, Span(early, time.monotonic())))

    def passed_on(self, owner: str, heir: str, place: Place | None = None, *, early: float) -> None:
        """The owner's uncommitted bytes (everywhere, where no place is given) became the heir's after `early`."""
        with self.mutex:
            span = Span(early, time.monotonic())
            for where in [place] if place else list(self._claims):
                claim = self._bytes_of(owner, where)
                if claim is None:
                    continue
                claim.ended = span
                for mark in claim.pending:
                    self._owner_of[mark] = heir
                theirs = self._claim_of(heir, where, claim.base, span)
                theirs.pending.update(claim.pending)
                theirs.content = claim.content

    # Committing

    def staging(self, tree: str, paths: Iterable[str], span: Span) -> None:
        """Somebody had these paths in the index of that tree for a while."""
        with self.mutex:
            self._staged.append((tree, tuple(paths), span))

    def staged(self, tree: str, span: Span) -> set[str]:
        """What may have been in the index of that tree during the span."""
        with self.mutex:
            return {
                path
                for where, paths, other in self._staged
                if where == tree and other.early <= span.late and other.late >= span.early
                for path in paths
            }

    def landed(self, tree: str, span: Span) -> None:
        """Somebody's commit was made in that tree."""
        with self.mutex:
            self._commits.append((tree, span))

    def overtook(self, tree: str, span: Span) -> bool:
        """Whether a commit may have been made in that tree during the span."""
        with self.mutex:
            return any(where == tree and it.early <= span.late and it.late >= span.early for where, it in self._commits)

    def holds(self, owner: str, place: Place) -> bool:
        """Whether the owner has uncommitted bytes there."""
        with self.mutex:
            return self._bytes_of(owner, place) is not None

    def only(self, owner: str, place: Place) -> bool:
        """Whether nobody but the owner has uncommitted bytes there."""
        with self.mutex:
            return all(c.owner == owner for c in self._claims[place] if c.kind == "bytes" and c.ended is None)

    def committed(self, owner: str | None, place: Place, contents: tuple[str, str], span: Span) -> None:
        """A commit by `owner` (None: the person) changed the place from one content to the other."""
        with self.mutex:
            before, after = (set(MARK.findall(content)) for content in contents)
            for mark in after - before - self._committed[place.path]:
                theirs = self._owner_of.get(mark, "?")
                if owner is not None and not theirs.startswith("person") and not family(theirs, owner):
                    self.bundled.append(f"{mark} of {theirs} in {place.path} was committed by {owner}")
            self._committed[place.path] |= after
            self._landings[place].append((span, after, contents[1]))
            for claim in self._claims[place]:
                if claim.kind != "bytes" or claim.ended is not None:
                    took = claim.carried and all((mark in after) == added for mark, added in claim.carried.items())
                    if took and claim.ended is not None and span.early < claim.ended.early:
                        # That commit came before the one that was told of first.
                        claim.ended = Span(span.early, claim.ended.late)
                    continue
                landed = [m for m, added in claim.pending.items() if m != BYTES and (m in after) == added]
                for mark in landed:
                    claim.carried[mark] = claim.pending.pop(mark)
                mine = {mark for mark in after - before if self._owner_of.get(mark) == claim.owner}
                for mark in mine - set(MARK.findall(claim.content or "")):
                    claim.pending[mark] = False  # taken out again after that commit had begun
                whole = contents[1] in (claim.content, self.read(place))
                if list(claim.pending) == [BYTES] and (landed or before != after or whole):
                    claim.pending.clear()
                if claim.pending:
                    claim.base = contents[1]
                else:
                    claim.ended = span

    def had_landed(self, place: Place, marks: set[str], content: str | None, by: float) -> bool:
        """Whether a commit that may have been made by then holds all these marks there, or just that content.

        It may be told of later.
        """
        with self.mutex:
            found = [(held, whole) for span, held, whole in self._landings[place] if span.early <= by]
            return any((marks and marks <= held) or whole == content for held, whole in found)

    def abandons(self, owner: str, place: Place) -> tuple[Claim | None, dict[str, bool]]:
        """The owner is about to take the place back to what is committed: its bytes there may vanish from now on."""
        with self.mutex:
            claim = self._bytes_of(owner, place)
            if claim is None:
                return None, {}
            pending = dict(claim.pending)
            self._alive[place] -= set(pending)
            claim.pending.clear()
            return claim, pending

    def kept(self, claim: Claim | None, place: Place, pending: dict[str, bool]) -> None:
        """It could not be done."""
        with self.mutex:
            self._alive[place] |= set(pending) & set(MARK.findall(self.read(place) or ""))
            if claim is not None:
                claim.pending.update(pending)

    def undone(self, claim: Claim | None, place: Place, span: Span) -> None:
        """It has done so."""
        with self.mutex:
            self._alive[place] = set(MARK.findall(self.read(place) or ""))
            if claim is not None and claim.ended is None and not claim.pending:
                claim.ended = span

    def merged(self, place: Place) -> None:
        """A merge may have changed the place: what nobody committed must still be there, the rest is as it is now."""
        with self.mutex:
            now = set(MARK.findall(self.read(place) or ""))
            for claim in self._claims[place]:
                if claim.kind == "bytes" and claim.ended is None:
                    missing = {m for m, added in claim.pending.items() if added and m != BYTES} - now
                    where = self.overwritten if claim.owner.startswith("person") else self.lost
                    where += [f"{mark} vanished from {place.path} in {place.tree} by a merge" for mark in missing]
            self._alive[place] = now

    def touched(self, owner: str) -> list[Place]:
        """Where the owner has, or ever had, bytes of its own."""
        with self.mutex:
            return [
                place
                for place, claims in self._claims.items()
                if any(claim.kind == "bytes" and claim.owner == owner for claim in claims)
            ]

    # Judging

    def standing(self, place: Place, span: Span, *, surely: bool = False) -> list[Claim]:
        """Claims on the place that may have (or surely have) stood during the span."""
        with self.mutex:
            return [claim for claim in self._claims[place] if _stands(claim, span, surely=surely)]

    def is_gone(self, owner: str, at: float) -> bool:
        """Whether the owner's process had ended for certain by then."""
        return any(left.late <= at and (back is None or at <= back.early) for left, back in self._gone[owner])

    def may_be_gone(self, owner: str, at: float) -> bool:
        """Whether the owner's process may have ended by then."""
        return any(left.early <= at and (back is None or at <= back.late) for left, back in self._gone[owner])

    def offered(self, owner: str, place: Place) -> bool:
        """Notes that the owner was shown the parked bytes as they are; gives whether that is new."""
        with self.mutex:
            offer = (owner, place, self.read(place) or "")
            fresh = offer not in self._offered
            self._offered.add(offer)
            return fresh

    def sweep(self) -> None:
        """The end: whatever mark should be in a working tree is there, or it is lost."""
        for place, marks in self._alive.items():
            missing = marks - set(MARK.findall(self.read(place) or ""))
            self.lost += [f"{mark} is not in {place.path} of {place.tree} at the end" for mark in sorted(missing)]


def family(one: str, other: str) -> bool:
    """Whether one of the two is the other or a subagent of it."""
    return one == other or one.startswith(other + "/") or other.startswith(one + "/")


def inside(holder: str, owner: str) -> bool:
    """Whether `owner` may work inside what `holder` holds: itself, or a subagent of it."""
    return owner == holder or owner.startswith(holder + "/")


def foreign(claims: Iterable[Claim], owner: str) -> list[Claim]:
    """The claims that this owner may not work inside."""
    return [claim for claim in claims if not inside(claim.owner, owner)]


def _stands(claim: Claim, span: Span, *, surely: bool) -> bool:
    if surely:
        return claim.begun.late <= span.early and (claim.ended is None or claim.ended.early >= span.late)
    return claim.begun.early <= span.late and (claim.ended is None or claim.ended.late >= span.early)
