"""A small world for the rules: real files in two working trees, a state in memory, and time and death at a test's command."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pucs.client import edits, opening, sessions
from pucs.git import locate
from pucs.installation import Installation
from pucs.model import ALIVE, DEAD, UNKNOWN, Lock, Process
from pucs.policy import Policy
from pucs.state.memory import MemoryStore
from tests.support import Repo


class RootedMemory(MemoryStore):
    """A state in memory whose copies of contents are on disk."""

    root: str


class World:
    """Agents that call the client layer in this process, in a repository whose state is in memory."""

    def __init__(self, repo: Repo, folder: Path, patch: pytest.MonkeyPatch, rules: Policy | None = None) -> None:
        self.repo = repo
        self.now = 1_700_000_000.0
        self.dead: set[int] = set()
        self.rules = rules or Policy()
        self.store = RootedMemory(lambda: self.now, self._liveness)
        self.store.root = str(folder)
        self.calls = 0
        patch.setattr(opening, "repository_of", self._repository)
        patch.setattr("pucs.state.processes.identify", self._process)
        for module in ("publishing", "sessions", "commit_end"):
            patch.setattr(f"pucs.client.{module}.publish_soon", lambda repository: None)
        for module in ("publishing", "commit_end"):
            patch.setattr(f"pucs.client.{module}.move_soon", lambda repository: None)
        patch.setattr("pucs.client.refreshing.recompile_if_stale", lambda repository: None)

    def agent(self, pid: int, session: str = "", subagent: str = "", **environ: str) -> Actor:
        """Somebody who calls from the client process `pid`."""
        return Actor(self, edits.Caller(session or f"session-{pid}", subagent, pid, environ))

    def locks(self, path: str, tree: str = ".") -> dict[str, Lock]:
        """The locks on record, by agent."""
        return {lock.agent: lock for lock in self.store.read().path(path).tree(tree).locks}

    def _repository(self, tree: locate.Tree) -> opening.Repository:
        return opening.Repository(tree, Installation(), self.rules, self.store)  # type: ignore[arg-type]  # the same port

    def _process(self, pid: int) -> Process | None:
        return None if pid in self.dead else Process("here", "boot", "ns", pid, "1")

    def _liveness(self, process: Process | None) -> str:
        if process is None or process.host != "here":
            return UNKNOWN
        return DEAD if process.pid in self.dead else ALIVE


class Actor:
    """One host session or subagent; its calls go straight to the client layer."""

    def __init__(self, world: World, caller: edits.Caller) -> None:
        self.world = world
        self.caller = caller
        self.open: edits.ToolCall | None = None

    def pre(
        self, *paths: Path | str, tool: str = "Edit", call: str = "", values: dict[str, Any] | None = None
    ) -> edits.Answer:
        """PreToolUse of a call on these paths."""
        self.world.calls += 1
        full = tuple((str(self.world.repo.root / path), tool == "Write") for path in paths)
        self.open = edits.ToolCall(
            self.caller, tool, call or f"call-{self.world.calls}", str(self.world.repo.root), full, values or {}
        )
        return edits.before(self.open)

    def post(self, *, wrote: bool = True) -> tuple[str, ...]:
        """PostToolUse, or its failure; what the agent is told."""
        assert self.open
        call, self.open = self.open, None
        return edits.after(call, wrote=wrote).told

    def unasked(self, path: str) -> None:
        """PostToolUse of a call that PreToolUse never told of."""
        self.world.calls += 1
        call = edits.ToolCall(
            self.caller, "Edit", f"call-{self.world.calls}", str(self.world.repo.root), ((path, False),)
        )
        edits.after(call, wrote=True)

    def batch(self, *, refused: bool = False, read: tuple[str, ...] = ()) -> tuple[str, ...]:
        """PostToolBatch with the open call; what the agent is told."""
        call, self.open = self.open, None
        done = (
            [] if call is None else [sessions.Finished(call.call, refused, (), tuple(path for path, _ in call.paths))]
        )
        looked = [sessions.Finished("read", False, (str(self.world.repo.root / path),)) for path in read]
        return sessions.batch(self.caller, str(self.world.repo.root), [*done, *looked]).told

    def write(self, path: Path | str, content: str, tool: str = "Write") -> edits.Answer:
        """A call from beginning to end, if it is let through."""
        answer = self.pre(path, tool=tool)
        if answer.decision != "deny":
            (self.world.repo.root / path).write_text(content)
            self.post()
        return answer

    def start(self) -> tuple[str, ...]:
        """SessionStart or SubagentStart."""
        return sessions.start(self.caller, str(self.world.repo.root))

    def stop(self) -> None:
        """Stop or SubagentStop."""
        ended: Any = sessions.subagent_stop if self.caller.subagent else sessions.stop
        ended(self.caller, str(self.world.repo.root))

    def end(self) -> None:
        """SessionEnd."""
        sessions.end(self.caller, str(self.world.repo.root))
