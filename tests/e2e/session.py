"""One run of the real client: what it printed, how it ends, what it leaves behind."""

import contextlib
import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

MARK = "PUCS_TEST_SESSION"


class ClaudeSession:
    """One run of the client; `pid` is the client itself, the one that hooks know as CLAUDE_PID."""

    def __init__(self, process: subprocess.Popen[bytes], token: str, folder: Path) -> None:
        self.pid = process.pid
        self._process = process
        self._token = token
        self._folder = folder
        self._sent = 0

    def send(self, prompt: str) -> "ClaudeSession":
        """Hands a chat its next prompt."""
        message = {"type": "user", "message": {"role": "user", "content": prompt}}
        stdin = self._process.stdin
        if stdin is None:
            raise AssertionError("only a chat takes further prompts")
        stdin.write(json.dumps(message).encode() + b"\n")
        stdin.flush()
        self._sent += 1
        return self

    def settle(self, limit: float = 120.0) -> "ClaudeSession":
        """Returns when a chat has answered every prompt it was handed."""
        deadline = time.monotonic() + limit
        while len(self.results) < self._sent:
            if not self.alive or time.monotonic() > deadline:
                raise AssertionError(f"the client has not answered each of {self._sent} prompts; {self._tail()}")
            time.sleep(0.02)
        return self

    def wait(self, limit: float = 120.0, exit_code: int | None = 0) -> "ClaudeSession":
        """This session when it has ended, with this exit code unless that is None; a chat is told to end."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        try:
            code = self._process.wait(limit)
        except subprocess.TimeoutExpired:
            self.close()
            raise AssertionError(f"the client did not end within {limit} s; {self._tail()}") from None
        if exit_code is not None and code != exit_code:
            raise AssertionError(f"the client exited {code}, not {exit_code}; {self._tail()}")
        return self

    def kill(self, number: signal.Signals = signal.SIGKILL) -> "ClaudeSession":
        """This session after this signal ended it; what the client had started is left as it is."""
        self._process.send_signal(number)
        return self.wait(exit_code=None)

    def close(self) -> None:
        """Ends the client and everything that it or its hooks started."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        while left := self.leftovers():  # what was killed may have had the time to start more
            for pid in left:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

    @property
    def alive(self) -> bool:
        """Says whether the client still runs."""
        return self._process.poll() is None

    @property
    def exit_code(self) -> int | None:
        """The exit code, negative for a signal; None while the client runs."""
        return self._process.poll()

    @property
    def stdout(self) -> str:
        """The raw text of what the client has printed so far."""
        return (self._folder / "stdout").read_text(encoding="utf-8", errors="replace")

    @property
    def stderr(self) -> str:
        """What the client has complained of so far."""
        return (self._folder / "stderr").read_text(encoding="utf-8", errors="replace")

    @property
    def events(self) -> list[dict[str, Any]]:
        """What the client has printed so far, parsed."""
        lines = self.stdout.split("\n")[:-1]  # a line without its end is being written, or was cut by a kill
        return [json.loads(line) for line in lines if line.startswith("{")]

    @property
    def session_ids(self) -> list[str]:
        """The ids the client gave its session, in order; /clear begins a new one."""
        return list(dict.fromkeys(event["session_id"] for event in self.events if event.get("session_id")))

    @property
    def session_id(self) -> str:
        """The id the client gave its session last; known once the first hook or the first turn began."""
        return self.session_ids[-1]

    @property
    def results(self) -> list[dict[str, Any]]:
        """The closing events, one for each prompt that came to its end."""
        return [event for event in self.events if event["type"] == "result"]

    @property
    def result(self) -> dict[str, Any]:
        """The last closing event."""
        return self.results[-1]

    @property
    def denials(self) -> list[str]:
        """The names of the tools the client itself refused permission for, in order."""
        return [denial["tool_name"] for denial in self.result["permission_denials"]]

    def hooks(self, name: str = "") -> list[dict[str, Any]]:
        """The answers of hooks, in order: hook_name, exit_code, stdout, stderr; all events, or those of one.

        A name is an event, or an event with what it matched: "PreToolUse" or "PreToolUse:Write".
        """
        answers = [event for event in self.events if event.get("subtype") == "hook_response"]
        return [event for event in answers if name in ("", event["hook_event"], event["hook_name"])]

    def leftovers(self) -> list[int]:
        """The processes of this session that still run: the client, its tools, its hooks, their children.

        They are known by an environment variable they inherit, where /proc shows it.
        """
        wanted = f"{MARK}={self._token}".encode()
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):  # it ended meanwhile, or belongs to someone else
                if wanted in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
        return found

    def commands(self) -> list[str]:
        """The command lines of the processes of this session that still run."""
        found = []
        for pid in self.leftovers():
            with contextlib.suppress(OSError):
                found.append(Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        return found

    def _tail(self) -> str:
        return f"stderr: {self.stderr[-1000:]!r}, stdout: {self.stdout[-2000:]!r}"
