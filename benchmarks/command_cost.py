"""What one shell command costs through the installed hooks: proven to read only, writing, and in a large repository."""

from __future__ import annotations

import atexit
import json
import subprocess
from typing import TYPE_CHECKING

from benchmarks.figures import Report, at_most, told
from benchmarks.measuring import Cost, Job, empty_environment, interleaved, median, run, yardstick
from benchmarks.workplace import folder, guarded, hook_commands
from pucs.install.locations import libraries

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support import Repo

ROUNDS = 21
SMALL, LARGE = 500, 50_000
READING, WRITING, SCAN = 2.5, 8.0, 2.5
_A_FOLDER = 500
QUICKLY, PARSED = "reads only, proven quickly", "reads only, proven by the parser"


def measure(rounds: int = ROUNDS) -> Report:
    """Both hooks of one Bash call, as a ratio to `python3 -c pass`; the scan, as a ratio to one `git status`."""
    with folder() as where:
        bare = yardstick(empty_environment(where))
        if not libraries():
            raise RuntimeError("tree-sitter is not installed: commands would not be read")
        small, large = furnished(where, SMALL), furnished(where, LARGE)
        near, far = _Hand(small, "near"), _Hand(large, "far")
        status = ["/usr/bin/env", "git", "status", "--porcelain"]
        jobs: dict[str, Callable[[], Cost]] = {
            "python3 -c pass": bare,
            QUICKLY: lambda: near.call("git status --short && ls src | head -5", None),
            PARSED: lambda: near.call("for name in a b; do cat $name; done", None),
            f"writes, {SMALL} files": lambda: near.call("sed -i s/x/x/ folder-0/f1.txt", "folder-0/f1.txt"),
            f"cannot be read, {SMALL} files": lambda: near.call("./build.sh", "folder-0/f2.txt"),
            f"git status, {SMALL} files": lambda: run(Job(status, small.env, str(small.root)))[0],
            f"git status, {LARGE} files": lambda: run(Job(status, large.env, str(large.root)))[0],
            f"cannot be read, {LARGE} files": lambda: far.call("./build.sh", "folder-0/f2.txt"),
        }
        costs = {name: median(found) for name, found in interleaved(jobs, rounds).items()}
    base = costs["python3 -c pass"]
    figures = []
    for name, limit in ((QUICKLY, READING), (PARSED, READING), (f"writes, {SMALL} files", WRITING)):
        figures.append(at_most(f"{name}: CPU ratio", costs[name].cpu / base.cpu, limit))
        figures.append(told(f"{name}: wall ratio", f"{costs[name].wall / base.wall:.2f}"))
    blind = costs[f"cannot be read, {SMALL} files"]
    figures.append(at_most(f"cannot be read, {SMALL} files: CPU ratio", blind.cpu / base.cpu, WRITING))
    git, far_cost = costs[f"git status, {LARGE} files"], costs[f"cannot be read, {LARGE} files"]
    # What both hooks cost beside looking at the tree is what they cost in the small repository but for its two scans.
    near_git = costs[f"git status, {SMALL} files"]
    scans = Cost(far_cost.cpu - blind.cpu + 2 * near_git.cpu, far_cost.wall - blind.wall + 2 * near_git.wall)
    figures.append(at_most(f"both scans of {LARGE} files: CPU / git status", scans.cpu / git.cpu, SCAN))
    figures.append(told(f"both scans of {LARGE} files: wall / git status", f"{scans.wall / git.wall:.2f}"))
    return Report(
        "One command",
        f"PreToolUse and PostToolUse of one Bash call together, medians of {rounds} interleaved rounds; CPU is user "
        "and system time of the hooks and the git processes they wait for; the unit is `python3 -c pass` of an empty "
        "virtual environment. Where a command reads only, no git runs and nothing is written. The last rows are the "
        f"scans before and after, of {LARGE} tracked files, against one `git status` there.",
        tuple(figures),
    )


def furnished(where: Path, number: int) -> Repo:
    """A guarded repository with that many tracked files."""
    repo = guarded(where, "guard: {scan_seconds: 8}\n", f"with-{number}")
    head = repo.git("rev-parse", "HEAD")
    lines = [f"commit refs/heads/main\ncommitter P <p@example.com> 0 +0000\ndata 1\nx\nfrom {head}\n"]
    for index in range(number):
        text = f"x {index}\n"
        lines.append(f"M 100644 inline folder-{index // _A_FOLDER}/f{index}.txt\ndata {len(text)}\n{text}")
    command = ["git", "fast-import", "--quiet"]
    subprocess.run(command, input="".join(lines).encode(), cwd=repo.root, env=repo.env, check=True)
    repo.git("reset", "-q", "--hard")
    return repo


class _Hand:
    """A session that runs commands; what they would change is changed outside what is measured."""

    def __init__(self, repo: Repo, session: str) -> None:
        self._repo, self._session = repo, session
        self._commands = hook_commands(repo)
        client = subprocess.Popen(["sleep", "3600"])
        atexit.register(client.kill)
        self._client, self._calls = str(client.pid), 0

    def call(self, command: str, changes: str | None) -> Cost:
        self._calls += 1
        before = self._hook("PreToolUse", command)
        if changes:
            (self._repo.root / changes).write_text(f"change {self._calls}\n")
        after = self._hook("PostToolUse", command)
        return Cost(before.cpu + after.cpu, before.wall + after.wall)

    def _hook(self, event: str, command: str) -> Cost:
        data = {
            "session_id": self._session,
            "cwd": str(self._repo.root),
            "hook_event_name": event,
            "tool_name": "Bash",
            "tool_use_id": f"toolu_{self._session}_{self._calls}",
            "tool_input": {"command": command},
            "tool_response": {},
        }
        env = {**self._repo.env, "CLAUDE_CODE_SESSION_ID": self._session, "CLAUDE_PID": self._client}
        cost, code, output = run(Job(self._commands[event], env, str(self._repo.root), json.dumps(data).encode()))
        if code or output:
            raise RuntimeError(f"{event} of {self._session} exited {code} and said {output!r}")
        return cost
