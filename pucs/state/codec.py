"""Nouns to JSON-able dicts and back. Fields at their default are left out; what a newer PUCS added stays in `extra`."""

from __future__ import annotations

from pucs.errors import StoreError
from pucs.model import Agent, Call, Inbox, Lock, Name, Notice, PathRecord, Process, Tree, Waiter, Writer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

VERSION = 1

_KINDS = {"path": PathRecord, "agent": Agent, "inbox": Inbox}
_ONE = {"process": Process, "writer": Writer}
_MANY = {"locks": Lock, "waiters": Waiter, "notices": Notice}
_NAMED = {"trees": Tree, "calls": Call}

_NUMBER = (int, float)
_TYPES: dict[str, Any] = {
    **dict.fromkeys(
        ("agent", "task", "base", "head", "before", "content", "ticket", "path", "id", "value", "text"), str
    ),
    **dict.fromkeys(("acquired", "seconds", "longest", "last", "at", "since", "ended"), _NUMBER),
    **dict.fromkeys(("token", "revision", "denials", "first", "children", "number", "pid"), int),
    **dict.fromkeys(("locks", "waiters", "notices", "paths", "told"), list),
    **dict.fromkeys(("trees", "offers"), dict),
    "calls": (list, dict),
    "seen": (dict, int, float),
}


def encode(key: str, noun: Any) -> dict[str, Any]:
    """The record of a noun, with its key and the format's version."""
    return {"key": key, "version": VERSION, **_plain(noun)}


def decode(key: str, record: Any) -> Any:
    """The noun of a record.

    Raises ValueError where it is no record of this key, StoreError where a newer PUCS wrote it.
    """
    if not isinstance(record, dict) or record.get("key") != key:
        raise ValueError("not the record of this key")
    if record.get("version", 1) > VERSION:
        raise StoreError(f"the state of {key} was written by a newer PUCS", "upgrade this PUCS: pip install -U pucs")
    return _noun(_KINDS.get(key.partition("/")[0], Name), record)


def _plain(noun: Any) -> dict[str, Any]:
    defaults = noun._defaults
    plain: dict[str, Any] = {}
    for field, value in zip(noun._fields, noun, strict=True):
        if field == "extra":
            plain.update(value)
        elif field not in defaults or value != defaults[field]:
            plain[field] = _value(field, value)
    return plain


def _value(field: str, value: Any) -> Any:
    if value is None:
        return None
    if field in _ONE:
        return _plain(value)
    if field in _MANY:
        return [_plain(one) for one in value]
    if field in _NAMED and isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return value


def _noun(kind: Any, record: dict[str, Any]) -> Any:
    if not isinstance(record, dict):
        raise ValueError(f"not a {kind.__name__}")
    fields, defaults = kind._fields, kind._defaults
    values = []
    for field in fields:
        if field == "extra":
            values.append({key: record[key] for key in record if key not in fields and key not in ("key", "version")})
        elif field in record:
            values.append(_read(field, record[field]))
        elif field in defaults:
            values.append(defaults[field])
        else:
            raise ValueError(f"a {kind.__name__} without {field}")
    return kind._make(values)


def _read(field: str, value: Any) -> Any:
    expected = _TYPES.get(field)
    if expected is not None and not isinstance(value, expected):
        raise ValueError(f"{field} is no {expected}")
    if value is None:
        return None
    if field in _ONE:
        return _noun(_ONE[field], value)
    if field in _MANY:
        return tuple(_noun(_MANY[field], one) for one in value)
    if field in _NAMED and isinstance(value, dict):
        return {name: _noun(_NAMED[field], one) for name, one in value.items()}
    if isinstance(value, list):
        return tuple(tuple(one) if isinstance(one, list) else one for one in value)
    return value
