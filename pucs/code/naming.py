"""What a node of a syntax tree is called, and what kind of thing it is."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_LONGEST = 80
_FUNCTIONS = ("arrow_function", "function_expression", "generator_function", "class")
_GO_KINDS = {"struct_type": "struct", "interface_type": "interface"}


def text_of(node: Any) -> str:
    """The text of a node on one line, cut where it is long."""
    words = " ".join(str(node.text.decode("utf-8", "replace")).split())
    return words[:_LONGEST]


def called(node: Any) -> str:
    """The name of a definition by itself; "" for one without."""
    if node.type == "impl_item":
        trait, of = node.child_by_field_name("trait"), node.child_by_field_name("type")
        return f"<impl {text_of(trait)} for {text_of(of)}>" if trait is not None else f"<impl {text_of(of)}>"
    name = node.child_by_field_name("name") or node.child_by_field_name("left")
    if name is not None:
        return text_of(name).strip("\"'")
    spec = first(node, "type_spec", "type_alias", "type")
    return called(spec) if spec is not None and spec is not node and spec.type != "type" else text_of(spec or node)


def kind_of(node: Any, kind: str) -> str:
    """The kind of a definition; a Go type is told by what it is made of."""
    if kind != "type":
        return kind
    spec = first(node, "type_spec") or node
    made = spec.child_by_field_name("type")
    return _GO_KINDS.get(made.type, kind) if made is not None else kind


def owner_of(node: Any) -> str:
    """What members of this node, or the node itself where it names its receiver, are members of."""
    if node.type == "impl_item":
        of = node.child_by_field_name("type")
        return text_of(of.child_by_field_name("type") or of)
    receiver = node.child_by_field_name("receiver")
    if receiver is None:
        return ""
    of = first(receiver, "parameter_declaration")
    kind = of.child_by_field_name("type") if of is not None else None
    if kind is not None and kind.type == "pointer_type":
        kind = kind.named_children[-1] if kind.named_children else None
    return text_of(kind.child_by_field_name("type") or kind) if kind is not None else ""


def valued(node: Any) -> tuple[str, Any]:
    """The first name that a statement gives a value, and that value (None without); ("", None) for neither."""
    spec = first(node, "variable_declarator", "const_spec", "var_spec") or first(
        first(node, "var_spec_list") or node, "var_spec"
    )
    spec = spec or node
    fields = (spec.child_by_field_name(field) for field in ("name", "left", "property"))
    name = next((found for found in fields if found is not None), None)
    while name is not None and name.type in ("pattern_list", "tuple_pattern", "list_pattern") and name.named_children:
        name = name.named_children[0]
    if name is None or name.type in ("subscript", "subscript_expression"):
        return "", None
    return text_of(name), spec.child_by_field_name("value") or spec.child_by_field_name("right")


def is_function(value: Any) -> bool:
    """Whether a value is a function or class that goes by the name it is given to."""
    return value is not None and value.type in _FUNCTIONS


def is_import(value: Any) -> bool:
    """Whether a value is what `require` gives."""
    return value is not None and value.type == "call_expression" and value.text.startswith(b"require(")


def first(node: Any, *types: str) -> Any | None:
    """The first child of one of these types."""
    return next((child for child in node.named_children if child.type in types), None)
