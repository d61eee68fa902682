"""`pucs adopt`: parked bytes become the caller's, a copy of them is kept, and who left them is told."""

from __future__ import annotations

import time

from pucs import adoption
from pucs.client import halting, losing, noting
from pucs.client.looking import see_key
from pucs.client.opening import Repository
from pucs.client.sharing import with_texts
from pucs.errors import Refusal
from pucs.model import Agent
from pucs.view import Change

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pucs.client.looking import Sight
    from pucs.model import Lock
    from pucs.view import View

_LOOKS = 4


def adopt(repository: Repository, path: str, agent: Agent | None, by: str) -> tuple[Lock, ...]:
    """Takes parked bytes over, for an agent (which holds them from then on) or for a person (whose bytes they are).

    Gives the locks that they were under. Raises Refusal where nothing is parked there.
    """
    halting.refuse(repository, agent)
    store, tree = repository.store, repository.tree.id
    for _ in range(_LOOKS):
        sight = see_key(repository, path, store.read())
        noting.keep(store.root, [sight])
        target = with_texts(sight.target, repository, sight.record.tree(tree), sight.data)
        sight = sight._replace(target=target)

        def rule(view: View, sight: Sight = sight) -> Change:
            heir = by if agent is None else view.agent(agent.id) or agent
            return losing.told(repository, adoption.adopted(heir, sight.target, view), [sight])

        parked: tuple[Lock, ...] | None = store.transact(rule)
        if parked:
            for lock in parked:
                act = noting.Act(by if agent is None else agent.id, time.time(), "", f"from {lock.agent}")
                noting.taken_over(store.root, act, target)
            return parked
        if parked is not None:
            hint = f"see who holds it: {repository.installation.command} why {path}"
            raise Refusal(f"nothing is parked in {path}", hint)
    raise Refusal(f"others keep changing {path}", "try again")
