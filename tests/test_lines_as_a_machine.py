"""Any sequence of edits, failures, deaths and commits in one file, against a model that knows the author of each line.

The model does not know locks or weaves. It keeps the lines of one file, each unlike every other, with who wrote it and
who removed which line of HEAD. From that follows who is in whose way, and what each commit has to contain.
"""

import subprocess
from itertools import count
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

from pucs import weave
from pucs.client import commit_apart, commit_end, opening
from pucs.client.commits import Commit
from pucs.git import locate
from pucs.policy import LockPolicy, Policy
from tests.support import Repo
from tests.world import Actor, World

WHO = ("agent-1", "agent-2", "agent-3")
LENGTH = 16

some_who = some.sampled_from(WHO)


class Lines(RuleBasedStateMachine):
    """See the module."""

    repo: Repo
    folder: Path

    @initialize()
    def begin(self) -> None:
        self.patch = pytest.MonkeyPatch()
        self.numbers = count(1)
        self.lines = [self.line() for _ in range(LENGTH)]
        self.head = list(self.lines)
        self.by: dict[str, str] = {}
        self.gone: dict[str, str] = {}
        self.open: dict[str, tuple[int, int, list[str]]] = {}
        self.file = self.repo.root / "a.py"
        self.file.write_text("".join(self.lines))
        self.git("commit", "-q", "--allow-empty", "-am", "Begin")
        self.world = World(self.repo, self.folder, self.patch, Policy(locks=LockPolicy(wait_s=0)))
        self.actors: dict[str, Actor] = {}
        for number, who in enumerate(WHO):
            self.actors[who] = self.world.agent(100 + number, f"s-{who}")
            self.actors[who].start()

    def teardown(self) -> None:
        if hasattr(self, "patch"):
            self.patch.undo()

    # The model.

    def line(self) -> str:
        return f"line {next(self.numbers)}\n"

    def git(self, *arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=self.repo.root, env=self.repo.env, capture_output=True, text=True, check=True
        )
        return done.stdout

    def dead(self, who: str) -> bool:
        return 100 + WHO.index(who) in self.world.dead

    def in_the_way(self, who: str, start: int, end: int) -> set[str]:
        """Who has a line in the range or right beside it, or removed one there."""
        found = {self.by[line] for line in self.lines[max(start - 1, 0) : end + 1] if line in self.by}
        left = [line for line in self.lines[:start] if line in self.head]
        right = [line for line in self.lines[end:] if line in self.head]
        low = self.head.index(left[-1]) + 1 if left else 0
        high = self.head.index(right[0]) if right else len(self.head)
        found |= {self.gone[line] for line in self.head[low:high] if line in self.gone}
        return found - {who}

    def owners(self) -> set[str]:
        return {*self.by.values(), *self.gone.values()}

    # What happens.

    @rule(who=some_who, start=some.integers(0, 25), length=some.integers(0, 3), added=some.integers(0, 3))
    def asks(self, who: str, start: int, length: int, added: int) -> None:
        if self.dead(who):
            return
        self.open.pop(who, None)  # nobody reported its end, and it wrote nothing
        start = min(start, len(self.lines))
        end = min(start + length, len(self.lines))
        new = [self.line() for _ in range(added)]
        text = "".join([*self.lines[:start], *new, *self.lines[end:]])
        busy = {other for other in self.open if not self.dead(other)}
        way = self.in_the_way(who, start, end) if start < end or new else set()
        answer = self.actors[who].pre("a.py", tool="Write", values={"content": text})
        if answer.decision == "deny" and "not what you saw last" in answer.reason:
            assert not way | busy
            answer = self.actors[who].pre("a.py", tool="Write", values={"content": text})
        if answer.decision == "deny" and "gone or idle" in answer.reason:
            assert not busy
            assert way, "shown the lines of nobody"
            assert all(self.dead(other) for other in way), f"{who} was offered the lines of one that lives"
            answer = self.actors[who].pre("a.py", tool="Write", values={"content": text})
        if answer.decision == "deny":
            living = {other for other in way if not self.dead(other)}
            assert living | busy, f"{who} was kept out by nobody: {answer.reason}"
            assert any(other in answer.reason for other in busy or living), answer.reason
            return
        assert not busy, f"{who} was let in while {busy} may be writing"
        assert all(self.dead(other) for other in way), f"{who} was let into lines of {way}"
        for heir in (self.by, self.gone):
            heir.update({line: who for line, other in heir.items() if other in way})
        self.open[who] = (start, end, new)

    @rule(who=some_who, how=some.sampled_from(["writes", "writes", "writes", "fails"]))
    def finishes(self, who: str, how: str) -> None:
        if who not in self.open or self.dead(who):
            return
        start, end, new = self.open.pop(who)
        if how == "writes":
            for line in self.lines[start:end]:
                if self.by.pop(line, None) is None:
                    self.gone[line] = who
            self.by.update(dict.fromkeys(new, who))
            self.lines[start:end] = new
            self.file.write_text("".join(self.lines))
        self.actors[who].post(wrote=how == "writes")

    @rule(who=some_who, start=some.integers(0, 25), length=some.integers(0, 3), added=some.integers(0, 3))
    def edits(self, who: str, start: int, length: int, added: int) -> None:
        self.asks(who, start, length, added)
        self.finishes(who, "writes")

    @precondition(lambda self: not self.open)
    @rule(number=some.integers(0, 2))
    def commits(self, number: int) -> None:
        """`pucs commit`: exactly its lines, and the tree stays as it is."""
        able = sorted(who for who in self.owners() if not self.dead(who))
        if not able:
            return
        who = able[number % len(able)]
        self.world.now += 1
        repository = self.repository()
        agent = self.world.store.read().agent(who)
        assert agent is not None
        made = commit_apart.commit(repository, agent, "Lines", [])
        assert (made.status, made.settled) == (0, True), made.words
        commit_end.after(Commit(repository, {"CLAUDE_CODE_SESSION_ID": f"s-{who}"}, None))
        mine = self.alone(who)
        assert self.git("show", "HEAD:a.py") == "".join(mine), f"the commit of {who} is not exactly its lines"
        self.head = mine
        self.by = {line: other for line, other in self.by.items() if other != who}
        self.gone = {line: other for line, other in self.gone.items() if other != who}

    def alone(self, who: str) -> list[str]:
        """HEAD with only its lines: the union in order, by the places of what is kept."""
        kept = [line for line in self.lines if line in self.head]
        text: list[str] = []
        old = now = 0
        for anchor in [*kept, None]:
            stop_old = self.head.index(anchor, old) if anchor else len(self.head)
            stop_now = self.lines.index(anchor, now) if anchor else len(self.lines)
            text += [line for line in self.head[old:stop_old] if self.gone[line] != who]
            text += [line for line in self.lines[now:stop_now] if self.by[line] == who]
            text += [anchor] if anchor else []
            old, now = stop_old + 1, stop_now + 1
        return text

    @precondition(lambda self: not self.open)
    @rule(really=some.sampled_from([True, False, False, False, False]))
    def everything_is_committed(self, really: bool) -> None:
        """By a person, whom no agent stops."""
        if not really:
            return
        self.world.now += 1
        self.git("commit", "-q", "--allow-empty", "-am", "All")
        commit_end.after(Commit(self.repository(), {}, None))
        self.head, self.by, self.gone = list(self.lines), {}, {}

    @rule(who=some_who)
    def dies(self, who: str) -> None:
        if len(self.world.dead) < len(WHO) - 1:
            self.world.dead.add(100 + WHO.index(who))
            self.open.pop(who, None)

    def repository(self) -> opening.Repository:
        place = locate.place_of(str(self.file), "/")
        assert place is not None
        return opening.repository_of(place.tree)  # type: ignore[return-value]

    # What must hold at any time.

    @invariant()
    def nothing_is_lost_and_each_line_is_its_authors(self) -> None:
        if not hasattr(self, "world"):
            return
        assert self.file.read_text() == "".join(self.lines)
        tree = self.world.store.read().path("a.py").tree(".")
        holders = {lock.agent for lock in tree.locks}
        assert self.owners() <= holders, f"lines of {self.owners() - holders} are protected by nobody"
        if tree.weave is None or self.open:
            assert len(self.owners()) < 2 or tree.weave is not None
            return
        said: dict[str, str] = {}
        removed: dict[str, str] = {}
        old = now = 0
        for kind, lines, who in tree.weave.runs:
            if kind == weave.ADDED:
                said.update(dict.fromkeys(self.lines[now : now + lines], who))
            elif kind == weave.REMOVED:
                removed.update(dict.fromkeys(self.head[old : old + lines], who))
            old += lines if kind != weave.ADDED else 0
            now += lines if kind != weave.REMOVED else 0
        assert (said, removed) == (self.by, self.gone)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    repo = Repo.create(tmp_path_factory.mktemp("lines"))
    repo.git("config", "user.name", "Person")
    repo.git("config", "user.email", "person@example.com")
    return repo


def test_any_sequence(place: Repo, tmp_path: Path) -> None:
    class Here(Lines):
        repo, folder = place, tmp_path

    run_state_machine_as_test(
        Here,
        settings=settings(
            max_examples=60,
            stateful_step_count=30,
            deadline=None,
            phases=[Phase.generate],
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
