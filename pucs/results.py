"""What a call gives, and constants: whether a use of the value can live with another one."""

from __future__ import annotations

from pucs import shapes
from pucs.interface import Definition, Use, steps_of
from pucs.modules import is_script
from pucs.sources import Sources
from pucs.things import INSTANCE, RESULT, Thing

_DEEPEST = 4
_LONGEST = 40
_NEEDS = {
    "order": ("__lt__", "__gt__", "__le__", "__ge__"),
    "compare": ("__eq__",),
    "len": ("__len__",),
    "in": ("__contains__",),
    "iterate": ("__iter__", "__getitem__"),
    "item": ("__getitem__",),
    "with": ("__enter__",),
    "awith": ("__aenter__",),
    "await": ("__await__",),
    "call": ("__call__",),
}
_BY_FLAG = {"order": "order", "compare": "dataclass"}


def reason(use: Use, before: Thing, after: Thing, worlds: tuple[Sources, Sources]) -> str:
    """Why a use cannot live with what a call, or a property, gives now."""
    called = steps_of(use.chain)[1][-1:] == ("()",)
    one, two = before.via, after.via
    if one is not None and two is not None and called:
        said = _way_of_calling(use, one, two, is_script=is_script(after.path))
        if said:
            return said
        if "async" in two.flags and "async" in one.flags and "generator" not in two.flags:
            return ""  # a coroutine: what it gives is looked at where it is awaited
    if before.kind == INSTANCE and after.kind == INSTANCE:
        said = _instance(use, before, after, worlds)
        if said or use.form.startswith("attr "):
            return said  # which attributes it has is looked up by their own chains
    return shapes.trouble(_shapes(before, worlds[0]), _shapes(after, worlds[1]), use.form)


def _way_of_calling(use: Use, one: Definition, two: Definition, *, is_script: bool) -> str:
    """Async functions, and what gives contexts."""
    word = use.form.partition(" ")[0]
    if "async" in two.flags and "async" not in one.flags:
        wanted = "awith" if "context" in two.flags else "aiter" if "generator" in two.flags else "await"
        fits = word in (wanted, "assign")
        return "" if fits else "is async now"
    if "async" in one.flags and "async" not in two.flags and word in ("await", "aiter", "awith") and not is_script:
        return "is async no more"
    if "context" in one.flags and "context" not in two.flags and word in ("with", "awith"):
        return "is no context manager any more"
    if "context" in two.flags and "context" not in one.flags and word not in ("with", "awith", "await"):
        return "is a context manager now"
    return ""


def _instance(use: Use, before: Thing, after: Thing, worlds: tuple[Sources, Sources]) -> str:
    one, two = before.definition, after.definition
    if one is None or two is None:
        return ""
    word = use.form.partition(" ")[0]
    if word == "store" and "frozen" in two.flags and "frozen" not in one.flags:
        return "is frozen now"
    if word in _NEEDS and _supports(before, worlds[0], word) and not _supports(after, worlds[1], word):
        return f"has no {_NEEDS[word][0]} any more"
    return ""


def _supports(thing: Thing, world: Sources, word: str) -> bool:
    flag = _BY_FLAG.get(word)
    if thing.definition is not None and flag in thing.definition.flags:
        return word != "compare" or "identity" not in thing.definition.flags
    if thing.definition is not None and "tuple" in thing.definition.flags:
        return True
    for path, owner in world.order(thing.path, thing.definition):
        facts = world.facts(path)
        if owner is None:
            return True
        if facts is not None and any(f"{owner.name}.{name}" in facts.definitions for name in _NEEDS[word]):
            return True
    return False


def _shapes(thing: Thing, world: Sources, depth: int = 0) -> frozenset[str]:
    """What kinds of values it may be; chains that other functions give are followed."""
    if thing.kind == INSTANCE and thing.definition is not None:
        own = f"={thing.path} {thing.definition.name}"
        fields = f"tuple:{len(thing.definition.parameters)}" if "tuple" in thing.definition.flags else ""
        if thing.via is None:
            return frozenset((own, fields)) - {""}
    found: set[str] = set()
    giving = thing.via or thing.definition
    for shape in giving.shapes if giving is not None else ():
        if not shape.startswith("="):
            found.add(shape)
            continue
        given = world.resolve(shape[1:], thing.path) if depth < _DEEPEST else None
        if given is None or given.kind not in (INSTANCE, RESULT):
            found.add("?")
        elif given.kind == INSTANCE:
            found |= _shapes(given._replace(via=None), world, depth + 1)
        else:
            found |= _shapes(given, world, depth + 1)
    return frozenset(found or {"?"})


def constant(use: Use, one: Definition, two: Definition) -> str:
    """Why a use of a constant cannot live with its new value."""
    if one.value == two.value and one.target == two.target:
        return ""
    if not one.value or not two.value or use.form in ("store", "import"):
        return ""
    word, _, what = use.form.partition(" ")
    old, new = dict(one.parts), dict(two.parts)
    if one.parts and two.parts:
        if word == "item" and what:
            return "" if old.get(what) == new.get(what) else f"has another {what}" if what in new else f"has no {what}"
        if word == "unpack":
            return "" if len(new) == len(old) else f"has {len(new)} elements"
        if word in ("len", "compare"):
            return "has another value"
        kept = all(new.get(key) == value for key, value in old.items())
        kinds = {shapes.kind_of(one.shapes[0]), shapes.kind_of(two.shapes[0])}
        if old == new and word in ("iterate", "in") and kinds <= {"tuple", "list"}:
            return ""
        return "" if kept and shapes.kind_of(one.shapes[0]) == shapes.kind_of(two.shapes[0]) else "has another value"
    return f"is {two.value if len(two.value) < _LONGEST else 'another value'} now"


def member(use: Use, one: Definition, two: Definition) -> str:
    """Why an enum cannot be asked for a value any more."""
    if use.first and use.first in dict(one.parts) and use.first not in dict(two.parts):
        return f"has no {use.first}"
    return ""
