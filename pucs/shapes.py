"""Shapes: what kind of value a function gives, and whether a use of it can live with another kind.

A shape is `none`, `generator`, `tuple:2`, `list`, `list:2`, `dict`, `dict:'a','b'`, `set`, `str`, `bytes`, `int`,
`float`, `bool`, `function`, `=` and a chain (an instance, or what another function gives), or `?`.
"""

from __future__ import annotations

_TYPES = {
    "tuple": tuple, "list": list, "dict": dict, "set": set, "str": str, "bytes": bytes, "int": int, "float": float,
    "bool": bool, "none": type(None), "generator": type(_ for _ in ()),
}  # fmt: skip
_NUMBERS = ("int", "float", "bool")
_ITERABLE = ("tuple", "list", "dict", "set", "str", "bytes", "generator")
_SEQUENCES = ("tuple", "list", "str", "bytes")
_SIZED = ("tuple", "list", "dict", "set", "str", "bytes")
_FAMILIES = {"tuple": "sequence", "list": "sequence", "int": "number", "float": "number", "bool": "number"}


def kind_of(shape: str) -> str:
    """The shape without its details."""
    return shape.partition(":")[0] if not shape.startswith("=") else "="


def arity(shape: str) -> int:
    """How many elements a display of them has; -1 where nobody can tell."""
    number = shape.partition(":")[2]
    return int(number) if number.isdigit() and kind_of(shape) in ("tuple", "list") else -1


def keys_of(shape: str) -> frozenset[str] | None:
    """The keys of a dict display; None where nobody can tell."""
    kind, mark, keys = shape.partition(":")
    return frozenset(keys.split(",")) if kind == "dict" and mark else None


def trouble(before: frozenset[str], after: frozenset[str], form: str) -> str:
    """Why a use of that form cannot live with what is given now; "" if it can."""
    if "?" in after and not (after - before - {"?"}):
        return ""
    for shape in sorted(after - before):
        if shape == "?" or shape.startswith("=") or _harmless(shape, before):
            continue
        said = _trouble(shape, before, form)
        if said:
            return said
    return ""


def _harmless(shape: str, before: frozenset[str]) -> bool:
    """Whether it is no news: the same kind, of which more is known now or less."""
    kind = kind_of(shape)
    if kind in ("tuple", "list") and arity(shape) < 0:
        return any(kind_of(one) == kind for one in before)
    return kind == "dict" and keys_of(shape) is None and any(kind_of(one) == "dict" for one in before)


def _trouble(shape: str, before: frozenset[str], form: str) -> str:
    kind, now = kind_of(shape), named(shape)
    word, _, what = form.partition(" ")
    kinds = {kind_of(one) for one in before}
    if word == "drop":
        return f"gives {now}: nothing runs" if kind == "generator" else ""
    if word == "unpack":
        count = arity(shape)
        fits = (count < 0 or count == int(what)) and kind in _ITERABLE
        return "" if fits and kind not in ("dict", "str", "bytes") else f"gives {now}"
    if word == "iterate":
        alike = kind in ("tuple", "list", "set", "generator")
        fits = alike if kinds & {"tuple", "list", "set", "generator"} else kind in kinds or (alike and "?" in kinds)
        return "" if fits or kind == "=" else f"gives {now}"
    if word == "item":
        return "" if _has_item(shape, kinds, what) else f"gives {now}"
    if word == "attr":
        return "" if what in dir(_TYPES.get(kind, object)) else f"gives {now}"
    if word == "next":
        return "" if kind == "generator" else f"gives {now}"
    if word == "len":
        return "" if kind in _SIZED else f"gives {now}"
    if word in ("await", "with", "call", "decorator"):
        return ""  # judged by what the function is
    return _other(shape, before, word)


def _other(shape: str, before: frozenset[str], word: str) -> str:
    """Where the value goes on to somebody else: it has to be of the same family."""
    kind, now = kind_of(shape), named(shape)
    if word == "truth" and kind != "generator":
        return ""
    families = {_FAMILIES.get(kind_of(one), kind_of(one)) for one in before}
    if word == "compare":
        same = any(kind_of(one) == kind and (arity(one) in (-1, arity(shape))) for one in before)
        return "" if same or (kind in _NUMBERS and "number" in families) else f"gives {now}"
    if _FAMILIES.get(kind, kind) not in families:
        return f"gives {now}"
    old = {arity(one) for one in before if kind_of(one) == kind}
    if kind == "tuple" and arity(shape) >= 0 and old and -1 not in old and arity(shape) not in old:
        return f"gives {now}"
    lost = _lost_keys(shape, before)
    return f"gives no {', '.join(sorted(lost))}" if lost else ""


def _lost_keys(shape: str, before: frozenset[str]) -> frozenset[str]:
    keys = keys_of(shape)
    if keys is None:
        return frozenset()
    known = [one for one in (keys_of(shape) for shape in before) if one is not None]
    return frozenset.intersection(*known) - keys if known else frozenset()


def _has_item(shape: str, kinds: set[str], key: str) -> bool:
    kind = kind_of(shape)
    if kind in _SEQUENCES:
        if key[:1] in ("'", '"'):
            return False
        count = arity(shape)
        number = key.removeprefix("-")
        inside = not number.isdigit() or count < 0 or int(number) < count + key.startswith("-")
        return inside and ("dict" not in kinds or bool(kinds & {*_SEQUENCES}))
    if kind == "dict":
        keys = keys_of(shape)
        if kinds & {*_SEQUENCES} and "dict" not in kinds:
            return False
        return keys is None or not key or key in keys
    return False


def named(shape: str) -> str:
    """A shape in words."""
    kind, _, rest = shape.partition(":")
    if kind == "tuple" and rest:
        return f"a tuple of {rest}"
    if kind == "list" and rest:
        return f"a list of {rest}"
    if kind == "none":
        return "None"
    return f"a dict with {rest}" if kind == "dict" and rest else f"a {kind}"
