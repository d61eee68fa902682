"""What the nodes of each language's syntax tree are to us: definitions, imports, what is looked into, what leads in."""

from __future__ import annotations

from pucs.record import Record


class Language(Record):
    """Node types of one grammar.

    `kinds` are definitions and what they are called, `insides` those whose members are symbols, too; `imports` and
    `values` (statements that give a name a value) are symbols; `wrappers` stand around one definition and belong to it;
    `open` are looked through for definitions; `leading` belong to what follows right below them.
    """

    kinds: dict[str, str]
    insides: tuple[str, ...]
    imports: tuple[str, ...]
    values: tuple[str, ...]
    wrappers: tuple[str, ...]
    open: tuple[str, ...]
    leading: tuple[str, ...]


_PYTHON = Language(
    kinds={"function_definition": "function", "class_definition": "class", "type_alias_statement": "type"},
    insides=("class_definition",),
    imports=("import_statement", "import_from_statement", "future_import_statement"),
    values=("assignment", "augmented_assignment"),
    wrappers=("decorated_definition", "expression_statement"),
    open=(
        "if_statement", "elif_clause", "else_clause", "try_statement", "except_clause", "except_group_clause",
        "finally_clause", "with_statement", "for_statement", "while_statement", "match_statement", "case_clause",
        "block", "ERROR",
    ),
    leading=("comment", "decorator"),
)  # fmt: skip

_JAVASCRIPT = Language(
    kinds={
        "function_declaration": "function",
        "generator_function_declaration": "function",
        "function_expression": "function",
        "class_declaration": "class",
        "class": "class",
        "method_definition": "method",
    },
    insides=("class_declaration", "class"),
    imports=("import_statement",),
    values=("lexical_declaration", "variable_declaration", "assignment_expression", "field_definition"),
    wrappers=("export_statement", "expression_statement"),
    open=("if_statement", "else_clause", "try_statement", "catch_clause", "finally_clause", "statement_block", "ERROR"),
    leading=("comment", "decorator"),
)

_TYPESCRIPT = _JAVASCRIPT._replace(
    kinds={
        **_JAVASCRIPT.kinds,
        "abstract_class_declaration": "class",
        "interface_declaration": "interface",
        "enum_declaration": "enum",
        "type_alias_declaration": "type",
        "function_signature": "function",
        "method_signature": "method",
        "abstract_method_signature": "method",
        "internal_module": "module",
        "module": "module",
    },
    insides=(*_JAVASCRIPT.insides, "abstract_class_declaration", "internal_module", "module"),
    imports=("import_statement", "import_alias"),
    values=(*_JAVASCRIPT.values, "public_field_definition"),
    wrappers=(*_JAVASCRIPT.wrappers, "ambient_declaration"),
)

_GO = Language(
    kinds={
        "function_declaration": "function",
        "method_declaration": "method",
        "type_declaration": "type",
        "type_spec": "type",
        "type_alias": "type",
    },
    insides=(),
    imports=("import_declaration",),
    values=("const_declaration", "var_declaration"),
    wrappers=(),
    open=("ERROR",),
    leading=("comment",),
)

_RUST = Language(
    kinds={
        "function_item": "function",
        "function_signature_item": "function",
        "struct_item": "struct",
        "union_item": "struct",
        "enum_item": "enum",
        "trait_item": "trait",
        "type_item": "type",
        "impl_item": "impl",
        "mod_item": "module",
        "macro_definition": "macro",
    },
    insides=("impl_item", "trait_item", "mod_item"),
    imports=("use_declaration", "extern_crate_declaration"),
    values=("const_item", "static_item"),
    wrappers=(),
    open=("foreign_mod_item", "declaration_list", "ERROR"),
    leading=("line_comment", "block_comment", "attribute_item"),
)

_JAVA = Language(
    kinds={
        "class_declaration": "class",
        "interface_declaration": "interface",
        "enum_declaration": "enum",
        "record_declaration": "class",
        "annotation_type_declaration": "interface",
        "method_declaration": "method",
        "constructor_declaration": "method",
        "compact_constructor_declaration": "method",
    },
    insides=("class_declaration", "interface_declaration", "enum_declaration", "record_declaration"),
    imports=("import_declaration",),
    values=(),
    wrappers=(),
    open=("enum_body_declarations", "ERROR"),
    leading=("line_comment", "block_comment"),
)

LANGUAGES = {
    "python": _PYTHON,
    "javascript": _JAVASCRIPT,
    "typescript": _TYPESCRIPT,
    "tsx": _TYPESCRIPT,
    "go": _GO,
    "rust": _RUST,
    "java": _JAVA,
}
