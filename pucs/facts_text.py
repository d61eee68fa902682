"""Facts as text and back, to be kept: one JSON list, in the order of the fields."""

from __future__ import annotations

from pucs import fastjson
from pucs.interface import Definition, Facts, Parameter, Use

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def encoded(facts: Facts | None) -> str:
    """The text of facts; None is a file that nobody can read."""
    if facts is None:
        return "null"
    return fastjson.dumps([list(facts.definitions.values()), facts.uses, facts.stars, facts.exports, facts.broken])


def decoded(text: str) -> Facts | None:
    """The facts of such a text. Raises ValueError for any other one."""
    value = fastjson.loads(text)
    if value is None:
        return None
    try:
        definitions, uses, stars, exports, broken = value
        found = [_definition(one) for one in definitions]
        used = tuple(Use(chain, line, form, count, tuple(words), first, tuple(caught))
                     for chain, line, form, count, words, first, caught in uses)  # fmt: skip
        names = tuple(exports) if exports is not None else None
        return Facts({one.name: one for one in found}, used, tuple(stars), names, bool(broken))
    except (TypeError, KeyError) as error:
        raise ValueError(f"no facts: {error}") from None


def _definition(value: list[Any]) -> Definition:
    fields: list[Any] = [tuple(one) if isinstance(one, list) else one for one in value]
    one = Definition(*fields)
    parameters = tuple(Parameter(*parameter) for parameter in one.parameters)
    return one._replace(parameters=parameters, parts=tuple((str(key), str(text)) for key, text in one.parts))
