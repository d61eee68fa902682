"""The parser of Bash: tree-sitter with its grammar, taken from where the installation found them.

Hooks run without site-packages, and the packages' own `__init__` cost 18 ms (`typing`, `importlib.resources`). What is
needed are their two extension modules, so these are loaded by their files.
"""

from __future__ import annotations

import _frozen_importlib_external as external
import _imp
import sys
from _frozen_importlib import ModuleSpec

from pucs import system

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

_PACKAGES = ("tree_sitter", "tree_sitter_bash")


def bash_parser(libraries: Iterable[str]) -> Any | None:
    """A parser of Bash from these site-packages folders; None where there is none that this interpreter can load."""
    folders = tuple(libraries)
    if not folders:
        return None
    try:
        binding, bash = (_extension(name, folders) for name in _PACKAGES)
        if binding is None or bash is None:
            return None
        return binding.Parser(binding.Language(bash.language()))
    except (ImportError, OSError, ValueError, AttributeError, TypeError):
        return None


def _extension(package: str, folders: tuple[str, ...]) -> Any | None:
    name = f"{package}._binding"
    if name in sys.modules:
        return sys.modules[name]
    for folder in folders:
        for suffix in _imp.extension_suffixes():
            path = f"{folder}/{package}/_binding{suffix}"
            if system.exists(path):
                loader = external.ExtensionFileLoader(name, path)
                spec = ModuleSpec(name, loader, origin=path)
                module = loader.create_module(spec)
                loader.exec_module(module)
                sys.modules[name] = module
                return module
    return None
