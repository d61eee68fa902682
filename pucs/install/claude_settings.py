"""Claude Code's settings: our hook entries go into a file that is somebody else's, and come out of it again."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

from pucs.errors import ConfigError
from pucs.install import jsontext
from pucs.install.locations import HOOK_CODE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pucs.install.jsontext import Node
    from pucs.install.locations import Location

LOCAL, SHARED, USER = "local", "shared", "user"

# Anchored, since one `.*` makes the client read the whole matcher as a regular expression that may match anywhere.
TOOLS = "^(Write|Edit|MultiEdit|NotebookEdit|Bash|PowerShell|mcp__.*)$"

SHARED_SCRIPT = ".claude/hooks/pucs_hook.sh"
# A shell given a script that is not there exits 2, which would block every tool call.
SHARED_CODE = 'if [ -r "$1" ]; then . "$1"; fi'

_BOM = "\ufeff"


class Event(NamedTuple):
    """One hooked event: its script, which tools, and how many seconds it may take."""

    name: str
    script: str
    matcher: str = ""
    timeout: int = 10


# SessionEnd has 1.5 s unless an entry says otherwise.
EVENTS = (
    Event("PreToolUse", "pre_tool_use", TOOLS),
    Event("PostToolUse", "post_tool_use", TOOLS),
    Event("PostToolUseFailure", "post_tool_use_failure", TOOLS),
    Event("PostToolBatch", "post_tool_batch"),
    Event("SessionStart", "session_start"),
    Event("UserPromptSubmit", "user_prompt_submit"),
    Event("SessionEnd", "session_end", timeout=5),
    Event("Stop", "stop"),
    Event("SubagentStart", "subagent_start"),
    Event("SubagentStop", "subagent_stop"),
    Event("TaskCreated", "task_created"),
    Event("TaskCompleted", "task_completed"),
)


class Entry(NamedTuple):
    """A hook handler found in settings: under which event, and what it says."""

    event: str
    hook: Mapping[str, Any]


def machine_groups(location: Location, on_failure: str) -> dict[str, dict[str, Any]]:
    """What belongs under each event in settings of this machine."""

    def command(event: Event) -> dict[str, Any]:
        script = os.path.join(location.hooks, f"{event.script}.py")
        return {"command": location.python, "args": ["-I", "-S", "-c", HOOK_CODE, location.root, script]}

    return {event.name: _group(event, command(event), on_failure) for event in EVENTS}


def shared_groups(on_failure: str) -> dict[str, dict[str, Any]]:
    """What belongs under each event in settings that a repository carries to other machines."""

    def command(event: Event) -> dict[str, Any]:
        script = "${CLAUDE_PROJECT_DIR}/" + SHARED_SCRIPT
        return {"command": "sh", "args": ["-c", SHARED_CODE, "pucs", script, event.script]}

    return {event.name: _group(event, command(event), on_failure) for event in EVENTS}


def plugin_groups() -> dict[str, dict[str, Any]]:
    """What belongs under each event in the plugin's hooks.json; the last argument says who calls."""

    def command(event: Event) -> dict[str, Any]:
        root = "${CLAUDE_PLUGIN_ROOT}"
        return {
            "command": "python3",
            "args": ["-I", "-S", "-c", HOOK_CODE, root, f"{root}/hooks/{event.script}.py", "plugin"],
        }

    return {event.name: _group(event, command(event), "allow") for event in EVENTS}


def added(data: bytes, groups: Mapping[str, Mapping[str, Any]], origin: str) -> tuple[bytes, tuple[str, ...]]:
    """The file with our groups in it, and the text of each; the same bytes where they are in it already.

    Everything else in it stays as it is. Raises ConfigError for a file that is not the client's to read either.
    """
    mark, text = _decoded(data, origin)
    if _ours_alone(_parsed(text, origin)) == {event: [dict(group)] for event, group in groups.items()}:
        return data, _texts(text)
    text = _without(text, _Kept.everything())
    style = jsontext.style_of(text)
    for event, group in groups.items():
        text = _with_group(text, event, group, style)
    return (mark + text).encode("utf-8"), _texts(text)


def removed(data: bytes, before: bytes | None) -> bytes:
    """The file without our entries; containers that were not in the file before us go, too, when they are empty."""
    mark, text = _decoded(data, "settings")
    kept = _Kept.of(before)
    return (mark + _without(text, kept)).encode("utf-8")


def is_empty(data: bytes) -> bool:
    """Whether the file says nothing at all."""
    return not _parsed(_decoded(data, "settings")[1], "settings").names


def entries(data: bytes) -> list[Entry]:
    """All hook handlers of ours in the file. Raises ConfigError where it cannot be read."""
    _, text = _decoded(data, "settings")
    root = _parsed(text, "settings")
    return [Entry(found.event, found.node.value) for found in _handlers(root) if is_ours(found.node.value)]


def is_ours(hook: object) -> bool:
    """Whether this handler is one that `pucs init` writes."""
    arguments = hook.get("args") if isinstance(hook, dict) else None
    if not isinstance(arguments, list) or "plugin" in arguments[-1:]:
        return False
    scripts = tuple(f"{event.script}.py" for event in EVENTS)
    machine = HOOK_CODE in arguments and os.path.basename(str(arguments[-1])) in scripts
    return bool(machine or (SHARED_CODE in arguments and "pucs" in arguments))


