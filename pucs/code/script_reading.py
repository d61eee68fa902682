"""The facts of a JavaScript or TypeScript file, from the tree that tree-sitter makes of it."""

from __future__ import annotations

from pucs.code.script_expressions import Expressions, line_of
from pucs.code.script_names import chain_of, exported_names, imported, parameters_of, shapes_of, text_of, unquoted
from pucs.interface import ALIAS, CLASS, FUNCTION, VALUE, Definition, Facts, Use, Uses, longer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

FUNCTIONS = (
    "function_declaration", "generator_function_declaration", "function_expression", "generator_function",
    "arrow_function", "method_definition", "function_signature",
)  # fmt: skip
CLASSES = ("class_declaration", "class", "abstract_class_declaration")
_TYPES = ("interface_declaration", "type_alias_declaration", "enum_declaration", "internal_module", "module")
_DECLARATIONS = ("lexical_declaration", "variable_declaration")
_LITERALS = ("number", "string", "true", "false", "null")
_LOOSE = (".js", ".jsx", ".mjs", ".cjs")


def facts_of_script(root: Any, path: str) -> Facts:
    """The facts of a parsed file. In JavaScript what a call gives too much is passed over, in TypeScript it fails."""
    reader = _Reader(loose=path.endswith(_LOOSE))
    reader.statements(root)
    exports = tuple(dict.fromkeys(reader.exports)) if reader.exports is not None else None
    uses = Uses.of(reader.uses)
    return Facts(reader.definitions, uses, tuple(reader.stars), exports, bool(root.has_error))


