"""Names of Python source that are given a value: constants, and attributes of instances."""

from __future__ import annotations

import ast

from pucs.code import python_forms as forms
from pucs.code import python_values as values
from pucs.code.python_names import annotated, chain_of
from pucs.code.python_uses import Expressions
from pucs.interface import VALUE, Definition, longer

_ANYTHING = ast.Call(ast.Name("?", ast.Load()), [], [])
"""Stands for a value that nobody can follow."""


class Function:
    """What is found in the body of one function."""

    def __init__(self) -> None:
        self.shapes: list[str] = []
        self.chains: list[str] = []
        self.raises: list[str] = []
        self.local: dict[str, str] = {}
        self.yields = False


class Givings(Expressions):
    """Keeps what a file defines: what is below the classes and functions, and what these give to their names."""

    def __init__(self) -> None:
        super().__init__()
        self.definitions: dict[str, Definition] = {}
        self.stars: list[str] = []
        self.exports: list[str] | None = None
        self.constants: dict[str, str] = {}
        self._owner = ""
        self._function: Function | None = None

    def body(self, statements: list[ast.stmt]) -> None:
        """Looks at statements one after another."""
        for statement in statements:
            self.visit(statement)

    def _assign(self, node: ast.Assign, _: str) -> None:
        for target in node.targets:
            self._given(target, node.value, chain_of(node.value, self.scope), None)
        self.visit(node.value, forms.form_of(node.targets[0]))
        for target in node.targets:
            pairs = forms.pairs(target, node.value)
            for one, value in pairs:
                self.bind(one, chain_of(value, self.scope) if value is not None else "")

    def _annassign(self, node: ast.AnnAssign, _: str) -> None:
        chain = annotated(node.annotation, self.scope) or (chain_of(node.value, self.scope) if node.value else "")
        self._given(node.target, node.value, chain, node.annotation)
        self.visit(node.annotation)
        self.visit(node.value, "assign")
        self.bind(node.target, chain)

    def _augassign(self, node: ast.AugAssign, _: str) -> None:
        if isinstance(node.target, ast.Name) and node.target.id == "__all__" and self.exports is not None:
            self.exports += forms.names(node.value)
        self.visit(node.value, "arith")
        if isinstance(node.target, ast.Name):
            if self.scope.kind == "module":
                self.definitions.pop(node.target.id, None)
            self.emit(self.scope.find(node.target.id), node, "arith")
        else:
            self.visit(node.target)

    def _given(self, target: ast.expr, value: ast.expr | None, chain: str, annotation: ast.expr | None) -> None:
        """Notes a constant or an attribute that others may use."""
        function = self._function
        if function is not None and isinstance(target, ast.Name):
            shapes = values.shape_of(value, self.scope, function.local)
            function.local[target.id] = shapes[0] if len(shapes) == 1 else "?"
        if isinstance(target, (ast.Tuple, ast.List)):
            for one, given in forms.pairs(target, value):
                self._given(one, given or _ANYTHING, chain_of(given, self.scope) if given is not None else "", None)
            return
        if isinstance(target, ast.Attribute) and function is not None and isinstance(target.value, ast.Name):
            if self.scope.find(target.value.id) == longer(self.scope.owner, "()") and self._owner:
                self._attribute_of_self(f"{self._owner}.{target.attr}", target, chain)
            return
        if function is not None or not isinstance(target, ast.Name) or self.scope.kind == "function":
            return
        if target.id == "__all__" and self.scope.kind == "module" and value is not None:
            self.exports = forms.names(value)
        name = f"{self._owner}.{target.id}" if self._owner else target.id
        text = values.folded(value, self.constants)
        if self.scope.kind == "module" and text:
            self.constants[target.id] = text
        parts = values.parts_of(value, self.constants)
        shown = text or (ast.unparse(value) if parts and value is not None else "")
        shapes = values.shape_of(value, self.scope, {}) if value is not None else ("?",)
        known = "" if chain.startswith("?:") or chain == ":" + name else chain
        if annotation is not None and not known:
            known = annotated(annotation, self.scope)
        self.definitions[name] = Definition(
            name, VALUE, target.lineno, shapes=shapes, target=known, value=shown, parts=parts
        )

    def _attribute_of_self(self, name: str, target: ast.Attribute, chain: str) -> None:
        known = self.definitions.get(name)
        if known is None or (known.kind == VALUE and not known.target and chain):
            own = "" if chain.startswith("?:") else chain
            self.definitions[name] = Definition(name, VALUE, target.lineno, shapes=("?",), target=own)
