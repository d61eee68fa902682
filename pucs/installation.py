"""What the marker in the common git directory says: PUCS guards this repository, installed like this, configured so."""

from __future__ import annotations

from pucs.errors import StoreError
from pucs.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

VERSION = 1

MARKER = "pucs-installed.json"
"""The file in the common git directory that says: PUCS guards this repository."""


WINDOW = "pucs-window"
"""The file in a working tree's own git directory that says: a commit window is open there."""

_TYPES: dict[str, Any] = {
    **dict.fromkeys(("command", "config", "problem", "session", "python", "root", "scope"), str),
    **dict.fromkeys(("stamp", "policy"), dict),
    **dict.fromkeys(("entries", "runner", "hooks", "trees", "libraries"), list),
    "started": (int, float),
}


class Installation(Record):
    """One guarded repository.

    `command` is how a shell runs `pucs`; `config` the configuration file's absolute path and `stamp` its state when
    `policy` was compiled from it; `entries` the files outside the git directory that hold text of ours, as
    (absolute path, a text that must stay in it); `session` the coordinated effort and when it began. `runner` is the
    command line that runs `pucs` as a process, `hooks` the folders of git hooks that run our gate, `trees` the working
    trees that were looked at, where each has a folder of its own. `libraries` are the folders of the installed packages
    that read shell commands and source files.
    """

    command: str = "pucs"
    config: str = ""
    stamp: dict[str, int] = {}
    policy: dict[str, Any] = {}
    problem: str = ""
    fold_case: bool = False
    entries: tuple[tuple[str, str], ...] = ()
    session: str = ""
    started: float = 0.0
    python: str = ""
    root: str = ""
    scope: str = ""
    runner: tuple[str, ...] = ()
    hooks: tuple[str, ...] = ()
    trees: tuple[str, ...] = ()
    libraries: tuple[str, ...] = ()
    extra: dict[str, Any] = {}


def decode(data: Any) -> Installation:
    """The installation of its JSON form. Raises ValueError for what is none, StoreError for a newer format."""
    if not isinstance(data, dict) or not isinstance(data.get("version", 1), int):
        raise ValueError("not an installation")
    if data.get("version", 1) > VERSION:
        raise StoreError("this repository is guarded by a newer PUCS", "upgrade this PUCS: pip install -U pucs")
    known = {key: value for key, value in data.items() if key in Installation._fields and key != "extra"}
    for key, value in known.items():
        if not isinstance(value, _TYPES.get(key, object)):
            raise ValueError(f"{key} of an installation is no {_TYPES[key]}")
    if "entries" in known:
        known["entries"] = tuple((path, text) for path, text in known["entries"])
    for key in ("runner", "hooks", "trees", "libraries"):
        known[key] = tuple(known.get(key, ()))
    extra = {key: value for key, value in data.items() if key not in Installation._fields and key != "version"}
    return Installation(**known, extra=extra)


def encode(installation: Installation) -> dict[str, Any]:
    """The JSON form, which `decode` reads back."""
    data = installation._asdict()
    extra = data.pop("extra")
    return {"version": VERSION, **data, **extra}
