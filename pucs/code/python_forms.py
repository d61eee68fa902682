"""Small questions about statements of Python source."""

from __future__ import annotations

import ast

from pucs.code.python_names import string
from pucs.code.python_values import folded
from pucs.interface import last_name


def each(node: ast.expr | None) -> list[ast.expr]:
    """The parts of a tuple, or the one thing alone."""
    if node is None:
        return []
    return list(node.elts) if isinstance(node, ast.Tuple) else [node]


def mark(node: ast.expr) -> str:
    """The last name of a decorator or of what is called."""
    inner = node.func if isinstance(node, ast.Call) else node
    if isinstance(inner, ast.Attribute):
        return inner.attr
    return inner.id if isinstance(inner, ast.Name) else ""


def without_brackets(node: ast.expr) -> ast.expr:
    """What is subscripted: `Base` of `Base[T]`."""
    return node.value if isinstance(node, ast.Subscript) else node


def class_flags(node: ast.ClassDef) -> tuple[str, ...]:
    """How a class is made: dataclass, frozen, order, kw_only, identity (no `__eq__`), tuple, enum."""
    flags: set[str] = set()
    for decorator in node.decorator_list:
        if mark(decorator) not in ("dataclass", "define", "frozen", "attrs"):
            continue
        flags.add("dataclass")
        options = decorator.keywords if isinstance(decorator, ast.Call) else []
        for option in options:
            value = option.value.value if isinstance(option.value, ast.Constant) else None
            if option.arg in ("frozen", "order", "kw_only") and value is True:
                flags.add(option.arg)
            if option.arg == "eq" and value is False:
                flags.add("identity")
    names = {last_name("?:" + ast.unparse(base).replace(".", " ")) for base in node.bases}
    flags |= {"tuple"} if "NamedTuple" in names else set()
    flags |= {"enum"} if any(name.endswith(("Enum", "Flag")) for name in names) else set()
    return tuple(sorted(flags))


def members(node: ast.ClassDef, constants: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """The values of an enum, each with its name."""
    return tuple(
        (folded(one.value, constants), target.id)
        for one in node.body
        if isinstance(one, ast.Assign)
        for target in one.targets
        if isinstance(target, ast.Name)
    )


def pairs(target: ast.expr, value: ast.expr | None) -> list[tuple[ast.expr, ast.expr | None]]:
    """What of an assignment goes to which of several names; None where nobody can tell."""
    if not isinstance(target, (ast.Tuple, ast.List)):
        return [(target, value)]
    parts = value.elts if isinstance(value, (ast.Tuple, ast.List)) else []
    if len(parts) == len(target.elts) and not any(isinstance(one, ast.Starred) for one in (*target.elts, *parts)):
        return [pair for one, part in zip(target.elts, parts, strict=True) for pair in pairs(one, part)]
    return [(one, None) for one in target.elts]


def form_of(target: ast.expr) -> str:
    """What is done with a value that is assigned to this."""
    if isinstance(target, (ast.Tuple, ast.List)):
        starred = any(isinstance(one, ast.Starred) for one in target.elts)
        return "iterate" if starred else f"unpack {len(target.elts)}"
    return "assign"


def names(node: ast.expr) -> list[str]:
    """The strings of a list, as `__all__` has them."""
    if isinstance(node, ast.BinOp):
        return names(node.left) + names(node.right)
    return [string(one) for one in node.elts if string(one)] if isinstance(node, (ast.List, ast.Tuple)) else []


def is_stub(body: list[ast.stmt]) -> bool:
    """Whether the body says nothing of what is returned: `...`, `pass`, a docstring, or only an error."""
    rest = [one for one in body if not (isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))]
    return not rest or all(isinstance(one, (ast.Pass, ast.Raise)) for one in rest)


def falls_through(body: list[ast.stmt]) -> bool:
    """Whether the end of the body can be reached, so that None is returned there."""
    last = body[-1]
    if isinstance(last, (ast.Return, ast.Raise)):
        return False
    if isinstance(last, ast.If):
        return not last.orelse or falls_through(last.body) or falls_through(last.orelse)
    if isinstance(last, (ast.With, ast.AsyncWith)):
        return falls_through(last.body)
    if isinstance(last, ast.Try):
        if last.finalbody and not falls_through(last.finalbody):
            return False
        ways = [last.orelse or last.body, *(handler.body for handler in last.handlers)]
        return any(falls_through(way) for way in ways)
    if isinstance(last, ast.While):
        return not (isinstance(last.test, ast.Constant) and last.test.value)
    return not isinstance(last, ast.Match)
