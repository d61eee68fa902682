"""What one edit costs through the installed hook commands, with few locks in the state and with many."""

from __future__ import annotations

import atexit
import json
import os
import subprocess
from typing import TYPE_CHECKING

from benchmarks.figures import Figure, Report, at_most, told
from benchmarks.measuring import Job, empty_environment, interleaved, median, run, yardstick
from benchmarks.workplace import folder, guarded, hook_commands
from pucs.model import Agent, Lock, PathRecord, Tree, Writer
from pucs.state.opening import open_store
from pucs.state.processes import identify
from pucs.view import Change
from tests.support import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from benchmarks.measuring import Cost
    from pucs.view import View
    from tests.support import Repo

ROUNDS = 41
LOCKS = (0, 1_000, 10_000)
LIMIT = 1.5
_BATCH = 500


def measure(rounds: int = ROUNDS) -> Report:
    """Granted, renewed, denied and after, as ratios to `python3 -c pass` of an empty environment, all in one run."""
    with folder() as where:
        interpreter = empty_environment(where)
        bare = yardstick(interpreter)
        isolated = Job([interpreter, "-I", "-S", "-c", "pass"], {"LC_ALL": "C.UTF-8"}, "/")
        jobs: dict[str, Callable[[], Cost]] = {
            "python3 -c pass": bare,
            "python3 -I -S -c pass": lambda: run(isolated)[0],
        }
        for number in LOCKS:
            repo = guarded(where, (ROOT / "tests/data/proposal_config.yaml").read_text(), f"with-{number}")
            fill(repo, number)
            jobs.update(_jobs(repo, number))
        costs = {name: median(found) for name, found in interleaved(jobs, rounds).items()}
    base = costs["python3 -c pass"]
    figures: list[Figure] = []
    for name, cost in costs.items():
        ratio = cost.cpu / base.cpu
        figures.append(
            told(f"{name}: CPU ratio", f"{ratio:.2f}")
            if "python3" in name
            else at_most(f"{name}: CPU ratio", ratio, LIMIT)
        )
        figures.append(told(f"{name}: wall ratio", f"{cost.wall / base.wall:.2f}"))
    return Report(
        "One edit",
        f"The exact commands of the installed settings, the proposal's seven streams configured; medians of {rounds} "
        "interleaved rounds; CPU is user and system time of the hook process; the unit is `python3 -c pass` of an "
        "empty virtual environment of the same interpreter.",
        tuple(figures),
    )


def fill(repo: Repo, number: int) -> None:
    """Puts that many locks with dirty bytes of four living agents into the state, as the rules would."""
    store = open_store(f"{repo.root}/.git")
    process = identify(os.getpid())
    for start in range(0, number, _BATCH):
        paths = [f"data/f{index}.txt" for index in range(start, min(start + _BATCH, number))]

        def rule(view: View, paths: list[str] = paths) -> Change:
            writes: dict[str, object] = {}
            for path in paths:
                name = f"other-{len(path) % 4}"
                lock = Lock(
                    name,
                    "llm",
                    "a task",
                    view.now,
                    1800.0,
                    7200.0,
                    view.revision,
                    "0" * 40,
                    view.now,
                    "1" * 40,
                    process=process,
                )
                writer = Writer(name, view.revision, view.now, "0" * 40, "1" * 40)
                writes["path/" + path] = PathRecord(path, view.revision, {".": Tree((lock,), writer)})
                writes["agent/" + name] = Agent(name, "llm", process=process, since=view.now, seen=view.now)
            return Change(None, writes)

        store.transact(rule, deadline=60.0)


def _jobs(repo: Repo, number: int) -> dict[str, Callable[[], Cost]]:
    commands = hook_commands(repo)
    held, free = repo.root / "held.py", repo.root / "free.py"
    held.write_text("a = 1\n")
    free.write_text("b = 1\n")
    holder, other = Hand(repo, commands, "holder"), Hand(repo, commands, "other")
    holder.call("PreToolUse", held)
    held.write_text("a = 2\n")
    holder.call("PostToolUse", held)
    other.call("PreToolUse", held)  # from now on it is a repeated denial
    first = Hand(repo, commands, "first")
    first.call("PreToolUse", free)
    first.call("PostToolUse", free)
    grants: list[int] = []

    def granted() -> Cost:
        """A new grant each time: the file before was given back unchanged, outside what is measured."""
        grants.append(1)
        cost = first.call("PreToolUse", free, expect=b"")
        first.call("PostToolUse", free)
        return cost

    return {
        f"granted, {number} locks": granted,
        f"renewed, {number} locks": lambda: holder.call("PreToolUse", held, expect=b""),
        f"denied, {number} locks": lambda: other.call("PreToolUse", held, expect=b"deny"),
        f"after (PostToolUse), {number} locks": lambda: holder.call("PostToolUse", held, expect=b""),
    }


class Hand:
    """One session that calls the installed hooks, with a living process that stands for its client."""

    def __init__(self, repo: Repo, commands: dict[str, list[str]], session: str) -> None:
        self._repo = repo
        self._commands = commands
        self._session = session
        client = subprocess.Popen(["sleep", "3600"])
        atexit.register(client.kill)
        self._client = str(client.pid)

    def call(self, event: str, path: Path, expect: bytes | None = None, edit: tuple[str, str] = ("1", "2")) -> Cost:
        """One hook of one edit: `edit` is what it replaces by what. `expect` is in what it says (b"": nothing)."""
        data = {
            "session_id": self._session,
            "cwd": str(self._repo.root),
            "hook_event_name": event,
            "tool_name": "Edit",
            "tool_use_id": f"toolu_{self._session}",
            "tool_input": {"file_path": str(path), "old_string": edit[0], "new_string": edit[1], "replace_all": False},
        }
        env = {**self._repo.env, "CLAUDE_CODE_SESSION_ID": self._session, "CLAUDE_PID": self._client}
        cost, code, output = run(Job(self._commands[event], env, str(self._repo.root), json.dumps(data).encode()))
        if code or (expect is not None and (expect not in output or (not expect and output))):
            raise RuntimeError(f"{event} of {self._session} exited {code} and said {output!r}")
        return cost
