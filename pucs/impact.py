"""The question of impact: which uses of what a file offers cannot live with how it is now.

Every use is looked up twice, in the sources as they were and as they are; what it found is compared for what this use
does with it. So a parameter that nobody passes, a method that a base class has, or a name that is kept as an alias
break nobody.
"""

from __future__ import annotations

from pucs import inheritance, results, signatures
from pucs.api_changes import BASES
from pucs.interface import (
    ALIAS,
    CLASS,
    FUNCTION,
    VALUE,
    ApiChange,
    Break,
    Definition,
    Facts,
    Parameter,
    Use,
    last_name,
    steps_of,
)
from pucs.raising import escapes
from pucs.sources import Sources
from pucs.things import DEFINED, INSTANCE, MODULE, RESULT, UNKNOWN, Thing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_AS_CLASS = ("base", "except", "isinstance")
_ROUNDS = 3
_ONLY_NAMED = ("import", "patch", "override")


def breaks(
    old: Sources,
    new: Sources,
    changed: frozenset[str],
    users: Iterable[str],
    names: frozenset[str] | None = None,
) -> tuple[Break, ...]:
    """What the difference between both breaks in these files, first line first, one break for a line and a symbol.

    With `names` only uses of what is called so are looked at.
    """
    found: dict[tuple[str, int, str], Break] = {}
    for path in users:
        facts = new.facts(path)
        if facts is None:
            continue
        for use in facts.uses if names is None else facts.uses.naming(names):
            one = _judged(use, path, old, new, changed)
            if one is not None:
                found.setdefault((one.path, one.line, one.symbol), one)
        for one in inheritance.overridden(path, old, new, changed):
            found.setdefault((one.path, one.line, one.symbol), one)
    return tuple(sorted(found.values()))


def names_reaching(changes: Iterable[ApiChange], files: Iterable[Facts]) -> frozenset[str]:
    """The names under which what changed can be used: its own, those of aliases, and of classes that inherit."""
    names: set[str] = set()
    for change in changes:
        owner, _, name = change.symbol.rpartition(".")
        names.add(name)
        if name.startswith("__") or change.kind == BASES:
            names.add(owner.rpartition(".")[2] or name)
    known = list(files)
    for _ in range(_ROUNDS):
        more = {
            one.name.rpartition(".")[2] for facts in known for one in facts.definitions.values() if _leads(one, names)
        }
        if more <= names:
            break
        names |= more
    return frozenset(names)


def _leads(one: Definition, names: set[str]) -> bool:
    """Whether a definition stands for, inherits from, or gives, something of these names."""
    if one.kind in (ALIAS, VALUE):
        return bool(one.target) and last_name(one.target) in names
    return any(last_name(base) in names for base in one.bases)


def _judged(use: Use, path: str, old: Sources, new: Sources, changed: frozenset[str]) -> Break | None:
    before = old.resolve(use.chain, path)
    if before is None or before.kind == UNKNOWN:
        return None
    after = new.resolve(use.chain, path)
    if after is not None and after.kind == UNKNOWN:
        return None
    reason = "is gone" if after is None else _reason(use, before, after, (old, new), path)
    if not reason:
        return None
    subject = before.via or before.definition
    place = before.path if before.path in changed else next(iter(sorted(changed)), before.path)
    if before.via is not None and before.kind == INSTANCE and len(changed) > 1:
        place = next((one for one in sorted(changed) if before.via in _definitions(old, one)), place)
    name = subject.name if subject is not None else last_name(use.chain) or before.path
    now = after.via or after.definition if after is not None else None
    if before.via is None and subject is not None and after is None:
        name = subject.name
    returned = before.via is not None and after is not None and _only_returns(before.via, after.via)
    return Break(
        path, use.line, name, reason, place, signatures.text_of(subject) if subject else name,
        signatures.text_of(now), not returned,
    )  # fmt: skip


def _definitions(sources: Sources, path: str) -> Iterable[Definition]:
    facts = sources.facts(path)
    return facts.definitions.values() if facts else ()


def _only_returns(before: Definition, after: Definition | None) -> bool:
    """Whether only the unannotated result of a function changed."""
    return after is not None and before.returns == after.returns and before.flags == after.flags


