"""A kept copy that was moved into git already, brought back for the hook path.

The mover leaves in the spool what locks need. A lock that is taken while it looks, or that begins from what a long
command found at its start, needs what was moved just before: without it a whole file would be held for a few lines.
"""

from __future__ import annotations

from pucs.client.opening import Repository
from pucs.errors import GitError
from pucs.git import snapshots
from pucs.state import contents


def moved_copy(repository: Repository, fingerprint: str) -> bytes | None:
    """The content of that fingerprint, in the spool again; None where it was not kept."""
    try:
        for batch in reversed(snapshots.batches(repository.tree.common)):
            if fingerprint in batch.blobs:
                found = snapshots.blob(repository.tree.common, batch.blobs[fingerprint])
                contents.keep(repository.store.root, fingerprint, found)
                return found
    except GitError:
        return None
    # The mover makes the batch first, so that what is in neither was not kept; a peer may have brought it back.
    return contents.kept(repository.store.root, fingerprint)
