"""Shell commands that only read, as most do: Claude Code's events of them, answered before more of PUCS is imported."""

from __future__ import annotations

from pucs import system
from pucs.hosts import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

_SHELLS = ("Bash", "PowerShell")
_ENDS = ("PostToolUse", "PostToolUseFailure")
_LONGEST_ID = 200


def main(event: str) -> None:
    """Answers the event of a tool call, as `claude_code.main` does."""
    door.run(event, lambda data: _answered(event, data))


def _answered(event: str, data: Mapping[str, Any]) -> Mapping[str, Any] | None:
    if data.get("tool_name") in _SHELLS and (_has_ended(data) if event in _ENDS else _only_reads(data)):
        return None
    from pucs.hosts.claude_code import HANDLERS  # noqa: PLC0415 - this is what is spared

    return HANDLERS[event](data)


def _only_reads(data: Mapping[str, Any]) -> bool:
    """Whether the command is proven to write nothing: whoever guards what has nothing to say then."""
    from pucs.shell.quick import read_only  # noqa: PLC0415 - an edit does without

    values = data.get("tool_input")
    command = values.get("command") if isinstance(values, dict) else None
    return data["tool_name"] == "Bash" and isinstance(command, str) and read_only(command)


def _has_ended(data: Mapping[str, Any]) -> bool:
    """Whether it is certain that the call's end is news to nobody, and that its agent has no notices."""
    from pucs.client import quiet  # noqa: PLC0415 - an edit does without

    environ = system.environ()
    folder, project = data.get("cwd"), environ.get("CLAUDE_PROJECT_DIR")
    names = [data.get(key, "") for key in ("session_id", "agent_id", "tool_use_id")]
    if not isinstance(folder, str) or not folder.startswith("/") or not all(isinstance(name, str) for name in names):
        return False
    session, subagent, call = (name[:_LONGEST_ID] for name in names)
    who = quiet.Who(session, subagent, environ.get("CLAUDE_PID", ""))
    return all(quiet.is_quiet(where, call, who) for where in dict.fromkeys((folder, project or folder)))
