"""What two versions of a file offer differently, whoever uses it: one typed change for each difference."""

from __future__ import annotations

from pucs.interface import ALIAS, CLASS, FUNCTION, OPAQUE, VALUE, ApiChange, Definition, Facts
from pucs.shapes import kind_of
from pucs.signatures import needed, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

REMOVED, RENAMED, KIND, PARAMETERS, DEFAULT, ASYNC = "removed", "renamed", "kind", "parameters", "default", "async"
RETURNS, DECORATORS, BASES, ABSTRACT, RAISES = "returns", "decorators", "bases", "abstract", "raises"
FIELDS, VALUES, EXPORTS = "fields", "value", "exports"

_SURE, _UNSURE = "yes", "maybe"


def changes_between(before: Facts | None, after: Facts | None) -> tuple[ApiChange, ...]:
    """Everything in the interface that is not as it was; what is new breaks nobody and is not told.

    None stands for no file. What could not be read in a broken file is passed over.
    """
    old = before.definitions if before is not None else {}
    new = after.definitions if after is not None else {}
    found: list[ApiChange] = []
    for name, was in old.items():
        now = new.get(name)
        if now == was or OPAQUE in (was.kind, now.kind if now is not None else ""):
            continue
        if now is None and after is not None and after.broken:
            continue
        if now is None:
            found.append(_gone(was, old, new))
        else:
            found += _changed(was, now)
    if before is not None and after is not None:
        found += _exports(before, after)
    return tuple(sorted(found, key=lambda one: (one.line, one.symbol, one.kind)))


def names_of(changes: Iterable[ApiChange]) -> frozenset[str]:
    """The names that somebody who uses one of these must have in the text."""
    found: set[str] = set()
    for change in changes:
        found.update(change.symbol.split("."))
    return frozenset(found)


def _gone(was: Definition, old: dict[str, Definition], new: dict[str, Definition]) -> ApiChange:
    """A name that is not there any more; another one that came may be it, if it is made the same way."""
    owner = was.name.rpartition(".")[0]
    alike = [
        one
        for name, one in new.items()
        if name not in old and name.rpartition(".")[0] == owner and _same_but_for_its_name(was, one)
    ]
    if len(alike) == 1:
        return ApiChange(RENAMED, was.name, text_of(was), text_of(alike[0]), _SURE, alike[0].line)
    return ApiChange(REMOVED, was.name, text_of(was), "", _UNSURE if was.kind == ALIAS else _SURE, was.line)


def _same_but_for_its_name(one: Definition, two: Definition) -> bool:
    same = one._replace(name="", line=0) == two._replace(name="", line=0)
    return same and one.kind in (FUNCTION, CLASS, VALUE)


def _changed(was: Definition, now: Definition) -> list[ApiChange]:
    def change(kind: str, breaking: str = _SURE, *, annotated: bool = True) -> ApiChange:
        return ApiChange(kind, was.name, text_of(was), text_of(now), breaking, now.line, annotated)

    if was.kind != now.kind:
        return [change(KIND, _UNSURE if ALIAS in (was.kind, now.kind) else _SURE)]
    if was.kind == VALUE:
        differs = (was.value, was.target) != (now.value, now.target)
        return [change(VALUES, _SURE if was.value and now.value else _UNSURE)] if differs else []
    if was.kind == ALIAS:
        return [change(KIND, _UNSURE)] if was.target != now.target else []
    found = [change(kind, breaking) for kind, breaking in (_of_class if was.kind == CLASS else _of_function)(was, now)]
    if (was.kind == FUNCTION and was.shapes != now.shapes) or was.returns != now.returns:
        annotated = was.returns != now.returns or "generator" in {kind_of(one) for one in (*was.shapes, *now.shapes)}
        found.append(change(RETURNS, _UNSURE if was.shapes == now.shapes else _SURE, annotated=annotated))
    return found


def _of_function(was: Definition, now: Definition) -> list[tuple[str, str]]:
    found = []
    if was.parameters != now.parameters:
        found.append(_of_parameters(was, now))
    flags = {*was.flags} ^ {*now.flags}
    if "async" in flags:
        found.append((ASYNC, _SURE))
    if "abstract" in flags:
        found.append((ABSTRACT, _SURE if "abstract" in now.flags else _UNSURE))
    if flags & {"property", "static", "classmethod", "context"}:
        found.append((DECORATORS, _SURE))
    elif was.decorators != now.decorators and "abstract" not in flags:
        found.append((DECORATORS, _UNSURE))
    if was.raises != now.raises:
        found.append((RAISES, _UNSURE))
    return found


def _of_parameters(was: Definition, now: Definition) -> tuple[str, str]:
    old, new = was.parameters, now.parameters
    if [one._replace(default="") for one in old] == [one._replace(default="") for one in new]:
        lost = any(one.default and not two.default for one, two in zip(old, new, strict=True))
        return (PARAMETERS, _SURE) if lost else (DEFAULT, _UNSURE)
    names = [one.name for one in old]
    only_more = [one for one in new if one.name in names] == list(old) and needed(new) == needed(old)
    return PARAMETERS, _UNSURE if only_more else _SURE


def _of_class(was: Definition, now: Definition) -> list[tuple[str, str]]:
    found = []
    if was.bases != now.bases:
        found.append((BASES, _SURE))
    if was.parameters != now.parameters:
        found.append((FIELDS, _SURE))
    if was.flags != now.flags or was.decorators != now.decorators:
        found.append((DECORATORS, _UNSURE))
    if was.parts != now.parts:
        found.append((VALUES, _UNSURE))
    return found


def _exports(before: Facts, after: Facts) -> list[ApiChange]:
    """Names that a star import does not give any more."""
    if before.exports is None and after.exports is None:
        return []
    old = before.exports if before.exports is not None else [name for name in before.definitions if name[:1] != "_"]
    new = after.exports if after.exports is not None else [name for name in after.definitions if name[:1] != "_"]
    gone = [name for name in old if name not in new and name in after.definitions and "." not in name]
    return [ApiChange(EXPORTS, name, f"{name} in __all__", f"{name} not in __all__", _UNSURE) for name in gone]
