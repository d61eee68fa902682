"""What all git hooks together add to a commit of ten files."""

from __future__ import annotations

import shutil
import subprocess
from typing import TYPE_CHECKING

from benchmarks.figures import Figure, Report, at_most, told
from benchmarks.measuring import Job, empty_environment, interleaved, median, run, yardstick
from benchmarks.workplace import folder, guarded
from tests.support import ROOT, Repo

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from benchmarks.measuring import Cost

ROUNDS = 25
FILES = 10
LIMIT = 6.0
_PRE_COMMIT = """\
repos:
- repo: local
  hooks:
  - {id: trivial, name: trivial, entry: "true", language: system, pass_filenames: false}
"""


def measure(rounds: int = ROUNDS) -> Report:
    """A commit with our hooks, one without any, and one with the program pre-commit, in turn."""
    with folder() as where:
        bare = yardstick(empty_environment(where))
        guard = guarded(where, (ROOT / "tests/data/proposal_config.yaml").read_text(), "with-pucs")
        jobs: dict[str, Callable[[], Cost]] = {
            "python3 -c pass": bare,
            "with our hooks, a person": _commits(guard),
            "without hooks": _commits(Repo.create(where, "without")),
        }
        guard.git("branch", "-q", "feature/stream-llm-speed")
        guard.git("worktree", "add", "-q", str(where / "tree"), "feature/stream-llm-speed")
        jobs["with our hooks, an agent in a stream"] = _commits(
            Repo(where / "tree", {**guard.env, "PUCS_AGENT_ID": "llm-1"})
        )
        beside = _with_pre_commit(where)
        if beside is not None:
            jobs["with pre-commit alone"] = _commits(beside)
        costs = {name: median(found) for name, found in interleaved(jobs, rounds).items()}
    unit, without = costs["python3 -c pass"].cpu, costs["without hooks"].cpu
    figures: list[Figure] = []
    for name, cost in costs.items():
        added = (cost.cpu - without) / unit
        if name.startswith("with our hooks"):
            figures.append(at_most(f"{name}: added CPU", added, LIMIT))
        elif name.startswith("with pre-commit"):
            figures.append(told(f"{name}: added CPU", f"{added:.2f}"))
    return Report(
        "One commit",
        f"`git commit` of {FILES} changed files; CPU of git and all it waited for; medians of {rounds} "
        "interleaved rounds, less the same commit without hooks, in units of `python3 -c pass` in an empty venv.",
        tuple(figures),
    )


def _commits(repo: Repo) -> Callable[[], Cost]:
    counter = iter(range(1_000_000))
    git = shutil.which("git") or "git"

    def commit() -> Cost:
        number = next(counter)
        for name in range(FILES):
            repo.write(f"work/{name}.txt", f"{number}\n")
        repo.git("add", "work")
        job = Job([git, "commit", "-q", "-m", f"feat: Change {number}"], repo.env, str(repo.root))
        cost, code, output = run(job)
        if code:
            raise RuntimeError(f"git commit exited {code}: {output!r}")
        return cost

    return commit


def _with_pre_commit(where: Path) -> Repo | None:
    """A repository whose only hook is the program pre-commit with one hook that does nothing; None without it."""
    program = shutil.which("pre-commit")
    if program is None:
        return None
    repo = Repo.create(where, "with-pre-commit")
    repo.write(".pre-commit-config.yaml", _PRE_COMMIT)
    repo.commit("Configure")
    subprocess.run([program, "install"], cwd=repo.root, env=repo.env, check=True, capture_output=True)
    return repo
