"""One worker of the storm, a process of its own: `worker.py KIND SCENE REPO NAME`, until it is killed."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys

BASE = "base\n"


def main() -> None:
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    sys.path.append(root)
    kind, scene, repo, name = sys.argv[1:5]
    # The killer has to come to its turn among sixteen that never rest.
    os.nice(5)
    shared = sorted(f"shared/{entry}" for entry in os.listdir(f"{repo}/shared"))
    worker = _worker(kind)(scene, repo, name)
    dice = random.Random(name)
    while True:
        worker.turn(dice.choice(shared))


def _worker(kind: str) -> type:
    if kind == "player":
        from benchmarks.storm.player import Player

        return Player
    return {"library": Library, "hooks": Hooks}[kind]


class Library:
    """Takes and releases locks through the library: its own file around a shared one."""

    def __init__(self, scene: str, repo: str, name: str) -> None:
        from pucs import PUCSClient

        self.scene, self.repo = scene, repo
        self.own = f"own/{name}.txt"
        self.client = PUCSClient(agent_id=name, path=repo)

    def turn(self, path: str) -> None:
        from benchmarks.storm.witness import holding
        from pucs.errors import Refusal, StoreBusy

        try:
            self.client.acquire_locks([self.own])
            self.client.acquire_locks([path])
        except (Refusal, StoreBusy):
            return
        with holding(self.scene, path):
            # What a killed worker left is taken over with the lock: put it right, so that nothing is dirty.
            self._restore(path)
        self.client.release_locks([path])
        self.client.release_locks([self.own])

    def _restore(self, path: str) -> None:
        with open(f"{self.repo}/{path}", "r+", encoding="utf-8") as file:
            if file.read() != BASE:
                file.seek(0)
                file.truncate()
                file.write(BASE)


class Hooks:
    """Edits through the installed hook commands, as a client does, and takes every edit back."""

    def __init__(self, scene: str, repo: str, name: str) -> None:
        self.scene, self.repo, self.name = scene, repo, name
        self.calls = 0
        with open(f"{scene}/hooks.json", encoding="utf-8") as file:
            self.commands = json.load(file)
        self.env = {**os.environ, "CLAUDE_PID": str(os.getpid())}

    def turn(self, path: str) -> None:
        from benchmarks.storm.witness import holding

        call = self._call(path)
        if self._hook("PreToolUse", call) != (0, ""):
            return
        with holding(self.scene, path):
            self._write(path, f"{BASE}{self.name}\n")
            self._hook("PostToolUse", {**call, "tool_response": {}})
            back = self._call(path)
            self._hook("PreToolUse", back)
            self._write(path, BASE)
        self._hook("PostToolUse", {**back, "tool_response": {}})
        # Had one of these hooks been killed, its call would be open still: the end of the turn closes it.
        self._hook("Stop", {"stop_hook_active": False})

    def _call(self, path: str) -> dict[str, object]:
        self.calls += 1
        return {
            "tool_name": "Edit",
            "tool_use_id": f"{self.name}-{self.calls}",
            "tool_input": {"file_path": f"{self.repo}/{path}", "old_string": "a", "new_string": "b"},
        }

    def _hook(self, event: str, fields: dict[str, object]) -> tuple[int, str]:
        data = {"session_id": self.name, "cwd": self.repo, "hook_event_name": event, **fields}
        done = subprocess.run(
            self.commands[event], input=json.dumps(data), text=True, env=self.env, stdout=subprocess.PIPE, check=False
        )
        return done.returncode, done.stdout

    def _write(self, path: str, text: str) -> None:
        with open(f"{self.repo}/{path}", "w", encoding="utf-8") as file:
            file.write(text)


if __name__ == "__main__":
    main()
