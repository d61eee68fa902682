"""Which file an import means: paths of one tree in, a path out."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

_PACKAGE = "__init__.py"
_SCRIPT_ENDINGS = (".ts", ".tsx", ".d.ts", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs")
_COMMON_ROOTS = ("", "src", "lib", "python")


def folder_of(path: str) -> str:
    """The folder of a path, "" for the root."""
    return path.rpartition("/")[0]


def is_script(path: str) -> bool:
    """Whether the path is JavaScript or TypeScript."""
    return path.endswith(_SCRIPT_ENDINGS)


def is_python(path: str) -> bool:
    """Whether the path is Python."""
    return path.endswith((".py", ".pyi"))


class Modules:
    """The modules of one tree. A namespace package (a folder without `__init__.py`) goes by its folder and a slash."""

    def __init__(self, paths: Collection[str]) -> None:
        self._paths = frozenset(paths)
        self._folders: set[str] = set()
        self._roots: dict[str, list[str]] = {}
        for path in sorted(path for path in self._paths if is_python(path)):
            folder = folder_of(path)
            while folder and folder not in self._folders:
                self._folders.add(folder)
                folder = folder_of(folder)
            root = self._root_of(path)
            top = path[len(root) + 1 if root else 0 :].partition("/")[0]
            is_package = "." not in top
            roots = self._roots.setdefault(top.partition(".")[0], [])
            if root not in roots and (is_package or root in _COMMON_ROOTS):
                roots.append(root)

    def __contains__(self, path: str) -> bool:
        return path in self._paths

    def find(self, name: str, path: str) -> str | None:
        """The file that `name` (as an import in `path` has it) means; None where it is not of this tree."""
        if is_script(path):
            return self._script(name, path)
        dots = len(name) - len(name.lstrip("."))
        if dots:
            folder = folder_of(path)
            for _ in range(dots - 1):
                folder = folder_of(folder)
            return self._at(folder, name[dots:])
        own = self._root_of(path)
        folder = folder_of(path)
        known = self._roots.get(name.partition(".")[0], [])
        for root in dict.fromkeys((own, folder, *sorted(known, key=len), *_COMMON_ROOTS)):
            found = self._at(root, name)
            if found is not None:
                return found
        return None

    def inside(self, module: str, name: str) -> str | None:
        """The submodule of that name of a package."""
        if not module.endswith(("/", "/" + _PACKAGE)) and module != _PACKAGE:
            return None
        return self._at(folder_of(module), name)

    def _at(self, root: str, name: str) -> str | None:
        below = name.replace(".", "/")
        base = f"{root}/{below}" if root and below else root or below
        if not base:
            return _PACKAGE if _PACKAGE in self._paths else None
        for path in (f"{base}/{_PACKAGE}", f"{base}.py", f"{base}.pyi"):
            if path in self._paths:
                return path
        return base + "/" if base in self._folders else None

    def _root_of(self, path: str) -> str:
        """The folder from which the module is imported: the first above it that is no package."""
        folder = folder_of(path)
        while folder and f"{folder}/{_PACKAGE}" in self._paths:
            folder = folder_of(folder)
        return folder

    def _script(self, name: str, path: str) -> str | None:
        if not name.startswith("."):
            return None
        parts = folder_of(path).split("/") if folder_of(path) else []
        for word in name.split("/"):
            if word == "..":
                if not parts:
                    return None
                parts.pop()
            elif word not in (".", ""):
                parts.append(word)
        base = "/".join(parts)
        if base in self._paths:
            return base
        stem = base.rpartition(".")[0] if base.endswith((".js", ".mjs", ".cjs", ".jsx")) else base
        names = [stem + ending for ending in _SCRIPT_ENDINGS] + [f"{base}/index{ending}" for ending in _SCRIPT_ENDINGS]
        return next((one for one in names if one in self._paths), None)
