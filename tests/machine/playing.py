"""Any sequence of everything, in three trees, against the model in `model.py`.

What must hold: nobody writes a line that is another's and not adopted; nothing of another is in a commit; what is taken
over was shown and is kept; nobody is kept out by nobody; who was denied hears that its way is free; every wait ends;
tokens only grow; and all that also where the process that writes the state is killed in mid-write, and run again.

`python -m tests.machine.playing FOLDER EXAMPLES [SEED]` plays it in an empty folder. In an interpreter of its own it is
always the same: hypothesis draws numbers also from the source of whatever modules are loaded.
"""

from __future__ import annotations

import sys
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, Phase, core, settings
from hypothesis import strategies as some
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from pucs import notices
from pucs.client.surveying import survey
from pucs.client.tidying import tidy
from pucs.state import contents
from tests.machine.model import LENGTH, MAINS, PATHS, TREES, WHO, Call, File, Model, Place, Span, Wait, related
from tests.machine.scene import Killed, Scene
from tests.support import Repo

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pucs.client.edits import Answer

STEPS = 50
HEAD = {path: [f"{path} {number}\n" for number in range(LENGTH)] for path in PATHS}

some_who, some_main, some_tree = (some.sampled_from(one) for one in (WHO, MAINS, TREES))
# Mostly one file, where agents meet.
some_place = some.sampled_from([(".", "a.py")] * 5 + [(tree, path) for tree in TREES for path in PATHS])
some_fuse = some.sampled_from([None] * 12 + [0, 1, 2, 3])
some_after = some.sampled_from(["again", "dies", "stops"])
some_start, some_length, some_added = some.integers(0, LENGTH + 4), some.integers(0, 2), some.integers(0, 2)