def _reason(use: Use, before: Thing, after: Thing, worlds: tuple[Sources, Sources], path: str) -> str:
    """Why this use cannot live with what it finds now; "" if it can."""
    one, two = before.definition, after.definition
    if MODULE in (before.kind, after.kind):
        return "" if before.kind == after.kind else "is a module no more"
    if use.form in _ONLY_NAMED:
        return _named(use, one, two)
    if before.kind == DEFINED and after.kind == DEFINED and one is not None and two is not None:
        return _defined(use, before, after, worlds, path)
    made_of_call = steps_of(use.chain)[1][-1:] in (("()",), ("await",))
    if before.kind == DEFINED and after.via is not None and not made_of_call:
        return "is a property now" if use.form == "call" else ""
    if before.via is not None and after.kind == DEFINED and not made_of_call:
        return "is a method now" if use.form != "call" and two is not None and two.kind == FUNCTION else ""
    if {before.kind, after.kind} <= {INSTANCE, RESULT}:
        return results.reason(use, before, after, worlds)
    return ""


def _named(use: Use, one: Definition | None, two: Definition | None) -> str:
    if use.form == "override" and one is not None and two is not None and one.kind == two.kind == FUNCTION:
        for flag, word in (("property", "a property"), ("async", "async")):
            if (flag in one.flags) != (flag in two.flags):
                return f"is {word} now" if flag in two.flags else f"is {word} no more"
    return ""


def _defined(use: Use, before: Thing, after: Thing, worlds: tuple[Sources, Sources], path: str) -> str:
    one, two = before.definition, after.definition
    if one is None or two is None:
        return ""
    if use.form in _AS_CLASS and one.kind == CLASS and two.kind != CLASS:
        return "is a class no more"
    if use.form == "base":
        return inheritance.lacking(use, worlds, path) or inheritance.refused(use, before, after, worlds)
    if one.kind == VALUE and two.kind == VALUE:
        return results.constant(use, one, two)
    if use.form == "call":
        return _called(use, before, after, worlds) or inheritance.other_base(before, after, worlds)
    if use.form == "decorator":
        return signatures.misfit(_effective(after, worlds[1]) or (), Use(use.chain, use.line, "call", 1)) and (
            "cannot be used as this decorator any more"
        )
    if one.kind == FUNCTION and two.kind == FUNCTION:
        return _passed(use, before, after)
    return ""


def _called(use: Use, before: Thing, after: Thing, worlds: tuple[Sources, Sources]) -> str:
    one, two = before.definition, after.definition
    old, new = _effective(before, worlds[0]), _effective(after, worlds[1])
    if two is not None and two.kind == VALUE and one is not None and one.kind != VALUE:
        return "" if two.target or "function" in two.shapes or not two.value else "is no function any more"
    if one is not None and two is not None and one.kind == two.kind == CLASS:
        lacking = worlds[1].missing(after)
        if lacking and not worlds[0].missing(before):
            return f"cannot be made: {', '.join(sorted(lacking))} is abstract"
        if "enum" in one.flags:
            return results.member(use, one, two)
    if old is None or new is None or signatures.misfit(old, use):
        return ""
    if old != new:
        said = (
            signatures.misfit(new, use) or signatures.shifted(old, new, use) or signatures.other_default(old, new, use)
        )
        if said:
            return said
    return escapes(use, before, after, worlds)


def _passed(use: Use, before: Thing, after: Thing) -> str:
    """Of a function that is handed on: whoever calls it then goes on as before."""
    old = _parameters(before)
    new = _parameters(after)
    one, two = before.definition, after.definition
    if one is None or two is None:
        return ""
    if use.form.startswith("attr ") and len(two.decorators) < len(one.decorators):
        return f"has no {use.form[5:]} any more"
    if use.form not in ("callback", "partial"):
        return ""
    if ("async" in one.flags) != ("async" in two.flags):
        return "is async now" if "async" in two.flags else "is async no more"
    if use.form == "partial":
        known = {word for word in use.keywords if word != "**"}
        names = {parameter.name for parameter in new}
        lost = sorted(known - names) if not any(one.kind == "**" for one in new) else []
        if lost:
            return f"has no {lost[0]}"
        said = signatures.shifted(old, new, use)
        if said:
            return said
    more = signatures.needed(new) > signatures.needed(old) and signatures.needed(new) > max(use.positional, 0)
    if more:
        return f"needs {signatures.needed(new)} arguments"
    if use.form == "callback" and signatures.most(new) < signatures.needed(old):
        return f"takes only {signatures.most(new)}"
    return ""


def _parameters(thing: Thing) -> tuple[Parameter, ...]:
    parameters = thing.definition.parameters if thing.definition is not None else ()
    return parameters[1:] if thing.bound else parameters


def _effective(thing: Thing, world: Sources) -> tuple[Parameter, ...] | None:
    """The parameters that a call has to fill."""
    if thing.definition is None or thing.definition.kind == VALUE:
        return None
    return world.constructor(thing) if thing.definition.kind == CLASS else _parameters(thing)
