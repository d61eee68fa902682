"""Hooks that record what they are told, deny one file, and speak after each success."""

import json
import sys
from pathlib import Path
from typing import Any

EVENTS = (
    "SessionStart",
    "PreToolUse",
    "PostToolUse",
    "PostToolUseFailure",
    "PostToolBatch",
    "SubagentStart",
    "SubagentStop",
    "Stop",
    "SessionEnd",
)

HOOK = """\
import json, os, sys
event = json.load(sys.stdin)
event["client_pid"] = int(os.environ["CLAUDE_PID"])
event["parent_pid"] = os.getppid()
event["project"] = os.environ["CLAUDE_PROJECT_DIR"]
with open(sys.argv[1], "a") as file:
    file.write(json.dumps(event) + "\\n")
name = event["hook_event_name"]
answer = {"hookEventName": name}
if name == "PreToolUse" and event["tool_input"].get("file_path", "").endswith("secret.txt"):
    answer |= {"permissionDecision": "deny", "permissionDecisionReason": "secret.txt is not yours"}
if name == "PostToolUse":
    answer["additionalContext"] = "seen by the hook: " + event["tool_name"]
if len(answer) > 1:
    print(json.dumps({"hookSpecificOutput": answer}))
"""


class Recorder:
    """The events that reached the hooks of one test, in the order they came.

    To what the client sends, the hook adds client_pid, parent_pid and project (CLAUDE_PROJECT_DIR).
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self._record = folder / "events.jsonl"
        self._record.touch()
        self._script = folder / "hook.py"
        self._script.write_text(HOOK)

    @property
    def settings(self) -> dict[str, Any]:
        """Client settings with the recording hook on every event."""
        arguments = ["-I", "-S", str(self._script), str(self._record)]
        handler = {"type": "command", "command": sys.executable, "args": arguments, "timeout": 20}
        return {"hooks": {event: [{"hooks": [handler]}] for event in EVENTS}}

    def events(self, **wanted: object) -> list[dict[str, Any]]:
        """The events with these values; None stands for a key that is not there."""
        events = [json.loads(line) for line in self._record.read_text(encoding="utf-8").splitlines()]
        return [event for event in events if all(event.get(key) == value for key, value in wanted.items())]

    def names(self, **wanted: object) -> list[str]:
        """The names of the events with these values."""
        return [event["hook_event_name"] for event in self.events(**wanted)]
