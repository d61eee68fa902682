"""Nouns to JSON-able dicts and back. Fields at their default are left out; what a newer PUCS added stays in `extra`."""

from __future__ import annotations

from pucs import fastjson
from pucs.conflicts import Conflict
from pucs.errors import StoreError
from pucs.model import Agent, Call, Lock, Name, Notice, PathRecord, Process, Tree, Waiter, Weave, Writer
from pucs.state.digest import sha1
from pucs.waits import Wait

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

VERSION = 1

_KINDS: dict[str, Any] = {"path": PathRecord, "agent": Agent, "conflict": Conflict, "wait": Wait}
_RARE = {
    "handoff": "handoffs.Handoff",
    "help": "helping.Help",
    "inbox": "notices.Inbox",
    "intent": "intents.Intent",
    "order": "orders.Order",
    "resource": "resources.Resource",
    "report": "helping.Report",
    "roster": "streams.Roster",
    "task": "tasks.Task",
}
_ONE = {"process": Process, "writer": Writer, "weave": Weave, "hook": Process, "client": Process}
_MANY: dict[str, Any] = {"locks": Lock, "waiters": Waiter, "notices": Notice}
_NAMED = {"trees": Tree, "calls": Call}

_ENVELOPE = ("key", "version", "extra", "sum")
_SUM, _DIGITS = b', "sum": "', 16
_MISSING = object()
_PLANS: dict[Any, tuple[dict[str, int], list[Any], list[int]]] = {}

_NUMBER = (int, float)
_PATTERNS: tuple[tuple[Any, ...], ...] = ((str, str), (str, str, bool, (list, tuple), bool))
_PLAIN: dict[str, Any] = {"str": str, "str | None": (str, type(None)), "int": int, "float": _NUMBER, "bool": bool}
_TYPES: dict[str, Any] = {
    **dict.fromkeys(
        (
            "agent",
            "task",
            "base",
            "head",
            "before",
            "content",
            "ticket",
            "path",
            "id",
            "value",
            "text",
            "title",
            "state",
            "call",
            "sender",
        ),
        str,
    ),
    **dict.fromkeys(("acquired", "seconds", "longest", "last", "at", "since", "ended", "waited", "until"), _NUMBER),
    **dict.fromkeys(
        ("token", "revision", "denials", "first", "children", "number", "pid", "place", "numbered", "printed"), int
    ),
    **dict.fromkeys(
        (
            "locks",
            "waiters",
            "notices",
            "paths",
            "told",
            "runs",
            "parts",
            "waits",
            "needs",
            "had",
            "orders",
            "intents",
            "release",
        ),
        list,
    ),
    **dict.fromkeys(("numbers", "handed", "waiting", "slots", "turns", "used"), list),
    **dict.fromkeys(("trees", "offers"), dict),
    "calls": (list, dict),
    "seen": (dict, int, float),
}


def encode(key: str, noun: Any) -> dict[str, Any]:
    """The record of a noun, with its key and the format's version."""
    _kind(key.partition("/")[0])
    return {"key": key, "version": VERSION, **_plain(noun)}


def decode(key: str, record: Any) -> Any:
    """The noun of a record.

    Raises ValueError where it is no record of this key, StoreError where a newer PUCS wrote it.
    """
    if not isinstance(record, dict) or record.get("key") != key:
        raise ValueError("not the record of this key")
    if record.get("version", 1) > VERSION:
        raise StoreError(f"the state of {key} was written by a newer PUCS", "upgrade this PUCS: pip install -U pucs")
    word = key.partition("/")[0]
    noun = _noun(_kind(word), record)
    if word in _RARE:
        _check(noun)
    return noun


def _check(noun: Any) -> None:
    """Raises ValueError where a field holds what its noun does not say, so that no rule stumbles over it."""
    kinds = type(noun).__annotations__
    for field, value in zip(noun._fields, noun, strict=True):
        said = kinds[field]
        if not _fits(value, said):
            raise ValueError(f"{field} is no {said}")
        if field in _MANY:
            for one in value:
                _check(one)


