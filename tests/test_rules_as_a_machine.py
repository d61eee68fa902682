"""Any sequence of writes, failures, commits, deaths and hours, against a small model that knows only bytes and owners.

The model does not know locks. It says who has bytes of its own in which file, who is there, and so: who must be kept
out, who must not be, and what must not be left to nobody.
"""

import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as some
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from pucs import locks
from pucs.state import contents
from tests.support import Repo
from tests.world import Actor, World

PATHS = ("a.py", "other/a.py")
CONTENTS = ("0\n", "1\n", "2\n", "3\n")
IDLE, LONGEST = 1800.0, 7200.0
WHO = ("agent-1", "agent-2", "agent-1/1", "agent-1/2")
MAINS = WHO[:2]

some_who, some_main, some_path, some_content = (some.sampled_from(one) for one in (WHO, MAINS, PATHS, CONTENTS))


class Bytes:
    """What one agent has in one file: what it began from, since when, and when it was last at it."""

    def __init__(self, base: str | None, now: float) -> None:
        self.base, self.began, self.touched, self.wrote = base, now, now, False


class Machine(RuleBasedStateMachine):
    """See the module."""

    repo: Repo
    folder: Path

    @initialize()
    def begin(self) -> None:
        self.patch = pytest.MonkeyPatch()
        subprocess.run(["git", "reset", "-q", "--hard", "start"], cwd=self.repo.root, env=self.repo.env, check=True)
        other = self.repo.root.parent / "other"
        subprocess.run(["git", "reset", "-q", "--hard", "start"], cwd=other, env=self.repo.env, check=True)
        self.world = World(self.repo, self.folder, self.patch)
        self.pids = dict.fromkeys(MAINS, 0)
        self.actors: dict[str, Actor] = {}
        for number, who in enumerate(WHO):
            main = who.partition("/")[0]
            self.pids[main] = self.pids[main] or 100 + number
            self.actors[who] = self.world.agent(self.pids[main], f"s-{main}", who.partition("/")[2])
            self.actors[who].start()
        self.seen = dict.fromkeys(WHO, self.world.now)
        self.ended: set[str] = set()
        self.head = dict.fromkeys(PATHS, "0\n")
        self.bytes: dict[tuple[str, str], Bytes] = {}
        self.open: dict[str, tuple[str, str | None]] = {}
        self.offered: set[tuple[str, str, str | None]] = set()
        self.muddled: set[str] = set()
        self.held: dict[str, dict[tuple[str, str], int]] = {path: {} for path in PATHS}
        self.highest = dict.fromkeys(PATHS, 0)

    def teardown(self) -> None:
        if hasattr(self, "patch"):
            self.patch.undo()

    # The model: who has bytes, who is there, who must be kept out.

    def content(self, path: str) -> str | None:
        full = self.file(path)
        return full.read_text() if full.exists() else None

    def file(self, path: str) -> Path:
        return self.repo.root.parent / path if path.startswith("other/") else self.repo.root / path

    def alive(self, who: str) -> bool:
        main = who.partition("/")[0]
        return who not in self.ended and self.pids[main] not in self.world.dead

    def has_bytes(self, who: str, path: str) -> bool:
        mine = self.bytes.get((who, path))
        return mine is not None and mine.wrote and self.content(path) not in (mine.base, self.head[path])

    def idle(self, who: str, path: str) -> bool:
        mine = self.bytes[who, path]
        return self.world.now >= min(max(mine.touched, self.seen[who]) + IDLE, mine.began + LONGEST)

    def excludes(self, who: str, path: str) -> bool:
        """Whether its bytes or its open call keep strangers out."""
        if not self.alive(who):
            return False
        if self.open.get(who, ("",))[0] == path:
            return True
        return self.has_bytes(who, path) and not self.idle(who, path)

    def strangers(self, who: str) -> list[str]:
        """Everybody whose files `who` may not work in: all but itself and its parent."""
        return [other for other in WHO if other != who and not who.startswith(other + "/")]

    def family(self, one: str, other: str) -> bool:
        return one.partition("/")[0] == other.partition("/")[0] and (one.startswith(other) or other.startswith(one))

    def settle(self, path: str) -> None:
        """Back at base or at HEAD: whoever has no open call there has nothing left there."""
        for who in WHO:
            mine = self.bytes.get((who, path))
            if (
                mine is not None
                and self.content(path) in (mine.base, self.head[path])
                and self.open.get(who, ("",))[0] != path
            ):
                del self.bytes[who, path]

    def close(self, who: str, *, wrote: bool) -> None:
        """The end of its call as PUCS hears of it: what the file holds now tells."""
        path, before = self.open.pop(who)
        mine = self.bytes[who, path]
        mine.touched = self.world.now
        if wrote and self.content(path) != before:
            mine.wrote = True
        if not mine.wrote or self.content(path) in (mine.base, self.head[path]):
            self.bytes.pop((who, path), None)
        self.settle(path)

    def noticed(self, who: str) -> None:
        self.ended.discard(who)
        if self.world.now - self.seen[who] >= 10:
            self.seen[who] = self.world.now

    # What happens.

    @rule(who=some_who, path=some_path, whole=some.booleans())
    def asks(self, who: str, path: str, whole: bool) -> None:
        if self.pids[who.partition("/")[0]] in self.world.dead:
            return
        parent = who.partition("/")[0]
        if parent in self.ended:
            return
        if who in self.open:
            self.close(who, wrote=True)  # nobody reported its end; this call settles it
        content = self.content(path)
        target = str(self.file(path))
        answer = self.actors[who].pre(target, tool="Write" if whole else "Edit")
        before = dict(self.seen)
        self.noticed(who)
        if answer.decision == "deny":
            self.denied(who, path, answer.reason, before)
            return
        for other in self.strangers(who):
            assert not self.excludes(other, path), f"{who} was let into {path}, where {other} is at work"
            if self.has_bytes(other, path) and not self.family(who, other):
                assert (who, path, content) in self.offered, f"{who} took over {other}'s bytes in {path} unasked"
        self.let_in(who, path, content)

    def denied(self, who: str, path: str, reason: str, seen: dict[str, float]) -> None:
        assert len(reason) <= 600
        content = self.content(path)
        now_seen, self.seen = self.seen, seen
        busy = [other for other in self.strangers(who) if self.excludes(other, path)]
        gone = [other for other in self.strangers(who) if self.has_bytes(other, path) and other not in busy]
        self.seen = now_seen
        if "being changed" in reason or "still held" in reason:
            assert busy or path in self.muddled, f"{who} was kept out of {path} by nobody: {reason}"
            assert any(other in reason for other in busy) or path in self.muddled, reason
        elif "gone or idle" in reason:
            assert gone or path in self.muddled, f"{who} was shown bytes of nobody in {path}: {reason}"
            assert (who, path, content) not in self.offered, f"{who} was shown the same bytes twice"
            self.offered.add((who, path, content))
        else:
            assert "not what you saw last" in reason, reason

    def let_in(self, who: str, path: str, content: str | None) -> None:
        mine = self.bytes.get((who, path))
        gone = [other for other in self.strangers(who) if (other, path) in self.bytes]
        heirs = [self.bytes.pop((other, path)) for other in gone]
        real = [one for one in heirs if one.wrote and content not in (one.base, self.head[path])]
        if mine is None:
            mine = self.bytes[who, path] = Bytes(content, self.world.now)
        elif self.idle(who, path):
            mine.began = self.world.now
        if not mine.wrote:
            mine.base = content
        mine.touched = self.world.now
        if real:
            self.offered = {offer for offer in self.offered if offer[1] != path}
            mine.base, mine.wrote = real[0].base, True
        self.open[who] = (path, content)

    @rule(who=some_who, path=some_path, content=some_content, whole=some.booleans())
    def edits(self, who: str, path: str, content: str, whole: bool) -> None:
        """A whole call, and once more if it was denied: that is what agents do."""
        for _ in range(2):
            self.asks(who, path, whole)
            if self.open.get(who, ("",))[0] == path:
                self.writes(WHO.index(who), content)
                self.finishes(WHO.index(who), "post")
                return

    @precondition(lambda self: self.open)
    @rule(number=some.integers(0, 9), content=some_content)
    def writes(self, number: int, content: str) -> None:
        """The tool does its work; whether PUCS hears of it comes later."""
        who = self.one_with_a_call(number)
        if who in self.open and self.pids[who.partition("/")[0]] not in self.world.dead:
            path = self.open[who][0]
            self.file(path).write_text(content)
            self.bytes[who, path].wrote = True

    def one_with_a_call(self, number: int) -> str:
        who = WHO[number % len(WHO)]
        return who if who in self.open else sorted(self.open)[number % len(self.open)]

    @precondition(lambda self: self.open)
    @rule(number=some.integers(0, 9), how=some.sampled_from(["post", "fail", "batch", "refused"]))
    def finishes(self, number: int, how: str) -> None:
        who = self.one_with_a_call(number)
        if who not in self.open or self.pids[who.partition("/")[0]] in self.world.dead:
            return
        if not self.alive(who) or self.actors[who].open is None:
            return
        path, before = self.open[who]
        changed = self.content(path) != before
        if changed and how in ("fail", "refused"):
            return  # a failed call that wrote all the same is not among what is promised
        if how in ("post", "fail"):
            self.actors[who].post(wrote=how == "post")
            self.noticed(who)
        else:
            self.actors[who].batch(refused=how == "refused")
            self.seen[who] = self.world.now
        if how == "post":
            self.seen[who] = self.world.now
        self.close(who, wrote=how in ("post", "batch"))
        if how == "fail":
            self.seen[who] = self.world.now

    @rule(who=some_main, path=some_path)
    def reports_unasked(self, who: str, path: str) -> None:
        """A call ends whose first hook was killed, in a path that is somebody else's by now: it stays theirs alone."""
        busy = any(self.excludes(other, path) for other in self.strangers(who))
        if not self.alive(who) or who in self.open or (who, path) in self.bytes or path in self.muddled or not busy:
            return
        self.actors[who].unasked(str(self.file(path)))
        self.noticed(who)
        tree = next(
            key for key in self.world.store.read().path(path.removeprefix("other/")).trees if self.is_in(path, key)
        )
        assert who not in self.world.locks(path.removeprefix("other/"), tree), f"{who} holds {path} beside its holder"

    def is_in(self, path: str, tree: str) -> bool:
        return (tree != ".") == path.startswith("other/")

    @rule(path=some_path, content=some_content)
    def person_edits(self, path: str, content: str) -> None:
        if any(where == path for where, _ in self.open.values()):
            return  # nobody can tell the two apart
        self.file(path).write_text(content)
        self.settle(path)
        self.muddled.add(path)

    @rule(path=some_path)
    def is_committed(self, path: str) -> None:
        """By somebody whose commit no hook saw: the next denial finds out."""
        full = self.file(path)
        command = ["git", "commit", "-q", "--no-verify", "--allow-empty", "-m", "x", "--", full.name]
        subprocess.run(command, cwd=full.parent, env=self.repo.env, check=False, capture_output=True)
        self.head[path] = self.content(path) or ""
        self.settle(path)

    @rule(main=some_main)
    def turn_ends(self, main: str) -> None:
        if self.alive(main):
            self.actors[main].stop()
            if main in self.open:
                self.close(main, wrote=True)
                self.seen[main] = self.world.now

    @rule(who=some.sampled_from(WHO[2:]))
    def subagent_ends(self, who: str) -> None:
        parent = who.partition("/")[0]
        if not self.alive(who) or not self.alive(parent):
            return
        self.actors[who].stop()
        if who in self.open:
            self.close(who, wrote=True)
        for path in PATHS:
            mine = self.bytes.pop((who, path), None)
            if mine is None or not mine.wrote:
                continue
            theirs = self.bytes.get((parent, path))
            if theirs is None:
                self.bytes[parent, path] = mine
            else:
                theirs.wrote = True
                theirs.touched = mine.touched
            self.settle(path)
        self.ended.add(who)

    @rule(main=some_main)
    def session_ends(self, main: str) -> None:
        if not self.alive(main):
            return
        family = [who for who in WHO if who.partition("/")[0] == main and who not in self.ended]
        self.actors[main].end()
        for who in family:
            if who in self.open:
                self.close(who, wrote=True)
        self.ended.update(family)

    @rule(main=some_main)
    def client_dies(self, main: str) -> None:
        self.world.dead.add(self.pids[main])
        for who in WHO:
            if who.partition("/")[0] == main and who in self.open:
                path, before = self.open.pop(who)
                if self.content(path) != before:
                    self.bytes[who, path].wrote = True
                elif not self.bytes[who, path].wrote:
                    del self.bytes[who, path]

    @rule(main=some_main)
    def comes_back(self, main: str) -> None:
        """The session is resumed, in a new process if its old one died."""
        if self.pids[main] in self.world.dead:
            self.pids[main] += 10
            for who in WHO:
                if who.partition("/")[0] == main:
                    self.actors[who] = self.world.agent(self.pids[main], f"s-{main}", who.partition("/")[2])
                    if who != main:
                        self.ended.add(who)
        assert f"You are {main}." in self.actors[main].start()[0]
        self.noticed(main)

    @rule(path=some_path, first=some_content, second=some_content, gone=some.sampled_from(["idle", "dead", "ended"]))
    def a_stranger_takes_over(self, path: str, first: str, second: str, gone: str) -> None:
        """The sequence that matters most: one writes and is gone, another comes."""
        self.comes_back("agent-1")
        self.edits("agent-1", path, first, whole=False)
        if gone == "idle":
            self.time_passes(2000.0)
        elif gone == "dead":
            self.client_dies("agent-1")
        else:
            self.session_ends("agent-1")
        self.edits("agent-2", path, second, whole=False)

    @rule(seconds=some.sampled_from([20.0, 2000.0, 8000.0]))
    def time_passes(self, seconds: float) -> None:
        self.world.now += seconds

    # What must hold at any time.

    @invariant()
    def nobodys_bytes_are_left_alone(self) -> None:
        if not hasattr(self, "world"):
            return
        view = self.world.store.read()
        for who, path in self.bytes:
            if not self.has_bytes(who, path):
                continue
            found = [
                locks.state_of(lock, self.blob(path), view)
                for key, tree in view.path(path.removeprefix("other/")).trees.items()
                if (key == ".") != path.startswith("other/")
                for lock in tree.locks
            ]
            assert locks.HELD in found or locks.PARKED in found, f"{who}'s bytes in {path} are protected by nobody"

    def blob(self, path: str) -> str:
        return contents.look(str(self.file(path)))[0]

    @invariant()
    def tokens_only_grow(self) -> None:
        if not hasattr(self, "world"):
            return
        view = self.world.store.read()
        for path in ("a.py",):
            record = view.path(path)
            held = {(key, lock.agent): lock.token for key, tree in record.trees.items() for lock in tree.locks}
            before, highest = self.held[path], self.highest[path]
            for (key, who), token in held.items():
                inherited = [
                    old for (tree, child), old in before.items() if tree == key and child.startswith(who + "/")
                ]
                if before.get((key, who)) != token and token not in inherited:
                    assert token > highest, f"{who} was granted {path} under an old token"
            self.held[path], self.highest[path] = held, max([highest, *held.values()])


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """A repository with a linked worktree `other`, both at the tag `start`."""
    folder = tmp_path_factory.mktemp("machine")
    repo = Repo.create(folder)
    for name in ("a.py", "b.py"):
        repo.write(name, "0\n")
    repo.commit("Start")
    repo.git("tag", "start")
    repo.worktree("other")
    return repo


def test_any_sequence(place: Repo, tmp_path: Path) -> None:
    class Here(Machine):
        repo, folder = place, tmp_path

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=60,
            stateful_step_count=25,
            deadline=None,
            phases=[Phase.generate],
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
