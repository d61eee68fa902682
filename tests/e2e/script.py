"""What a scripted model says: turns, the blocks they are made of, and the request they answer."""

import re
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

REMINDER = re.compile(r"<system-reminder>\s*(.*?)\s*</system-reminder>", re.DOTALL)
FILLER = "No response requested."  # the client's own words, where a resumed session had been cut off


class Text(NamedTuple):
    """Something the model says."""

    text: str


class Tool(NamedTuple):
    """A tool the model calls."""

    name: str
    input: dict[str, Any]


Block = Text | Tool


class ToolResult(NamedTuple):
    """What one tool call came to, as the model reads it."""

    tool_use_id: str
    text: str
    is_error: bool


class Request(NamedTuple):
    """One request of a client: which turn of which stream it asks for, and what is new in it."""

    marker: str
    turn: int
    session_id: str
    body: dict[str, Any]

    @property
    def results(self) -> list[ToolResult]:
        """The results of the tool calls of the turn before, in order."""
        return [
            ToolResult(block["tool_use_id"], _plain(block.get("content", "")), bool(block.get("is_error")))
            for block in self._new_blocks()
            if block.get("type") == "tool_result"
        ]

    @property
    def reminders(self) -> list[str]:
        """The system reminders since the turn before, without their tags, in order."""
        texts = (block["text"] for block in self._new_blocks() if block.get("type") == "text")
        return [reminder for text in texts for reminder in REMINDER.findall(text)]

    def _new_blocks(self) -> Iterator[dict[str, Any]]:
        messages = self.body["messages"]
        last = max((i for i, message in enumerate(messages) if _is_ours(message)), default=-1)
        for message in messages[last + 1 :]:
            yield from _blocks(message)


Answer = Sequence[Block]


class Turn(NamedTuple):
    """One answer of the model, possibly held back until others have come far enough.

    A client asks for a turn when every tool call of the turn before is over, hooks included. At that moment
    `sets` is set; then the answer waits for `after`, at most `limit` seconds.
    """

    blocks: Answer | Callable[[Request], Answer]
    after: threading.Event | threading.Barrier | None = None
    sets: threading.Event | None = None
    limit: float = 60.0

    def await_others(self) -> bool:
        """Says whether what this turn waits for came in time."""
        if self.sets is not None:
            self.sets.set()
        if isinstance(self.after, threading.Barrier):
            try:
                self.after.wait(self.limit)
            except threading.BrokenBarrierError:
                return False
            return True
        return self.after is None or self.after.wait(self.limit)

    def release(self) -> None:
        """Ends the wait, for a server that closes."""
        if isinstance(self.after, threading.Barrier):
            self.after.abort()
        elif self.after is not None:
            self.after.set()

    def answer(self, request: Request) -> list[Block]:
        """The blocks to send for this request."""
        return list(self.blocks(request) if callable(self.blocks) else self.blocks)

    def calls_tools(self) -> bool:
        """Says whether the client is known to come back with results."""
        return not callable(self.blocks) and any(isinstance(block, Tool) for block in self.blocks)


def say(text: str) -> Text:
    """A text block."""
    return Text(text)


def tool(name: str, /, **arguments: Any) -> Tool:
    """A call of any tool."""
    return Tool(name, arguments)


def write(path: object, content: str) -> Tool:
    """A call of Write."""
    return tool("Write", file_path=str(path), content=content)


def edit(path: object, old: str, new: str) -> Tool:
    """A call of Edit."""
    return tool("Edit", file_path=str(path), old_string=old, new_string=new)


def read(path: object) -> Tool:
    """A call of Read."""
    return tool("Read", file_path=str(path))


def bash(command: str) -> Tool:
    """A call of Bash."""
    return tool("Bash", command=command, description="run a command")


def agent(prompt: str, kind: str = "general-purpose", **more: Any) -> Tool:
    """A call of Agent that waits for the subagent; its prompt holds the marker of its own stream."""
    fixed = {"description": "a part of the work", "run_in_background": False}
    return tool("Agent", **{**fixed, "prompt": prompt, "subagent_type": kind, **more})


def place(body: dict[str, Any], markers: Iterable[str]) -> tuple[str, int]:
    """The stream and the turn a request asks for.

    A stream begins with the prompt that names its marker: anywhere in the first prompt, at the start of a later
    one. Its turns are counted from there, so a request that is repeated asks for the same turn.
    """
    marker, turn = "", 0
    for message in body["messages"]:
        if _is_ours(message):
            turn += 1
        elif message["role"] == "user":
            named = _named(message, markers, anywhere=not marker)
            if named not in ("", marker):
                marker, turn = named, 0
    return marker, turn


def _named(message: dict[str, Any], markers: Iterable[str], *, anywhere: bool) -> str:
    texts = [REMINDER.sub("", block["text"]).lstrip() for block in _blocks(message) if block["type"] == "text"]
    found = {}
    for marker in markers:
        pattern = re.compile(rf"(?<![\w-]){re.escape(marker)}(?![\w-])")
        matches = [pattern.search(text) if anywhere else pattern.match(text) for text in texts]
        found.update({(i, match.start()): marker for i, match in enumerate(matches) if match})
    return found[min(found)] if found else ""


def _is_ours(message: dict[str, Any]) -> bool:
    return message["role"] == "assistant" and _plain(_blocks(message)) != FILLER


def _blocks(message: dict[str, Any]) -> list[dict[str, Any]]:
    content = message["content"]
    return [{"type": "text", "text": content}] if isinstance(content, str) else content


def _plain(content: str | list[dict[str, Any]]) -> str:
    if isinstance(content, str):
        return content
    return "\n".join(block["text"] for block in content if block.get("type") == "text")
