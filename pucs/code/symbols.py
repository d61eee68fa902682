"""The symbols of a source file, as far as it can be parsed."""

from __future__ import annotations

from pucs.code import naming
from pucs.code.grammars import language_of, parser_of
from pucs.code.languages import LANGUAGES, Language
from pucs.code.reparsing import parsed
from pucs.symbols import IMPORTS, Symbol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

_BOM = b"\xef\xbb\xbf"
_LARGEST = 1 << 20
_DEEPEST = 50
_ABOUT_THE_FILE = (b"//!", b"#!")


def symbols_of(data: bytes, path: str, libraries: Iterable[str] = ()) -> tuple[Symbol, ...] | None:
    """The symbols of the file, in its order; None where its language is not known or its grammar not installed.

    `libraries` are site-packages folders to look in first. What is broken in the file costs the symbols around it.
    """
    language = language_of(path)
    if not language or len(data) > _LARGEST or b"\0" in data:
        return None
    parser = parser_of(language, libraries)
    if parser is None:
        return None
    text = data.removeprefix(_BOM)
    return _Reader(LANGUAGES[language], text, parsed(parser, language, text).root_node).symbols()


class _Reader:
    """One walk through a syntax tree; each symbol takes the lines that none before it took."""

    def __init__(self, language: Language, text: bytes, root: Any) -> None:
        self._language = language
        self._lines = text.split(b"\n")
        self._root = root
        self._found: list[Symbol] = []
        self._times: dict[str, int] = {}
        self._modules: set[str] = set()
        self._taken = 0
        self._imports = -1
        """Which of the symbols are the imports that one more may belong to; -1 once something else stood between."""

    def symbols(self) -> tuple[Symbol, ...]:
        self._members(self._root, "", len(self._lines), 0)
        return tuple(self._found)

    def _members(self, node: Any, owner: str, end: int, depth: int) -> None:
        """Everything inside a node that has a name; `end` is where the symbol around it ends."""
        if depth > _DEEPEST:
            return
        for child in node.named_children:
            if not self._symbol(child, child, owner, (end, depth)):
                if child.type in self._language.open:
                    self._members(child, owner, end, depth + 1)
                elif child.type not in self._language.leading and not node.type.endswith(("_statement", "_clause")):
                    self._imports = -1

    def _symbol(self, outer: Any, node: Any, owner: str, limits: tuple[int, int]) -> bool:
        """Notes the symbol that a node is, if it is one; `outer` is what stands around it and belongs to it."""
        language = self._language
        if node.type in language.imports:
            self._import(outer, owner, limits[0])
            return True
        if node.type in language.values:
            return self._value(outer, node, owner, limits)
        if node.type in language.kinds:
            return self._definition(outer, node, owner, limits)
        if node.type not in language.wrappers:
            return False
        inner = [child for child in node.named_children if child.type not in language.leading]
        if node.type == "export_statement" and not any(
            self._is_one(child) for child in inner
        ):  # a list of names, or a default value
            if naming.first(node, "export_clause", "string", "namespace_export"):
                self._import(outer, owner, limits[0])
            else:
                self._add(outer, "<module:default>", "statement", limits[0])
            return True
        return any(self._symbol(outer, child, owner, limits) for child in inner)

    def _is_one(self, node: Any) -> bool:
        language = self._language
        return node.type in language.kinds or node.type in language.values or node.type in language.wrappers

    def _definition(self, outer: Any, node: Any, owner: str, limits: tuple[int, int]) -> bool:
        specs = [child for child in node.named_children if child.type in ("type_spec", "type_alias")]
        if node.type == "type_declaration" and len(specs) > 1:  # `type ( … )` of Go
            for spec in specs:
                self._definition(spec, spec, owner, limits)
            return True
        if node.type == "mod_item" and node.child_by_field_name("body") is None:
            return self._add(outer, f"<module:{naming.called(node)}>", "statement", limits[0])
        name = naming.called(node) if node.child_by_field_name("name") or node.type in _NAMED_INSIDE else "default"
        within = naming.owner_of(node) or name
        kind = naming.kind_of(node, self._language.kinds[node.type])
        if node.type not in self._language.insides:
            if node.child_by_field_name("receiver") is not None:
                name = _joined(within, name)
            return self._add(outer, _joined(owner, name), self._member(kind, owner), limits[0])
        return self._container(outer, node, (_joined(owner, name), _joined(owner, within), kind), limits)

    def _container(self, outer: Any, node: Any, words: tuple[str, str, str], limits: tuple[int, int]) -> bool:
        """A symbol with members: they take their lines of it."""
        name, within, kind = words
        end, depth = limits
        if not self._add(outer, name, kind, end):
            return True
        here = self._found[-1]
        if kind == "module":
            self._modules.add(name)
        body = node.child_by_field_name("body")
        if body is not None:
            # A member that begins on the head's line is part of the head.
            self._taken = max(here.start, _row_of_mark(node, body)) + 1
            self._imports = -1
            self._members(body, within, here.end, depth + 1)
        self._taken, self._imports = here.end, -1
        return True

    def _value(self, outer: Any, node: Any, owner: str, limits: tuple[int, int]) -> bool:
        name, value = naming.valued(node)
        if naming.is_import(value):
            self._import(outer, owner, limits[0])
            return True
        if not name:
            return False
        if naming.is_function(value):
            if value.type in self._language.insides:
                full = _joined(owner, name)
                return self._container(outer, value, (full, full, "class"), limits)
            return self._add(outer, _joined(owner, name), self._member("function", owner), limits[0])
        if node.type.endswith("field_definition"):
            return False
        if node.type in ("assignment", "augmented_assignment", "assignment_expression") and owner:
            return False
        return self._add(outer, _joined(owner, f"<module:{name}>"), "statement", limits[0])

    def _import(self, outer: Any, owner: str, end: int) -> None:
        if self._imports < 0:
            count = len(self._found)
            self._add(outer, _joined(owner, IMPORTS), "imports", end)
            self._imports = count if len(self._found) > count else -1
            return
        here = self._found[self._imports]
        last = min(max(here.end, _end(outer)), end)
        self._found[self._imports] = here._replace(end=last)
        self._taken = max(self._taken, last)

    def _add(self, node: Any, name: str, kind: str, end: int) -> bool:
        """Notes a symbol, and gives true; false where all its lines are taken."""
        last = min(_end(node), end)
        start = max(self._leading(node.start_point.row), self._taken)
        self._imports = -1
        if start >= last:
            return False
        self._times[name] = times = self._times.get(name, 0) + 1
        self._found.append(Symbol(name if times == 1 else f"{name}#{times}", kind, start, last))
        self._taken = last
        return True

    def _member(self, kind: str, owner: str) -> str:
        return "method" if kind == "function" and owner and owner not in self._modules else kind

    def _leading(self, row: int) -> int:
        """The first line of the comments and decorators right above a line."""
        while row > self._taken:
            line = self._lines[row - 1]
            column = len(line) - len(line.lstrip())
            node = self._root.descendant_for_point_range((row - 1, column), (row - 1, column + 1))
            while node is not None and node.type not in self._language.leading:
                node = node.parent
            if not line.strip() or node is None or not self._has_its_lines(node):
                break
            row = node.start_point.row
        return row

    def _has_its_lines(self, node: Any) -> bool:
        """Whether nothing else stands on the lines of a comment or decorator, and it is about what comes below."""
        (first, begins), (last, ends) = node.start_point, node.end_point
        before, after = self._lines[first][:begins], self._lines[last][ends:] if ends else b""
        return not before.strip() and not after.strip() and not node.text.startswith(_ABOUT_THE_FILE)


_NAMED_INSIDE = ("impl_item", "type_declaration", "type_alias_statement")


def _joined(owner: str, name: str) -> str:
    return f"{owner}.{name}" if owner else name


def _end(node: Any) -> int:
    """The line after the node's last: a node that ends at the beginning of a line has nothing of that line."""
    row, column = node.end_point
    return int(row) + 1 if column > 0 or row == node.start_point.row else int(row)


def _row_of_mark(node: Any, body: Any) -> int:
    """The line of the mark that opens the body: `{`, or the colon before a block."""
    colon = next((child for child in node.children if child.type == ":"), None)
    return int((colon or body).start_point.row)