class Machine(RuleBasedStateMachine):
    """See the module."""

    repo: Repo
    folder: Path
    steps: Iterator[int]

    @initialize()
    def begin(self) -> None:
        self.patch = pytest.MonkeyPatch()
        self.scene = Scene(self.repo, self.folder, self.patch)
        files = {(tree, path): File(list(HEAD[path]), list(HEAD[path])) for tree in TREES for path in PATHS}
        self.model = Model(self.scene.now, files, {who: Span(self.scene.now, self.scene.now) for who in WHO})
        self.numbers = count(1)
        self.pids = count(1000)
        self.unseen: set[Place] = set()
        self.acts = 0
        self.tokens: dict[Place, tuple[dict[str, int], int]] = dict.fromkeys(files, ({}, 0))
        self.scene.begins(files)

    def teardown(self) -> None:
        if hasattr(self, "patch"):
            try:
                self.everything_comes_to_an_end()
            finally:
                self.patch.undo()

    # How it is played.

    def line(self) -> str:
        return f"new {next(self.numbers)}\n"

    def here(self, who: str) -> bool:
        """Whether its hooks run at all: its client lives, and a subagent's session goes on."""
        main = who.partition("/")[0]
        return main not in self.model.dead and main not in self.model.ended

    def killed_at(self, fuse: int | None, act: Callable[[], object]) -> bool:
        """Whether the act was killed while it wrote the state."""
        self.scene.store.fuse = fuse
        try:
            act()
        except Killed:
            return True
        finally:
            self.scene.store.fuse = None
        return False

    def hears(self, who: str, told: tuple[str, ...]) -> None:
        for text in told:
            for path in PATHS:
                if f"{path} is free now" in text or ("no longer in line" in text and path in text):
                    self.fed(who, path)

    def fed(self, who: str, path: str) -> None:
        self.model.hungry -= {(who, (tree, path)) for tree in TREES}

    # Edits.

    @rule(
        who=some_who, place=some_place, start=some_start, length=some_length, added=some_added,
        tool=some.sampled_from(["Write", "Edit"]), fuse=some_fuse, then=some_after,
    )  # fmt: skip
    def asks(  # noqa: PLR0917
        self, who: str, place: Place, start: int, length: int, added: int, tool: str = "Edit", fuse: int | None = None,
        then: str = "again",
    ) -> None:  # fmt: skip
        file = self.model.files[place]
        start = min(start, len(file.lines))
        end = min(start + length, len(file.lines))
        new = [self.line() for _ in range(added)]
        if start < end or new:
            self.wants(who, Call(place, start, end, new), tool, fuse, then)

    def wants(self, who: str, call: Call, tool: str, fuse: int | None, then: str) -> None:
        if not self.here(who):
            return
        model, place = self.model, call.place
        if who in model.calls:
            self.closes(who)  # nobody reported its end; this call settles it
        values = self.values(call, tool)
        actor, path = self.scene.actors[who], str(self.scene.file(place))
        parked = self.parked(who, place, (call.start, call.end))
        answers: list[Answer] = []
        killed = self.killed_at(fuse, lambda: answers.append(actor.pre(path, tool=tool, values=values)))
        if killed and then != "again":
            self.half_granted(who, place, parked)
            (self.dies if then == "dies" else self.stops)(who)
            return
        if killed:
            self.half_granted(who, place, parked)
            answers.append(actor.pre(path, tool=tool, call=actor.open.call if actor.open else "", values=values))
        for _ in range(4):
            if answers[-1].decision != "deny" or not self.is_asked_again(who, call, answers[-1].reason, killed=killed):
                break
            answers.append(actor.pre(path, tool=tool, values=values))
        model.noticed(who)
        if answers[-1].decision == "deny":
            self.denied(who, place, (call.start, call.end), answers[-1].reason)
        else:
            self.granted(who, place, (call.start, call.end), unshown=killed)
            model.calls[who] = call

    def values(self, call: Call, tool: str) -> dict[str, str]:
        lines = self.model.files[call.place].lines
        if tool == "Write":
            return {"content": "".join([*lines[: call.start], *call.new, *lines[call.end :]])}
        first = max(call.start - 1, 0)
        last = call.end if call.start else min(call.end + 1, len(lines))
        if first == last:
            return {"old_string": "", "new_string": "".join(call.new)}
        old = "".join(lines[first:last])
        return {
            "old_string": old,
            "new_string": "".join([*lines[first : call.start], *call.new, *lines[call.end : last]]),
        }

    def is_asked_again(self, who: str, call: Call, reason: str, *, killed: bool) -> bool:
        """Whether the denial is one that shows something, after which the same call goes through."""
        model, place = self.model, call.place
        assert len(reason) <= 600
        if "not what you saw last" in reason:
            assert not model.barred(who, place, (call.start, call.end), surely=True)
            return True
        if "gone or idle" not in reason:
            return False
        offer = (who, place, model.files[place].text)
        assert not model.barred(who, place, (call.start, call.end), surely=True)
        assert self.parked(who, place, (call.start, call.end)) or model.files[place].muddled, "shown bytes of nobody"
        assert offer not in model.offered or killed, f"{who} was shown the same bytes twice"
        model.offered.add(offer)
        return True

    def parked(self, who: str, place: Place, span: tuple[int, int] | None) -> set[str]:
        """Whose bytes there are free to be taken over, or may be."""
        busy = self.model.barred(who, place, span, surely=True)
        return self.model.in_the_way(who, place, span) - busy

    def denied(self, who: str, place: Place, span: tuple[int, int] | None, reason: str) -> None:
        model = self.model
        busy = model.barred(who, place, span, surely=False)
        first = model.standing(place)
        assert busy or first or self.stale(place), f"{who} was kept out of {place} by nobody: {reason}"
        assert any(other in reason for other in busy | first) or self.stale(place), (reason, busy, first)
        model.looked_at(place)
        model.hungry.add((who, place))

    def stale(self, place: Place) -> bool:
        """Whether somebody committed it unseen."""
        return place in self.unseen

    def granted(self, who: str, place: Place, span: tuple[int, int] | None, *, unshown: bool = False) -> None:
        """It was let in: past nobody who is there, and over bytes that it was shown."""
        model, file = self.model, self.model.files[place]
        barred = model.barred(who, place, span, surely=True)
        assert not barred, f"{who} was let into {place} where {barred} is at work"
        heirs = model.in_the_way(who, place, span)
        strangers = {one for one in heirs if not related(who, one)}
        shown = (who, place, file.text) in model.offered | model.unsure
        assert not strangers or shown or unshown, f"{who} took over bytes of {strangers} in {place} unasked"
        if heirs:
            kept = contents.kept(self.scene.store.root, contents.blob_id(file.text.encode()))
            assert kept == file.text.encode(), "no copy of what was taken over"
            model.offered = {offer for offer in model.offered if offer[1] != place}
        if file.muddled:  # what a person did beside somebody's lines may have passed for that agent's
            heirs |= self.left_nothing(place, who)
        for other in heirs:
            file.passed(other, who)
        above = {one for one in file.owners() | set(file.stays) if one != who and related(one, who)}
        file.muddled |= bool(above)  # a subagent inside its parent's file: PUCS does not tell their lines apart
        for other in [*file.stays]:
            if not related(other, who) and other not in file.owners():
                file.stays[other].asked = ""
        model.stay(who, place)
        model.hungry.discard((who, place))

    def left_nothing(self, place: Place, who: str) -> set[str]:
        there = self.scene.locks(place[1], self.scene.ids[place[0]])
        return {one for one in self.model.files[place].owners() if one not in there and not related(one, who)}

    def half_granted(self, who: str, place: Place, parked: set[str]) -> None:
        """Its hook was killed while it wrote: whether bytes passed to it already only the state can tell."""
        self.model.noticed(who)
        there = self.scene.locks(place[1], self.scene.ids[place[0]])
        self.model.unsure.add((who, place, self.model.files[place].text))
        if who in there:
            self.model.stay(who, place)
            for other in parked - set(there):
                self.model.files[place].passed(other, who)

    @rule(who=some_who, place=some_place, start=some_start, length=some_length, added=some_added)
    def edits(self, who: str, place: Place, start: int, length: int, added: int) -> None:
        self.asks(who, place, start, length, added)
        self.finishes_all(who)

    @rule(who=some_who, place=some_place, start=some_start, length=some_length, added=some_added)
    def writes_whole(self, who: str, place: Place, start: int, length: int, added: int) -> None:
        self.asks(who, place, start, length, added, tool="Write")
        self.finishes_all(who)

    def finishes_all(self, who: str) -> None:
        if who in self.model.calls:
            self.writes(WHO.index(who))
            self.finishes(WHO.index(who), "post", None, "again")

    @rule(who=some_who, place=some_place)
    def takes_back(self, who: str, place: Place) -> None:
        """It edits its own changes away."""
        file = self.model.files[place]
        if who not in file.owners() or file.muddled or not self.model.alive(who):
            return
        text = file.alone(*(file.owners() - {who}))
        same = 0
        while same < min(len(text), len(file.lines)) and text[same] == file.lines[same]:
            same += 1
        rest = 0
        while rest < min(len(text), len(file.lines)) - same and text[-1 - rest] == file.lines[-1 - rest]:
            rest += 1
        span = (same, len(file.lines) - rest)
        new = text[same : len(text) - rest]
        if (
            self.model.barred(who, place, span, surely=False)
            or self.model.in_the_way(who, place, span)
            or (file.owners() - {who})
        ):
            return
        self.wants(who, Call(place, *span, new), "Write", None, "again")
        if who in self.model.calls:
            call = self.model.calls[who]
            file.lines[call.start : call.end] = call.new
            for part in (file.by, file.gone):
                for line in [line for line, owner in part.items() if owner == who]:
                    del part[line]
            self.scene.file(place).write_text(file.text)
            call.wrote = True
            self.finishes(WHO.index(who), "post", None, "again")

    @precondition(lambda self: self.model.calls)
    @rule(number=some.integers(0, 9))
    def writes(self, number: int) -> None:
        """The tool does its work; whether PUCS hears of it comes later."""
        who = self.one_with_a_call(number)
        call = self.model.calls[who]
        if not call.wrote and self.model.alive(who):
            file = self.model.files[call.place]
            file.changed(who, call.start, call.end, call.new)
            self.scene.file(call.place).write_text(file.text)
            call.wrote = True

    def one_with_a_call(self, number: int) -> str:
        who = WHO[number % len(WHO)]
        return who if who in self.model.calls else sorted(self.model.calls)[number % len(self.model.calls)]

    @precondition(lambda self: self.model.calls)
    @rule(
        number=some.integers(0, 9),
        how=some.sampled_from(["post", "post", "fail", "batch", "refused"]),
        fuse=some_fuse,
        then=some_after,
    )
    def finishes(self, number: int, how: str, fuse: int | None, then: str) -> None:
        who = self.one_with_a_call(number)
        call, actor = self.model.calls[who], self.scene.actors[who]
        if not self.model.alive(who) or actor.open is None or (call.wrote and how in ("fail", "refused")):
            return  # a failed call that wrote all the same is not among what is promised
        opened, told = actor.open, []

        def report() -> None:
            actor.open = opened
            if how in ("post", "fail"):
                told.append(actor.post(wrote=how == "post"))
            else:
                told.append(actor.batch(refused=how == "refused"))

        killed = self.killed_at(fuse, report)
        if killed and then == "dies":
            self.dies(who)
            return
        if killed and then == "stops":
            self.stops(who)
            return
        if killed:  # no client reports an end twice, but the end of the batch comes after it
            actor.open = opened
            told.append(actor.batch(refused=how == "refused"))
        self.model.noticed(who)
        self.closes(who)
        self.hears(who, told[-1])
        if how == "post":
            self.fed(who, call.place[1])  # what it is told of a path that it just wrote is no news

    def closes(self, who: str) -> None:
        """The end of its call as PUCS hears of it."""
        call = self.model.calls.pop(who)
        file = self.model.files[call.place]
        stay = self.model.stay(who, call.place)
        if call.wrote and stay.waited:
            stay.asked, stay.waited = "", False
        if who not in file.owners() and not stay.asked and not file.muddled:
            del file.stays[who]

    # Locks by name, and waits.

    @rule(who=some_who, place=some_place)
    def locks(self, who: str, place: Place) -> None:
        if not self.model.alive(who) or who in self.model.calls:
            return
        for _ in range(2):
            verdict = self.scene.asks(who, place[0], (place[1],))
            self.model.noticed(who)
            rules = {finding.rule for finding in verdict.findings}
            if "parked" not in rules:
                break
            assert self.parked(who, place, None) or self.model.files[place].muddled or self.stale(place)
            self.model.offered.add((who, place, self.model.files[place].text))
        if verdict.decision == "deny":
            self.denied(who, place, None, " ".join(one.lock.agent for one in verdict.findings if one.lock))
            return
        self.granted(who, place, None)
        stay = self.model.files[place].stays[who]
        stay.asked, stay.waited, stay.began.high = "sure", False, self.model.now

    @rule(who=some_who, place=some_place)
    def gives_back(self, who: str, place: Place) -> None:
        if not self.model.alive(who):
            return
        self.scene.gives_back(who, place)
        stay = self.model.files[place].stays.get(who)
        if stay is not None:
            stay.asked, stay.waited = "", False

    @rule(who=some_who, tree=some_tree, paths=some.sampled_from([("a.py",), ("b.py",), ("a.py", "b.py")]))
    def waits(self, who: str, tree: str, paths: tuple[str, ...]) -> None:
        if not self.model.alive(who) or who in self.model.calls or any(one.who == who for one in self.model.waits):
            return
        wait = Wait(who, tree, paths, next(self.pids), self.model.now)
        self.model.waits.append(wait)
        self.looks(len(self.model.waits) - 1, None)

    @precondition(lambda self: self.model.waits)
    @rule(number=some.integers(0, 5), fuse=some_fuse)
    def looks(self, number: int, fuse: int | None) -> None:
        """The waiting command looks whether it is its turn."""
        model = self.model
        wait = model.waits[number % len(model.waits)]
        found = []
        if self.killed_at(fuse, lambda: found.append(self.scene.asks(wait.who, wait.tree, wait.paths, wait))):
            self.wait_is_killed(model.waits.index(wait))
            for path in wait.paths:  # it may have been served in part
                if wait.who in self.scene.locks(path, self.scene.ids[wait.tree]):
                    stay = model.stay(wait.who, (wait.tree, path))
                    stay.asked = stay.asked or "maybe"
            return
        outcome = found[-1]
        if abs(model.now - wait.seen) >= 3:
            wait.seen = model.now
        if outcome.taken:
            model.waits.remove(wait)
            for path, lock in outcome.taken.items():
                if lock is not None:
                    self.granted(wait.who, (wait.tree, path), None)
                    stay = model.files[wait.tree, path].stays[wait.who]
                    if lock.waited:
                        stay.asked, stay.waited, stay.began = "sure", True, Span(model.now, model.now)
        elif outcome.over or outcome.wait is None:
            model.waits.remove(wait)
            assert outcome.over or outcome.verdict.findings, "it ended without a word"
        else:
            self.waits_for_somebody(wait)

    def waits_for_somebody(self, wait: Wait) -> None:
        model = self.model
        for path in wait.paths:
            place = (wait.tree, path)
            if model.barred(wait.who, place, None, surely=False) or self.stale(place) or model.files[place].owners():
                return
            if model.standing(place) - {wait.who}:
                return
        raise AssertionError(f"{wait.who} waits for {wait.paths} in {wait.tree}, and nobody is in its way")

    @precondition(lambda self: self.model.waits)
    @rule(number=some.integers(0, 5))
    def wait_is_killed(self, number: int) -> None:
        wait = self.model.waits.pop(number % len(self.model.waits))
        self.scene.dead.add(wait.pid)

    # People, and commits.

    @rule(place=some_place, number=some.integers(0, LENGTH))
    def person_edits(self, place: Place, number: int) -> None:
        file = self.model.files[place]
        if any(call.place == place for call in self.model.calls.values()) or not file.lines:
            return  # nobody can tell the two apart
        old = file.lines[number % len(file.lines)]
        file.lines[number % len(file.lines)] = self.line()
        file.by.pop(old, None)
        file.muddled = True
        self.scene.file(place).write_text(file.text)

    @rule(tree=some_tree, seen=some.booleans(), really=some.sampled_from([True, False, False]))
    def person_commits(self, tree: str, seen: bool, really: bool) -> None:
        if not really or any(call.place[0] == tree for call in self.model.calls.values()):
            return
        self.scene.commits_all(tree, seen=seen)
        for place, file in self.model.files.items():
            if place[0] == tree:
                if file.owners() or file.muddled:  # else this commit has nothing of it, and tells nothing of it
                    (self.unseen.discard if seen else self.unseen.add)(place)
                file.clean()

    @rule(who=some_who, place=some_place, whole=some.booleans())
    def asks_to_commit(self, who: str, place: Place, whole: bool) -> None:
        """Nothing of another goes in, and nobody is refused for nothing."""
        model, file = self.model, self.model.files[place]
        busy = any(call.place == place for call in model.calls.values())
        if file.muddled or busy or self.stale(place) or not self.here(who):
            return
        ours = [one for one in WHO if related(one, who)]
        staged = file.lines if whole else file.alone(*ours)
        if staged == file.head:
            return
        others = file.owners() - set(ours)
        refused = self.scene.refuses(who, place, "".join(staged))
        assert refused == bool(whole and others), f"{who} commits {place}: refused {refused}, others there {others}"

    # Lives.

    @rule(who=some_who)
    def stops(self, who: str) -> None:
        """The end of a turn, or of a subagent."""
        parent = who.partition("/")[0]
        if not self.model.alive(who) or not self.model.alive(parent):
            return
        self.scene.actors[who].stop()
        if who in self.model.calls:
            self.closes(who)
        if who == parent:
            return
        for file in self.model.files.values():
            stay = file.stays.pop(who, None)
            if stay is None:
                continue
            theirs = file.stays.get(parent)
            if who in file.owners():
                file.passed(who, parent)
                if theirs is None:
                    file.stays[parent] = stay
                else:
                    theirs.began.low = min(theirs.began.low, stay.began.low)
                    theirs.began.high = max(theirs.began.high, stay.began.high)
                    theirs.touched.low = min(theirs.touched.low, stay.touched.low)
                    theirs.touched.high = max(theirs.touched.high, stay.touched.high)
        self.model.ended.add(who)

    @rule(main=some_main)
    def session_ends(self, main: str) -> None:
        if not self.model.alive(main):
            return
        self.scene.actors[main].end()
        for who in WHO:
            if related(main, who) and who not in self.model.ended:
                if who in self.model.calls:
                    self.closes(who)
                self.gone(who)
                self.model.ended.add(who)

    @rule(who=some_main)
    def dies(self, who: str) -> None:
        main = who.partition("/")[0]
        self.scene.dead.add(self.scene.pids[main])
        self.model.dead.add(main)
        for one in WHO:
            if related(main, one):
                self.model.calls.pop(one, None)
                self.gone(one)

    def gone(self, who: str) -> None:
        self.model.waits = [wait for wait in self.model.waits if wait.who != who]
        for file in self.model.files.values():
            stay = file.stays.get(who)
            if stay is not None and stay.asked:
                stay.asked = "maybe"

    @rule(main=some_main)
    def comes_back(self, main: str) -> None:
        """The session is resumed, in a new process if its old one died."""
        if main in self.model.dead:
            self.scene.pids[main] += 1
            self.model.dead.discard(main)
            for who in WHO:
                if related(main, who):
                    self.scene.enters(who)
                    if who != main:
                        self.model.ended.add(who)
        told = self.scene.actors[main].start()
        assert f"You are {main}." in told[0]
        self.hears(main, told[1:])
        self.model.noticed(main)

    # Time.

    @rule(seconds=some.sampled_from([1.0, 5.0, 20.0, 100.0, 400.0, 1000.0, 2000.0, 8000.0]))
    def time_passes(self, seconds: float) -> None:
        self.steps_to(seconds)

    @rule(seconds=some.sampled_from([3600.0, 86400.0, -60.0, -3600.0, -86400.0]), really=some.booleans())
    def clock_steps(self, seconds: float, really: bool) -> None:
        if really:
            self.steps_to(seconds)

    def steps_to(self, seconds: float) -> None:
        self.scene.now += seconds
        self.model.steps(seconds)

    # What must hold at any time, and in the end.

    @invariant()
    def tokens_only_grow_and_no_byte_is_lost(self) -> None:
        if not hasattr(self, "scene"):
            return
        if self.scene.store.acts != self.acts:  # a step in which nothing was asked does not count
            next(self.steps)
            self.acts = self.scene.store.acts
        view = self.scene.store.read()
        for place, file in self.model.files.items():
            held = {lock.agent: lock.token for lock in view.path(place[1]).tree(self.scene.ids[place[0]]).locks}
            before, highest = self.tokens[place]
            for who, token in held.items():
                inherited = [old for child, old in before.items() if related(who, child)]
                assert token in inherited or token > highest, f"{who} was granted {place} under an old token"
            self.tokens[place] = held, max([highest, *held.values()])
            unprotected = set() if file.muddled and held else file.owners() - set(held)
            assert not unprotected, f"bytes of {unprotected} in {place} are protected by nobody"

    def everything_comes_to_an_end(self) -> None:
        """Everybody lets go. Then each wait is served in its turn, and who was denied has heard."""
        muddled = {place[0] for place, file in self.model.files.items() if file.muddled}
        for tree in sorted(muddled) if self.model.waits or self.model.hungry else ():
            self.scene.commits_all(tree, seen=True)  # what is whose here nobody can tell
        for place, file in self.model.files.items():
            if place[0] not in muddled:
                file.lines = list(file.head)
                self.scene.file(place).write_text(file.text)
        waiting = {wait.who for wait in self.model.waits}
        for who in reversed(WHO):
            if self.model.alive(who) and self.here(who):
                for place in self.model.files:
                    self.scene.gives_back(who, place)
                if who in MAINS:
                    self.scene.actors[who].stop()
                elif who not in waiting:
                    self.scene.actors[who].stop()
                    self.model.ended.add(who)
        for _ in range(len(self.model.waits) + 1):
            for wait in list(self.model.waits):
                outcome = self.scene.asks(wait.who, wait.tree, wait.paths, wait)
                if outcome.taken or outcome.over or outcome.wait is None:
                    self.model.waits.remove(wait)
                    for path in wait.paths:
                        self.model.hungry -= {(wait.who, (wait.tree, path))} if outcome.taken else set()
                        self.scene.gives_back(wait.who, (wait.tree, path))
        assert not self.model.waits, f"{self.model.waits} would wait for ever"
        repository = self.scene.places["."]
        tidy(repository, survey(repository).queues)
        view = self.scene.store.read()
        for who, place in self.model.hungry:
            if self.model.alive(who) and not self.stale(place):
                told = [notice.text for notice in notices.inbox_of(who, view).notices]
                heard = any(f"{place[1]} is free now" in text or "no longer in line" in text for text in told)
                assert heard, f"{who} never heard that {place} is free: {told}"


def played(folder: Path, examples: int, seed: int | None) -> int:
    """How many acts were played without a fault: always the same for a seed, and for none, in a fresh interpreter."""
    done = count()

    class Here(Machine):
        steps = done

    Here.repo, Here.folder = _place(folder), folder
    if seed is not None:
        core.global_force_seed = seed
    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=examples,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            derandomize=seed is None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    return next(done)


def _place(folder: Path) -> Repo:
    """A repository with the linked worktrees `left` and `right`, all at the tag `start`."""
    repo = Repo.create(folder)
    for path in PATHS:
        repo.write(path, "".join(HEAD[path]))
    repo.commit("Start")
    repo.git("tag", "start")
    repo.worktree("left")
    repo.worktree("right")
    return repo


if __name__ == "__main__":
    print(played(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else None), "acts")
