"""What classes pass on: whether those that inherit, and their methods, can live with what a base is now."""

from __future__ import annotations

from pucs import signatures
from pucs.interface import CLASS, FUNCTION, Break, Definition, Use, last_name
from pucs.sources import Sources
from pucs.things import DEFINED, Thing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


def lacking(use: Use, worlds: tuple[Sources, Sources], path: str) -> str:
    """Of a class that inherits: whether it can still be made."""
    found = []
    for world in worlds:
        facts = world.facts(path)
        own = facts.definitions.get(use.first) if facts else None
        found.append(world.missing(Thing(DEFINED, path, own)) if own is not None else frozenset())
    return f"{use.first} lacks {', '.join(sorted(found[1]))}" if found[1] and not found[0] else ""


def refused(use: Use, before: Thing, after: Thing, worlds: tuple[Sources, Sources]) -> str:
    """Of a class that inherits: whether the base's `__init_subclass__` takes the keywords it is made with."""
    found = []
    for thing, world in zip((before, after), worlds, strict=True):
        hook = world.of_class(thing, "__init_subclass__")
        known = hook is not None and hook.definition is not None and hook.definition.kind == FUNCTION
        parameters = hook.definition.parameters[1:] if hook is not None and hook.definition is not None else ()
        found.append(signatures.misfit(parameters, use._replace(form="call")) if known else "")
    return f"{use.first} {found[1]}" if found[1] and not found[0] else ""


def overridden(path: str, old: Sources, new: Sources, changed: frozenset[str]) -> Iterable[Break]:
    """Methods here that a changed base calls in another way than they take."""
    facts = new.facts(path)
    for own in facts.definitions.values() if facts else ():
        if own.kind != CLASS:
            continue
        for base_path, base in list(new.order(path, own))[1:]:
            if base is None or base_path not in changed or base_path == path:
                continue
            for use in _calls_of_itself(new, base_path, base):
                name = last_name(use.chain)
                method = facts.definitions.get(f"{own.name}.{name}") if facts else None
                if method is None or method.kind != FUNCTION or "static" in method.flags:
                    continue
                said = signatures.misfit(method.parameters[1:], use)
                if said and not any(
                    signatures.misfit(method.parameters[1:], one)
                    for one in _calls_of_itself(old, base_path, base)
                    if one.chain == use.chain
                ):
                    was = _method(old, base_path, f"{base.name}.{name}")
                    now = _method(new, base_path, f"{base.name}.{name}")
                    reason = f"{base.name} calls it otherwise now: it {said}"
                    symbol = f"{base.name}.{name}"
                    yield Break(path, method.line, symbol, reason, base_path, was, now)


def _calls_of_itself(world: Sources, path: str, base: Definition) -> list[Use]:
    facts = world.facts(path)
    start = f":{base.name} () "
    calls = [one for one in (facts.uses.starting(start) if facts else ()) if one.form == "call"]
    return [one for one in calls if " " not in one.chain[len(start) :]]


def _method(world: Sources, path: str, name: str) -> str:
    facts = world.facts(path)
    found = facts.definitions.get(name) if facts else None
    return signatures.text_of(found) if found is not None else name


def other_base(before: Thing, after: Thing, worlds: tuple[Sources, Sources]) -> str:
    """Why a method, or one that its class calls of itself, is another one than it was: bases changed their order.

    A method that moved is none: then the one is new, or the other is gone.
    """
    one, two = before.definition, after.definition
    if one is None or two is None:
        return ""
    if one.kind == FUNCTION and two.kind == FUNCTION and (before.path, one.name) != (after.path, two.name):
        stayed = _has(worlds[1], before.path, one.name) and _has(worlds[0], after.path, two.name)
        return f"comes from {two.name.rpartition('.')[0]} now" if stayed and before.bound and after.bound else ""
    if one.kind == CLASS and two.kind == CLASS and one.bases != two.bases:
        for use in _calls_of_itself(worlds[1], after.path, two):
            name = last_name(use.chain)
            was, now = worlds[0].of_class(before, name), worlds[1].of_class(after, name)
            if was is not None and now is not None and was.definition is not None and now.definition is not None:
                said = other_base(was._replace(bound=True), now._replace(bound=True), worlds)
                if said:
                    return f"{name} {said}"
    return ""


def _has(world: Sources, path: str, name: str) -> bool:
    facts = world.facts(path)
    return facts is not None and name in facts.definitions
