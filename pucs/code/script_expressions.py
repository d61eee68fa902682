"""What the expressions of a JavaScript or TypeScript file use, and how."""

from __future__ import annotations

from pucs.code.script_names import chain_of, text_of
from pucs.interface import Definition, Use

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def line_of(node: Any) -> int:
    """The line, counted from 1, in which a node begins."""
    return int(node.start_point[0]) + 1


class Expressions:
    """A walk that notes the uses of names. `names` are what is bound where it stands, innermost last.

    Whoever walks gives `visit`, which finds the method for a node by the node's type.
    """

    def __init__(self) -> None:
        self.definitions: dict[str, Definition] = {}
        self.uses: list[Use] = []
        self.names: list[dict[str, str]] = [{}]
        self.owner = ""
        self.caught: tuple[str, ...] = ()

    def visit(self, node: Any, form: str = "read") -> None:
        """Looks at a node; `form` says what is done with its value."""
        raise NotImplementedError

    def find(self, name: str) -> str:
        """The chain of a name; `?:name` for one that the file does not bind."""
        return next((names[name] for names in reversed(self.names) if name in names), "?:" + name)

    def emit(self, chain: str, node: Any, form: str) -> None:
        """Notes a use, where its chain is known."""
        if chain and not chain.startswith("?:"):
            self.uses.append(Use(chain, line_of(node), form))

    def _identifier(self, node: Any, form: str) -> None:
        self.emit(self.find(text_of(node)), node, form)

    _type_identifier = _shorthand_property_identifier = _identifier

    def _member_expression(self, node: Any, form: str) -> None:
        self.visit(node.child_by_field_name("object"), f"item '{text_of(node.child_by_field_name('property'))}'")
        self.emit(chain_of(node, self), node, form)

    def _call_expression(self, node: Any, form: str) -> None:
        called = node.child_by_field_name("function") or node.child_by_field_name("constructor")
        given = node.child_by_field_name("arguments")
        arguments = given.named_children if given is not None and given.type == "arguments" else []
        chain = chain_of(called, self)
        if called.type == "super" and self.owner:
            chain = next(iter(self.definitions[self.owner].bases), "") if self.owner in self.definitions else ""
        if chain and not chain.startswith("?:"):
            count = -1 if any(one.type == "spread_element" for one in arguments) else len(arguments)
            self.uses.append(Use(chain, line_of(called), "call", count, (), "", self.caught))
        if called.type == "member_expression":
            what = text_of(called.child_by_field_name("property"))
            self.visit(called.child_by_field_name("object"), f"item '{what}'")
        elif called.type not in ("identifier", "super", "import"):
            self.visit(called, "call")
        for one in arguments:
            self.visit(one, "callback" if one.type in ("identifier", "member_expression") else "read")
        self.emit(chain_of(node, self), node, form)

    _new_expression = _call_expression

    def _await_expression(self, node: Any, form: str) -> None:
        for child in node.named_children:
            self.visit(child, "await")
        self.emit(chain_of(node, self), node, form)

    def _expression_statement(self, node: Any, _: str) -> None:
        for child in node.named_children:
            self.visit(child, "drop")

    def _return_statement(self, node: Any, _: str) -> None:
        for child in node.named_children:
            self.visit(child, "return")

    def _spread_element(self, node: Any, _: str) -> None:
        for child in node.named_children:
            self.visit(child, "iterate")

    def _for_in_statement(self, node: Any, _: str) -> None:
        left = node.child_by_field_name("left")
        if left is not None:
            self.names[-1][text_of(left)] = ""
        self.visit(node.child_by_field_name("right"), "iterate")
        self.visit(node.child_by_field_name("body"))