def _fits(value: Any, said: str) -> bool:
    """Whether the value is what an annotation says, as far as it speaks of plain values."""
    if said in _PLAIN:
        return isinstance(value, _PLAIN[said])
    if said == "Pattern":
        return _is_pattern(value)
    if said.startswith("tuple["):
        inner = said[6:].removesuffix("]").removesuffix(", ...")
        if not isinstance(value, tuple):
            return False
        if inner.startswith("tuple["):
            kinds = inner[6:-1].split(", ")
            return all(
                isinstance(one, tuple) and len(one) == len(kinds) and all(map(_fits, one, kinds)) for one in value
            )
        return all(_fits(one, inner) for one in value)
    if said.startswith("dict["):
        inner = said[5:-1].partition(", ")[2]
        return isinstance(value, dict) and all(_fits(one, inner) for one in value.values())
    return True


def _is_pattern(value: Any) -> bool:
    """See `pucs.patterns`: two words, or a piece that a path begins with and the names below it."""
    for kinds in _PATTERNS:
        if (
            isinstance(value, tuple)
            and len(value) == len(kinds)
            and all(isinstance(one, kind) for one, kind in zip(value, kinds, strict=True))
        ):
            pieces = value[3] if len(value) > len(_PATTERNS[0]) else ("",)
            return bool(pieces) and all(isinstance(piece, str) for piece in pieces)
    return False


def _kind(word: str) -> Any:
    """The noun of the keys that begin with that word."""
    return _rare(word) if word in _RARE else _KINDS.get(word, Name)


def _rare(word: str) -> Any:
    """The kind of noun of rules that no edit needs, imported when one is there."""
    module, _, name = _RARE[word].partition(".")
    kind = getattr(__import__("pucs." + module, fromlist=[name]), name)
    if word == "inbox":
        from pucs.notices import Handed  # noqa: PLC0415 - it holds some

        _MANY["handed"] = Handed
    elif word == "resource":
        from pucs.resources import Slot, Turn  # noqa: PLC0415 - as above

        _MANY["slots"], _MANY["turns"] = Slot, Turn
    return kind


def dumped(key: str, noun: Any) -> bytes:
    """The record as a file holds it. Its last key is a sum of all before, which tells a half written file by itself."""
    text = fastjson.dumps(encode(key, noun)).encode("ascii")[:-1]
    return text + _SUM + sha1(text)[:_DIGITS].encode("ascii") + b'"}'


def loaded(key: str, data: bytes) -> Any:
    """The noun of a file. Raises ValueError where it is not whole, StoreError where a newer PUCS wrote it."""
    record = fastjson.loads(data.decode("ascii"))
    noun = decode(key, record)
    end = data.rfind(_SUM)
    # One written by hand has none: what it says holds.
    if end >= 0 and record.get("sum") != sha1(data[:end])[:_DIGITS]:
        raise ValueError("a record half written")
    return noun


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


def _noun(kind: Any, record: Any) -> Any:
    if not isinstance(record, dict):
        raise ValueError(f"not a {kind.__name__}")
    places, defaults, required = _plan(kind)
    values = defaults.copy()
    extra = {}
    for field, value in record.items():
        place = places.get(field)
        if place is not None:
            values[place] = _read(field, value)
        elif field not in _ENVELOPE:
            extra[field] = value
    for place in required:
        if values[place] is _MISSING:
            raise ValueError(f"a {kind.__name__} without {kind._fields[place]}")
    if extra and kind._fields[-1] == "extra":
        values[-1] = extra
    return kind._make(values)


def _plan(kind: Any) -> tuple[dict[str, int], list[Any], list[int]]:
    """Where each field of the noun stands, what it holds by default, and which must be given. Made once a kind."""
    plan = _PLANS.get(kind)
    if plan is None:
        places = {field: place for place, field in enumerate(kind._fields) if field != "extra"}
        defaults = [kind._defaults.get(field, _MISSING) for field in kind._fields]
        required = [place for place, value in enumerate(defaults) if value is _MISSING]
        plan = _PLANS[kind] = (places, defaults, required)
    return plan


def _read(field: str, value: Any) -> Any:
    expected = _TYPES.get(field)
    if expected is not None and not isinstance(value, expected):
        raise ValueError(f"{field} is no {expected}")
    if isinstance(value, dict):
        if field in _ONE:
            return _noun(_ONE[field], value)
        if field in _NAMED:
            return {name: _noun(_NAMED[field], one) for name, one in value.items()}
    elif isinstance(value, list):
        if field in _MANY:
            return tuple(_noun(_MANY[field], one) for one in value)
        value = tuple(tuple(one) if isinstance(one, list) else one for one in value)
    if value is not None and field in _ONE:
        raise ValueError(f"not a {_ONE[field].__name__}")
    return value
