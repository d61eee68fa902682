"""Claude Code's hook events (contract proven on 2.1.330): stdin JSON to the edit gate, its answer to stdout JSON.

Shell commands that only read are answered before, by `hosts/reading_only.py`.
"""

from __future__ import annotations

from pucs import system
from pucs.client import edits
from pucs.commands import UNKNOWN_READING
from pucs.git import locate
from pucs.hosts import door
from pucs.hosts.tools import only_reads, paths_of
from pucs.model import DENY, SILENT
from pucs.state.record_files import listed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from pucs.commands import Reading

_SHELLS = ("Bash", "PowerShell")
_REFUSALS = ("PreToolUse:", "<tool_use_error>", "Claude requested permission", "The user doesn't want", "Refusing to")


def main(event: str) -> None:
    """Reads one event from stdin, answers it on stdout with one JSON object or nothing, and leaves with exit 0."""
    door.run(event, HANDLERS[event])


def before_tool(data: Mapping[str, Any], read: Reading | None = None) -> Mapping[str, Any] | None:
    """PreToolUse; `read` is what the tool's command was read to do, where that is known already."""
    call = _call(data)
    command = _text(call.values.get("command"))
    reading = UNKNOWN_READING._replace(writes=tuple(path for path, _ in call.paths))
    answer = edits.Answer(SILENT)
    if call.tool in _SHELLS:
        from pucs.hosts import running  # noqa: PLC0415 - an edit does without

        why = running.held_up(call, command) if read is None else ""
        if why:
            return _denied(call, why)
        from pucs.client import command_texts, commands  # noqa: PLC0415 - an edit does without

        reading = (
            read if read is not None else command_texts.reading_of(call.tool, command, call.cwd, call.caller.environ)
        )
        answer = commands.before(call, command, reading)
        if answer.decision != DENY:
            answer = running.with_resources(call, command)
    elif call.paths:
        answer = edits.before(call)
    elif _is_open(call.tool):
        from pucs.client import halting  # noqa: PLC0415 - an edit does without

        answer = halting.of_command(call, "")
    if answer.decision == DENY:
        denied = _denied(call, answer.reason)
        # Denied as well: a client that is told to stop still runs the tool it asked about.
        return {"continue": False, "stopReason": answer.reason, **denied} if answer.ends else denied
    if _is_open(call.tool):
        from pucs.client import runs  # noqa: PLC0415 - an edit does without

        runs.begin(call, reading, command)
    return None


def _denied(call: edits.ToolCall, why: str) -> Mapping[str, Any]:
    """A denial, and with it what the agent is to be told anyway."""
    folder = system.join(call.cwd, system.dirname(call.paths[0][0]) if call.paths else call.cwd)
    told = _notices(call.caller, folder, call.call)
    more = {"additionalContext": "\n".join(told)} if told else {}
    return _output("PreToolUse", permissionDecision="deny", permissionDecisionReason=why, **more)


def _notices(caller: edits.Caller, folder: str, call: str = "") -> tuple[str, ...]:
    """What the agent is to be told beside the answer to something else."""
    place = locate.place_of(folder, "/")
    if place is None or not listed(f"{place.tree.common}/pucs/records/inbox"):
        return ()
    from pucs.client.delivering import deliver_beside  # noqa: PLC0415 - mostly nobody has any notices

    return deliver_beside(caller, folder, call)


def _post_tool_use(data: Mapping[str, Any]) -> Mapping[str, Any] | None:
    return _finished(data, "PostToolUse")


def _post_tool_use_failure(data: Mapping[str, Any]) -> Mapping[str, Any] | None:
    return _finished(data, "PostToolUseFailure")


def _finished(data: Mapping[str, Any], event: str) -> Mapping[str, Any] | None:
    call = _call(data)
    answer = edits.Answer(SILENT)
    if call.paths:
        answer = edits.after(call, wrote=event == "PostToolUse")
    if not _is_open(call.tool):
        return _told(event, answer)
    from pucs.client import sessions  # noqa: PLC0415 - an edit does without
    from pucs.hosts import running  # noqa: PLC0415

    folder = _folder_of(call)
    running.end_run(call, folder, _text(_mapping(data.get("tool_response")).get("backgroundTaskId")))
    finished = [sessions.Finished(call.call)]
    heard = sessions.batch(call.caller, folder, finished)
    return _told(event, heard._replace(told=answer.told + heard.told, ends=answer.ends or heard.ends))


def _is_open(tool: str) -> bool:
    """Whether a tool may write what its input does not name."""
    return tool in _SHELLS or (tool.startswith("mcp__") and not only_reads(tool))


def _folder_of(call: edits.ToolCall) -> str:
    """Where the call works: its folder, or the guarded repository that its command names from outside."""
    from pucs.client.standing import standing  # noqa: PLC0415 - an edit does without

    found = standing(call, _text(call.values.get("command")))
    return call.cwd if found is None or f"{call.cwd}/".startswith(f"{found.tree.root}/") else found.tree.root


def _going_on(data: Mapping[str, Any]) -> tuple[str, ...] | None:
    """The background commands that go on; None where the host does not say."""
    tasks = data.get("background_tasks")
    return tuple(_text(_mapping(task).get("id")) for task in tasks) if isinstance(tasks, list) else None


