"""Values in Python source: constants by their text, what kind an expression gives, parameters, fields of classes."""

from __future__ import annotations

import ast

from pucs.code.python_names import Scope, chain_of
from pucs.interface import Parameter

_LARGEST = 1 << 64
_BY_CALL = {
    "list": "list", "sorted": "list", "dict": "dict", "set": "set", "frozenset": "set", "tuple": "tuple", "str": "str",
    "int": "int", "float": "float", "bool": "bool", "len": "int", "bytes": "bytes", "repr": "str", "isinstance": "bool",
    "any": "bool", "all": "bool", "map": "generator", "filter": "generator", "zip": "generator", "iter": "generator",
    "enumerate": "generator", "reversed": "generator",
}  # fmt: skip
_BY_METHOD = {"join": "str", "format": "str", "strip": "str", "upper": "str", "lower": "str", "split": "list"}
_OF_TYPE = {str: "str", bytes: "bytes", int: "int", float: "float", bool: "bool", type(None): "none"}


def folded(node: ast.expr | None, constants: dict[str, str]) -> str:
    """The text of a constant, the same for all ways to write it; "" for what is none."""
    if node is None:
        return ""
    if isinstance(node, ast.Name):
        return constants.get(node.id, "")
    if isinstance(node, ast.Dict):
        keys = [folded(key, constants) for key in node.keys]
        values = [folded(value, constants) for value in node.values]
        pairs = ", ".join(f"{key}: {value}" for key, value in zip(keys, values, strict=True))
        return f"{{{pairs}}}" if all(keys + values) else ""
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)):
        texts = [folded(one, constants) for one in node.elts]
        if not all(texts):
            return ""
        if isinstance(node, ast.Set):
            return "{" + ", ".join(sorted(texts)) + "}"
        return f"[{', '.join(texts)}]" if isinstance(node, ast.List) else f"({', '.join(texts)},)"
    value = _number(node, constants)
    return repr(value[0]) if value else ""


def _number(node: ast.expr, constants: dict[str, str]) -> tuple[object] | None:
    """The value of a simple constant expression, alone in a tuple."""
    if isinstance(node, ast.Constant):
        return (node.value,)
    if isinstance(node, ast.Name) and node.id in constants:
        try:
            return (ast.literal_eval(constants[node.id]),)
        except (ValueError, SyntaxError):
            return None
    try:
        if isinstance(node, ast.UnaryOp):
            inner = _number(node.operand, constants)
            if inner and isinstance(node.op, ast.USub):
                return (-inner[0],)  # type: ignore[operator]
            return inner if inner and isinstance(node.op, ast.UAdd) else None
        if isinstance(node, ast.BinOp):
            one, two = _number(node.left, constants), _number(node.right, constants)
            return _computed(node.op, one[0], two[0]) if one and two else None
    except (TypeError, ValueError, ArithmeticError):
        return None
    return None


def _computed(operator: ast.operator, one: object, two: object) -> tuple[object] | None:
    numbers = isinstance(one, (int, float)) and isinstance(two, (int, float))
    if isinstance(operator, ast.Add) and (numbers or (isinstance(one, str) and isinstance(two, str))):
        return (one + two,)  # type: ignore[operator]
    if not numbers or max(abs(one), abs(two)) > _LARGEST:  # type: ignore[arg-type]
        return None
    if isinstance(operator, ast.Mult):
        return (one * two,)  # type: ignore[operator]
    if isinstance(operator, ast.Sub):
        return (one - two,)  # type: ignore[operator]
    if isinstance(operator, ast.Div):
        return (one / two,)  # type: ignore[operator]
    if isinstance(operator, ast.Pow) and abs(two) < 64:  # type: ignore[arg-type]  # noqa: PLR2004 - no huge numbers
        return (one**two,)  # type: ignore[operator]
    return None


