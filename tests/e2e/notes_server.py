"""An MCP server with one tool that writes a file and one that reads it: `python notes_server.py`, JSON lines on stdio."""

import json
import sys
from pathlib import Path
from typing import Any

PATH = {"type": "object", "properties": {"path": {"type": "string"}}, "required": ["path"]}
TOOLS = [
    {"name": "append_note", "description": "Appends a line to a file", "inputSchema": PATH},
    {"name": "get_note", "description": "Gives a file's text", "inputSchema": PATH},
]


def answer(method: str, values: dict[str, Any]) -> dict[str, Any]:
    """The result of one request."""
    if method == "initialize":
        name = {"name": "notes", "version": "1"}
        return {"protocolVersion": values["protocolVersion"], "capabilities": {"tools": {}}, "serverInfo": name}
    if method == "tools/list":
        return {"tools": TOOLS}
    if method != "tools/call":
        return {}
    path = Path(values["arguments"]["path"])
    if values["name"] == "append_note":
        path.write_text(path.read_text() + "a note\n")
    return {"content": [{"type": "text", "text": path.read_text()}]}


if __name__ == "__main__":
    for line in sys.stdin:
        request = json.loads(line)
        if "id" in request:
            result = answer(request["method"], request.get("params") or {})
            print(json.dumps({"jsonrpc": "2.0", "id": request["id"], "result": result}), flush=True)
