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


class Installation(Record):
    """One guarded repository.

    `command` is how a shell runs `pucs`; `config` the configuration file's absolute path and `stamp` its state when
    `policy` was compiled from it; `entries` the files outside the git directory that hold text of ours, as
    (absolute path, a text that must stay in it); `session` the coordinated effort and when it began.
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
    extra: dict[str, Any] = {}


def decode(data: Any) -> Installation:
    """The installation of its JSON form. Raises ValueError for what is none, StoreError for a newer format."""
    if not isinstance(data, dict):
        raise ValueError("not an installation")
    if data.get("version", 1) > VERSION:
        raise StoreError("this repository is guarded by a newer PUCS", "upgrade this PUCS: pip install -U pucs")
    known = {key: value for key, value in data.items() if key in Installation._fields and key != "extra"}
    if "entries" in known:
        known["entries"] = tuple(tuple(entry) for entry in known["entries"])
    extra = {key: value for key, value in data.items() if key not in Installation._fields and key != "version"}
    return Installation(**known, extra=extra)


def encode(installation: Installation) -> dict[str, Any]:
    """The JSON form, which `decode` reads back."""
    data = installation._asdict()
    extra = data.pop("extra")
    return {"version": VERSION, **data, **extra}
