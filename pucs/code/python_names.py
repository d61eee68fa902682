"""Names in Python source: what each stands for where it is used, and the chains that expressions make of them."""

from __future__ import annotations

import ast

from pucs.interface import longer

_MANY = frozenset(
    "list List Sequence Iterable Iterator Collection set Set frozenset FrozenSet Generator AsyncIterator"
    " tuple Tuple deque".split()
)
_THROUGH = frozenset(["Optional", "Annotated", "Final", "ClassVar", "Required", "NotRequired", "ReadOnly"])
_PAIR = 2


class Scope:
    """The names of a module, class or function, each with its chain ("": nobody knows what it is)."""

    stars: bool

    def __init__(self, kind: str, above: Scope | None = None, owner: str = "") -> None:
        self.kind = kind
        self.above = above
        self.owner = owner
        """The class it is in, or is itself: the chain of its name."""
        self.names: dict[str, str] = {}
        self.stars = above.stars if above is not None else False

    def find(self, name: str) -> str:
        """The chain of a name; `?:name` for one that the file does not bind."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names and (scope.kind != "class" or scope is self):
                return scope.names[name]
            scope = scope.above
        return f"*:{name}" if self.stars else f"?:{name}"


def chain_of(node: ast.expr, scope: Scope) -> str:
    """How the expression reaches what it means; "" where that cannot be followed."""
    if isinstance(node, ast.Name):
        return scope.find(node.id)
    if isinstance(node, ast.Attribute):
        base = chain_of(node.value, scope)
        return longer(base, node.attr) if base and not base.startswith("?:") else ""
    if isinstance(node, ast.Call):
        return _called(node, scope)
    if isinstance(node, ast.Await):
        base = chain_of(node.value, scope)
        return longer(base, "await") if base.endswith("()") else ""
    if isinstance(node, ast.IfExp):
        return chain_of(node.body, scope) or chain_of(node.orelse, scope)
    if isinstance(node, ast.BoolOp):
        return next((chain for chain in (chain_of(one, scope) for one in node.values) if chain), "")
    if isinstance(node, ast.NamedExpr):
        return chain_of(node.value, scope)
    if isinstance(node, ast.Subscript):
        return element(chain_of(node.value, scope))
    if isinstance(node, (ast.List, ast.Tuple, ast.Set)) and node.elts:
        chains = {chain_of(one, scope) for one in node.elts}
        chain = chains.pop()
        return longer(chain, "%") if not chains and chain and not chain.startswith("?:") else ""
    return ""


def element(chain: str) -> str:
    """The chain of one element of a container; "" where it is none."""
    return chain[:-2] if chain.endswith(" %") else ""


def _called(node: ast.Call, scope: Scope) -> str:
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if name == "super" and scope.owner:
        return longer(scope.owner, "super")
    if name == "getattr" and len(node.args) >= _PAIR:
        base, what = chain_of(node.args[0], scope), string(node.args[1])
        return longer(base, what) if base and not base.startswith("?:") and what.isidentifier() else ""
    if name in ("sorted", "list", "reversed", "set", "tuple") and len(node.args) >= 1:
        base = chain_of(node.args[0], scope)
        return base if base.endswith(" %") else ""
    called = name or (node.func.attr if isinstance(node.func, ast.Attribute) else "")
    if called == "cast" and len(node.args) == _PAIR:
        return annotated(node.args[0], scope)
    if called == "import_module" and len(node.args) == 1 and string(node.args[0]):
        return string(node.args[0]) + ":"
    base = chain_of(node.func, scope)
    return longer(base, "()") if base and not base.startswith("?:") else ""


def string(node: ast.AST) -> str:
    """The text of a string constant; "" for anything else."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def annotated(node: ast.expr | None, scope: Scope) -> str:
    """The chain of a value that an annotation describes; "" where it is none of a class that can be followed."""
    if node is None:
        return ""
    if string(node):
        try:
            return annotated(ast.parse(string(node), mode="eval").body, scope)
        except SyntaxError:
            return ""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return annotated(node.left, scope) or annotated(node.right, scope)
    if isinstance(node, ast.Subscript):
        name = _last(node.value)
        inner = node.slice.elts[0] if isinstance(node.slice, ast.Tuple) and node.slice.elts else node.slice
        if name in _THROUGH:
            return annotated(inner, scope)
        if name in _MANY and not _is_plain_tuple(name, node.slice):
            chain = annotated(inner, scope)
            return longer(chain, "%") if chain else ""
        if name in ("type", "Type"):
            return annotated(inner, scope).removesuffix(" ()")
        return annotated(node.value, scope)
    if isinstance(node, (ast.Name, ast.Attribute)):
        if _last(node) == "Self":
            return longer(scope.owner, "()") if scope.owner else ""
        chain = chain_of(node, scope)
        return longer(chain, "()") if chain and not chain.startswith("?:") else ""
    return ""


def _is_plain_tuple(name: str, inner: ast.expr) -> bool:
    """Whether it is a tuple whose elements differ."""
    if name not in ("tuple", "Tuple") or not isinstance(inner, ast.Tuple):
        return False
    return not (len(inner.elts) == _PAIR and isinstance(inner.elts[1], ast.Constant) and inner.elts[1].value is ...)


def _last(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def imported(node: ast.Import | ast.ImportFrom) -> tuple[dict[str, str], list[str], list[str]]:
    """What an import binds, the chains that it needs to be there, and the modules it imports whole by a star."""
    bound: dict[str, str] = {}
    needed: list[str] = []
    if isinstance(node, ast.Import):
        for one in node.names:
            needed.append(one.name + ":")
            top = one.name.partition(".")[0]
            bound[one.asname or top] = (one.name if one.asname else top) + ":"
        return bound, needed, []
    module = "." * node.level + (node.module or "")
    stars = [module + ":" for one in node.names if one.name == "*"]
    for one in node.names:
        if one.name != "*":
            bound[one.asname or one.name] = f"{module}:{one.name}"
            needed.append(f"{module}:{one.name}")
    return bound, needed or stars, stars


def stored(body: list[ast.stmt]) -> set[str]:
    """The names that these statements bind, without looking into functions and classes."""
    found: set[str] = set()
    free: set[str] = set()
    waiting: list[ast.AST] = list(body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(node.name)
            continue
        if isinstance(node, ast.Lambda):
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, (ast.Store, ast.Del)):
            found.add(node.id)
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            free.update(node.names)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            found.update(imported(node)[0])
        elif isinstance(node, ast.ExceptHandler) and node.name:
            found.add(node.name)
        waiting.extend(ast.iter_child_nodes(node))
    return found - free
