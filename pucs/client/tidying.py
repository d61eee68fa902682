"""Taking out of line who is gone, and telling who waits of what no call ended: a death, an hour, a file put back.

Done by whoever publishes, in the background or for `pucs status`: so a path that becomes free by itself is noticed.
"""

from __future__ import annotations

from functools import partial

from pucs import places
from pucs.client.looking import see_key
from pucs.client.opening import Repository
from pucs.view import Change

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from pucs.report import Queue
    from pucs.view import View

_TICKETS_FOR = 3600.0
"""So long after the longest wait a ticket still says which path it was for."""

_AT_ONCE = 100


def tidy(repository: Repository, queues: Iterable[Queue]) -> None:
    """Drops waits of nobody, tells the agents in these queues what they wait for, forgets old tickets."""
    store, policy = repository.store, repository.policy
    view = store.read()
    for number in [int(name) for name in view.names("wait")]:
        wait = view.wait(number)
        if wait is not None and places.is_stale(wait, policy, view):
            store.transact(partial(places.dropped, number, policy))
    for path in dict.fromkeys(queue.path for queue in queues):
        trees = [queue.tree for queue in queues if queue.path == path]
        targets = tuple(see_key(repository, path, view, tree).target for tree in trees)
        if places.heard(targets, policy, view).writes:
            store.transact(partial(places.heard, targets, policy))
    too_old = policy.locks.queue_timeout_s + _TICKETS_FOR
    old = [name for name in view.names("ticket") if _age(view, name) > too_old][:_AT_ONCE]
    if old:
        store.transact(lambda _: Change(None, {"ticket/" + name: None for name in old}))


def _age(view: View, ticket: str) -> float:
    name = view.name("ticket/" + ticket)
    return 0.0 if name is None else abs(view.now - name.at)
