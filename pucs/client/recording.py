"""Noting that an agent runs a command; what it left open before is over then."""

from __future__ import annotations

from pucs import agents, edit_end
from pucs.client import noting
from pucs.client.calls import ToolCall, identity_of
from pucs.client.edits import leftovers
from pucs.client.opening import Repository, is_off
from pucs.errors import StoreError
from pucs.model import Call
from pucs.view import Change

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pucs.model import Snapshot
    from pucs.view import View


def record_command(call: ToolCall, command: str, repository: Repository) -> None:
    """Notes that this agent runs a command, until `after` or its turn's end: git hooks ask who runs what."""
    identity = identity_of(call.caller, repository)
    begun = Call(call.tool, 0.0, command[:120])
    seen = repository.store.read()
    if is_off(seen):
        return
    left = leftovers(repository, agents.known(identity, seen), seen, call.call)

    def rule(view: View) -> Change:
        known = agents.resolve(identity, view)
        agent, settled = known.result, Change(None)
        noted: tuple[Snapshot, ...] = ()
        if left:
            noted = noting.settled(noting.Act(agent.id, view.now, call.call, call.tool), left, view)
            settled = edit_end.settle(agent, left, view.after(known))
            agent = settled.writes.get("agent/" + agent.id, agent)
        change = agents.calls(agent, call.call, begun, view)
        writes = {**known.writes, **settled.writes, **change.writes}
        return Change(noted, writes, known.events + settled.events)

    try:
        noting.note(repository.store.root, repository.store.transact(rule))
    except StoreError:
        return  # the command is not judged by this, and a note is not worth failing its call
