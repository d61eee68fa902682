"""A finding in words, with the holder's change taken from the spool."""

from __future__ import annotations

from pucs.client.looking import Sight
from pucs.client.opening import Repository
from pucs.errors import StoreError
from pucs.model import Finding
from pucs.state import contents
from pucs.wording import Circumstances, denial


def words_of(repository: Repository, finding: Finding, sights: list[Sight], stream: str | None) -> str:
    """What the denied agent is told, in at most 600 characters."""
    lock = finding.lock
    now = next((sight.data for sight in sights if sight.target.path == finding.path), None)
    was = contents.kept(repository.store.root, lock.base) if lock is not None else None
    if finding.others:
        was = finding.others[0]
    circumstances = Circumstances(
        command=repository.installation.command,
        now=repository.store.read().now,
        stream=stream,
        before=was,
        after=now,
        shows_change=was is not None and finding.tree == repository.tree.id,
    )
    return denial(finding, circumstances)


def trouble(path: str, error: StoreError) -> str:
    """What the agent is told when the state cannot be opened at all, so that nothing can be granted."""
    finding = Finding("state", path, note=f"{error} ({error.hint})" if error.hint else str(error))
    return denial(finding, Circumstances(command="pucs", now=0.0))
