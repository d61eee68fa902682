"""Starting fast: the compiled modules of the hook path in one cached file instead of one `.pyc` each.

Finding, opening and checking forty `.pyc` files costs a hook more than its work does. This cache is what `.pyc` files
are (same folder, same trust, checked against each source's time and size, rebuilt when missing), read with one call.
Where the folder cannot be written or a source changed, the ordinary import system does the work.
"""

from __future__ import annotations

import gc
import marshal
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, ModuleType
    from typing import Any

try:
    import posix  # not `os`: half of what `os` imports is needed by nobody here
except ImportError:  # pragma: no cover - Windows: ordinary imports
    posix = None  # type: ignore[assignment]

_ROOT = __file__.rpartition("/")[0]
_CACHE = f"{_ROOT}/__pycache__/hookpath.{sys.implementation.cache_tag}.bin"
_FOLDERS = ("", "client", "git", "hosts", "shell", "state", "system")


class _Finder:
    """Finds modules of this package in the cache; anything else, or anything stale, is left to the others."""

    def __init__(self, modules: dict[str, tuple[str, bool, int, int, bytes]]) -> None:
        self._modules = modules
        self._spec: Any = type(sys.__spec__)

    def find_spec(self, name: str, path: object = None, target: object = None) -> object:  # noqa: ARG002
        entry = self._modules.get(name)
        if entry is None:
            return None
        source, package, time, size, _ = entry
        try:
            found = posix.stat(source)
        except OSError:
            return None
        if int(found.st_mtime) != time or found.st_size != size:
            _discard()
            return None
        spec = self._spec(name, self, origin=source, is_package=package)
        if package:
            spec.submodule_search_locations.append(source.rpartition("/")[0])
        spec.has_location = True
        return spec

    def create_module(self, spec: object) -> None:
        """Leaves making the module to the import system."""

    def exec_module(self, module: ModuleType) -> None:
        code: CodeType = marshal.loads(self._modules[module.__name__][4])  # noqa: S302 - as trusted as a .pyc
        exec(code, module.__dict__)  # noqa: S102 - this is what an import does


def use() -> None:
    """Makes imports of this package come from the cache, which is built first where there is none."""
    # A hook lives for milliseconds: it never makes garbage worth looking for.
    gc.disable()
    if posix is None:
        return
    try:
        modules = _read()
    except (OSError, ValueError, EOFError, TypeError):
        modules = _build()
    if modules:
        sys.meta_path.insert(0, _Finder(modules))  # type: ignore[arg-type]  # the protocol, without importlib.abc


def leave(code: int = 0) -> None:
    """Ends the process now. Taking the interpreter down piece by piece would cost as much as the decision did."""
    if posix is not None:
        posix._exit(code)


def _read() -> dict[str, Any]:
    descriptor = posix.open(_CACHE, posix.O_RDONLY)
    try:
        data = posix.read(descriptor, 1 << 24)
    finally:
        posix.close(descriptor)
    root, modules = marshal.loads(data)  # noqa: S302 - see above
    if root != _ROOT:
        raise ValueError("the package was moved")
    return dict(modules)


def _discard() -> None:
    """Takes the stale cache away; the next hook builds it."""
    try:
        posix.unlink(_CACHE)
    except OSError:
        return


def build() -> None:
    """Builds the cache anew, as the installer does, so that no hook has to."""
    if posix is not None:
        _build()


def _build() -> dict[str, Any]:
    modules: dict[str, Any] = {}
    for folder in _FOLDERS:
        where = f"{_ROOT}/{folder}".rstrip("/")
        try:
            names = sorted(name for name in posix.listdir(where) if name.endswith(".py"))
        except OSError:
            continue
        for name in names:
            try:
                _add(modules, f"{where}/{name}", ("pucs", folder, name[:-3]))
            except (OSError, SyntaxError, ValueError):
                continue  # whoever needs it will hear of it from the ordinary import
    unfinished = f"{_CACHE}.{posix.getpid()}"
    try:
        with open(unfinished, "wb") as file:
            file.write(marshal.dumps((_ROOT, modules)))
        posix.replace(unfinished, _CACHE)
    except OSError:
        return modules
    return modules


def _add(modules: dict[str, Any], source: str, parts: tuple[str, ...]) -> None:
    package = parts[-1] == "__init__"
    name = ".".join(part for part in (parts[:-1] if package else parts) if part)
    found = posix.stat(source)
    with open(source, "rb") as file:
        # Level 2 leaves the docstrings out: no hook reads them, and they are a third of the bytes.
        code = compile(file.read(), source, "exec", dont_inherit=True, optimize=2)
    modules[name] = (source, package, int(found.st_mtime), found.st_size, marshal.dumps(code))
