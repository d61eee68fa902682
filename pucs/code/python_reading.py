"""The facts of a Python file: what it defines, with signatures and what is returned, and what it uses."""

from __future__ import annotations

import ast

from pucs.code import python_forms as forms
from pucs.code import python_values as values
from pucs.code.python_givings import Function, Givings
from pucs.code.python_names import Scope, annotated, chain_of, element, imported, stored
from pucs.interface import ALIAS, CLASS, FUNCTION, Definition, Facts, Use, Uses, longer

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_PROPERTIES = frozenset(("property", "cached_property", "abstractproperty", "hybrid_property"))
_CONTEXTS = frozenset(("contextmanager", "asynccontextmanager"))
_FLAGS = {
    "staticmethod": "static", "classmethod": "classmethod", "abstractmethod": "abstract",
    "abstractproperty": "abstract", "overload": "overload", "fixture": "fixture",
}  # fmt: skip


def facts_of_tree(tree: ast.Module) -> Facts:
    """The facts of a parsed file."""
    reader = _Reader()
    reader.scope.names.update({name: ":" + name for name in stored(tree.body)})
    reader.body(tree.body)
    exports = tuple(reader.exports) if reader.exports is not None else None
    return Facts(reader.definitions, Uses.of(reader.uses), tuple(reader.stars), exports)


