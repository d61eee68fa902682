"""Exceptions: whether what a function raises is still caught where it is called."""

from __future__ import annotations

import builtins

from pucs.interface import Use, last_name
from pucs.sources import Sources
from pucs.things import DEFINED, Thing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable


def escapes(use: Use, before: Thing, after: Thing, worlds: tuple[Sources, Sources]) -> str:
    """What is raised now and not caught any more around a call that caught what was raised; "" for nothing."""
    one, two = before.definition, after.definition
    if not use.caught or one is None or two is None:
        return ""
    was = {last_name(chain): _is_caught(chain, before.path, use, worlds[0]) for chain in one.raises}
    now = {last_name(chain): _is_caught(chain, after.path, use, worlds[1]) for chain in two.raises}
    lost = [name for name, caught in was.items() if caught and not now.get(name)]
    free = [name for name, caught in now.items() if caught is False and was.get(name) is not False]
    return f"raises {free[0]}, which is not caught here" if lost and free else ""


def _is_caught(chain: str, path: str, use: Use, world: Sources) -> bool | None:
    """None where nobody can tell."""
    names = _ancestors(chain, path, world)
    if not names:
        return None
    return any(last_name(caught) in names for caught in use.caught)


def _ancestors(chain: str, path: str, world: Sources) -> frozenset[str]:
    """The names of an exception and of all that it is one of."""
    thing = world.resolve(chain, path)
    if thing is not None and thing.kind == DEFINED and thing.definition is not None:
        found = {thing.definition.name}
        for _, owner in world.order(thing.path, thing.definition):
            if owner is not None:
                found.add(owner.name)
                found.update(_builtin(last_name(base) for base in owner.bases))
        return frozenset(found)
    return _builtin([last_name(chain)])


def _builtin(names: Iterable[str]) -> frozenset[str]:
    found: set[str] = set()
    for name in names:
        kind = getattr(builtins, name, None)
        if isinstance(kind, type) and issubclass(kind, BaseException):
            found.update(one.__name__ for one in kind.__mro__)
    return frozenset(found)
