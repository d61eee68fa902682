"""Extension modules of packages, loaded by their files.

Hooks run without site-packages, and a package's own `__init__` may cost more than its work (18 ms for tree-sitter's:
`typing`, `importlib.resources`). Where all that is needed is the compiled part, it is loaded alone.
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


def binding(package: str, folders: Iterable[str]) -> Any | None:
    """The module `_binding` of the package from the first of these site-packages folders that has it.

    Raises ImportError where it is there but not for this interpreter.
    """
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