def _post_tool_batch(data: Mapping[str, Any]) -> Mapping[str, Any] | None:
    from pucs.client import sessions  # noqa: PLC0415
    from pucs.hosts import running  # noqa: PLC0415

    call = _call(data)
    finished = []
    calls = data.get("tool_calls")
    for one in calls if isinstance(calls, list) else ():
        entry = _mapping(one)
        response = _text(entry.get("tool_response"))
        refused = response.startswith(_REFUSALS)
        tool, values = _text(entry.get("tool_name")), _mapping(entry.get("tool_input"))
        read = _shown(call, tool, values, response)
        written = tuple(path for path, _ in paths_of(tool, values))
        finished.append(sessions.Finished(_identifier(entry.get("tool_use_id")), refused, read, written))
    running.look_at_runs(call, [one.call for one in finished if one.refused])
    running.give_back(call, tuple(one.call for one in finished))
    return _told("PostToolBatch", sessions.batch(call.caller, call.cwd, finished))


def _shown(call: edits.ToolCall, tool: str, values: Mapping[str, Any], response: str) -> tuple[str, ...]:
    """The files that the agent has seen by this call: it read them, or a command printed them whole."""
    path = _text(values.get("file_path"))
    if tool not in _SHELLS:
        return (path,) if tool == "Read" and path else ()
    from pucs.client.shown import files_shown  # noqa: PLC0415 - most commands show none

    return files_shown(_text(values.get("command")), call.cwd, response)


def _session_start(data: Mapping[str, Any], event: str = "SessionStart") -> Mapping[str, Any] | None:
    from pucs.client import sessions  # noqa: PLC0415

    answer = edits.Answer(SILENT, told=sessions.start(_caller(data), _cwd(data)))
    if event == "SessionStart":
        from pucs.hosts import running  # noqa: PLC0415

        running.set_values(_cwd(data))
    return _told(event, answer)


def _subagent_start(data: Mapping[str, Any]) -> Mapping[str, Any] | None:
    return _session_start(data, "SubagentStart")


def _user_prompt_submit(data: Mapping[str, Any]) -> Mapping[str, Any] | None:
    from pucs.hosts import asked  # noqa: PLC0415

    asked.told(data, _caller(data), _cwd(data))
    return _told("UserPromptSubmit", edits.Answer(SILENT, told=_notices(_caller(data), _cwd(data))))


def _session_end(data: Mapping[str, Any]) -> None:
    from pucs.client import sessions  # noqa: PLC0415
    from pucs.hosts import running  # noqa: PLC0415

    # After `clear` and `resume` the same client goes on: its agent does, too.
    running.look_at_runs(_call(data), running=())
    running.give_back(_call(data), None, ())
    if data.get("reason") in ("clear", "resume"):
        sessions.stop(_caller(data), _cwd(data))
    else:
        sessions.end(_caller(data), _cwd(data))


def _stop(data: Mapping[str, Any]) -> None:
    from pucs.client import sessions  # noqa: PLC0415
    from pucs.hosts import running  # noqa: PLC0415

    running.look_at_runs(_call(data), running=_going_on(data), care=True)
    running.give_back(_call(data), None, _going_on(data))
    sessions.stop(_caller(data), _cwd(data))


def _subagent_stop(data: Mapping[str, Any]) -> None:
    from pucs.client import sessions  # noqa: PLC0415
    from pucs.hosts import running  # noqa: PLC0415

    running.look_at_runs(_call(data), running=_going_on(data), care=True)
    running.give_back(_call(data), None, _going_on(data))
    sessions.subagent_stop(_caller(data), _cwd(data))


def _task_created(data: Mapping[str, Any], *, done: bool = False) -> None:
    from pucs.hosts import task_lists  # noqa: PLC0415

    task_lists.told(data, _caller(data), _cwd(data), done=done)


def _task_completed(data: Mapping[str, Any]) -> None:
    _task_created(data, done=True)


HANDLERS = {
    "PreToolUse": before_tool,
    "PostToolUse": _post_tool_use,
    "PostToolUseFailure": _post_tool_use_failure,
    "PostToolBatch": _post_tool_batch,
    "SessionStart": _session_start,
    "UserPromptSubmit": _user_prompt_submit,
    "SessionEnd": _session_end,
    "Stop": _stop,
    "SubagentStart": _subagent_start,
    "SubagentStop": _subagent_stop,
    "TaskCreated": _task_created,
    "TaskCompleted": _task_completed,
}


def _call(data: Mapping[str, Any]) -> edits.ToolCall:
    tool = _text(data.get("tool_name"))
    values = _mapping(data.get("tool_input"))
    identifier = _identifier(data.get("tool_use_id"))
    return edits.ToolCall(_caller(data), tool, identifier, _cwd(data), paths_of(tool, values), values)


def _caller(data: Mapping[str, Any]) -> edits.Caller:
    pid = system.environ().get("CLAUDE_PID", "")
    return edits.Caller(
        session=_identifier(data.get("session_id")),
        subagent=_identifier(data.get("agent_id")),
        pid=int(pid) if pid.isdigit() else 0,
        environ=system.environ(),
    )


def _cwd(data: Mapping[str, Any]) -> str:
    cwd = _text(data.get("cwd"))
    return cwd if cwd.startswith("/") else system.getcwd()


def _told(event: str, answer: edits.Answer) -> Mapping[str, Any] | None:
    output = _output(event, additionalContext="\n".join(answer.told)) if answer.told else None
    if not answer.ends:
        return output
    why = "\n".join(answer.told) or "This agent was told to end; a person lets it go on with `pucs resume`."
    return {**(output or {}), "continue": False, "stopReason": f"PUCS: {why}"}


def _output(event: str, **fields: str) -> Mapping[str, Any]:
    return {"hookSpecificOutput": {"hookEventName": event, **fields}}


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _identifier(value: Any) -> str:
    """An id as hosts give them; what is absurdly long is cut, since it is stored."""
    return _text(value)[:200]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
