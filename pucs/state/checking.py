"""Looking for damage in a state without repairing it."""

from __future__ import annotations

from pucs import fastjson, system
from pucs.errors import StoreError
from pucs.state.codec import loaded
from pucs.state.contents import read_all


def damaged(root: str) -> list[str]:
    """The files below `records/` and `mirror/` that hold no readable record, relative to the state's root."""
    found = []
    for folder in ("records", "mirror"):
        for kind in _listed(f"{root}/{folder}"):
            for name in _listed(f"{root}/{folder}/{kind}"):
                where = f"{folder}/{kind}/{name}"
                if not _is_readable(f"{root}/{where}"):
                    found.append(where)
    return found


def _is_readable(path: str) -> bool:
    try:
        data = read_all(path)
        loaded(fastjson.loads(data.decode("ascii"))["key"], data)
    except FileNotFoundError:
        return True  # removed since it was listed
    except (OSError, ValueError, KeyError, TypeError, StoreError):
        return False
    return True


def _listed(folder: str) -> list[str]:
    try:
        return sorted(name for name in system.listdir(folder) if not name.startswith("."))
    except OSError:
        return []
