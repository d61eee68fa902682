"""The stage: one repository with two linked worktrees under guard, its streams, its files, and who plays."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from benchmarks.afternoon.journal import Journal, Place
from benchmarks.afternoon.tally import Tally
from benchmarks.workplace import WHOLE_FILES, guarded, hook_commands

if TYPE_CHECKING:
    from pathlib import Path

    from benchmarks.afternoon.agent import Agent
    from tests.support import Repo

STREAMS = ("api", "db", "ui")
CRITICAL = "config/__init__.py"
SHARED = ("common/text.py", "common/time.py", "common/errors.py", "README.md", CRITICAL)
CONFIG = """
streams:
  api: {files_pattern: "api/**", test_pattern: "tests/test_api*.py"}
  db: {files_pattern: "db/**", test_pattern: "tests/test_db*.py"}
  ui: {files_pattern: "ui/**", test_pattern: "tests/test_ui*.py", dependencies: ["api"]}
critical_files:
  - path: "config/__init__.py"
    max_lock_duration_min: 30
"""
MAIN, SIDE, LONE = "main", "side", "lone"


@dataclass
class World:
    """Everything the actors share."""

    repos: dict[str, Repo]
    seed: int
    wanted: int
    journal: Journal
    tally: Tally
    hooks: dict[str, list[str]]
    files: list[str]
    agents: list[Agent] = field(default_factory=list)

    def over(self) -> bool:
        """Whether enough calls were made."""
        return self.tally.total >= self.wanted

    def dice(self, name: str) -> random.Random:
        """The dice of one actor: nobody else's throws change its own."""
        return random.Random(f"{self.seed}/{name}")

    def owners_of(self, path: str) -> str | None:
        """The stream that owns the path."""
        top = path.split("/", 1)[0]
        if top in STREAMS:
            return top
        if path.startswith("tests/test_"):
            return path.removeprefix("tests/test_")[:-3].split("_", 1)[0]
        return None

    def places(self, tree: str) -> list[Place]:
        """All files that the play began with, in that tree."""
        return [Place(tree, path) for path in self.files]


def build(where: Path, seed: int, wanted: int) -> World:
    """A new world."""
    repo = guarded(where, CONFIG + WHOLE_FILES)
    files = [f"{stream}/{name}.py" for stream in STREAMS for name in ("views", "model", "tools", "jobs", "forms")]
    files += [f"tests/test_{stream}.py" for stream in STREAMS]
    files += SHARED
    for path in files:
        repo.write(path, "".join(f"base {number} of {path}\n" for number in range(1, 13)))
    repo.commit("Lay out")
    repos = {
        MAIN: repo,
        # The branch names the stream of those who work here.
        SIDE: repo.worktree(SIDE, branch="feature/stream-ui-refresh"),
        LONE: repo.worktree(LONE),
    }
    journal = Journal({name: tree.root for name, tree in repos.items()})
    return World(repos, seed, wanted, journal, Tally(), hook_commands(repo), files)
