"""Which language a path is in, and its parser, taken from where the installation found tree-sitter's grammars."""

from __future__ import annotations

import sys

from pucs.system.extensions import binding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

_GRAMMARS = {
    "python": ("tree_sitter_python", "language"),
    "javascript": ("tree_sitter_javascript", "language"),
    "typescript": ("tree_sitter_typescript", "language_typescript"),
    "tsx": ("tree_sitter_typescript", "language_tsx"),
    "go": ("tree_sitter_go", "language"),
    "rust": ("tree_sitter_rust", "language"),
    "java": ("tree_sitter_java", "language"),
}
LANGUAGES = tuple(_GRAMMARS)
"""Those whose symbols can be read, each where its grammar is installed."""

_ENDINGS = {
    "py": "python", "pyi": "python", "pyw": "python",
    "js": "javascript", "mjs": "javascript", "cjs": "javascript", "jsx": "javascript",
    "ts": "typescript", "mts": "typescript", "cts": "typescript", "tsx": "tsx",
    "go": "go", "rs": "rust", "java": "java",
}  # fmt: skip


def language_of(path: str) -> str:
    """The language of a path by its ending; "" for one whose symbols cannot be read."""
    name = path[path.rfind("/") + 1 :]
    return _ENDINGS.get(name[name.rfind(".") + 1 :].lower(), "") if "." in name else ""


def parser_of(language: str, libraries: Iterable[str] = ()) -> Any | None:
    """A parser from these site-packages folders, or from where this interpreter imports; None where there is none."""
    package, entry = _GRAMMARS[language]
    folders = (*libraries, *sys.path)
    try:
        engine, grammar = binding("tree_sitter", folders), binding(package, folders)
        if engine is None or grammar is None:
            return None
        return engine.Parser(engine.Language(getattr(grammar, entry)()))
    except (ImportError, OSError, ValueError, AttributeError, TypeError):
        return None
