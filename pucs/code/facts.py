"""The facts of a source file, whatever its language, as far as it can be read."""

from __future__ import annotations

import ast
import os
import sys
import warnings
import zlib

from pucs.code.grammars import language_of, parser_of
from pucs.code.python_reading import facts_of_tree
from pucs.code.script_reading import facts_of_script
from pucs.code.symbols import symbols_of
from pucs.interface import OPAQUE, Definition, Facts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_SCRIPTS = ("javascript", "typescript", "tsx")
_LARGEST = 1 << 20
_BOM = b"\xef\xbb\xbf"


def version() -> str:
    """What changes with everything that facts depend on: this package's readers and the interpreter's grammar."""
    here = os.path.dirname(__file__)
    names = sorted(name for name in os.listdir(here) if name.endswith(".py"))
    stats = [os.stat(f"{here}/{name}") for name in [*names, "../interface.py", "../facts_text.py"]]
    told = zlib.crc32(repr([(one.st_size, one.st_mtime_ns) for one in stats]).encode())
    return f"{sys.version_info[0]}.{sys.version_info[1]}-{told:08x}"


def facts_of(data: bytes, path: str, libraries: Iterable[str] = ()) -> Facts | None:
    """What the file defines and uses; None for one that nobody can read.

    Of a Python file that does not parse, the parts that do are read (the grammar of tree-sitter tells where they
    begin and end); what the others define is opaque. `libraries` are site-packages folders with grammars.
    """
    language = language_of(path)
    if len(data) > _LARGEST or b"\0" in data:
        return None
    if language == "python":
        text = data.removeprefix(_BOM)
        tree = _parsed(text)
        if tree is not None:
            return facts_of_tree(tree)
        return _of_broken(text, path, libraries)
    if language in _SCRIPTS:
        parser = parser_of(language, libraries)
        return None if parser is None else facts_of_script(parser.parse(data.removeprefix(_BOM)).root_node, path)
    return None


def _parsed(text: bytes) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is odd in the file is not ours to tell
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _of_broken(text: bytes, path: str, libraries: Iterable[str]) -> Facts | None:
    """The facts of the parts that parse by themselves, each read where it stands."""
    symbols = symbols_of(text, path, libraries)
    parser = parser_of("python", libraries) if symbols is not None else None
    if symbols is None or parser is None:
        return None
    newer = not parser.parse(text).root_node.has_error
    """Nothing is wrong with it but that it is written for a later Python than this one."""
    lines = text.split(b"\n")
    kept = [b""] * len(lines)
    opaque: dict[str, Definition] = {}
    for symbol in symbols:
        if "." in symbol.name:
            continue
        part = lines[symbol.start : symbol.end]
        if _parsed(b"\n".join(part)) is not None:
            kept[symbol.start : symbol.end] = part
        else:
            name = symbol.name.removeprefix("<module:").removesuffix(">")
            opaque[name] = Definition(name, OPAQUE, symbol.start + 1)
    tree = _parsed(b"\n".join(kept))
    if tree is None:
        return None
    facts = facts_of_tree(tree)
    return facts._replace(definitions={**opaque, **facts.definitions}, broken=not newer)
