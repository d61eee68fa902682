"""Facts as text and back, to be kept: one JSON list."""

from __future__ import annotations

from pucs import fastjson
from pucs.interface import ALIAS, Definition, Facts, Parameter, Uses

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def encoded(facts: Facts | None) -> str:
    """The text of facts; None is a file that nobody can read."""
    if facts is None:
        return "null"
    plain = [one for one in facts.definitions.values() if one != _alias(one.name, one.line, one.target)]
    aliases = [[one.name, one.line, one.target] for one in facts.definitions.values() if one.kind == ALIAS]
    return fastjson.dumps([plain, aliases, facts.uses.rows, facts.stars, facts.exports, facts.broken])


def decoded(text: str) -> Facts | None:
    """The facts of such a text. Raises ValueError for any other one."""
    value = fastjson.loads(text)
    if value is None:
        return None
    try:
        plain, aliases, rows, stars, exports, broken = value
        definitions = {one[0]: _definition(one) for one in plain}
        definitions.update({name: _alias(name, line, target) for name, line, target in aliases})
        names = tuple(exports) if exports is not None else None
        return Facts(definitions, Uses(rows), tuple(stars), names, bool(broken))
    except (TypeError, KeyError, IndexError) as error:
        raise ValueError(f"no facts: {error}") from None


def _alias(name: str, line: int, target: str) -> Definition:
    return Definition(name, ALIAS, line, target=target)


def _definition(value: list[Any]) -> Definition:
    name, kind, line, parameters, flags, decorators, bases, returns, shapes, raises, target, text, parts = value
    return Definition(
        name, kind, line, tuple(Parameter(*one) for one in parameters), tuple(flags), tuple(decorators), tuple(bases),
        returns, tuple(shapes), tuple(raises), target, text, tuple((key, part) for key, part in parts),
    )  # fmt: skip
