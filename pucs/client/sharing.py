"""A file that several agents change: the contents that its lines are judged by, and what an edit would make of it."""

from __future__ import annotations

from pucs.client.looking import copy_of
from pucs.policy import partition
from pucs.state import contents

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from pucs.client.looking import Sight
    from pucs.client.opening import Repository
    from pucs.model import Target, Tree
    from pucs.symbols import Symbol

_LARGEST = 1 << 20
"""Above this no copies are kept, so nothing could be said of lines later."""


def with_texts(target: Target, repository: Repository, tree: Tree, data: bytes | None) -> Target:
    """The target with the contents by which its lines are judged, the present one kept for later looks."""
    names = {lock.base for lock in tree.locks} | {part[1] for lock in tree.locks for part in lock.parts}
    if tree.weave is not None:
        names |= {tree.weave.base, tree.weave.content}
    texts = {name: kept for name in names if (kept := copy_of(repository, name)) is not None}
    if data is not None and len(data) <= _LARGEST:
        contents.keep(repository.store.root, target.content, data)
        texts[target.content] = data
    return target._replace(texts=texts)


def with_proposal(sight: Sight, repository: Repository, tool: str, values: Mapping[str, Any]) -> Sight:
    """The sight of a file that others hold, with what the call would make of it as far as that can be told."""
    if sight.data is None or len(sight.data) > _LARGEST:
        return sight
    made = proposed(tool, values, sight.data)
    if made is None:
        return sight
    tree = sight.record.tree(sight.target.tree)
    target = with_texts(sight.target, repository, tree, sight.data)._replace(proposed=made)
    by_symbols = partition(repository.policy, target.name) == "symbols"
    if by_symbols or any(lock.parts for lock in tree.locks):
        now = symbols_in(sight.data, target.path, repository)
        target = target._replace(symbols=(now, symbols_in(made, target.path, repository) if by_symbols else ()))
    return sight._replace(target=target)


def symbols_in(data: bytes, path: str, repository: Repository) -> tuple[Symbol, ...]:
    """The symbols of a file's content; none where they cannot be read."""
    from pucs.code.symbols import symbols_of  # noqa: PLC0415 - a parser costs more than a decision

    return (symbols_of(data, path, repository.installation.libraries) or ()) if data else ()


def proposed(tool: str, values: Mapping[str, Any], data: bytes) -> bytes | None:
    """What the call would make of the bytes; None where that cannot be told beforehand (its client may refuse it)."""
    if tool == "Write":
        return _bytes(values.get("content"))
    if tool == "Edit":
        return _replaced(data, values)
    edits = values.get("edits") if tool == "MultiEdit" else None
    if not isinstance(edits, list):
        return None
    made: bytes | None = data
    for one in edits:
        made = _replaced(made, one) if made is not None and isinstance(one, dict) else None
    return made


def _replaced(data: bytes, values: Mapping[str, Any]) -> bytes | None:
    old, new = _bytes(values.get("old_string")), _bytes(values.get("new_string"))
    if not old or new is None:
        return None
    if old not in data:  # clients show and take CRLF files as if their lines ended in LF
        old, new = (text.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") for text in (old, new))
    found = data.count(old)
    if found == 1 or (found and values.get("replace_all") is True):
        return data.replace(old, new)
    return None


def _bytes(value: Any) -> bytes | None:
    try:
        return value.encode() if isinstance(value, str) else None
    except UnicodeEncodeError:
        return None
