"""Where chains lead in the source files of one tree, as they are or as they would be."""

from __future__ import annotations

from pucs.interface import ALIAS, CLASS, FUNCTION, OPAQUE, VALUE, Definition, Facts, Parameter, last_name, steps_of
from pucs.modules import is_script
from pucs.things import DEFINED, EVERYWHERE, INSTANCE, MODULE, NOBODY_KNOWS, RESULT, UNKNOWN, WITHOUT_MEMBERS, Thing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pucs.modules import Modules

    _Place = tuple[str, "Definition | None"]

_DEEPEST = 25
_PLAIN: dict[str, type] = {
    one.__name__: one for one in (bool, int, float, complex, str, bytes, list, tuple, dict, set, frozenset)
}
_PLAIN["None"] = type(None)
_TELLING = 4


class Sources:
    """The files of one tree by their facts; `facts` gives those of a path, None for what cannot be read.

    `lone` gives the file and class of the only method of a name in the whole tree, None where there are several.
    """

    def __init__(
        self,
        modules: Modules,
        facts: Callable[[str], Facts | None],
        lone: Callable[[str], tuple[str, str] | None] | None = None,
    ) -> None:
        self.modules = modules
        self.facts = facts
        self.lone = lone
        self._known: dict[tuple[str, str], Thing | None] = {}

    def resolve(self, chain: str, path: str, depth: int = 0) -> Thing | None:
        """What the chain leads to in that file; None where it is sure to lead nowhere."""
        key = (chain, path)
        if key not in self._known:
            self._known[key] = NOBODY_KNOWS  # what leads to itself
            self._known[key] = self._resolve(chain, path, depth)
        return self._known[key]

    def _resolve(self, chain: str, path: str, depth: int) -> Thing | None:
        start, steps = steps_of(chain)
        if depth > _DEEPEST:
            return NOBODY_KNOWS
        if start == "?":
            return self._of_nobody(steps, path)
        thing: Thing | None
        if not start:
            thing = Thing(MODULE, path, bound=True)
        elif start == "*":
            if not steps:
                return NOBODY_KNOWS
            thing, steps = self._starred(path, steps[0], depth), steps[1:]
        else:
            found = self.modules.find(start, path)
            thing = NOBODY_KNOWS if found is None else Thing(MODULE, found)
            if found is None and self._was_here(start, path):
                return None
        for step in steps:
            if thing is None or thing.kind == UNKNOWN:
                return thing
            thing = self._step(thing, step, depth)
        return thing

    def _of_nobody(self, steps: tuple[str, ...], path: str) -> Thing | None:
        """A method of what nobody knows: there may be only one in the tree that is called so."""
        if steps[1:] not in ((), ("()",)) or self.lone is None or steps[0] in EVERYWHERE or len(steps[0]) < _TELLING:
            return NOBODY_KNOWS
        place = self.lone(steps[0])
        facts = self.facts(place[0]) if place is not None else None
        owner = facts.definitions.get(place[1]) if facts is not None and place is not None else None
        if owner is None or place is None or not self._works_with_the_tree(path):
            return NOBODY_KNOWS
        thing = self.of_class(Thing(INSTANCE, place[0], owner), steps[0])
        return thing if thing is None or not steps[1:] else self._step(thing, steps[1], 0)

    def _works_with_the_tree(self, path: str) -> bool:
        facts = self.facts(path)
        for use in facts.uses if facts is not None else ():
            if use.form == "import":
                thing = self.resolve(use.chain, path)
                if thing is not None and thing.kind != UNKNOWN:
                    return True
        return False

    def _was_here(self, name: str, path: str) -> bool:
        """Whether a module that is not there would have to be in this tree: its package is."""
        above = name.rstrip(".").rpartition(".")[0]
        return name.startswith(".") or (bool(above) and self.modules.find(above, path) is not None)

    def _step(self, thing: Thing, step: str, depth: int) -> Thing | None:
        definition = thing.definition
        if step == "%":
            return thing._replace(many=True) if not thing.many else NOBODY_KNOWS
        if thing.many:
            return NOBODY_KNOWS
        if thing.kind == MODULE:
            return self.member(thing.path, step, depth, own=thing.bound)
        if definition is None:
            return NOBODY_KNOWS
        if step == "()":
            return self._called(thing, definition, depth)
        if step == "await":
            return thing if thing.via is not None and "async" in thing.via.flags else NOBODY_KNOWS
        if step == "super":
            return self._above(thing, definition, depth)
        if thing.kind == INSTANCE or definition.kind == CLASS:
            return self.of_class(thing, step, depth)
        plain = _PLAIN.get(definition.returns) if thing.kind == RESULT and not is_script(thing.path) else None
        return None if plain is not None and step.isidentifier() and not hasattr(plain, step) else NOBODY_KNOWS

    def member(self, path: str, name: str, depth: int = 0, *, own: bool = False) -> Thing | None:
        """What a name of a module is: seen from others, or its `own` one, which a script need not export."""
        facts = self.facts(path)
        if facts is not None:
            hidden = not own and facts.exports is not None and is_script(path) and name not in facts.exports
            found = None if hidden else facts.definitions.get(name)
            if found is not None and not self._names_a_module_below(found, path):
                return self._followed(Thing(DEFINED, path, found), depth)
            for star in facts.stars if found is None else ():
                thing = self._through_star(star, path, name, depth)
                if thing is not None:
                    return thing
        below = self.modules.inside(path, name)
        if below is not None:
            return Thing(MODULE, below)
        if facts is None or facts.broken or "__getattr__" in facts.definitions:
            return NOBODY_KNOWS
        return None

    def _names_a_module_below(self, found: Definition, path: str) -> bool:
        """Whether it is `from . import name` in a package: the module of that name, and not itself over again."""
        start, steps = steps_of(found.target) if found.kind == ALIAS else ("", ())
        return steps == (found.name,) and bool(start) and self.modules.find(start, path) == path

    def _starred(self, path: str, name: str, depth: int) -> Thing | None:
        facts = self.facts(path)
        found = [self._through_star(star, path, name, depth) for star in (facts.stars if facts else ())]
        return next((thing for thing in found if thing is not None), None)

    def _through_star(self, star: str, path: str, name: str, depth: int) -> Thing | None:
        module = self.resolve(star, path, depth + 1)
        if module is None or module.kind != MODULE:
            return module
        facts = self.facts(module.path)
        if facts is None:
            return NOBODY_KNOWS
        shown = name in facts.exports if facts.exports is not None else not name.startswith("_")
        return self.member(module.path, name, depth + 1) if shown else None

    def _followed(self, thing: Thing, depth: int) -> Thing | None:
        """What something that only stands for something else really is."""
        definition = thing.definition
        if definition is None or definition.kind == OPAQUE:
            return NOBODY_KNOWS
        if definition.kind == ALIAS or (definition.kind == VALUE and definition.target):
            found = self.resolve(definition.target, thing.path, depth + 1)
            if definition.kind == ALIAS or (found is not None and found.kind != UNKNOWN):
                return found
        return thing

    def _called(self, thing: Thing, definition: Definition, depth: int) -> Thing | None:
        if thing.kind == DEFINED and definition.kind == CLASS:
            return Thing(INSTANCE, thing.path, definition)
        if definition.kind == FUNCTION and "property" not in definition.flags and thing.kind == DEFINED:
            return self.given(thing, definition, depth)
        return NOBODY_KNOWS

    def given(self, thing: Thing, definition: Definition, depth: int = 0) -> Thing:
        """What a function gives when it is called."""
        if definition.target:
            found = self.resolve(definition.target, thing.path, depth + 1)
            if found is not None and found.kind in (INSTANCE, RESULT):
                return found._replace(via=definition)
        return Thing(RESULT, thing.path, definition, via=definition)

    def of_class(self, thing: Thing, name: str, depth: int = 0) -> Thing | None:
        """What a name is, asked of a class or of an instance of one."""
        is_instance = thing.kind == INSTANCE
        unknown = False
        for path, owner in self.order(thing.path, thing.definition, depth):
            if owner is None:
                unknown = True
                continue
            facts = self.facts(path)
            found = facts.definitions.get(f"{owner.name}.{name}") if facts else None
            if found is None:
                unknown = unknown or (facts is not None and facts.broken)
                continue
            if found.kind == FUNCTION and "property" in found.flags:
                return self._property(Thing(DEFINED, path, found), found, depth) if is_instance else NOBODY_KNOWS
            if found.kind == FUNCTION:
                taken = "static" not in found.flags and (is_instance or "classmethod" in found.flags)
                return Thing(DEFINED, path, found, bound=taken)
            return self._followed(Thing(DEFINED, path, found), depth)
        if unknown or name.startswith("__"):
            return NOBODY_KNOWS
        is_enum = thing.definition is not None and "enum" in thing.definition.flags
        return NOBODY_KNOWS if is_enum and name in ("name", "value") else None

    def _property(self, thing: Thing, found: Definition, depth: int) -> Thing:
        return self.given(thing, found, depth)._replace(via=found)

    def _above(self, thing: Thing, definition: Definition, depth: int) -> Thing | None:
        """What `super()` in a class stands for: an instance of the next class in order."""
        order = list(self.order(thing.path, definition, depth))[1:]
        known = [Thing(INSTANCE, path, owner) for path, owner in order if owner is not None]
        return known[0] if known and order[0][1] is not None else NOBODY_KNOWS

    def order(self, path: str, definition: Definition | None, depth: int = 0) -> Iterator[_Place]:
        """The class and those it inherits from, in the order in which names are looked up; None for unknown ones."""
        if definition is None or depth > _DEEPEST:
            return
        lines: list[list[_Place]] = []
        for base in definition.bases:
            thing = self.resolve(base, path, depth + 1)
            if thing is None or thing.kind != DEFINED or thing.definition is None or thing.definition.kind != CLASS:
                if last_name(base) not in WITHOUT_MEMBERS or (thing is not None and thing.kind != UNKNOWN):
                    lines.append([(base, None)])
                continue
            lines.append(list(self.order(thing.path, thing.definition, depth + 1)))
        yield path, definition
        yield from _merged(lines)

    def constructor(self, thing: Thing) -> tuple[Parameter, ...] | None:
        """The parameters with which a class is made; None where nobody can tell."""
        fields: dict[str, Parameter] = {}
        made_of_fields = thing.definition is not None and bool({"dataclass", "tuple"} & {*thing.definition.flags})
        order = list(self.order(thing.path, thing.definition))
        for path, owner in order:
            if owner is None:
                return None
            facts = self.facts(path)
            for name in ("__init__", "__new__"):
                own = facts.definitions.get(f"{owner.name}.{name}") if facts else None
                if own is not None:
                    return own.parameters[1:]
            if made_of_fields and owner is thing.definition:
                break
            if {"dataclass", "tuple"} & {*owner.flags}:
                return self.constructor(Thing(DEFINED, path, owner))
        if not made_of_fields:
            return () if all(not owner.bases for _, owner in order if owner is not None) else None
        for _, owner in reversed(order):
            if owner is not None and {"dataclass", "tuple"} & {*owner.flags}:
                fields.update({one.name: one for one in owner.parameters})
        return tuple(sorted(fields.values(), key=lambda one: one.kind == "k"))

    def missing(self, thing: Thing) -> frozenset[str]:
        """The abstract methods that a class does not have: it cannot be made while there are any."""
        seen: dict[str, bool] = {}
        for path, owner in self.order(thing.path, thing.definition):
            facts = self.facts(path)
            if owner is None or facts is None:
                continue
            prefix = owner.name + "."
            for name, one in facts.definitions.items():
                if name.startswith(prefix):
                    seen.setdefault(name[len(prefix) :], "abstract" in one.flags)
        return frozenset(name for name, is_abstract in seen.items() if is_abstract)


def _merged(lines: list[list[_Place]]) -> Iterator[_Place]:
    """Python's order: each class before those it inherits from, and as written."""
    lines = [line for line in lines if line]
    while lines:
        heads = [line[0] for line in lines]
        tails = [one for line in lines for one in line[1:]]
        head = next((one for one in heads if one not in tails), heads[0])
        yield head
        lines = [rest for rest in ([one for one in line if one != head] for line in lines) if rest]
