"""What a source file offers to others and what it uses of them: plain values, the same for every language.

A *chain* says how an expression reaches something: where it starts, a colon, then one step after another. It starts at
a module (`pkg.m:f` for `from pkg.m import f`; leading dots as in Python), at the file itself (`:f`), at what a star
import gave (`*:f`) or nowhere known (`?:method`). A step is a name, `()` for what a call gives (an instance, of a
class), `await`, `super` (of a class), or `%` for one of the elements.
"""

from __future__ import annotations

from pucs.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

_SHORT = 2
_DEFAULTS = (0, (), "", ())

FUNCTION, CLASS, VALUE, ALIAS, OPAQUE = "function", "class", "value", "alias", "opaque"


class Parameter(Record):
    """One parameter: `kind` is `/` (by position only), `` (either), `k` (by keyword only), `*` or `**`."""

    name: str
    kind: str = ""
    default: str = ""


class Definition(Record):
    """Something with a name in a file: `f`, `C`, `C.method`.

    `flags` are words such as async, generator, property, static, classmethod, context, abstract, dataclass, frozen,
    order, tuple, enum. `target` is the chain of what it stands for, or of what a call gives. `shapes` is what is
    returned, or of what kind a value is; `returns` the annotation. A class has its fields in `parameters`, if that is
    how it is made. `value` is the text of a constant, `parts` its keys and elements with their texts.
    """

    name: str
    kind: str
    line: int = 0
    parameters: tuple[Parameter, ...] = ()
    flags: tuple[str, ...] = ()
    decorators: tuple[str, ...] = ()
    bases: tuple[str, ...] = ()
    returns: str = ""
    shapes: tuple[str, ...] = ()
    raises: tuple[str, ...] = ()
    target: str = ""
    value: str = ""
    parts: tuple[tuple[str, str], ...] = ()


class Use(Record):
    """One use of what a chain leads to, in a line: `form` says what is done to it.

    A call has its number of positional arguments (-1: nobody can tell), its keywords (`**` among them: others, too),
    the text of its first argument where that is a constant, and what is caught around it.
    """

    chain: str
    line: int
    form: str
    positional: int = 0
    keywords: tuple[str, ...] = ()
    first: str = ""
    caught: tuple[str, ...] = ()


class Uses:
    """The uses of one file, by chain: thousands are kept for each of the few that somebody asks for."""

    def __init__(self, rows: dict[str, list[Any]]) -> None:
        self.rows = rows
        """For each chain the other fields of its uses, without those at their default at the end."""

    @classmethod
    def of(cls, uses: Iterable[Use]) -> Uses:
        """These uses, each once."""
        rows: dict[str, list[Any]] = {}
        for use in dict.fromkeys(uses):
            plain = tuple(use[3:]) == _DEFAULTS
            rows.setdefault(use.chain, []).append(
                [use.line, use.form] if plain else [*use[1:4], list(use[4]), use[5], list(use[6])]
            )
        return cls(rows)

    def __iter__(self) -> Iterator[Use]:
        return (_use(chain, row) for chain, rows in self.rows.items() for row in rows)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Uses) and self.rows == other.rows

    __hash__ = None  # type: ignore[assignment]

    def naming(self, names: frozenset[str]) -> Iterator[Use]:
        """Those whose chains have a step of one of these names."""
        for chain, rows in self.rows.items():
            if not names.isdisjoint(chain[chain.find(":") + 1 :].split(" ")):
                for row in rows:
                    yield _use(chain, row)

    def starting(self, start: str) -> Iterator[Use]:
        """Those whose chains begin so."""
        for chain, rows in self.rows.items():
            if chain.startswith(start):
                for row in rows:
                    yield _use(chain, row)


def _use(chain: str, row: list[Any]) -> Use:
    if len(row) == _SHORT:
        return Use(chain, *row)
    line, form, count, words, first, caught = row
    return Use(chain, line, form, count, tuple(words), first, tuple(caught))


class Facts(Record):
    """Everything known of one file. `exports` is `__all__`, None without; `stars` are the modules it imports whole.

    Of a `broken` one more may be there than could be read.
    """

    definitions: dict[str, Definition] = {}
    uses: Uses = Uses({})
    stars: tuple[str, ...] = ()
    exports: tuple[str, ...] | None = None
    broken: bool = False


class ApiChange(Record):
    """One difference between two versions of a file's interface; `breaking` is `yes` or `maybe`.

    `annotated` is false for a change of what is returned that no annotation shows.
    """

    kind: str
    symbol: str
    before: str
    after: str
    breaking: str = "yes"
    line: int = 0
    annotated: bool = True


class Break(Record):
    """One use that a change breaks: where it is, of what, why, and both versions in words.

    `changed` is the file that the change is in. `annotated` is false where only what is returned changed, and no
    annotation says so: it is told apart, as a reading of return statements is less sure than that of signatures.
    """

    path: str
    line: int
    symbol: str
    reason: str
    changed: str
    before: str
    after: str
    annotated: bool = True


def steps_of(chain: str) -> tuple[str, tuple[str, ...]]:
    """Where a chain starts, and its steps."""
    start, _, rest = chain.partition(":")
    return start, tuple(rest.split(" ")) if rest else ()


def longer(chain: str, step: str) -> str:
    """The chain with one step more."""
    return f"{chain}{step}" if chain.endswith(":") else f"{chain} {step}"


def last_name(chain: str) -> str:
    """The last name of a chain: what it is called in the text."""
    return next((step for step in reversed(steps_of(chain)[1]) if step.isidentifier()), "")
