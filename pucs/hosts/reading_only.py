"""Shell commands that only read, as most do: Claude Code's events of them, answered before more of PUCS is imported."""

from __future__ import annotations

from pucs import system
from pucs.hosts import door

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from pucs.commands import Reading

_SHELLS = ("Bash", "PowerShell")
_ENDS = ("PostToolUse", "PostToolUseFailure")
_LONGEST_ID = 200


def main(event: str) -> None:
    """Answers the event of a tool call, as `claude_code.main` does."""
    door.run(event, lambda data: answered(event, data))


def answered(event: str, data: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The answer to one of the three events of a tool call; None is silence."""
    read = None
    if data.get("tool_name") in _SHELLS:
        if event in _ENDS:
            if _has_ended(data):
                return None
        else:
            tool, command = data["tool_name"], _command(data)
            if tool == "Bash" and _is_harmless(command):
                return None
            read = _reading(tool, command, data.get("cwd"))
            if read is not None and read.read_only and not _may_need_resources(data.get("cwd")):
                return None
    from pucs.hosts import claude_code  # noqa: PLC0415 - this is what is spared

    return claude_code.before_tool(data, read) if read is not None else claude_code.HANDLERS[event](data)


def _command(data: Mapping[str, Any]) -> str:
    values = data.get("tool_input")
    command = values.get("command") if isinstance(values, dict) else None
    return command if isinstance(command, str) else ""


def _is_harmless(command: str) -> bool:
    """Whether it is proven to write nothing: whoever guards what has nothing to say then."""
    from pucs.shell.quick import read_only  # noqa: PLC0415 - an edit does without

    return read_only(command)


def _reading(tool: str, command: str, cwd: object) -> Reading | None:
    """What the command will do; None where that is better told later."""
    from pucs.client import command_texts  # noqa: PLC0415 - most commands are proven by now

    if not isinstance(cwd, str) or not cwd.startswith("/") or command_texts.is_committing(cwd):
        return None
    return command_texts.reading_of(tool, command, cwd, system.environ())


def _may_need_resources(cwd: object) -> bool:
    """Whether the configuration there names things that commands need which only read, too."""
    from pucs.client import quiet  # noqa: PLC0415 - most commands are proven by now

    return isinstance(cwd, str) and quiet.names_resources(cwd)


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
    places = dict.fromkeys((folder, project or folder))
    if not all(quiet.is_quiet(where, call, who) for where in places):
        return False
    # From where nobody guards a command may reach into a repository that it names.
    return any(quiet.is_guarded(where) for where in places) or (
        data["tool_name"] == "Bash" and _is_harmless(_command(data))
    )
