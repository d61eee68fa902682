"""One host client, played: its process, its session, and its tool calls as hook events in the order real ones come."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import signal
import subprocess
import sys
import threading
import time
from itertools import count
from typing import TYPE_CHECKING, Any

from tests.support import Reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from benchmarks.afternoon.tally import Tally
    from tests.support import Repo

_numbers = count(1)


class Killed(Exception):  # noqa: N818 - an end, not an error
    """The client's process is gone."""


class ClientProcess:
    """A process of its own whose children are hooks and shell commands."""

    def __init__(self, env: dict[str, str]) -> None:
        self._env = env
        self._mutex = threading.Lock()
        script = os.path.join(os.path.dirname(__file__), "client_process.py")
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", script],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=env,
            text=True,
            start_new_session=True,
        )

    def run(self, command: list[str], cwd: str, data: str = "", **env: str) -> Reply:
        """What the command answered. Raises Killed where the client is gone."""
        job = {"command": command, "cwd": cwd, "input": data, "env": {**self._env, **env}}
        with self._mutex:
            try:
                self._process.stdin.write(json.dumps(job) + "\n")
                self._process.stdin.flush()
                line = self._process.stdout.readline()
            except (OSError, ValueError):
                raise Killed from None
        if not line:
            raise Killed
        return Reply(*json.loads(line))

    def kill(self) -> None:
        """SIGKILL to it alone; returns when the children it was running have ended by themselves."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        while _group_lives(self._process.pid):
            time.sleep(0.002)
        with self._mutex:
            self._hang_up()

    def close(self) -> None:
        """Lets it end by itself."""
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        self._process.wait()
        self._hang_up()

    def _hang_up(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            # What a dead client had not read is lost with it.
            with contextlib.suppress(OSError):
                pipe.close()


def _group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


class Hands:
    """The protocol of one host session, or of a subagent in it."""

    def __init__(self, repo: Repo, hooks: dict[str, list[str]], tally: Tally, env: dict[str, str]) -> None:
        self.repo = repo
        self.client = ClientProcess(repo.env)
        self.session = f"session-{next(_numbers)}"
        self.subagent = ""
        self.ended = 0.0
        """When the last shell command ended."""
        self._hooks = hooks
        self._tally = tally
        self._env = env
        self.left_open: list[Callable[[float], None]] = []
        """What to call once this agent does the next thing, with when that began: its interrupted calls."""

    def child(self) -> Hands:
        """A subagent of this session."""
        hands = Hands.__new__(Hands)
        hands.__dict__.update(self.__dict__, left_open=[], subagent=f"{next(_numbers):017x}")
        return hands

    def start(self, source: str) -> Reply:
        """SessionStart or SubagentStart."""
        if self.subagent:
            return self._hook("SubagentStart")
        return self._hook("SessionStart", source=source)

    def cleared(self) -> None:
        """`/clear`: the same process goes on under another session id."""
        self._hook("SessionEnd", reason="clear")
        self.session = f"session-{next(_numbers)}"
        self._hook("SessionStart", source="clear")

    def ended_session(self) -> None:
        """The person leaves the client."""
        self._hook("SessionEnd", reason="prompt_input_exit")
        self.client.close()

    def resumed(self) -> None:
        """`claude --resume`: another process under the same session id."""
        self.client = ClientProcess(self.repo.env)
        self._hook("SessionStart", source="resume")

    def stop(self) -> None:
        """The end of a turn, or of a subagent."""
        self._hook("SubagentStop" if self.subagent else "Stop", stop_hook_active=False)

    def end(self) -> None:
        """The end of the session and of its process."""
        self._hook("SessionEnd", reason="other")
        self.client.close()

    def call(self, tool: str, values: dict[str, Any]) -> dict[str, Any]:
        """A tool call, not asked for yet."""
        return {"tool_name": tool, "tool_use_id": f"toolu_{next(_numbers)}", "tool_input": values}

    def pre(self, call: dict[str, Any]) -> Reply:
        """PreToolUse."""
        self._tally.call(call["tool_name"])
        return self._hook("PreToolUse", **call)

    def post(self, call: dict[str, Any], *, failed: str = "") -> Reply:
        """PostToolUse, or PostToolUseFailure with what went wrong."""
        if failed:
            return self._hook("PostToolUseFailure", **call, error=failed)
        return self._hook("PostToolUse", **call, tool_response={})

    def batch(self, calls: list[tuple[dict[str, Any], str]]) -> Reply:
        """PostToolBatch: the calls of one assistant turn, each with the text that the model sees."""
        listed = [{**call, "tool_response": text} for call, text in calls]
        return self._hook("PostToolBatch", tool_calls=listed)

    def shell(self, command: list[str]) -> Reply:
        """The Bash tool from beginning to end; `command` is what its shell runs."""
        call = self.call("Bash", {"command": shlex.join(command)})
        self.pre(call)
        env = {**self._env, "CLAUDECODE": "1", "CLAUDE_CODE_SESSION_ID": self.session}
        done = self.client.run(command, str(self.repo.root), **env)
        self.ended = time.monotonic()
        self._tally.tell(self.session, f"ran {command}: {done}")
        self.post(call, failed=f"Exit code {done.status}" if done.status else "")
        self.batch([(call, done.stdout or "ok")])
        return done

    def _hook(self, event: str, **fields: Any) -> Reply:
        data = {
            "session_id": self.session,
            "transcript_path": os.devnull,
            "cwd": str(self.repo.root),
            "permission_mode": "acceptEdits",
            "hook_event_name": event,
            **({"agent_id": self.subagent, "agent_type": "general-purpose"} if self.subagent else {}),
            **fields,
        }
        began = time.monotonic()
        over, self.left_open = self.left_open, []
        self._tally.tell(f"{self.session[8:]}/{self.subagent[-3:]}", f"{event} {fields}")
        reply = self.client.run(self._hooks[event], str(self.repo.root), json.dumps(data), **self._env)
        for close in over:
            close(began)
        if reply.stdout:
            self._tally.tell(f"{self.session[8:]}/{self.subagent[-3:]}", f"  was told {reply.stdout}")
        self._tally.hook(event, reply, time.monotonic() - began)
        return reply
