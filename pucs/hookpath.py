"""Starting fast: the compiled modules of the hook path in one cached file instead of one `.pyc` each.

Finding, opening and checking forty `.pyc` files costs a hook more than its work does. This cache is what `.pyc` files
are (same folder, same trust, checked against each source's time and size, rebuilt when missing). Its index is read with
one call, a module's code when it is imported: most modules are of no use to a hook, and reading them would be felt.
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
_WIDTH = 12
_FOLDERS = ("", "client", "git", "hosts", "shell", "state", "system")


class _Finder:
    """Finds modules of this package in the cache; anything else, or anything stale, is left to the others."""

    def __init__(self, modules: dict[str, tuple[str, bool, int, int, Any]], descriptor: int, start: int) -> None:
        self._modules = modules
        self._descriptor = descriptor
        self._start = start
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
        data = self._modules[module.__name__][4]
        if type(data) is tuple:
            place, length = data
            data = posix.pread(self._descriptor, length, self._start + place)
        code: CodeType = marshal.loads(data)  # noqa: S302 - as trusted as a .pyc
        exec(code, module.__dict__)  # noqa: S102 - this is what an import does


def use() -> None:
    """Makes imports of this package come from the cache, which is built first where there is none."""
    # A hook lives for milliseconds: it never makes garbage worth looking for.
    gc.disable()
    if posix is None:
        return
    descriptor = start = 0
    try:
        modules, descriptor, start = _read()
    except (OSError, ValueError, EOFError, TypeError):
        modules = _build()
    if modules:
        finder: Any = _Finder(modules, descriptor, start)  # the protocol, without importlib.abc
        sys.meta_path.insert(0, finder)


def leave(code: int = 0) -> None:
    """Ends the process now. Taking the interpreter down piece by piece would cost as much as the decision did."""
    if posix is not None:
        posix._exit(code)


def _read() -> tuple[dict[str, Any], int, int]:
    """The index, each code as its place and length, the open file that they are in, and where in it they begin."""
    descriptor = posix.open(_CACHE, posix.O_RDONLY)
    try:
        data = posix.read(descriptor, 1 << 16)
        length = int(data[:_WIDTH])
        if length > len(data) - _WIDTH:
            data += posix.read(descriptor, length)
        root, whole, modules = marshal.loads(data[_WIDTH : _WIDTH + length])  # noqa: S302 - see above
        if root != _ROOT or posix.fstat(descriptor).st_size != _WIDTH + length + whole:
            raise ValueError("the package was moved, or the file cut")
    except BaseException:
        posix.close(descriptor)
        raise
    return modules, descriptor, _WIDTH + length


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
            file.write(_written(modules))
        posix.replace(unfinished, _CACHE)
    except OSError:
        return modules
    return modules


def _written(modules: dict[str, Any]) -> bytes:
    index, place = {}, 0
    for name, (*about, code) in modules.items():
        index[name] = (*about, (place, len(code)))
        place += len(code)
    head = marshal.dumps((_ROOT, place, index))
    return b"%*d" % (_WIDTH, len(head)) + head + b"".join(entry[-1] for entry in modules.values())


def _add(modules: dict[str, Any], source: str, parts: tuple[str, ...]) -> None:
    package = parts[-1] == "__init__"
    name = ".".join(part for part in (parts[:-1] if package else parts) if part)
    found = posix.stat(source)
    with open(source, "rb") as file:
        # Level 2 leaves the docstrings out: no hook reads them, and they are a third of the bytes.
        code = compile(file.read(), source, "exec", dont_inherit=True, optimize=2)
    modules[name] = (source, package, int(found.st_mtime), found.st_size, marshal.dumps(code))
