"""Which paths a tool call will write, read from its name and input."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

_WRITING = (
    "append", "apply", "copy", "create", "delete", "edit", "insert", "modify", "move", "overwrite", "patch", "put",
    "remove", "rename", "replace", "save", "set", "truncate", "update", "write",
)  # fmt: skip
_READING = (
    "browse", "check", "count", "describe", "diff", "explain", "fetch", "find", "get", "glob", "grep", "has", "head",
    "help", "info", "inspect", "list", "look", "lookup", "ls", "peek", "ping", "preview", "query", "read", "retrieve",
    "search", "show", "stat", "status", "summarize", "tail", "tree", "view",
)  # fmt: skip
_PATH_KEYS = (
    "path", "paths", "file", "files", "file_path", "filePath", "filepath", "filename", "file_name", "relative_path",
    "relativePath", "absolute_path", "target", "target_file", "destination", "dest", "source", "src", "new_path",
    "old_path", "notebook_path", "uri",
)  # fmt: skip


def paths_of(tool: str, values: Mapping[str, Any]) -> tuple[tuple[str, bool], ...]:
    """The paths a call writes, each with whether its whole content is replaced; none for tools that write nowhere.

    For MCP tools (`mcp__server__tool`) a name with a writing verb and an input that names paths is enough.
    """
    if tool in ("Write", "Edit", "MultiEdit"):
        path = values.get("file_path")
        whole = tool == "Write" or values.get("old_string") == ""
        return ((path, whole),) if isinstance(path, str) and path else ()
    if tool == "NotebookEdit":
        path = values.get("notebook_path")
        return ((path, False),) if isinstance(path, str) and path else ()
    if tool.startswith("mcp__") and _writes(tool.rpartition("__")[2]):
        return tuple((path, False) for path in dict.fromkeys(_named(values)))
    return ()


def only_reads(tool: str) -> bool:
    """Whether the name of an MCP tool promises that it only reads: `read_file`, `list_issues`, `searchCode`.

    One that lies is found out at the next look at the tree.
    """
    words = [word for word in _words(tool.rpartition("__")[2]) if word]
    return bool(words) and words[0] in _READING and not any(word in _WRITING for word in words)


def _writes(name: str) -> bool:
    return any(word in _WRITING for word in _words(name))


def _words(name: str) -> list[str]:
    return "".join("_" + c.lower() if c.isupper() else c for c in name).replace("-", "_").replace(".", "_").split("_")


def _named(values: Mapping[str, Any]) -> Iterator[str]:
    for key in _PATH_KEYS:
        value = values.get(key)
        for one in value if isinstance(value, list) else (value,):
            if isinstance(one, dict):
                one = one.get("path")  # noqa: PLW2901
            if isinstance(one, str) and one.startswith("file://"):
                yield _decoded(one[7:])
            elif isinstance(one, str) and one and "://" not in one:
                yield one


def _decoded(path: str) -> str:
    """The path of a file URI, its %XX resolved."""
    first, *rest = path.encode("utf-8", "surrogatepass").split(b"%")
    for part in rest:
        try:
            first += bytes.fromhex(part[:2].decode("ascii")) + part[2:]
        except ValueError:
            first += b"%" + part
    return first.decode("utf-8", "surrogateescape")
