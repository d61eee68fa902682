"""All that was kept of a repository, wherever it lies now: journal and contents, from git and from the spool."""

from __future__ import annotations

import os

from pucs.client.opening import Repository
from pucs.errors import GitError
from pucs.git import snapshots
from pucs.model import ABSENT, UNKNOWN
from pucs.state import contents, journal, log

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pucs.model import Snapshot


class Recall:
    """What was kept, as of now. Without git what is still in the spool is all there is; `problem` says why then."""

    def __init__(self, repository: Repository) -> None:
        self.repository = repository
        self.problem = ""
        self._blobs: dict[str, str]
        self._journals: list[str]
        # The spool first: what a mover takes away from it meanwhile is in a batch that is listed after.
        self._local = tuple(journal.entries(repository.store.root))
        self._list()

    def _list(self) -> None:
        self._blobs, self._journals = {}, []
        repository = self.repository
        try:
            for batch in snapshots.batches(repository.tree.common):
                self._journals.append(batch.blobs.get(snapshots.JOURNAL, ""))
                self._blobs.update(batch.blobs)
        except GitError as error:
            self.problem = str(error)

    def entries(self) -> list[Snapshot]:
        """The whole journal, oldest first; some entries may be there twice."""
        told: list[Snapshot] = []
        for name in self._journals:
            if name:
                told += journal.read(log.parsed(snapshots.blob(self.repository.tree.common, name)))
        return told + list(self._local)

    def has(self, fingerprint: str) -> bool:
        """Whether that content was kept; no file always is, what nobody looked at never."""
        if fingerprint in (ABSENT, UNKNOWN):
            return fingerprint == ABSENT
        return fingerprint in self._blobs or os.path.exists(f"{self.repository.store.root}/spool/{fingerprint}")

    def content(self, fingerprint: str) -> bytes | None:
        """The content of that fingerprint, b"" for no file; None where it was not kept."""
        found = contents.kept(self.repository.store.root, fingerprint)
        if found is None and fingerprint not in self._blobs and fingerprint != UNKNOWN:
            self._list()  # a mover may have taken it away from the spool since
        if found is None and fingerprint in self._blobs:
            return snapshots.blob(self.repository.tree.common, self._blobs[fingerprint])
        return found