class _Reader(Givings):
    """One walk through the statements of a file."""

    # Definitions.

    def _functiondef(self, node: ast.FunctionDef | ast.AsyncFunctionDef, _: str) -> None:
        marks = [forms.mark(one) for one in node.decorator_list]
        for one in node.decorator_list:
            self.visit(one, "decorator" if not isinstance(one, ast.Call) else "read")
        for default in (*node.args.defaults, *node.args.kw_defaults):
            self.visit(default)
        self._annotations(node)
        found = self._inside(node, marks)
        nested = self._function is not None
        if nested:
            self.scope.names[node.name] = ""
            if self._function is not None:
                self._function.local[node.name] = "function"
            return
        name = f"{self._owner}.{node.name}" if self._owner else node.name
        if any(mark in ("setter", "deleter") for mark in marks) or "overload" in marks:
            return
        definition = self._made(node, name, marks, found)
        before = self.definitions.get(name)
        if before is None or before.kind != FUNCTION or before.parameters == definition.parameters:
            self.definitions[name] = definition
        else:  # defined in each branch of a condition: which one holds is known when it runs
            self.definitions[name] = definition._replace(shapes=("?",))

    _asyncfunctiondef = _functiondef

    def _annotations(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        arguments = node.args
        for one in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            self.visit(one.annotation)
        self.visit(node.returns)

    def _inside(self, node: ast.FunctionDef | ast.AsyncFunctionDef, marks: list[str]) -> Function:
        outer = (self.scope, self._function, self.caught, self._owner)
        self.scope = Scope("function", self.scope, self.scope.owner)
        self._function, self.caught = Function(), ()
        self.scope.names.update(dict.fromkeys(stored(node.body), ""))
        self.declare(node.args)
        self._fixtures(node)
        every = [*node.args.posonlyargs, *node.args.args]
        if outer[0].kind == "class" and every and "staticmethod" not in marks:
            own = outer[0].owner
            self.scope.names[every[0].arg] = own if "classmethod" in marks else longer(own, "()")
        self.body(node.body)
        found = self._function
        self.scope, self._function, self.caught, self._owner = outer
        return found

    def _fixtures(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """A parameter with the name of a fixture of the same file is what that gives."""
        for one in node.args.args:
            known = self.definitions.get(one.arg)
            if known is not None and "fixture" in known.flags and not self.scope.names.get(one.arg):
                self.scope.names[one.arg] = f":{one.arg} ()"

    def _made(
        self, node: ast.FunctionDef | ast.AsyncFunctionDef, name: str, marks: list[str], found: Function
    ) -> Definition:
        flags = {_FLAGS[mark] for mark in marks if mark in _FLAGS}
        flags |= {"property"} if _PROPERTIES & {*marks} else set()
        flags |= {"context"} if _CONTEXTS & {*marks} else set()
        flags |= {"async"} if isinstance(node, ast.AsyncFunctionDef) else set()
        flags |= {"generator"} if found.yields and "context" not in flags else set()
        shapes = ["generator"] if found.yields else found.shapes or ["none"]
        if not found.yields and found.shapes and forms.falls_through(node.body):
            shapes = [*shapes, "none"]
        if "context" in flags:
            shapes = ["context"]
        if forms.is_stub(node.body):
            shapes = ["?"]
        target = annotated(node.returns, self.scope) or next(iter(found.chains), "")
        if found.yields:
            target = ""
        return Definition(
            name, FUNCTION, node.lineno, values.parameters_of(node.args, self.constants), tuple(sorted(flags)),
            tuple(mark for mark in marks if mark), (), ast.unparse(node.returns) if node.returns else "",
            tuple(dict.fromkeys(shapes)), tuple(dict.fromkeys(found.raises)), target,
        )  # fmt: skip

    def _classdef(self, node: ast.ClassDef, _: str) -> None:
        for one in node.decorator_list:
            self.visit(one, "read")
        name = f"{self._owner}.{node.name}" if self._owner else node.name
        local = self._function is not None
        bases = tuple(chain_of(forms.without_brackets(base), self.scope) or "?:" for base in node.bases)
        for base, chain in zip(node.bases, bases, strict=True):
            self.visit(base, "read")
            if not local and not chain.startswith("?:"):
                words = tuple(one.arg or "**" for one in node.keywords if one.arg != "metaclass")
                self.uses.append(Use(chain, node.lineno, "base", keywords=words, first=name))
        flags = forms.class_flags(node)
        outer = (self.scope, self._owner)
        chain = ":" + name.replace(".", " ")
        self.scope = Scope("class", self.scope, "" if local else chain)
        self._owner = name
        if not local:
            fields = values.fields_of(node, flags, self.constants) if {"dataclass", "tuple"} & {*flags} else ()
            parts = forms.members(node, self.constants) if "enum" in flags else ()
            self.definitions[name] = Definition(
                name, CLASS, node.lineno, fields, flags, tuple(forms.mark(one) for one in node.decorator_list), bases,
                parts=parts,
            )  # fmt: skip
        self.body(node.body)
        self.scope, self._owner = outer
        if local:
            self.scope.names[node.name] = ""
            return
        for method in node.body:
            if isinstance(method, _FUNCTIONS) and not method.name.startswith("__"):
                for chain in bases:
                    self.emit(longer(longer(chain, "()"), method.name), method, "override")

    # Imports.

    def _import(self, node: ast.Import | ast.ImportFrom, _: str) -> None:
        bound, needed, stars = imported(node)
        for chain in needed:
            self.emit(chain, node, "import")
        self.scope.names.update(bound)
        self.stars += stars
        self.scope.stars = self.scope.stars or bool(stars)
        if self.scope.kind == "module" and self._function is None:
            for name, chain in bound.items():
                self.definitions[name] = Definition(name, ALIAS, node.lineno, target=chain)

    _importfrom = _import

    # What is done with values.

    def _expr(self, node: ast.Expr, _: str) -> None:
        self.visit(node.value, "drop")

    def _return(self, node: ast.Return, _: str) -> None:
        self.visit(node.value, "return")
        function = self._function
        if function is None:
            return
        function.shapes += values.shape_of(node.value, self.scope, function.local)
        chain = chain_of(node.value, self.scope) if node.value is not None else ""
        if chain and not chain.startswith(("?:", "*:")):
            function.chains.append(chain)

    def _yield(self, node: ast.Yield, _: str) -> None:
        if self._function is not None:
            self._function.yields = True
        self.visit(node.value)

    def _yieldfrom(self, node: ast.YieldFrom, _: str) -> None:
        if self._function is not None:
            self._function.yields = True
        self.visit(node.value, "iterate")

    def _raise(self, node: ast.Raise, _: str) -> None:
        self.visit(node.exc, "raise")
        self.visit(node.cause)
        if self._function is not None and node.exc is not None:
            raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            chain = chain_of(raised, self.scope)
            if chain:
                self._function.raises.append(chain)

    def _for(self, node: ast.For | ast.AsyncFor, _: str) -> None:
        self.visit(node.iter, "aiter" if isinstance(node, ast.AsyncFor) else "iterate")
        self.bind(node.target, element(chain_of(node.iter, self.scope)))
        self.body(node.body)
        self.body(node.orelse)

    _asyncfor = _for

    def _if(self, node: ast.If | ast.While, _: str) -> None:
        self.visit(node.test, "truth")
        self.body(node.body)
        self.body(node.orelse)

    _while = _if

    def _with(self, node: ast.With | ast.AsyncWith, _: str) -> None:
        outer = self.caught
        for item in node.items:
            self.visit(item.context_expr, "awith" if isinstance(node, ast.AsyncWith) else "with")
            call = item.context_expr
            if isinstance(call, ast.Call) and forms.mark(call) in ("raises", "assertRaises", "suppress"):
                self.caught += tuple(chain for one in call.args for chain in self._types(one))
            if item.optional_vars is not None:
                chain = chain_of(call, self.scope)
                self.bind(item.optional_vars, chain if chain.endswith("()") else "")
        self.body(node.body)
        self.caught = outer

    _asyncwith = _with

    def _try(self, node: ast.Try, _: str) -> None:
        outer = self.caught
        for handler in node.handlers:
            self.caught += tuple(self._types(handler.type)) if handler.type is not None else ("?:BaseException",)
        self.body(node.body)
        self.caught = outer
        for handler in node.handlers:
            for one in forms.each(handler.type):
                self.visit(one, "except")
            chains = list(self._types(handler.type)) if handler.type is not None else []
            if handler.name:
                known = len(chains) == 1 and not chains[0].startswith("?:")
                self.scope.names[handler.name] = longer(chains[0], "()") if known else ""
            self.body(handler.body)
        self.body(node.orelse)
        self.body(node.finalbody)

    _trystar = _try

    def _types(self, node: ast.expr | None) -> list[str]:
        return [chain for chain in (chain_of(one, self.scope) for one in forms.each(node)) if chain]
