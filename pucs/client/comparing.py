"""What was made of a file since its lock was taken, and by whom: `pucs diff` and `pucs attribution`."""

from __future__ import annotations

from pucs import attribution, locks, scopes, steps
from pucs.attribution import NOBODY, Line, Version
from pucs.client.looking import see_key
from pucs.client.opening import Repository
from pucs.client.recalling import Recall
from pucs.client.surveying import holdings_of
from pucs.model import UNKNOWN, Agent, Snapshot
from pucs.record import Record
from pucs.report import Holding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Difference(Record):
    """What one holder made of a path: its base and what is there now; None for a base that was not kept.

    Of a file that agents share, `after` is the base with this holder's lines only, and `others` says where the lines of
    the others are.
    """

    holding: Holding
    before: bytes | None
    after: bytes
    others: dict[str, str] = {}


def differences(repository: Repository, path: str, agent: Agent | None) -> tuple[Difference, ...]:
    """The change of each holder of the path in this tree since its lock; of one agent (and those above it) if given."""
    recall = Recall(repository)
    view = repository.store.read()
    target, data, record = see_key(repository, path, view)
    tree, now = record.tree(repository.tree.id), data or b""
    holdings = [one for one in holdings_of(repository, path, view) if one.tree == repository.tree.id]
    if agent is not None:
        holdings = [one for one in holdings if locks.related(one.lock.agent, agent.id)]
    found = scopes.places(tree, target) if tree.weave is not None else {}
    differences = []
    for one in holdings:
        before, after = scopes.alone(tree, target, one.lock.agent) or (recall.content(one.lock.base), now)
        others = {agent: where for agent, where in found.items() if agent != one.lock.agent}
        differences.append(Difference(one, before, after, others))
    return tuple(differences)


def authors(repository: Repository, path: str) -> tuple[Line, ...]:
    """Who wrote which line of what the path holds now, since its lock's base or (unlocked) since all that is known."""
    recall = Recall(repository)
    view = repository.store.read()
    tree, sight = repository.tree.id, see_key(repository, path, view)
    entries = [one for one in steps.chained(recall.entries()) if (one.tree, one.path) == (tree, path)]
    held = [lock.base for lock in view.path(path).tree(tree).locks]
    base = held[0] if held else next((one.before for one in entries if one.before != UNKNOWN), sight.target.content)
    places = [place for place, entry in enumerate(entries) if entry.before == base]
    begun = entries[(places[-1] if held else places[0]) :] if places else []
    versions = [*_versions(recall, begun, base), Version(NOBODY, _lines(sight.data or b""))]
    return attribution.attribution(_lines(recall.content(base) or b""), versions)


def _versions(recall: Recall, entries: Iterable[Snapshot], base: str) -> Iterator[Version]:
    """The contents on the way from the base, as far as they were kept; what happened in between is nobody's."""
    now = base
    for entry in entries:
        for author, content in ((NOBODY, entry.before), (entry.agent or NOBODY, entry.after)):
            data = recall.content(content) if content not in (now, UNKNOWN) else None
            if data is not None:
                yield Version(author, _lines(data))
                now = content


def _lines(data: bytes) -> tuple[bytes, ...]:
    return tuple(data.splitlines(keepends=True))
