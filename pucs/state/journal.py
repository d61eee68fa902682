"""The journal of contents: who found and left which content where, one JSON line an entry, beside the kept copies.

What undo and attribution go by. Contents are kept by `pucs.state.contents` under the fingerprints that stand here.
"""

from __future__ import annotations

from pucs import fastjson
from pucs.model import Snapshot
from pucs.state import log

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

NAME = "journal.jsonl"


def note(root: str, snapshots: Iterable[Snapshot]) -> None:
    """Adds entries, in one write. Raises StoreError when the disk refuses."""
    log.append(f"{root}/{NAME}", [fastjson.dumps(one._asdict()) + "\n" for one in snapshots])


def entries(root: str) -> Iterator[Snapshot]:
    """The entries of the journal, oldest first; a line that a full disk cut is passed over."""
    known = Snapshot._fields
    for entry in log.entries(f"{root}/{NAME}"):
        try:
            yield Snapshot(**{key: value for key, value in entry.items() if key in known})
        except TypeError:
            continue
