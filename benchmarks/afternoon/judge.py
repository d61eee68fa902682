"""The judge: whether a denial, a refusal or a grant was right, by the journal alone."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING, NamedTuple

from benchmarks.afternoon.journal import BYTES, MARK, Place, Span, family, foreign
from benchmarks.afternoon.world import CRITICAL

if TYPE_CHECKING:
    from collections.abc import Iterable

    from benchmarks.afternoon.journal import Claim
    from benchmarks.afternoon.tally import Refused
    from benchmarks.afternoon.world import World

_WORDS = {
    "critical": ("is a critical file",),
    "held": ("is being changed by", "is still held by"),
    "parked": ("holds uncommitted changes of",),
    "stale": ("is not what you saw last",),
    "boundary": ("belongs to stream",),
    "protected": ("and agents do not edit it",),
}


class Case(NamedTuple):
    """A call as the journal knows it: who wanted to write where, whole content or not, over which view, and when."""

    owner: str
    stream: str | None
    place: Place
    span: Span
    whole: bool
    view: str | None


def kind_of(reason: str) -> str:
    """Which rule a denial speaks of."""
    for kind, phrases in _WORDS.items():
        if any(phrase in reason for phrase in phrases):
            return kind
    return "other"


class Unshown(NamedTuple):
    """Parked bytes that a grant took over untold, as far as the journal knew then: whose, and what they were."""

    owner: str
    marks: set[str]
    content: str | None


class Judgement(NamedTuple):
    """What was not right, in words."""

    needless: list[str]
    wrong: list[str]


def judged(world: World) -> Judgement:
    """Every denial, refusal and grant of the play held against the whole journal, once it is complete."""
    tally = world.tally
    needless = [
        f"{case}: {said}" for kind, case, known, said in tally.denied if not known and not excuse(world, kind, case)
    ]
    needless += [refused.said for refused in tally.refused if not refusal_excuse(world, refused)]
    wrong = [(case, _untold(world, case, known) or wrong_grant(world, case)) for case, known in tally.granted]
    return Judgement(needless, [f"{case}: {why}" for case, why in wrong if why])


def excuse_at_once(world: World, kind: str, case: Case) -> str:
    """What justifies a denial that has to do with what the place holds just now."""
    journal, place = world.journal, case.place
    if kind == "parked":
        parked = [claim for claim in _bytes(world, place, case) if journal.may_be_gone(claim.owner, case.span.late)]
        return _first(parked) if journal.offered(case.owner, place) else ""
    if kind == "stale" and case.whole:
        return "the view was old" if case.view is None or _differs(world, case) else ""
    if kind == "critical" and place.path == CRITICAL:
        return _not_brought_in(world, place)
    return ""


def excuse(world: World, kind: str, case: Case) -> str:
    """What justifies any other denial; "" if nothing does."""
    place = case.place
    if kind == "held":
        return _first(_living(world, place, case))
    if kind == "critical" and place.path == CRITICAL:
        places = (Place(tree, place.path) for tree in world.repos if tree != place.tree)
        return _first(claim for other in places for claim in _living(world, other, case))
    if kind == "boundary":
        stream = world.owners_of(place.path)
        return f"it is {stream}'s" if case.stream and stream not in (None, case.stream) else ""
    return ""


def _not_brought_in(world: World, place: Place) -> str:
    """Which worktree committed the critical file last and is not merged here, by git alone; "" if none."""
    here = world.repos[place.tree]
    for tree, other in world.repos.items():
        last = other.git("log", "-1", "--format=%H", "--", place.path)
        inside = ["git", "merge-base", "--is-ancestor", last, "HEAD"]
        if tree == place.tree or subprocess.run(inside, cwd=here.root, env=here.env, check=False).returncode == 0:
            continue
        if other.git("rev-parse", f"{last}:{place.path}") != here.git("rev-parse", f"HEAD:{place.path}"):
            return f"{tree} committed it, and {place.tree} has not got that"
    return ""


def never_shown(world: World, case: Case) -> Unshown | None:
    """Whether a grant takes over parked bytes that this agent was never told of."""
    journal = world.journal
    for claim in foreign(journal.standing(case.place, case.span, surely=True), case.owner):
        gone = journal.is_gone(claim.owner, case.span.early) and not claim.owner.startswith("person")
        if gone and claim.kind == "bytes" and journal.offered(case.owner, case.place):
            added = {mark for mark, added in claim.pending.items() if added and mark != BYTES}
            return Unshown(claim.owner, added, claim.content)
    return None


def _untold(world: World, case: Case, unshown: Unshown | None) -> str:
    """What is wrong with such a grant; nothing where those bytes were committed by then, though not yet told of."""
    if unshown is None:
        return ""
    if world.journal.had_landed(case.place, unshown.marks, unshown.content, case.span.late):
        return ""
    return f"parked bytes of {unshown.owner} were never shown"


def wrong_grant(world: World, case: Case) -> str:
    """Why the grant should have been a denial; "" if it was right."""
    for claim in foreign(world.journal.standing(case.place, case.span, surely=True), case.owner):
        if not claim.owner.startswith("person") and not world.journal.may_be_gone(claim.owner, case.span.late):
            return f"{claim.owner} had {claim.kind} there"
    return ""


def refusal_excuse(world: World, refused: Refused) -> str:
    """What justifies that a commit was refused; nothing does for a person's."""
    case = refused.case
    if case is None:
        return ""
    if "Another commit was made in this working tree" in refused.said:
        return "another commit was made" if world.journal.overtook(case.place.tree, case.span) else ""
    staged = world.journal.staged(case.place.tree, case.span) if refused.indexed else ()
    for path in {*refused.paths, *staged}:
        place = Place(case.place.tree, path)
        held = _bytes(world, place, case)
        if held:
            return f"{path} holds bytes of {held[0].owner}"
        stream = world.owners_of(path)
        if case.stream and stream not in (None, case.stream):
            return f"{path} is {stream}'s"
    return ""


def heirless(world: World, case: Case) -> list[str]:
    """Owners that are gone and whose bytes the granted call takes over."""
    claims = _bytes(world, case.place, case)
    return [claim.owner for claim in claims if world.journal.may_be_gone(claim.owner, case.span.late)]


def _living(world: World, place: Place, case: Case) -> list[Claim]:
    claims = foreign(world.journal.standing(place, case.span), case.owner)
    return [
        claim
        for claim in claims
        if not claim.owner.startswith("person") and not world.journal.is_gone(claim.owner, case.span.early)
    ]


def _bytes(world: World, place: Place, case: Case) -> list[Claim]:
    claims = foreign(world.journal.standing(place, case.span), case.owner)
    return [claim for claim in claims if claim.kind == "bytes" and not claim.owner.startswith("person")]


def _differs(world: World, case: Case) -> bool:
    seen = set(MARK.findall(case.view or ""))
    there = set(MARK.findall(world.journal.read(case.place) or ""))
    return any(not family(mark[2:].rsplit("-", 1)[0], case.owner) for mark in seen ^ there)


def _first(claims: Iterable[Claim]) -> str:
    return next((f"{claim.owner} has {claim.kind} there" for claim in claims), "")
