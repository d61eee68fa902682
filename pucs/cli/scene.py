"""The scene that `pucs demo` plays: every answer comes from an installed hook or from git, none is written here."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from pucs.errors import GitError, WorldError

CONFIG = """\
streams:
  api:
    files_pattern: "api/**/*.py"
  risk:
    files_pattern: "risk/**/*.py"
"""
_PAUSE = 0.8


class _Actor(NamedTuple):
    """One agent of the scene: a session of its own, with a living process that stands for its client."""

    session: str
    stream: str
    client: subprocess.Popen[bytes]


class _Stage:
    """The repository, the actors, and what is printed."""

    def __init__(self, folder: Path, *, fast: bool) -> None:
        self.root = folder / "shop"
        self.home = folder / "home"
        self._fast = fast
        self._calls = 0
        self._actors: list[_Actor] = []

    def build(self) -> None:
        """Makes the repository and guards it with the real `pucs init`."""
        self.home.mkdir()
        for name, text in (
            ("api/orders.py", "def place(order):\n    return order\n"),
            ("risk/limits.py", "LIMIT = 100\n"),
            ("shared.py", "VERSION = 1\n"),
        ):
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        (self.root / "pucs_config.yaml").write_text(CONFIG)
        self.git("init", "-q", "-b", "main", ".")
        self.git("config", "user.name", "Demo")
        self.git("config", "user.email", "demo@example.invalid")
        self.git("add", "-A")
        self.git("commit", "-q", "-m", "Start")
        self.run([sys.executable, "-m", "pucs", "init", str(self.root)], show="pucs init")

    def actor(self, session: str, stream: str) -> _Actor:
        """An agent that just began; says what it was told."""
        # stdin as its lifeline: it ends when this program does, however that ends.
        client = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
        actor = _Actor(session, stream, client)
        self._actors.append(actor)
        self.say(actor, "begins", self.hook(actor, "SessionStart", source="startup"))
        return actor

    def edit(self, actor: _Actor, name: str, old: str, new: str) -> bool:
        """One Edit as a client makes it: ask the gate, write if nothing was said against it, report."""
        self._calls += 1
        path = self.root / name
        fields: dict[str, Any] = {
            "tool_name": "Edit",
            "tool_use_id": f"toolu_{self._calls}",
            "tool_input": {"file_path": str(path), "old_string": old, "new_string": new, "replace_all": False},
        }
        answer = self.hook(actor, "PreToolUse", **fields)
        self.say(actor, f"edits {name}", answer or "granted (silence)")
        if answer:
            return False
        path.write_text(path.read_text().replace(old, new, 1))
        told = self.hook(actor, "PostToolUse", tool_response={"filePath": str(path)}, **fields)
        if told:
            self.say(actor, "is told", told)
        return True

    def commit(self, actor: _Actor | None, *arguments: str) -> bool:
        """A real `git commit` in the agent's name (or the person's), through the installed git hooks."""
        environ = self.environ(actor)
        done = subprocess.run(
            ["git", "commit", *arguments], cwd=self.root, env=environ, capture_output=True, text=True, check=False
        )
        who = actor.stream if actor else "person"
        self.line(f"\n[{who}] $ git commit {shlex.join(arguments)}")
        self.line(textwrap.indent((done.stdout + done.stderr).strip(), "    "))
        return done.returncode == 0

    def end(self, actor: _Actor) -> None:
        """The agent's session ends."""
        self.hook(actor, "SessionEnd", reason="other")
        self.say(actor, "ends its session", "")

    def hook(self, actor: _Actor, event: str, **fields: Any) -> str:
        """What the installed hook of that event tells the agent."""
        settings = json.loads((self.root / ".claude/settings.local.json").read_text())
        entry = settings["hooks"][event][0]["hooks"][0]
        data = {"session_id": actor.session, "cwd": str(self.root), "hook_event_name": event, **fields}
        done = subprocess.run(
            [entry["command"], *entry.get("args", [])],
            input=json.dumps(data),
            env=self.environ(actor),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise WorldError(f"the hook of {event} failed: {done.stderr.strip()}", "run: pucs doctor")
        if not done.stdout:
            return ""
        answer = json.loads(done.stdout)
        if "systemMessage" in answer:
            raise WorldError(f"the hook of {event} failed: {answer['systemMessage']}", "run: pucs doctor")
        output = answer.get("hookSpecificOutput", {})
        return str(output.get("permissionDecisionReason") or output.get("additionalContext") or "")

    def environ(self, actor: _Actor | None) -> dict[str, str]:
        """A home of its own, and for an agent what its client gives to hooks and to its shell."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith(("GIT_", "CLAUDE", "PUCS_"))}
        environ = {**kept, "HOME": str(self.home), "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        if actor is not None:
            pid = str(actor.client.pid)
            environ |= {"CLAUDE_PID": pid, "CLAUDE_CODE_SESSION_ID": actor.session, "PUCS_STREAM": actor.stream}
        return environ

    def git(self, *arguments: str) -> None:
        """Git, with nothing to say."""
        done = subprocess.run(
            ["git", *arguments], cwd=self.root, env=self.environ(None), capture_output=True, text=True, check=False
        )
        if done.returncode != 0:
            raise GitError(f"git {arguments[0]} failed: {done.stderr.strip()}", "is git installed?")

    def run(self, command: list[str], *, show: str) -> None:
        """A command of the person, with its output."""
        self.line(f"\n[person] $ {show}")
        done = subprocess.run(
            command, cwd=self.root, env=self.environ(None), capture_output=True, text=True, check=False
        )
        self.line(textwrap.indent((done.stdout + done.stderr).strip(), "    "))
        if done.returncode != 0:
            raise WorldError(f"{show} failed", "see above")

    def say(self, actor: _Actor, does: str, told: str) -> None:
        """What an agent does, and what it hears."""
        self.line(f"\n[{actor.stream}] {does}")
        if told:
            self.line(textwrap.indent(told, "    "))

    def line(self, text: str) -> None:
        """Prints at a pace that can be read."""
        print(text, flush=True)
        if not self._fast:
            time.sleep(_PAUSE)

    def close(self) -> None:
        """Ends the processes that stood for clients."""
        for actor in self._actors:
            actor.client.kill()
            actor.client.wait()
            if actor.client.stdin:
                actor.client.stdin.close()


def play(*, keep: bool, fast: bool) -> int:
    """Plays the scene; gives 0 when PUCS kept every agent out of what it should be kept out of."""
    with _stage(keep=keep, fast=fast) as stage:
        stage.build()
        api, risk = stage.actor("demo-api", "api"), stage.actor("demo-risk", "risk")
        kept_out = [
            stage.edit(api, "shared.py", "VERSION = 1", "VERSION = 2"),
            not stage.edit(risk, "shared.py", "VERSION = 1", "VERSION = 3"),
            not stage.edit(risk, "api/orders.py", "return order", "return None"),
            stage.edit(risk, "risk/limits.py", "LIMIT = 100", "LIMIT = 250"),
            not stage.commit(risk, "-a", "-m", "feat: Raise the limit"),
            stage.commit(risk, "-m", "feat: Raise the limit", "risk/limits.py"),
        ]
        stage.end(api)
        third = stage.actor("demo-api-2", "api")
        kept_out += [
            not stage.edit(third, "shared.py", "VERSION = 2", "VERSION = 4"),
            stage.edit(third, "shared.py", "VERSION = 2", "VERSION = 4"),
            stage.commit(third, "-a", "-m", "fix: Take over and finish"),
        ]
        stage.run([sys.executable, "-m", "pucs", "log"], show="pucs log")
        stage.line("\n[person] $ git log --oneline")
        log = subprocess.run(["git", "log", "--oneline"], cwd=stage.root, capture_output=True, text=True, check=False)
        stage.line(textwrap.indent(log.stdout.strip(), "    "))
        if not all(kept_out):
            raise WorldError("the scene did not go as it should", "run: pucs doctor, in a guarded repository")
        return 0


@contextmanager
def _stage(*, keep: bool, fast: bool) -> Iterator[_Stage]:
    folder = Path(tempfile.mkdtemp(prefix="pucs-demo-"))
    stage = _Stage(folder, fast=fast)
    try:
        stage.root.mkdir()
        yield stage
    finally:
        stage.close()
        if keep:
            print(f"\nthe repository is in {stage.root}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
