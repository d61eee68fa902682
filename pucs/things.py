"""What chains lead to, and what is known of names without looking at any file."""

from __future__ import annotations

from pucs.interface import Definition
from pucs.record import Record

MODULE, DEFINED, INSTANCE, RESULT, UNKNOWN = "module", "defined", "instance", "result", "unknown"

WITHOUT_MEMBERS = frozenset(
    "object ABC Generic Protocol NamedTuple TypedDict Enum IntEnum StrEnum Flag Exception BaseException"
    " ValueError TypeError KeyError IndexError LookupError RuntimeError OSError ArithmeticError"
    " AttributeError NotImplementedError AssertionError StopIteration TimeoutError PermissionError"
    " FileNotFoundError ConnectionError UserWarning".split()
)
"""Bases outside of the tree that add nothing callers would look for by name."""

EVERYWHERE = frozenset(
    name
    for kind in (str, bytes, bytearray, int, float, complex, list, tuple, dict, set, type, BaseException, memoryview)
    for name in dir(kind)
) | frozenset(
    "open close read write flush seek tell readline readlines writelines fileno acquire release start stop"
    " join run send receive recv connect execute commit rollback cursor fetchone fetchall match search group"
    " groups sub save load dump dumps loads parse name exists mkdir unlink rename touch resolve glob rglob"
    " iterdir stat warning info debug error exception critical submit result cancel done wait notify emit"
    " call apply main setup teardown".split()
)
"""Method names that are not telling: types of the standard library have them."""


class Thing(Record):
    """What a chain leads to: a module, something defined, an instance of a class, what a function gives, or unknown.

    `bound` is said of a function whose first parameter is taken; `via` is the function whose call gave it; `many` says
    that it is a container of such things.
    """

    kind: str
    path: str = ""
    definition: Definition | None = None
    bound: bool = False
    via: Definition | None = None
    many: bool = False


NOBODY_KNOWS = Thing(UNKNOWN)