class _Reader(Expressions):
    """One walk through a file: what it imports, exports and defines."""

    def __init__(self, *, loose: bool) -> None:
        super().__init__()
        self.stars: list[str] = []
        self.exports: list[str] | None = None
        self._loose = loose

    def statements(self, root: Any) -> None:
        """Looks at a whole file: first at what it binds, as functions may be used above their definitions."""
        for child in root.named_children:
            inner = child.child_by_field_name("declaration") or child
            name = inner.child_by_field_name("name")
            if name is not None and inner.type in (*FUNCTIONS, *CLASSES, *_TYPES):
                self.names[0][text_of(name)] = ":" + text_of(name)
        for child in root.named_children:
            self.visit(child)

    def visit(self, node: Any, form: str = "read") -> None:
        """Looks at a node; `form` says what is done with its value."""
        handler = getattr(self, "_" + node.type, None)
        if handler is not None:
            handler(node, form)
        elif node.type in FUNCTIONS:
            self._function(node, form)
        elif node.type in CLASSES:
            self._class(node, form)
        elif node.type in _DECLARATIONS:
            for child in node.named_children:
                self._given(child)
        elif node.type in _TYPES:
            self._define(Definition(text_of(node.child_by_field_name("name") or node), VALUE, line_of(node)))
        else:
            for child in node.named_children:
                self.visit(child)

    # Imports and exports.

    def _import_statement(self, node: Any, _: str) -> None:
        bound, needed = imported(node)
        for chain in needed:
            self.emit(chain, node, "import")
        self.names[0].update(bound)

    def _export_statement(self, node: Any, _: str) -> None:
        self.exports = self.exports if self.exports is not None else []
        source = node.child_by_field_name("source")
        module = unquoted(source) + ":" if source is not None else ":"
        named = exported_names(node)
        declared = node.child_by_field_name("declaration") or node.child_by_field_name("value")
        for local, name in named:
            known = self.find(local) if source is None else ""
            chain = longer(module, local) if not known or known.startswith("?:") else known
            self.exports.append(name)
            if chain != ":" + name:
                self.definitions[name] = Definition(name, ALIAS, line_of(node), target=chain)
            self.emit(chain if source is not None else "", node, "import")
        if source is not None and not named:
            self.stars.append(module)
        if declared is None:
            return
        is_default = any(child.type == "default" for child in node.children)
        before = set(self.definitions)
        self.visit(declared)
        new = [name for name in self.definitions if name not in before and "." not in name]
        own = declared.child_by_field_name("name")
        if own is not None and text_of(own) in self.definitions:
            new = [text_of(own)]
        if is_default:
            self.exports.append("default")
            target = ":" + new[0] if new else chain_of(declared, self)
            kind = ALIAS if target and not target.startswith("?:") else VALUE
            self.definitions["default"] = Definition(
                "default", kind, line_of(node), target=target if kind == ALIAS else ""
            )
        else:
            self.exports += new

    def _assignment_expression(self, node: Any, _: str) -> None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        words = text_of(left)
        if words == "module.exports" and right.type == "object":
            for child in right.named_children:
                key = child.child_by_field_name("key") or child
                self._exported(text_of(key), child.child_by_field_name("value") or child)
        elif words.startswith(("exports.", "module.exports.")):
            self._exported(words.rpartition(".")[2], right)
        elif words.startswith("this.") and self.owner and words.count(".") == 1:
            name = f"{self.owner}.{words[5:]}"
            chain = chain_of(right, self)
            known = "" if chain.startswith("?:") else chain
            self.definitions.setdefault(name, Definition(name, VALUE, line_of(node), shapes=("?",), target=known))
        else:
            self.visit(left)
        self.visit(right)

    def _exported(self, name: str, value: Any) -> None:
        self.exports = [*(self.exports or []), name]
        if name in self.definitions:
            return
        chain = chain_of(value, self)
        if value.type in FUNCTIONS:
            self._add_function(name, value)
        elif chain and not chain.startswith("?:"):
            self.definitions[name] = Definition(name, ALIAS, line_of(value), target=chain)
        else:
            self._define(Definition(name, VALUE, line_of(value), shapes=("?",)))

    # Definitions.

    def _define(self, one: Definition) -> None:
        if len(self.names) == 1:
            self.definitions[one.name] = one
            self.names[0].setdefault(one.name, ":" + one.name)

    def _given(self, node: Any) -> None:
        """One `name = value` of a declaration."""
        name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
        if name is None:
            return
        chain = chain_of(value, self) if value is not None else ""
        module = _required(value)
        if name.type == "identifier":
            text = text_of(name)
            if value is not None and value.type in FUNCTIONS and len(self.names) == 1:
                self.names[0][text] = ":" + text
                self._add_function(text, value)
                return
            known = module or ("" if chain.startswith("?:") else chain)
            if len(self.names) == 1 and not module:
                literal = text_of(value) if value is not None and value.type in _LITERALS else ""
                shapes = shapes_of(value, self) if value is not None else ("?",)
                self._define(Definition(text, VALUE, line_of(node), shapes=shapes, target=known, value=literal))
            else:
                self.names[-1][text] = known
        else:
            self._taken_apart(name, value, module or chain)
        if value is not None:
            self.visit(value, _form_of(name))

    def _taken_apart(self, pattern: Any, value: Any, chain: str) -> None:
        for child in pattern.named_children:
            key = child.child_by_field_name("key") or child
            local = child.child_by_field_name("value") or child
            word = text_of(key)
            known = ""
            if pattern.type == "object_pattern" and chain and not chain.startswith("?:") and word.isidentifier():
                known = longer(chain, word)
                self.emit(known if chain.endswith(":") else "", child, "import")
                self.emit(chain if chain.endswith("()") else "", child, f"item '{word}'")
            self.names[-1][text_of(local)] = known
        del value

    def _add_function(self, name: str, node: Any) -> None:
        flags = {"async"} if any(child.type == "async" for child in node.children) else set()
        flags |= {"generator"} if any(child.type == "*" for child in node.children) else set()
        flags |= {word for word, mark in (("static", "static"), ("property", "get")) if _marked(node, mark)}
        self.names.append({})
        outer, self.caught = self.caught, ()
        parameters = parameters_of(node, self, loose=self._loose, method=bool(self.owner) and "static" not in flags)
        body = node.child_by_field_name("body")
        if body is not None:
            self.visit(body, "return")
        shapes = ("generator",) if "generator" in flags else shapes_of(node, self)
        self.names.pop()
        self.caught = outer
        returned = next((shape[1:] for shape in shapes if shape.startswith("=")), "")
        if name:
            self.definitions[name] = Definition(
                name, FUNCTION, line_of(node), parameters, tuple(sorted(flags)), shapes=shapes, target=returned
            )

    def _function(self, node: Any, form: str) -> None:
        del form
        name = node.child_by_field_name("name")
        text = text_of(name) if name is not None else ""
        if node.type == "method_definition" and self.owner:
            own = "__init__" if text == "constructor" else text
            self._add_function("" if _marked(node, "set") else f"{self.owner}.{own}", node)
        elif len(self.names) == 1 and text and node.type.endswith(("declaration", "signature")):
            self._add_function(text, node)
        else:
            if text:
                self.names[-1][text] = ""
            outer, self.owner = self.owner, "" if node.type != "arrow_function" else self.owner
            self._add_function("", node)
            self.owner = outer

    def _class(self, node: Any, form: str) -> None:
        del form
        name = node.child_by_field_name("name")
        text = text_of(name) if name is not None else "default"
        bases = tuple(chain_of(base, self) or "?:" for base in _bases(node))
        for base in bases:
            if not base.startswith("?:"):
                self.uses.append(Use(base, line_of(node), "base", first=text))
        if len(self.names) == 1:
            self._define(Definition(text, CLASS, line_of(node), bases=bases))
        outer, self.owner = self.owner, text if len(self.names) == 1 else ""
        body = node.child_by_field_name("body")
        for member in body.named_children if body is not None else ():
            self.visit(member)
            called = member.child_by_field_name("name")
            if member.type == "method_definition" and called is not None and text_of(called) != "constructor":
                for base in bases:
                    self.emit(longer(longer(base, "()"), text_of(called)), member, "override")
        self.owner = outer


def _marked(node: Any, word: str) -> bool:
    return any(child.type == word for child in node.children)


def _bases(node: Any) -> list[Any]:
    found = []
    for heritage in node.named_children:
        if heritage.type == "class_heritage":
            for child in heritage.named_children:
                value = child.child_by_field_name("value") if child.type == "extends_clause" else child
                if value is not None and child.type != "implements_clause":
                    found.append(value)
    return found


def _required(value: Any) -> str:
    """The chain of a module that `require` gives."""
    if value is None or value.type != "call_expression" or text_of(value.child_by_field_name("function")) != "require":
        return ""
    arguments = value.child_by_field_name("arguments").named_children
    return unquoted(arguments[0]) + ":" if arguments and arguments[0].type == "string" else ""


def _form_of(pattern: Any) -> str:
    if pattern.type != "array_pattern":
        return "assign"
    rest = any(child.type == "rest_pattern" for child in pattern.named_children)
    return "iterate" if rest else f"unpack {len(pattern.named_children)}"
