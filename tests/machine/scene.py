"""What the big machine plays in: three working trees on disk, a state in memory whose writers can be killed in mid-write."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from pucs import agents, commit_gate, edit_end, edit_gate, places, turns
from pucs.client import commit_end, commits, landing, noting, opening
from pucs.client.looking import see_key
from pucs.config.compiling import compile_pattern
from pucs.git import locate
from pucs.model import EditRequest, Process, Verdict
from pucs.policy import LockPolicy, Policy
from pucs.state import contents
from pucs.view import Change
from tests.machine.model import MAINS, TREES, WHO, Place
from tests.support import Repo
from tests.world import Actor, RootedMemory, World

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from pucs.view import View
    from tests.machine.model import File, Wait

RULES = Policy(locks=LockPolicy(wait_s=0, partition_paths=((compile_pattern("b.py"), "off"),)))


class Killed(BaseException):
    """The process that was writing the state is gone."""


class Mortal(RootedMemory):
    """A state in memory; with `fuse` set, the writer is killed once it stored so many records of its next change."""

    fuse: int | None = None
    acts = 0

    def transact(self, rule: Callable[[View], Change], *, deadline: float = 2.0) -> Any:
        self.acts += 1
        if self.fuse is None:
            return super().transact(rule, deadline=deadline)
        whole: list[Change] = []

        def cut(view: View) -> Change:
            change = rule(view)
            whole.append(change)
            return Change(change.result, dict([*change.writes.items()][: self.fuse]), ())

        result = super().transact(cut, deadline=deadline)
        if not whole[-1].writes:
            return result
        self.fuse = None
        raise Killed


class Scene(World):
    """The world with three trees, locks by hand, waits, and commits."""

    def __init__(self, repo: Repo, folder: Path, patch: pytest.MonkeyPatch) -> None:
        super().__init__(repo, folder, patch, RULES)
        self.store = Mortal(lambda: self.now, self._liveness)
        self.store.root = str(folder)
        common = str(repo.common)
        self.ids = {name: _tree_id(repo, name) for name in TREES}
        trees = {name: locate.tree_of_id(common, self.ids[name]) for name in TREES}
        self.places = {name: self._repository(tree) for name, tree in trees.items() if tree is not None}
        self.pids = {main: 100 + 100 * number for number, main in enumerate(MAINS)}
        self.start = (repo.common / "refs/tags/start").read_text().strip()
        self.actors: dict[str, Actor] = {}

    def enters(self, who: str) -> Actor:
        """The agent's hooks come from its client's process as it is now."""
        main, _, number = who.partition("/")
        self.actors[who] = self.agent(self.pids[main], f"s-{main}", number)
        return self.actors[who]

    def file(self, place: Place) -> Path:
        """Where it lies on disk."""
        return Path(self.places[place[0]].tree.root) / place[1]

    def asks(self, who: str, tree: str, paths: tuple[str, ...], wait: Wait | None = None) -> Any:
        """A lock by name for all paths, or one look of a wait for them; a Verdict or an Outcome."""
        repository, head = self.places[tree], locate.head_of(self.places[tree].tree)
        sights = [see_key(repository, path, self.store.read()) for path in paths]
        noting.keep(self.store.root, sights)
        targets = tuple(sight.target for sight in sights)

        def lock(view: View) -> Change:
            begun = agents.named(agents.Identity("", "", who, process=self.client_of(who)), view)
            request = EditRequest(begun.result, "", "lock", targets, None, head, explicit=True)
            change = edit_gate.before(request, RULES, view.after(begun))
            return Change(change.result, {**begun.writes, **change.writes})

        if wait is None:
            verdict: Verdict = self.store.transact(lock)
            return verdict
        agent = self.store.read().agent(who)
        assert agent is not None
        errand = turns.Errand(agent, targets, Process("here", "boot", "ns", wait.pid, "1"), head)
        outcome = self.store.transact(lambda view: turns.asked(errand, RULES, view))
        found = outcome.verdict.findings[:1] if not outcome.taken and outcome.wait is not None else ()
        for finding in found:  # as the command does where the bytes in the way may have been committed unseen
            if finding.rule == "held" and finding.lock is not None and not finding.lock.calls:
                landing.compare(repository, finding, head)
                outcome = self.store.transact(lambda view: turns.asked(errand, RULES, view))
        return outcome

    def gives_back(self, who: str, place: Place) -> None:
        """Its lock by name."""
        target = see_key(self.places[place[0]], place[1], self.store.read()).target
        self.store.transact(lambda view: edit_end.released(who, (target,), view))

    def leaves_line(self, who: str) -> None:
        """All its waits gave up, as those whose time is up."""
        agent = self.store.read().agent(who)
        for number in agent.waits if agent is not None else ():
            wait = self.store.read().wait(number)
            if wait is not None:
                self.store.transact(lambda view, wait=wait: places.away(wait, view))

    def client_of(self, who: str) -> Process | None:
        """Its client's process."""
        return self._process(self.pids[who.partition("/")[0]])

    def refuses(self, who: str, place: Place, staged: str) -> bool:
        """Whether the commit gate would keep that content out of a commit of the agent."""
        sight = see_key(self.places[place[0]], place[1], self.store.read())
        data = staged.encode()
        path = commit_gate.Staged(
            place[1], place[1], (contents.blob_id(data),), sight.target.content, sight.target, data
        )
        view = self.store.read()
        request = commit_gate.CommitRequest(view.agent(who), None, self.ids[place[0]], (path,))
        return commit_gate.judge(request, RULES, view).decision == "deny"

    def commits_all(self, tree: str, *, seen: bool) -> None:
        """A person commits everything there, with hooks or without."""
        root = self.places[tree].tree.root
        Repo(Path(root), self.repo.env).commit("All")
        if seen:
            commit_end.after(commits.Commit(self.places[tree], {}, None))

    def begins(self, files: dict[Place, File]) -> None:
        """The disk as the model has it, every tree at the tag `start`, and everybody here."""
        for repository in self.places.values():
            if locate.head_of(repository.tree) != self.start:
                Repo(Path(repository.tree.root), self.repo.env).git("reset", "-q", "--hard", self.start)
        for place, file in files.items():
            self.file(place).write_text(file.text)
        for who in WHO:
            self.enters(who).start()


def _tree_id(repo: Repo, name: str) -> str:
    if name == ".":
        return "."
    place = locate.place_of(str(repo.root.parent / name / "a.py"), "/")
    assert place is not None
    return place.tree.id


def repository_of_tree(scene: Scene, tree: str) -> opening.Repository:
    """The repository as seen from that tree."""
    return scene.places[tree]
