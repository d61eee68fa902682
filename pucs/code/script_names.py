"""Names, parameters and results in JavaScript and TypeScript, from nodes of a syntax tree."""

from __future__ import annotations

from pucs.interface import Parameter, longer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Protocol

    class Bound(Protocol):
        """What knows the names that are bound where a node stands."""

        owner: str
        names: list[dict[str, str]]

        def find(self, name: str) -> str:
            """The chain of a name."""


_THROUGH = ("parenthesized_expression", "as_expression", "non_null_expression", "satisfies_expression")
_SHAPES = {
    "string": "str", "template_string": "str", "number": "int", "true": "bool", "false": "bool", "null": "none",
    "undefined": "none", "arrow_function": "function", "function_expression": "function",
}  # fmt: skip
_NESTED = ("function_declaration", "function_expression", "arrow_function", "method_definition", "class_declaration")


def text_of(node: Any) -> str:
    """The text of a node."""
    return str(node.text.decode("utf-8", "replace"))


def unquoted(node: Any) -> str:
    """The text of a string literal."""
    return text_of(node).strip("\"'`").replace(":", "")


def chain_of(node: Any, bound: Bound) -> str:
    """How an expression reaches what it means; "" where that cannot be followed."""
    kind = node.type
    if kind in ("identifier", "type_identifier", "shorthand_property_identifier"):
        return bound.find(text_of(node))
    if kind == "this":
        return f":{bound.owner} ()" if bound.owner else ""
    if kind == "super":
        return f":{bound.owner} super" if bound.owner else ""
    if kind == "member_expression":
        base = chain_of(node.child_by_field_name("object"), bound)
        return longer(base, text_of(node.child_by_field_name("property"))) if base and base[:2] != "?:" else ""
    if kind in ("call_expression", "new_expression"):
        called = node.child_by_field_name("function") or node.child_by_field_name("constructor")
        base = chain_of(called, bound)
        return longer(base, "()") if base and base[:2] != "?:" else ""
    if kind == "await_expression":
        base = chain_of(node.named_children[0], bound) if node.named_children else ""
        return longer(base, "await") if base.endswith("()") else ""
    if kind in _THROUGH and node.named_children:
        return chain_of(node.named_children[0], bound)
    return ""


def imported(node: Any) -> tuple[dict[str, str], list[str]]:
    """What an import binds, and the chains that it needs to be there."""
    source = node.child_by_field_name("source")
    if source is None:
        return {}, []
    module = unquoted(source) + ":"
    bound: dict[str, str] = {}
    for clause in node.named_children:
        for child in clause.named_children if clause.type == "import_clause" else ():
            if child.type == "identifier":
                bound[text_of(child)] = longer(module, "default")
            elif child.type == "namespace_import":
                bound[text_of(child.named_children[0])] = module
            elif child.type == "named_imports":
                for one in child.named_children:
                    name = one.child_by_field_name("name")
                    local = one.child_by_field_name("alias") or name
                    if name is not None and local is not None:
                        bound[text_of(local)] = longer(module, text_of(name))
    return bound, list(dict.fromkeys(bound.values())) or [module]


def exported_names(node: Any) -> list[tuple[str, str]]:
    """The names of `export { a, b as c }`: what each is here, and for others."""
    found = []
    for clause in node.named_children:
        for one in clause.named_children if clause.type == "export_clause" else ():
            name = one.child_by_field_name("name")
            if name is not None:
                found.append((text_of(name), text_of(one.child_by_field_name("alias") or name)))
    return found


def parameters_of(node: Any, bound: Bound, *, loose: bool, method: bool) -> tuple[Parameter, ...]:
    """The parameters of a function, which are bound; `method` counts `this` as the first one."""
    found = [Parameter("this", "/")] if method else []
    listed = node.child_by_field_name("parameters") or node.child_by_field_name("parameter")
    children = [] if listed is None else listed.named_children if listed.type == "formal_parameters" else [listed]
    for at, child in enumerate(one for one in children if one.type not in ("comment", "decorator")):
        inner = child.child_by_field_name("pattern") or child.child_by_field_name("left") or child
        value = child.child_by_field_name("value") or child.child_by_field_name("right")
        if inner.type == "rest_pattern":
            found.append(Parameter(text_of(inner).lstrip("."), "*"))
        elif inner.type in ("identifier", "this"):
            default = text_of(value) if value is not None else "undefined" if child.type == "optional_parameter" else ""
            found.append(Parameter(text_of(inner), "", default))
            bound.names[-1][text_of(inner)] = _annotated(child, bound)
        else:
            found.append(Parameter(f"{{{at}}}", "", text_of(value) if value is not None else ""))
            for one in inner.named_children:
                local = one.child_by_field_name("value") or one
                bound.names[-1][text_of(local)] = ""
    if loose and not any(one.kind == "*" for one in found):
        found.append(Parameter("arguments", "*"))
    return tuple(found)


def _annotated(node: Any, bound: Bound) -> str:
    kind = node.child_by_field_name("type")
    named = kind.named_children[0] if kind is not None and kind.named_children else None
    if named is None or named.type != "type_identifier":
        return ""
    chain = bound.find(text_of(named))
    return longer(chain, "()") if chain and chain[:2] != "?:" else ""


def shapes_of(node: Any, bound: Bound) -> tuple[str, ...]:
    """What kinds of values a function returns, or an expression gives."""
    if node.type in _NESTED or node.type.endswith("generator_function"):
        body = node.child_by_field_name("body")
        if body is None:
            return ("?",)
        if body.type != "statement_block":
            return _shape(body, bound)
        found = [
            shape for value in _returned(body) for shape in (_shape(value, bound) if value is not None else ("none",))
        ]
        return tuple(dict.fromkeys(found)) or ("none",)
    return _shape(node, bound)


def _returned(node: Any) -> list[Any]:
    found: list[Any] = []
    for child in node.named_children:
        if child.type == "return_statement":
            found.append(child.named_children[0] if child.named_children else None)
        elif child.type not in _NESTED:
            found += _returned(child)
    return found


def _shape(node: Any, bound: Bound) -> tuple[str, ...]:
    if node.type in _THROUGH and node.named_children:
        return _shape(node.named_children[0], bound)
    if node.type in _SHAPES:
        return (_SHAPES[node.type],)
    if node.type == "array":
        fixed = all(child.type != "spread_element" for child in node.named_children)
        return (f"list:{len(node.named_children)}" if fixed else "list",)
    if node.type == "object":
        keys = [child.child_by_field_name("key") or child for child in node.named_children]
        plain = all(key.type in ("property_identifier", "shorthand_property_identifier") for key in keys)
        return ("dict:" + ",".join(f"'{text_of(key)}'" for key in keys) if plain and keys else "dict",)
    if node.type == "ternary_expression":
        sides = (node.child_by_field_name("consequence"), node.child_by_field_name("alternative"))
        return tuple(shape for side in sides for shape in _shape(side, bound))
    chain = chain_of(node, bound)
    return ("=" + chain,) if chain.endswith(("()", "await")) else ("?",)