def parts_of(node: ast.expr | None, constants: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """The keys and elements of a display, with their texts."""
    if isinstance(node, ast.Dict):
        return tuple(
            (folded(key, constants), folded(value, constants) or ast.unparse(value))
            for key, value in zip(node.keys, node.values, strict=True)
            if key is not None
        )
    if isinstance(node, (ast.List, ast.Tuple)):
        return tuple((str(at), folded(one, constants) or ast.unparse(one)) for at, one in enumerate(node.elts))
    if isinstance(node, ast.Set):
        texts = [folded(one, constants) or ast.unparse(one) for one in node.elts]
        return tuple((text, text) for text in texts)
    return ()


def shape_of(node: ast.expr | None, scope: Scope, local: dict[str, str]) -> tuple[str, ...]:
    """What kinds of values an expression may give; `local` are those of names that were just given a value."""
    if node is None:
        return ("none",)
    if isinstance(node, ast.Constant):
        return (_OF_TYPE.get(type(node.value), "?"),)
    if isinstance(node, ast.JoinedStr):
        return ("str",)
    if isinstance(node, (ast.Tuple, ast.List)):
        name = "tuple" if isinstance(node, ast.Tuple) else "list"
        fixed = not any(isinstance(one, ast.Starred) for one in node.elts)
        return (f"{name}:{len(node.elts)}" if fixed else name,)
    if isinstance(node, ast.Dict):
        keys = [folded(key, {}) if key is not None else "" for key in node.keys]
        return ("dict:" + ",".join(keys) if keys and all(keys) else "dict",)
    if isinstance(node, (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)):
        kinds = {ast.ListComp: "list", ast.SetComp: "set", ast.DictComp: "dict", ast.GeneratorExp: "generator"}
        return (kinds[type(node)],)
    if isinstance(node, ast.Set):
        return ("set",)
    if isinstance(node, ast.Lambda):
        return ("function",)
    if isinstance(node, (ast.Compare,)) or (isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)):
        return ("bool",)
    if isinstance(node, ast.IfExp):
        return shape_of(node.body, scope, local) + shape_of(node.orelse, scope, local)
    if isinstance(node, ast.BinOp):
        sides = set(shape_of(node.left, scope, local)) | set(shape_of(node.right, scope, local))
        kinds_of = {side.partition(":")[0] for side in sides}
        return (kinds_of.pop(),) if len(kinds_of) == 1 and "=" not in "".join(kinds_of) else ("?",)
    if isinstance(node, ast.Name) and node.id in local:
        return (local[node.id],)
    if isinstance(node, (ast.Call, ast.Name, ast.Attribute, ast.Await)):
        return (_of_chain(node, scope),)
    return ("?",)


def _of_chain(node: ast.expr, scope: Scope) -> str:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and scope.find(node.func.id).startswith("?:"):
        return _BY_CALL.get(node.func.id, "?")
    chain = chain_of(node, scope)
    if chain.endswith(("()", "await")):
        return "=" + chain
    if not chain and isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return _BY_METHOD.get(node.func.attr, "?")
    return "?"


def parameters_of(arguments: ast.arguments, constants: dict[str, str]) -> tuple[Parameter, ...]:
    """The parameters of a function, with the texts of their defaults."""
    found: list[Parameter] = []
    plain = [(one, "/") for one in arguments.posonlyargs] + [(one, "") for one in arguments.args]
    without = len(plain) - len(arguments.defaults)
    for at, (one, kind) in enumerate(plain):
        default = arguments.defaults[at - without] if at >= without else None
        found.append(Parameter(one.arg, kind, _text(default, constants)))
    if arguments.vararg:
        found.append(Parameter(arguments.vararg.arg, "*"))
    for one, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        found.append(Parameter(one.arg, "k", _text(value, constants)))
    if arguments.kwarg:
        found.append(Parameter(arguments.kwarg.arg, "**"))
    return tuple(found)


def _text(node: ast.expr | None, constants: dict[str, str]) -> str:
    return folded(node, constants) or ast.unparse(node) if node is not None else ""


def fields_of(node: ast.ClassDef, flags: tuple[str, ...], constants: dict[str, str]) -> tuple[Parameter, ...]:
    """The fields that a dataclass or named tuple is made with."""
    found: list[Parameter] = []
    by_keyword = "kw_only" in flags
    for statement in node.body:
        if not isinstance(statement, ast.AnnAssign) or not isinstance(statement.target, ast.Name):
            continue
        kind = ast.unparse(statement.annotation)
        if "KW_ONLY" in kind:
            by_keyword = True
            continue
        if "ClassVar" in kind:
            continue
        default, own = _text(statement.value, constants), by_keyword
        if isinstance(statement.value, ast.Call) and ast.unparse(statement.value.func).rpartition(".")[2] == "field":
            options = {one.arg: ast.unparse(one.value) for one in statement.value.keywords}
            if options.get("init") == "False":
                continue
            own = by_keyword or options.get("kw_only") == "True"
            default = options.get("default") or options.get("default_factory") or ""
        found.append(Parameter(statement.target.id, "k" if own else "", default))
    return tuple(found)
