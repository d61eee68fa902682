"""One reader of notices: an agent whose hooks and client are killed now and then, and what it was really shown."""

from __future__ import annotations

import json
import random
import re
import selectors
import subprocess
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.support import Repo

_LINE = re.compile(r'\[PUCS (n\d+)\] from agent [^"]*: "([^"]*)"')
_LONGEST_LIFE = 0.15


@dataclass
class Showing:
    """A notice on the stdout of a hook: when, and whether that hook was killed."""

    id: str
    text: str
    began: float
    ended: float
    killed: bool


@dataclass
class Books:
    """What one reader saw, in order, and what befell it."""

    showings: list[Showing] = field(default_factory=list)
    events: list[tuple[float, float]] = field(default_factory=list)
    client_deaths: list[float] = field(default_factory=list)
    hook_kills: int = 0
    most: int = 0


class Reader:
    """An agent's client, played: it calls its hooks, one or two at a time, and some of them die."""

    def __init__(self, repo: Repo, commands: dict[str, list[str]], name: str) -> None:
        self.repo = repo
        self.name = name
        self.books = Books()
        self._commands = commands
        self._dice = random.Random(name)
        self._client = self._born()
        self._events("SessionStart", ["none"], source="startup")

    def turn(self, *, peace: bool = False) -> None:
        """One event or two at once; the hooks may be killed before or after they print, and then the client."""
        fates = (
            ["none"]
            if peace
            else self._dice.choices(["none", "before", "after"], [6, 3, 2], k=self._dice.choice([1, 1, 2]))
        )
        self._events("PostToolBatch", fates, tool_calls=[])
        if not peace and self._dice.random() < 0.1:
            self._client.kill()
            self._client.wait()
            self.books.client_deaths.append(time.monotonic())
            self._client = self._born()
            self._events("SessionStart", ["none"], source="resume")

    def close(self) -> None:
        """Ends its client."""
        self._client.kill()
        self._client.wait()

    def _born(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(["sleep", "900"], start_new_session=True)

    def _events(self, event: str, fates: Sequence[str], **fields: object) -> None:
        """Runs that event's hook once for each fate, all at the same time."""
        data = json.dumps({"session_id": self.name, "cwd": str(self.repo.root), "hook_event_name": event, **fields})
        env = {**self.repo.env, "CLAUDE_PID": str(self._client.pid), "PUCS_AGENT_ID": self.name}
        hooks = []
        for fate in fates:
            began = time.monotonic()
            hook = subprocess.Popen(
                self._commands[event], env=env, cwd=self.repo.root, stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
            assert hook.stdin is not None
            hook.stdin.write(data.encode())
            hook.stdin.close()
            hooks.append(_Hook(hook, fate, began, began + self._dice.uniform(0.01, _LONGEST_LIFE)))
        for hook in _answered(hooks):
            self._enter(hook)

    def _enter(self, hook: _Hook) -> None:
        killed = hook.process.wait() != 0
        ended = time.monotonic()
        self.books.hook_kills += killed
        if not killed and b"systemMessage" not in hook.output:
            self.books.events.append((hook.began, ended))
        try:
            context = json.loads(hook.output)["hookSpecificOutput"]["additionalContext"]
        except (ValueError, KeyError):
            return
        found = _LINE.findall(context)
        self.books.most = max(self.books.most, len(found))
        self.books.showings += [Showing(number, text, hook.began, ended, killed) for number, text in found]


@dataclass
class _Hook:
    """One hook at work: how it is to die, and what it has printed."""

    process: subprocess.Popen[bytes]
    fate: str
    began: float
    end: float
    output: bytes = b""
    spoke: float = 0.0


def _answered(hooks: list[_Hook]) -> list[_Hook]:
    """The hooks in the order in which they spoke, when all have ended; kills those that are to die."""
    with selectors.DefaultSelector() as selector:
        for hook in hooks:
            assert hook.process.stdout is not None
            selector.register(hook.process.stdout, selectors.EVENT_READ, hook)
        while selector.get_map():
            for key, _ in selector.select(0.005):
                hook = key.data
                data = hook.process.stdout.read1(1 << 16)
                hook.output += data
                hook.spoke = hook.spoke or time.monotonic()
                if data and hook.fate == "after":
                    hook.process.kill()
                if not data:
                    selector.unregister(key.fileobj)
                    hook.process.stdout.close()
            for hook in hooks:
                if hook.fate == "before" and time.monotonic() > hook.end and hook.process.poll() is None:
                    hook.process.kill()
    return sorted(hooks, key=lambda hook: hook.spoke)
