"""Changing JSON that belongs to somebody else: members go in and out as text, every other byte stays as it is."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

_DECODER = json.JSONDecoder()


class Node(NamedTuple):
    """A value and where its text is. `names` are the keys of an object, `parts` the nodes inside it or inside an array.

    `starts` are where the members begin: for an object at the key, for an array at the value.
    """

    start: int
    end: int
    value: Any
    names: tuple[str, ...] = ()
    parts: tuple[Node, ...] = ()
    starts: tuple[int, ...] = ()

    def member(self, name: str) -> Node | None:
        """The value under that key; of a key written twice the last one counts, as for every reader of JSON."""
        found = [part for key, part in zip(self.names, self.parts, strict=False) if key == name]
        return found[-1] if found else None


class Style(NamedTuple):
    """How a document is laid out: its line end, one step of indentation, and whether it is all on one line."""

    newline: str
    step: str
    flat: bool


def parse(text: str) -> Node:
    """The document with the place of every value. Raises ValueError, as `json` does, on anything else."""
    json.loads(text)
    return _value(text, _skip(text, 0))


def style_of(text: str) -> Style:
    """The layout to imitate."""
    newline = "\r\n" if "\r\n" in text else "\n"
    lines = text.strip().split("\n")
    inner = [line for line in lines[1:] if line.strip()]
    step = next((line[: len(line) - len(line.lstrip())] for line in inner if line[0] in " \t"), "  ")
    return Style(newline, step, len(lines) == 1 and len(lines[0]) > len("{ }"))


def render(value: Any, style: Style, depth: int) -> str:
    """The value as text for a place at that depth."""
    if style.flat:
        return json.dumps(value, ensure_ascii=False)
    lines = json.dumps(value, ensure_ascii=False, indent=style.step).split("\n")
    return (style.newline + style.step * depth).join(lines)


def insert(text: str, into: Node, addition: str, style: Style, depth: int) -> str:
    """The text with one more member at the end of an object or array whose members stand at that depth."""
    gap = "" if style.flat else style.newline + style.step * depth
    if into.parts:
        at = into.parts[-1].end
        return f"{text[:at]},{gap or ' '}{addition}{text[at:]}"
    close = "" if style.flat else style.newline + style.step * (depth - 1)
    return f"{text[: into.start + 1]}{gap}{addition}{close}{text[into.end - 1 :]}"


def remove(text: str, outof: Node, index: int) -> str:
    """The text without that member of an object or array: the inverse of `insert`."""
    if index > 0:
        start, end = outof.parts[index - 1].end, outof.parts[index].end
    elif len(outof.parts) > 1:
        start, end = outof.starts[0], outof.starts[1]
    else:
        start, end = outof.start + 1, outof.end - 1
    return text[:start] + text[end:]


def _value(text: str, start: int) -> Node:
    if text[start] == "{":
        return _object(text, start)
    if text[start] == "[":
        return _array(text, start)
    value, end = _DECODER.raw_decode(text, start)
    return Node(start, end, value)


def _object(text: str, start: int) -> Node:
    names, parts, starts = [], [], []
    position = _skip(text, start + 1)
    while text[position] != "}":
        name, end = _DECODER.raw_decode(text, position)
        part = _value(text, _skip(text, _skip(text, end) + 1))
        names.append(name)
        parts.append(part)
        starts.append(position)
        position = _next(text, part.end)
    value = {name: part.value for name, part in zip(names, parts, strict=True)}
    return Node(start, position + 1, value, tuple(names), tuple(parts), tuple(starts))


def _array(text: str, start: int) -> Node:
    parts: list[Node] = []
    position = _skip(text, start + 1)
    while text[position] != "]":
        part = _value(text, position)
        parts.append(part)
        position = _next(text, part.end)
    value = [part.value for part in parts]
    return Node(start, position + 1, value, (), tuple(parts), tuple(part.start for part in parts))


def _next(text: str, position: int) -> int:
    position = _skip(text, position)
    return _skip(text, position + 1) if text[position] == "," else position


def _skip(text: str, position: int) -> int:
    while position < len(text) and text[position] in " \t\r\n":
        position += 1
    return position