class _Kept(NamedTuple):
    """Which containers stay although they are empty, because they were there before us."""

    hooks: bool
    events: frozenset[str]

    @classmethod
    def everything(cls) -> _Kept:
        return cls(hooks=False, events=frozenset())

    @classmethod
    def of(cls, before: bytes | None) -> _Kept:
        try:
            root = _parsed(_decoded(before or b"{}", "")[1], "")
        except ConfigError:
            return cls.everything()
        hooks = root.member("hooks")
        return cls(hooks is not None, frozenset(hooks.names if hooks is not None else ()))


def _group(event: Event, command: dict[str, Any], on_failure: str) -> dict[str, Any]:
    # A failure after the call, or at a turn's end, can block nothing that is worth blocking.
    block = event.name == "PreToolUse" and on_failure == "block"
    hook = {
        "type": "command",
        **command,
        "timeout": event.timeout,
        "onFailure": "block" if block else "continue",
    }
    return {**({"matcher": event.matcher} if event.matcher else {}), "hooks": [hook]}


def _decoded(data: bytes, origin: str) -> tuple[str, str]:
    """The byte order mark, if any, and the text; an empty file is an empty object."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        raise ConfigError(f"{origin} is not UTF-8 text", "Repair the file, then run this again.") from None
    mark = _BOM if text.startswith(_BOM) else ""
    text = text.removeprefix(_BOM)
    return mark, text if text.strip() else "{}\n"


def _parsed(text: str, origin: str) -> Node:
    hint = "Repair the file (nothing was changed), then run this again."
    try:
        root = jsontext.parse(text)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{origin} is not JSON: {error}", hint) from None
    if not isinstance(root.value, dict):
        raise ConfigError(f"{origin} is not a JSON object", hint)
    hooks = root.member("hooks")
    if hooks is not None and not isinstance(hooks.value, dict):
        raise ConfigError(f"{origin}: `hooks` is not an object", hint)
    for name, groups in zip(hooks.names, hooks.parts, strict=True) if hooks is not None else ():
        if not isinstance(groups.value, list):
            raise ConfigError(f"{origin}: `hooks.{name}` is not a list", hint)
    return root


class _Handler(NamedTuple):
    """A handler in the tree of nodes: the containers it is in, outermost first, and its place in each."""

    event: str
    hooks: Node
    groups: Node
    handlers: Node
    places: tuple[int, int, int]

    @property
    def node(self) -> Node:
        return self.handlers.parts[self.places[2]]


def _handlers(root: Node) -> Iterator[_Handler]:
    hooks = root.member("hooks")
    if hooks is None:
        return
    for first, (event, groups) in enumerate(zip(hooks.names, hooks.parts, strict=True)):
        for second, group in enumerate(groups.parts):
            handlers = group.member("hooks")
            for third in range(len(handlers.parts) if handlers is not None else 0):
                yield _Handler(event, hooks, groups, handlers, (first, second, third))  # type: ignore[arg-type]


def _ours_alone(root: Node) -> dict[str, list[Any]]:
    """The groups with a handler of ours, as they stand."""
    found: dict[str, list[Any]] = {}
    for event, group in _our_groups(root):
        found.setdefault(event, []).append(group.value)
    return found


def _our_groups(root: Node) -> Iterator[tuple[str, Node]]:
    hooks = root.member("hooks")
    for event, groups in zip(hooks.names, hooks.parts, strict=True) if hooks is not None else ():
        for group in groups.parts:
            handlers = group.member("hooks")
            if handlers is not None and any(is_ours(hook.value) for hook in handlers.parts):
                yield event, group


def _texts(text: str) -> tuple[str, ...]:
    return tuple(text[group.start : group.end] for _, group in _our_groups(jsontext.parse(text)))


def _with_group(text: str, event: str, group: Mapping[str, Any], style: jsontext.Style) -> str:
    root = jsontext.parse(text)
    hooks = root.member("hooks")
    if hooks is None:
        whole = jsontext.render({event: [group]}, style, 1)
        return jsontext.insert(text, root, f'"hooks": {whole}', style, 1)
    groups = hooks.member(event)
    if groups is None:
        name = jsontext.render(event, style, 2)
        return jsontext.insert(text, hooks, f"{name}: {jsontext.render([group], style, 2)}", style, 2)
    return jsontext.insert(text, groups, jsontext.render(group, style, 3), style, 3)


def _without(text: str, kept: _Kept) -> str:
    """Takes our handlers out one by one, each with the containers that it leaves empty."""
    while True:
        root = _parsed(text, "settings")
        ours = next((found for found in _handlers(root) if is_ours(found.node.value)), None)
        if ours is None:
            return text
        first, second, third = ours.places
        if len(ours.handlers.parts) > 1:
            text = jsontext.remove(text, ours.handlers, third)
        elif len(ours.groups.parts) > 1 or ours.event in kept.events:
            text = jsontext.remove(text, ours.groups, second)
        elif len(ours.hooks.parts) > 1 or kept.hooks:
            text = jsontext.remove(text, ours.hooks, first)
        else:
            text = jsontext.remove(text, root, root.parts.index(ours.hooks))
