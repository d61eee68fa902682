"""What every file was before PUCS came, so that uninstalling can give it back byte for byte."""

from __future__ import annotations

import hashlib
import json
import os
from base64 import b64decode, b64encode
from typing import TYPE_CHECKING, Any, NamedTuple

from pucs.errors import StoreError
from pucs.install.changes import ABSENT, Shape

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

NAME = "pucs-undo.json"
"""The ledger of one repository, in its common git directory."""

VERSION = 1


class Entry(NamedTuple):
    """One path: the role it plays for us, what it was before us, a digest of what we left there, and who relies on it.

    `users` are the common git directories that share the path; only files outside any one repository have some.
    """

    role: str
    before: Shape
    after: str
    users: tuple[str, ...] = ()

    def untouched(self, now: Shape) -> bool:
        """Whether the path still holds what we left there."""
        return digest(now) == self.after


def digest(shape: Shape) -> str:
    """Tells one content from another; rights do not count."""
    return hashlib.sha256(shape.kind.encode() + b"\0" + shape.data).hexdigest()


def shared_ledger(environ: Mapping[str, str]) -> str:
    """The user's own ledger, for files that several repositories rely on."""
    state = environ.get("XDG_STATE_HOME") or os.path.join(home_of(environ), ".local", "state")
    return os.path.join(state, "pucs", "shared.json")


def home_of(environ: Mapping[str, str]) -> str:
    """The user's home folder."""
    return environ.get("HOME") or os.path.expanduser("~")


def load(path: str) -> dict[str, Entry]:
    """The entries by absolute path; {} where there is no ledger. Raises StoreError where it cannot be read.

    In the file, paths are relative to its folder, so that a repository that was moved still knows its own.
    """
    folder = os.path.dirname(path)
    try:
        with open(path, encoding="utf-8") as file:
            data = json.load(file)
        if data["version"] > VERSION:
            raise StoreError(f"{path} was written by a newer PUCS", "Upgrade this PUCS: pip install -U pucs")
        return {os.path.normpath(os.path.join(folder, name)): _entry(one) for name, one in data["paths"].items()}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(
            f"{path} is damaged: {error}", "Move it away; then `pucs uninstall` works without it."
        ) from None


def shape_of(path: str, entries: Mapping[str, Entry]) -> Shape:
    """The ledger at that path as a file; no file where nothing is in it."""
    if not entries:
        return ABSENT
    folder = os.path.dirname(path)
    paths = {os.path.relpath(name, folder): _plain(entry) for name, entry in sorted(entries.items())}
    return Shape("file", json.dumps({"version": VERSION, "paths": paths}, indent=1).encode() + b"\n", 0o600)


def shared(entry: Entry, user: str) -> Entry:
    """The entry with one user more."""
    return entry._replace(users=tuple(sorted({*entry.users, user})))


def left(entry: Entry, user: str, marker: str) -> Entry:
    """The entry with that user gone, and all whose repository is no longer there."""
    return entry._replace(users=tuple(_living(entry.users, user, marker)))


def _living(users: Iterable[str], without: str, marker: str) -> Iterable[str]:
    return (user for user in users if user != without and os.path.lexists(os.path.join(user, marker)))


def _plain(entry: Entry) -> dict[str, Any]:
    before = {"kind": entry.before.kind, "data": b64encode(entry.before.data).decode(), "mode": entry.before.mode}
    return {"role": entry.role, "before": before, "after": entry.after, "users": list(entry.users)}


def _entry(data: Mapping[str, Any]) -> Entry:
    before = data["before"]
    shape = Shape(str(before["kind"]), b64decode(before["data"]), int(before["mode"]))
    return Entry(str(data["role"]), shape, str(data["after"]), tuple(data["users"]))
