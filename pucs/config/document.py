"""A YAML text as a value that remembers where each key stands and how its value is written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml

from pucs.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

KeyPath = tuple[str | int, ...]

_TEXT = "tag:yaml.org,2002:str"
_MERGE = "tag:yaml.org,2002:merge"
_LONGEST = 60
_HINT = "Check the quotes and the indentation there; spaces, not tabs."


class Place(NamedTuple):
    """Where a key stands, and its value as a reader of the file sees it."""

    line: int
    written: str


class Document(NamedTuple):
    """The value of the text; its mappings have text as keys, whatever YAML makes of `on` and `1`."""

    value: Any
    places: dict[KeyPath, Place]

    def line(self, path: KeyPath) -> int:
        """The line of the key, or of the nearest one above it that the file has."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places[path].line if path in self.places else 1

    def written(self, path: KeyPath, value: object) -> str:
        """The value as the file writes it."""
        return self.places[path].written if path in self.places else _shown(value)


def read(text: str, origin: str) -> Document:
    """The document; a ConfigError where the text is no YAML or a mapping has a key twice."""
    try:
        value, entries = _parsed(text)
    except yaml.YAMLError as error:
        raise _unreadable(error, origin) from None
    except RecursionError:
        raise ConfigError(f"{origin}: not valid YAML: nested too deeply", _HINT) from None
    except ValueError as error:  # a timestamp or number that YAML allows and Python does not
        raise ConfigError(f"{origin}: not valid YAML: {error}", _HINT) from None
    places: dict[KeyPath, Place] = {}
    twice = []
    for path, place in entries:
        first = places.setdefault(path, place)
        if first is not place:
            key = f"{origin}:{place.line}: {dotted(path)}"
            twice.append(f"{key}: expected once, got it again after line {first.line}")
    if twice:
        raise ConfigError("\n".join(twice), "Keep one of the entries.")
    return Document(value, places)


def dotted(path: KeyPath) -> str:
    """The key path as people write it: `critical_files[0].path`."""
    text = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path)
    return text.removeprefix(".") or "the file"


def _unreadable(error: yaml.YAMLError, origin: str) -> ConfigError:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        place = f"{origin}:{error.problem_mark.line + 1}"
        return ConfigError(f"{place}: not valid YAML: {error.problem}", _HINT)
    return ConfigError(f"{origin}: not valid YAML: {str(error).splitlines()[0]}", _HINT)


def _parsed(text: str) -> tuple[Any, list[tuple[KeyPath, Place]]]:
    loader = yaml.SafeLoader(text)
    try:
        root = loader.get_single_node()
        if root is None:
            return None, []
        # Before constructing, because walking the entries makes every key text.
        entries = [((), Place(root.start_mark.line + 1, _written(root))), *_entries(root, (), set())]
        return loader.construct_document(root), entries
    finally:
        loader.dispose()


def _entries(node: yaml.Node, path: KeyPath, seen: set[int]) -> Iterator[tuple[KeyPath, Place]]:
    if id(node) in seen:  # an alias; one to its own anchor would never end
        return
    seen.add(id(node))
    keys = set()
    for key, line, child in _children(node):
        yield (*path, key), Place(line, _written(child))
        if key not in keys:
            yield from _entries(child, (*path, key), seen)
        keys.add(key)


def _children(node: yaml.Node) -> list[tuple[str | int, int, yaml.Node]]:
    if isinstance(node, yaml.SequenceNode):
        return [(index, child.start_mark.line + 1, child) for index, child in enumerate(node.value)]
    children: list[tuple[str | int, int, yaml.Node]] = []
    if isinstance(node, yaml.MappingNode):
        for key, child in node.value:
            if isinstance(key, yaml.ScalarNode) and key.tag != _MERGE:
                key.tag = _TEXT
                children.append((key.value, key.start_mark.line + 1, child))
    return children


def _written(node: yaml.Node) -> str:
    if isinstance(node, yaml.ScalarNode) and node.tag != _TEXT and node.style is None:
        return _shortened(node.value or "nothing")
    return _shown({} if isinstance(node, yaml.MappingNode) else node.value)


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    return _shortened(json.dumps(value, ensure_ascii=False, default=str))


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
