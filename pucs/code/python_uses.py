"""What Python source does with the names of others: one walk through its expressions."""

from __future__ import annotations

import ast

from pucs.code.python_names import Scope, annotated, chain_of, element, string
from pucs.interface import Use, longer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_ITERATES = frozenset(
    "list tuple set frozenset sum any all max min enumerate zip sorted dict reversed iter join extend update".split()
)
_ORDERS = frozenset(("sorted", "min", "max"))
_AWAITS = frozenset(
    "run create_task ensure_future gather wait wait_for run_until_complete shield run_coroutine_threadsafe".split()
)
_AWAITED = ("await", "aiter", "awith")
_PATCHES = frozenset(("patch", "setattr", "delattr"))
_PATCHED_NAME = 2


class Expressions:
    """The uses in expressions; the reader of statements says in which scope and inside which `try` they are."""

    def __init__(self) -> None:
        self.scope = Scope("module")
        self.uses: list[Use] = []
        self.caught: tuple[str, ...] = ()

    def emit(self, chain: str, node: ast.AST, form: str) -> None:
        """Notes a use, if it is one of something that can be followed."""
        if chain and not chain.startswith("?:"):
            self.uses.append(Use(chain, getattr(node, "lineno", 0), form))

    def visit(self, node: ast.AST | None, form: str = "read") -> None:
        """Looks at an expression; `form` says what is done with its value."""
        if node is None:
            return
        handler = getattr(self, "_" + type(node).__name__.lower(), None)
        if handler is not None:
            handler(node, form)
            return
        for child in ast.iter_child_nodes(node):
            self.visit(child)

    def _name(self, node: ast.Name, form: str) -> None:
        if isinstance(node.ctx, ast.Load):
            self.emit(self.scope.find(node.id), node, form)

    def _attribute(self, node: ast.Attribute, form: str) -> None:
        self.visit(node.value, f"attr {node.attr}")
        if isinstance(node.ctx, ast.Load):
            self.emit(chain_of(node, self.scope), node, form)

    def _call(self, node: ast.Call, form: str) -> None:
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name == "getattr":
            self.emit(chain_of(node, self.scope), node, form)
        self._called(node)
        if name in _PATCHES or name == "object":
            self._patched(node)
        for at, argument in enumerate(node.args):
            self._argument(argument, at, name, node)
        for keyword in node.keywords:
            self.visit(keyword.value, _handed(keyword.value) if name != "partial" else "read")
        if name != "getattr":
            self.emit(chain_of(node, self.scope), node, form)
        if form in _AWAITED and isinstance(node.func, ast.Attribute) and not chain_of(node, self.scope):
            self.uses.append(Use(f"?:{name} ()", node.lineno, form))

    def _called(self, node: ast.Call) -> None:
        chain = chain_of(node.func, self.scope)
        if not chain and isinstance(node.func, ast.Attribute):
            chain = "?:" + node.func.attr  # a method of nobody knows what: its name may say it
        elif chain.startswith("?:"):
            chain = ""
        count = -1 if any(isinstance(one, ast.Starred) for one in node.args) else len(node.args)
        keywords = tuple(one.arg or "**" for one in node.keywords)
        first = repr(node.args[0].value) if node.args and isinstance(node.args[0], ast.Constant) else ""
        if chain:
            line = node.func.end_lineno or node.lineno
            self.uses.append(Use(chain, line, "call", count, keywords, first, self.caught))
        if isinstance(node.func, ast.Attribute):
            self.visit(node.func.value, f"attr {node.func.attr}")
        elif not isinstance(node.func, ast.Name):
            self.visit(node.func, "call")

    def _argument(self, node: ast.expr, at: int, name: str, call: ast.Call) -> None:
        if isinstance(node, ast.Starred):
            self.visit(node.value, "iterate")
        elif name == "partial" and at == 0:
            self._partial(node, call)
        elif name in ("map", "filter") and at == 0:
            self._callback(node, len(call.args) - 1)
        elif name in ("isinstance", "issubclass") and at == 1:
            for one in node.elts if isinstance(node, ast.Tuple) else [node]:
                self.visit(one, "isinstance")
        elif name in ("map", "filter") or name in _ITERATES:
            self.visit(node, "iterate")
            if name in _ORDERS and not any(one.arg == "key" for one in call.keywords):
                self.emit(element(chain_of(node, self.scope)), node, "order")
        elif name in ("len", "next"):
            self.visit(node, name)
        elif name in _AWAITS:
            self.visit(node, "await")
            given = chain_of(node, self.scope)
            if given.endswith("()"):
                self.emit(longer(given, "await"), node, "read")
        else:
            self.visit(node, _handed(node))

    def _partial(self, node: ast.expr, call: ast.Call) -> None:
        chain = chain_of(node, self.scope)
        keywords = tuple(one.arg or "**" for one in call.keywords)
        if chain and not chain.startswith("?:"):
            self.uses.append(Use(chain, node.lineno, "partial", len(call.args) - 1, keywords))

    def _callback(self, node: ast.expr, count: int) -> None:
        if _handed(node) != "callback":
            self.visit(node)
            return
        chain = chain_of(node, self.scope)
        if chain and not chain.startswith("?:"):
            self.uses.append(Use(chain, node.lineno, "callback", count))

    def _patched(self, node: ast.Call) -> None:
        """A name that a test replaces, given as text: `mock.patch("pkg.m.f")`, `monkeypatch.setattr(m, "f", …)`."""
        first = string(node.args[0]) if node.args else ""
        if first and "." in first and first.replace(".", "").isidentifier():
            module, _, rest = first.partition(".")
            self.emit(f"{module}:{rest.replace('.', ' ')}", node, "patch")
        elif len(node.args) >= _PATCHED_NAME and string(node.args[1]).isidentifier():
            base = chain_of(node.args[0], self.scope)
            self.emit(longer(base, string(node.args[1])) if base else "", node, "patch")

    def _await(self, node: ast.Await, form: str) -> None:
        self.visit(node.value, "await")
        self.emit(chain_of(node, self.scope), node, form)

    def _subscript(self, node: ast.Subscript, form: str) -> None:
        key = repr(node.slice.value) if isinstance(node.slice, ast.Constant) else ""
        if isinstance(node.slice, ast.UnaryOp) and isinstance(node.slice.operand, ast.Constant):
            key = f"-{node.slice.operand.value!r}"
        self.visit(node.value, f"item {key}".strip() if isinstance(node.ctx, ast.Load) else "store")
        self.visit(node.slice)
        self.emit(chain_of(node, self.scope), node, form)

    def _compare(self, node: ast.Compare, _: str) -> None:
        sides = [node.left, *node.comparators]
        for at, side in enumerate(sides):
            operator = node.ops[max(0, at - 1)]
            if isinstance(operator, (ast.Eq, ast.NotEq)):
                form = "compare"
            elif isinstance(operator, (ast.Lt, ast.LtE, ast.Gt, ast.GtE)):
                form = "order"
            elif isinstance(operator, (ast.In, ast.NotIn)) and at > 0:
                form = "in"
            else:
                form = "is" if isinstance(operator, (ast.Is, ast.IsNot)) else "read"
            self.visit(side, form)

    def _boolop(self, node: ast.BoolOp, form: str) -> None:
        for value in node.values:
            self.visit(value, form if value is node.values[-1] else "truth")

    def _ifexp(self, node: ast.IfExp, form: str) -> None:
        self.visit(node.test, "truth")
        self.visit(node.body, form)
        self.visit(node.orelse, form)

    def _unaryop(self, node: ast.UnaryOp, _: str) -> None:
        self.visit(node.operand, "truth" if isinstance(node.op, ast.Not) else "arith")

    def _binop(self, node: ast.BinOp, _: str) -> None:
        self.visit(node.left, "arith")
        self.visit(node.right, "arith")

    def _formattedvalue(self, node: ast.FormattedValue, _: str) -> None:
        self.visit(node.value, "format")

    def _starred(self, node: ast.Starred, _: str) -> None:
        self.visit(node.value, "iterate")

    def _yieldfrom(self, node: ast.YieldFrom, _: str) -> None:
        self.visit(node.value, "iterate")

    def _namedexpr(self, node: ast.NamedExpr, form: str) -> None:
        self.visit(node.value, form)
        self.bind(node.target, chain_of(node.value, self.scope))

    def _lambda(self, node: ast.Lambda, _: str) -> None:
        for default in (*node.args.defaults, *node.args.kw_defaults):
            self.visit(default)
        outer, self.scope = self.scope, Scope("function", self.scope, self.scope.owner)
        self.declare(node.args)
        self.visit(node.body)
        self.scope = outer

    def _listcomp(self, node: ast.ListComp, _: str) -> None:
        self._comprehension(node.generators, [node.elt])

    def _setcomp(self, node: ast.SetComp, _: str) -> None:
        self._comprehension(node.generators, [node.elt])

    def _generatorexp(self, node: ast.GeneratorExp, _: str) -> None:
        self._comprehension(node.generators, [node.elt])

    def _dictcomp(self, node: ast.DictComp, _: str) -> None:
        self._comprehension(node.generators, [node.key, node.value])

    def _comprehension(self, generators: Iterable[ast.comprehension], made: list[ast.expr]) -> None:
        outer, self.scope = self.scope, Scope("function", self.scope, self.scope.owner)
        for one in generators:
            self.visit(one.iter, "aiter" if one.is_async else "iterate")
            self.bind(one.target, element(chain_of(one.iter, self.scope)))
            for test in one.ifs:
                self.visit(test, "truth")
        for expression in made:
            self.visit(expression)
        self.scope = outer

    def declare(self, arguments: ast.arguments) -> None:
        """Binds parameters in the scope, by their annotations."""
        every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        for one in every:
            self.scope.names[one.arg] = annotated(one.annotation, self.scope)
        for more in (arguments.vararg, arguments.kwarg):
            if more is not None:
                self.scope.names[more.arg] = ""

    def bind(self, target: ast.AST, chain: str) -> None:
        """Gives a name, or each of several, what it stands for from here on."""
        if isinstance(target, ast.Name):
            known = self.scope
            if known.kind == "module":
                chain = ":" + target.id  # others may bind it anew: what the module says of it holds
            known.names[target.id] = "" if chain.startswith("?:") else chain
        elif isinstance(target, (ast.Tuple, ast.List)):
            for one in target.elts:
                self.bind(one, "")
        elif isinstance(target, ast.Starred):
            self.bind(target.value, "")
        elif isinstance(target, ast.Attribute):
            self.emit(chain_of(target.value, self.scope), target, f"store {target.attr}")
            self.visit(target.value, f"attr {target.attr}")
        else:
            self.visit(target)


def _handed(node: ast.expr) -> str:
    """How an argument is given: a name may be a function that is called later."""
    return "callback" if isinstance(node, (ast.Name, ast.Attribute)) else "read"
