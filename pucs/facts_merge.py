"""What a file would offer and use if the changes of two trees were brought together."""

from __future__ import annotations

from pucs.interface import Facts, Use, Uses


def merged(base: Facts | None, theirs: Facts | None, ours: Facts | None) -> Facts | None:
    """The facts after a merge: each definition as the side that changed it has it, `theirs` where both did.

    Uses are ours, but for those that they removed; so a call that they mended already is broken no more.
    """
    if base == ours:
        return theirs
    if base == theirs or theirs is None or ours is None:
        return ours
    old = base.definitions if base is not None else {}
    definitions = dict(ours.definitions)
    for name in {*old, *theirs.definitions}:
        one = theirs.definitions.get(name)
        if _same(one, old.get(name)):
            continue
        if one is None and theirs.broken:
            continue
        if one is None:
            definitions.pop(name, None)
        else:
            definitions[name] = one
    gone = {_what(use) for use in base.uses} - {_what(use) for use in theirs.uses} if base is not None else set()
    uses = Uses.of(use for use in ours.uses if _what(use) not in gone)
    exports = theirs.exports if base is None or theirs.exports != base.exports else ours.exports
    stars = tuple(dict.fromkeys((*ours.stars, *theirs.stars)))
    return Facts(definitions, uses, stars, exports, theirs.broken or ours.broken)


def _same(one: object, other: object) -> bool:
    """Whether two definitions say the same, wherever they stand."""
    plain = [value._replace(line=0) if hasattr(value, "_replace") else value for value in (one, other)]
    return bool(plain[0] == plain[1])


def _what(use: Use) -> Use:
    return use._replace(line=0)
