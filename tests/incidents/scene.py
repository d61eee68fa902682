"""The stage of an incident: agents and people at work in one real repository, each step seen from outside.

Agents go through the real hook scripts around every call, and a command is run only if PreToolUse let it through. What
each step changed is found by reading every file of every tree before and after it: that is the `Truth` of the judge,
which knows nothing of what PUCS recorded. With `guarded=False` the same steps happen as they did in the report.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from pucs.client.moving import move
from pucs.client.opening import repository_at
from tests.commits.conftest import as_agent, hook_up
from tests.incidents.truth import Truth, picture
from tests.install.conftest import run_pucs
from tests.support import Client, Reply, Repo, policy

LIBRARIES = (sysconfig.get_path("platlib"), sysconfig.get_path("purelib"))
_SILENCE = Reply(0, "", "")


class Party:
    """Somebody who works in one tree; `name` is also the author of the commits."""

    def __init__(self, scene: Scene, name: str, tree: Repo) -> None:
        self.scene, self.name, self.tree = scene, name, tree
        self.env = {f"GIT_{role}_NAME": name for role in ("AUTHOR", "COMMITTER")}

    def read(self, path: str) -> str:
        """What a file holds now."""
        return self.tree.read(path)

    def execute(self, command: str) -> int:
        """Runs a shell command in the tree; its exit status."""
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self.tree.root,
            env={**self.tree.env, "GIT_EDITOR": "true", **self.env},
            capture_output=True,
            check=False,
            timeout=120,
        )
        return done.returncode


class Person(Party):
    """Somebody at a keyboard, whom no hook of a host sees."""

    def write(self, path: str, text: str) -> None:
        """Saves a file in an editor."""
        with self.scene.step(self, edits=True):
            self.tree.write(path, text)

    def run(self, command: str) -> int:
        """Types a command."""
        with self.scene.step(self):
            return self.execute(command)


class Agent(Party):
    """A host session with its hooks, or without them where nothing is guarded."""

    def __init__(self, scene: Scene, name: str, tree: Repo, client: Client | None = None) -> None:
        super().__init__(scene, name, tree)
        self.client = client or Client(tree)
        self.client.repo, self.client.cwd = tree, tree.root
        self.env |= as_agent(self.client)

    def start(self) -> Agent:
        """SessionStart or SubagentStart; gives itself."""
        if self.scene.guarded:
            self.client.start()
        return self

    def write(self, path: str, text: str) -> Reply:
        """A Write; the reply of PreToolUse, and nothing written, if that denied it. `path` may lead to another tree."""
        return self._changed("Write", path, text, content=text)

    def edit(self, path: str, old: str, new: str) -> Reply:
        """An Edit, likewise."""
        text = self._full(path).read_text()
        assert old in text, (path, old)
        return self._changed("Edit", path, text.replace(old, new, 1), old_string=old, new_string=new)

    def run(self, command: str, *, meanwhile: Callable[[], object] = lambda: None) -> Reply:
        """A Bash call; not run if it was denied. `meanwhile` happens when it is over and no hook knows it yet."""
        reply = self._pre("Bash", command=command)
        if reply.denied:
            return reply
        if "git commit" in command:
            self.scene.truth.committers.add(self.name)
        with self.scene.step(self):
            status = self.execute(command)
        meanwhile()
        if self.scene.guarded:
            after = self.client.fail(f"Exit code {status}") if status else self.client.post()
            assert after.status == 0, after
            self.scene.truth.heard(self, after.context)
        return reply

    def insist(self, command: str) -> Reply:
        """A Bash call, and where it is denied the command that the denial offers instead."""
        reply = self.run(command)
        if reply.denied:
            offered = re.findall(r"`([^`]+)`", reply.reason)
            if offered:
                self.run(offered[-1])
        return reply

    def listen(self) -> str:
        """What the agent is told at its next event."""
        told = self.client.batch().context if self.scene.guarded else ""
        self.scene.truth.heard(self, told)
        return told

    def leave_what_is_gone(self) -> None:
        """Goes on in the main tree where its own does not exist any more."""
        if not self.tree.root.exists():
            self.client.cwd = self.scene.repo.root

    def stop(self) -> None:
        """The end of a turn."""
        if self.scene.guarded:
            self.client.stop()

    def _changed(self, tool: str, path: str, text: str, **values: object) -> Reply:
        reply = self._pre(tool, str(self._full(path)), **values)
        if reply.denied:
            return reply
        with self.scene.step(self, edits=True):
            self._full(path).parent.mkdir(parents=True, exist_ok=True)
            self._full(path).write_text(text)
        if self.scene.guarded:
            after = self.client.post()
            assert after.status == 0, after
            self.scene.truth.heard(self, after.context)
        return reply

    def _pre(self, tool: str, path: str | None = None, **values: object) -> Reply:
        if not self.scene.guarded:
            return _SILENCE
        reply = self.client.pre(tool, path, **values)
        assert reply.status == 0, reply
        if reply.denied:
            self.client._open.pop()
            self.scene.truth.denied(self, reply.reason)
        return reply

    def _full(self, path: str) -> Path:
        return self.tree.root / path


class Scene:
    """One repository with some files, and whoever works in it. Everything happens in steps, one after another."""

    def __init__(self, folder: Path, *, guarded: bool = True, reads: bool = True) -> None:
        self.guarded = guarded
        self.repo = Repo.create(folder)
        for path in ("api/orders.py", "api/users.py", "web/page.ts", "docs/guide.md"):
            self.repo.write(path, "".join(f"{path} line {number}\n" for number in range(1, 9)))
        self.repo.write(".gitignore", "*.log\nnode_modules/\n")
        self.repo.commit("Furnish")
        if guarded:
            self.repo.guard(policy(), libraries=LIBRARIES if reads else ())
            hook_up(self.repo)
        self.trees = [self.repo]
        self.agents: list[Agent] = []
        self.truth = Truth()
        self.alone = True

    def agent(self, name: str, tree: Repo | None = None) -> Agent:
        """A host session."""
        self.agents.append(Agent(self, name, tree or self.repo))
        return self.agents[-1].start()

    def subagent(self, of: Agent, name: str, tree: Repo | None = None) -> Agent:
        """A subagent of that session, perhaps told to work in another tree."""
        self.agents.append(Agent(self, name, tree or of.tree, of.client.subagent(name)))
        return self.agents[-1].start()

    def person(self, name: str = "Paula", tree: Repo | None = None) -> Person:
        """A person."""
        return Person(self, name, tree or self.repo)

    def worktree(self, name: str, at: str = "") -> Repo:
        """A linked worktree on a branch of that name."""
        tree = self.repo.worktree(name, at=self.repo.root / at if at else None)
        self.trees.append(tree)
        return tree

    def branch(self, name: str, **files: str) -> None:
        """A branch with one commit more, made by somebody long ago; `__` in a name stands for `/`, `_` for `.`."""
        tree = self.repo.worktree(name, at=self.repo.root.parent / f"branch-{name}")
        for path, text in files.items():
            tree.write(path.replace("__", "/").replace("_", "."), text)
        tree.commit(f"Work on {name}")
        self.repo.git("worktree", "remove", str(tree.root))

    def remote(self) -> None:
        """A bare repository as `origin`, with main in it."""
        self.repo.git("init", "-q", "--bare", str(self.repo.root.parent / "origin.git"))
        self.repo.git("remote", "add", "origin", str(self.repo.root.parent / "origin.git"))
        self.repo.git("push", "-q", "--no-verify", "-u", "origin", "main")

    def upstream(self, path: str, text: str) -> None:
        """A commit that somebody elsewhere pushed to main of `origin`."""
        clone = Repo(self.repo.root.parent / "elsewhere", self.repo.env)
        subprocess.run(
            ["git", "clone", "-q", str(self.repo.root.parent / "origin.git"), str(clone.root)],
            env=clone.env,
            check=True,
        )
        clone.write(path, text)
        clone.commit("Elsewhere")
        clone.git("push", "-q", "origin", "HEAD:main")

    def manager(self, hook: str) -> None:
        """Makes that script the hook before commits, and has `pucs init` put ours around it."""
        folder = self.repo.common / "hooks"
        for one in folder.glob("*"):
            one.unlink()
        (folder / "pre-commit").write_text(hook)
        (folder / "pre-commit").chmod(0o755)
        if self.guarded:
            self.pucs("init")
            self.repo.commit("Guard")

    def script(self, name: str, text: str) -> str:
        """A program outside the repository; gives the command that runs it."""
        path = self.repo.root.parent / name
        path.write_text(text)
        return f"{sys.executable} {os.path.relpath(path, self.repo.root)}"

    @contextmanager
    def step(self, party: Party, *, edits: bool = False) -> Iterator[None]:
        """Whatever changes in here was changed by that party and nobody else."""
        before = picture(self.repos, self.roots)
        try:
            yield
        finally:
            self.truth.note(party.name, before, picture(self.repos, self.roots), edits=edits, repos=self.repos)

    @property
    def repos(self) -> list[Repo]:
        """The repository, and its origin if it has one."""
        origin = self.repo.root.parent / "origin.git"
        return [self.repo, *([Repo(origin, self.repo.env)] if origin.exists() else [])]

    @property
    def roots(self) -> set[Path]:
        """Where the trees are."""
        return {tree.root for tree in self.trees}

    def names(self) -> dict[str, str]:
        """What the parties are called, by the ids that PUCS gave them."""
        view = self.repo.store.read()
        found = {}
        for agent in self.agents:
            key = f"{agent.client.session}/{agent.client.agent}" if agent.client.agent else agent.client.session
            name = view.name("session/" + key)
            if name is not None:
                found[name.value] = agent.name
        return found

    def move(self) -> None:
        """Moves everything that is kept into git, as the next commit would."""
        found = repository_at(os.path.realpath(self.repo.root))
        assert found is not None
        move(found)

    def shows(self, name: str) -> bytes:
        """What git has under that name."""
        done = subprocess.run(
            ["git", "cat-file", "blob", name], cwd=self.repo.root, env=self.repo.env, capture_output=True, check=False
        )
        return done.stdout

    def pucs(self, *words: str, at: Path | None = None) -> str:
        """What a `pucs` command of a person prints."""
        return run_pucs(Repo(at or self.repo.root, self.repo.env), *words).stdout

    def close(self) -> None:
        """Ends the clients."""
        for agent in self.agents:
            if not agent.client.agent:
                agent.client.close()
