"""The parser of Bash: tree-sitter with its grammar, taken from where the installation found them."""

from __future__ import annotations

from pucs.system.extensions import binding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any


def bash_parser(libraries: Iterable[str]) -> Any | None:
    """A parser of Bash from these site-packages folders; None where there is none that this interpreter can load."""
    folders = tuple(libraries)
    if not folders:
        return None
    try:
        engine, bash = binding("tree_sitter", folders), binding("tree_sitter_bash", folders)
        if engine is None or bash is None:
            return None
        return engine.Parser(engine.Language(bash.language()))
    except (ImportError, OSError, ValueError, AttributeError, TypeError):
        return None
