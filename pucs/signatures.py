"""Signatures: whether a call fits one, whether it means the same under another, and how one is written."""

from __future__ import annotations

from pucs.interface import CLASS, FUNCTION, Definition, Parameter, Use

_LONGEST = 60


def text_of(definition: Definition | None) -> str:
    """A definition as people write it, on one line: `f(a, b=1)`, `class C(Base)`, `X = 3`."""
    if definition is None:
        return "(gone)"
    name = definition.name
    if definition.kind == FUNCTION:
        prefix = "async " if "async" in definition.flags else ""
        marks = "".join(
            f"@{mark} "
            for mark in ("property", "staticmethod", "classmethod", "contextmanager")
            if _FLAGS[mark] in definition.flags
        )
        returns = f" -> {definition.returns}" if definition.returns else ""
        return f"{marks}{prefix}{name}({_listed(definition.parameters)}){returns}"
    if definition.kind == CLASS:
        bases = ", ".join(base.rpartition(":")[2].replace(" ", ".") for base in definition.bases)
        made = f" made by ({_listed(definition.parameters)})" if definition.parameters else ""
        return f"class {name}({bases}){made}" if bases else f"class {name}{made}"
    value = definition.value or "…"
    return f"{name} = {value if len(value) <= _LONGEST else value[: _LONGEST - 1] + '…'}"


_FLAGS = {"property": "property", "staticmethod": "static", "classmethod": "classmethod", "contextmanager": "context"}


def _listed(parameters: tuple[Parameter, ...]) -> str:
    words: list[str] = []
    before = ""
    for one in parameters:
        if before == "/" and one.kind != "/":
            words.append("/")
        if one.kind == "k" and before not in ("*", "k"):
            words.append("*")
        mark = one.kind if one.kind in ("*", "**") else ""
        words.append(f"{mark}{one.name}={one.default}" if one.default else mark + one.name)
        before = one.kind
    return ", ".join([*words, "/"] if before == "/" else words)


def misfit(parameters: tuple[Parameter, ...], use: Use) -> str:
    """Why a call with these arguments fails; "" if it does not, as far as its text tells."""
    by_position = [one for one in parameters if one.kind in ("/", "")]
    unsure = use.positional < 0 or "**" in use.keywords
    given = max(use.positional, 0)
    if given > len(by_position) and not any(one.kind == "*" for one in parameters):
        return f"takes {len(by_position)} positional, gets {given}"
    filled = {one.name for one in by_position[:given]}
    by_name = {one.name for one in parameters if one.kind in ("", "k")}
    for word in use.keywords:
        if word == "**":
            continue
        if word in filled and word in by_name:
            return f"gets {word} twice"
        if word not in by_name and not any(one.kind == "**" for one in parameters):
            return f"has no {word}"
    if unsure:
        return ""
    missing = [
        one.name
        for one in parameters
        if one.kind in ("/", "", "k") and not one.default and one.name not in filled and one.name not in use.keywords
    ]
    return f"needs {', '.join(missing)}" if missing else ""


def shifted(before: tuple[Parameter, ...], after: tuple[Parameter, ...], use: Use) -> str:
    """Why arguments by position mean something else than they did; "" if they do not."""
    old = [one.name for one in before if one.kind in ("/", "")]
    new = [one.name for one in after if one.kind in ("/", "")]
    count = use.positional if use.form == "call" and use.positional >= 0 else min(len(old), len(new))
    for was, now in zip(old[:count], new[:count], strict=False):
        if was != now and (was in {one.name for one in after} or now in {one.name for one in before}):
            return f"{now} stands where {was} stood"
    return ""


def other_default(before: tuple[Parameter, ...], after: tuple[Parameter, ...], use: Use) -> str:
    """Which default, that this call relies on, changed; "" for none. What begins or ends as None is a way to say so."""
    old = {one.name: one.default for one in before}
    by_position = [one.name for one in after if one.kind in ("/", "")]
    if use.positional < 0 or "**" in use.keywords:
        return ""
    given = {*by_position[: use.positional], *use.keywords}
    for one in after:
        was = old.get(one.name, "")
        if one.default and was and one.default != was and one.name not in given and "None" not in (was, one.default):
            return f"{one.name} is {one.default} by default now"
    return ""


def needed(parameters: tuple[Parameter, ...]) -> int:
    """How many arguments have to be given."""
    return sum(1 for one in parameters if one.kind in ("/", "", "k") and not one.default)


def most(parameters: tuple[Parameter, ...]) -> int:
    """How many arguments can be given by position."""
    if any(one.kind == "*" for one in parameters):
        return 1000
    return sum(1 for one in parameters if one.kind in ("/", ""))
