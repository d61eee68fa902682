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
    from collections.abc import Iterable, Mapping
    from types import ModuleType
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
                module = _loaded(ModuleSpec(name, external.ExtensionFileLoader(name, path), origin=path))
                sys.modules[name] = module
                return module
    return None


def _loaded(spec: ModuleSpec) -> Any:
    """The module, made while stand-ins are in the place of what it imports and a hook never uses."""
    lent = {name: _stand_in(name, **given) for name, given in _STAND_INS.items() if name not in sys.modules}
    sys.modules.update(lent)
    try:
        module = spec.loader.create_module(spec)  # type: ignore[union-attr]
        spec.loader.exec_module(module)  # type: ignore[arg-type, union-attr]
    finally:
        for name, stand_in in lent.items():
            if sys.modules.get(name) is stand_in:
                del sys.modules[name]
    return module


def _stand_in(name: str, **given: Any) -> ModuleType:
    """A module that has these few things, and anything else from the real one, which is imported then."""
    stand_in = type(sys)(name)

    def real(attribute: str) -> Any:
        if sys.modules.get(name) is stand_in:
            del sys.modules[name]
        return getattr(__import__(name), attribute)

    stand_in.__dict__.update(given, __getattr__=real)
    return stand_in


def _compile(*arguments: Any) -> Any:
    import re  # noqa: PLC0415 - only queries of tree-sitter compile any

    return re.compile(*arguments)


def _int_enum(name: str, values: Mapping[str, int]) -> type:
    """An enumeration as far as tree-sitter's kinds of log lines need one, which nobody here asks for."""
    return type(name, (int,), dict(values))


_STAND_INS: dict[str, dict[str, Any]] = {"re": {"compile": _compile}, "enum": {"IntEnum": _int_enum}}
"""What tree-sitter's module imports: as dear as starting the interpreter."""
