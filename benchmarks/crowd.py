"""Sixty-four agents that want one free file in the same instant, through the real hook command."""

from __future__ import annotations

import json
import shutil
import subprocess
from typing import TYPE_CHECKING

from benchmarks.figures import Report, exactly, told
from benchmarks.workplace import folder, guarded, hook_commands

if TYPE_CHECKING:
    from tests.support import Repo

PROCESSES = 64
ROUNDS = 20


def measure(rounds: int = ROUNDS, processes: int = PROCESSES) -> Report:
    """Counts the grants of each round; every second round begins with no state at all."""
    clients = [subprocess.Popen(["sleep", "3600"]) for _ in range(processes)]
    grants, denials, other = [], 0, 0
    try:
        with folder() as where:
            repo = guarded(where)
            for number in range(rounds):
                if number % 2:
                    shutil.rmtree(repo.root / ".git/pucs", ignore_errors=True)
                repo.write(f"free-{number}.txt", "x\n")
                answers = _rush(repo, f"free-{number}.txt", [client.pid for client in clients])
                grants.append(sum(answer == "" for answer in answers))
                denied = sum(_is_denial(answer) for answer in answers)
                denials += denied
                other += processes - grants[-1] - denied
    finally:
        for client in clients:
            client.kill()
            client.wait()
    return Report(
        "One free file, 64 agents",
        f"{processes} processes of the installed PreToolUse command, started together, each a session of its own with "
        f"a living client; {rounds} rounds, every second one on a state folder that was deleted (cold).",
        (
            exactly("rounds with exactly one grant", sum(count == 1 for count in grants), rounds),
            exactly("answers that are neither a grant nor a denial", other, 0),
            told("denials", denials),
        ),
    )


def _rush(repo: Repo, path: str, pids: list[int]) -> list[str]:
    command = hook_commands(repo)["PreToolUse"]
    running = []
    for pid in pids:
        data = {
            "session_id": f"crowd-{pid}",
            "cwd": str(repo.root),
            "hook_event_name": "PreToolUse",
            "tool_name": "Edit",
            "tool_use_id": f"toolu_{pid}",
            "tool_input": {"file_path": str(repo.root / path), "old_string": "x", "new_string": "y"},
        }
        env = {**repo.env, "CLAUDE_PID": str(pid)}
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env, text=True)
        running.append((process, json.dumps(data)))
    # Each waits in the read of its input until here, so that they decide together.
    for process, text in running:
        if process.stdin:
            process.stdin.write(text)
            process.stdin.close()
    answers = []
    for process, _ in running:
        answers.append(process.stdout.read() if process.stdout else "")
        process.wait()
        if process.stdout:
            process.stdout.close()
    return answers


def _is_denial(answer: str) -> bool:
    try:
        output = json.loads(answer)["hookSpecificOutput"]
    except (ValueError, KeyError, TypeError):
        return False
    return bool(output.get("permissionDecision") == "deny")
