"""Which files a Python file may import, by its text alone: every place where a module of that name could be."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_LARGEST = 1 << 20


def imported(data: bytes, path: str) -> set[str]:
    """The paths, from the repository's root, that the file at `path` may mean; none where it cannot be parsed.

    A name counts from the root, from `src/` and from each folder above the file, since nobody says where it is run.
    """
    import ast  # noqa: PLC0415 - only an announcement asks

    if not path.endswith(".py") or len(data) > _LARGEST:
        return set()
    try:
        tree = ast.parse(data)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set()
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                found.update(_places(alias.name.split("."), _roots(path)))
        elif isinstance(node, ast.ImportFrom):
            base = (node.module or "").split(".") if node.module else []
            roots = _roots(path) if not node.level else [_above(path, node.level)]
            for alias in node.names:
                found.update(_places([*base, alias.name], roots))
    return found - {path}


def _places(names: list[str], roots: Iterable[str]) -> Iterator[str]:
    """Where the module, or the one that the last name is in, would be."""
    for root in roots:
        for end in {len(names), len(names) - 1} - {0}:
            stem = root + "/".join(names[:end])
            yield f"{stem}.py"
            yield f"{stem}/__init__.py"


def _roots(path: str) -> list[str]:
    folders = [path[: place + 1] for place, c in enumerate(path) if c == "/"]
    return list(dict.fromkeys(("", "src/", *folders)))


def _above(path: str, level: int) -> str:
    folders = path.split("/")[:-1]
    kept = folders[: len(folders) - level + 1]
    return "".join(f"{name}/" for name in kept)
