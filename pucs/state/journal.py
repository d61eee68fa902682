"""The journal of contents: who found and left which content where, one JSON line an entry, beside the kept copies.

What undo and attribution go by. Contents are kept by `pucs.state.contents` under the fingerprints that stand here.
"""

from __future__ import annotations

from pucs import fastjson, system
from pucs.model import Snapshot
from pucs.state import log

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

NAME = "journal.jsonl"


def note(root: str, snapshots: Iterable[Snapshot]) -> None:
    """Adds entries, in one write. Raises StoreError when the disk refuses."""
    log.append(f"{root}/{NAME}", [fastjson.dumps(one._asdict()) + "\n" for one in snapshots])


def size(root: str) -> int:
    """How long the journal is: what `entries` can begin after."""
    try:
        return system.stat(f"{root}/{NAME}").st_size
    except OSError:
        return 0


def entries(root: str, start: int = 0) -> Iterator[Snapshot]:
    """The entries of the journal, oldest first; a line that a full disk cut is passed over.

    `start` leaves out what was there when the journal was so long; of one that is shorter now all are given.
    """
    known = Snapshot._fields
    for entry in log.entries(f"{root}/{NAME}", start if start <= size(root) else 0):
        try:
            yield Snapshot(**{key: value for key, value in entry.items() if key in known})
        except TypeError:
            continue
