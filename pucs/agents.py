"""The rule of agents: which agent an event belongs to, and how one begins and ends (DESIGN section 5)."""

from __future__ import annotations

from pucs.model import ALIVE, Agent, Call, Event, Name, Process
from pucs.record import Record
from pucs.view import Change

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from pucs.view import View

_SEEN_EVERY = 10.0


class Identity(Record):
    """What an event says about who acts. `given` is the id its launcher chose, `subagent` the host's id of one.

    `task` was given for it by name; `branch` says what it may be about where nobody said.
    `chosen` says that the stream is the launcher's choice too, which no claim changes.
    """

    session: str
    subagent: str = ""
    given: str = ""
    stream: str | None = None
    task: str = ""
    process: Process | None = None
    branch: str = ""
    chosen: bool = False


def known(identity: Identity, view: View) -> Agent | None:
    """The agent of this identity if it was seen before. Writes nothing."""
    name = view.name(_session_key(identity, view))
    return view.agent(name.value) if name is not None else None


def resolve(identity: Identity, view: View) -> Change:
    """The agent of this identity, registered on first sight, back from its end if it had ended.

    A new host session in a client process that is known continues that process's agent (`/clear`, resume).
    """
    agent = known(identity, view)
    if agent is None:
        return _register(identity, view)
    task = identity.task or agent.stated or identity.branch or agent.task
    agent = _in_its_stream(agent, identity, view)._replace(task=task)
    if agent.orders:
        agent = agent._replace(orders=_orders(None, agent, view))
    writes: dict[str, Any] = {}
    begins = agent.ended and not is_terminated(agent, view)
    if begins or (identity.process is not None and identity.process != agent.process):
        agent = agent._replace(ended=0.0 if begins else agent.ended, process=identity.process or agent.process)
        agent = agent._replace(orders=_orders(agent.stream, agent, view))
        writes["agent/" + agent.id] = agent
        if identity.process is not None and not identity.subagent:
            writes.update(_moved_in(agent, identity.process, view))
    if not 0 <= view.now - agent.seen < _SEEN_EVERY:
        agent = agent._replace(seen=view.now)
        writes["agent/" + agent.id] = agent
    return Change(agent, writes)


def prompted(identity: Identity, line: str, view: View) -> Change:
    """The agent of this identity after a prompt whose task is `line`; a short answer leaves its task as it is."""
    from pucs.prompts import replaces  # noqa: PLC0415 - an edit does without

    begun = resolve(identity, view)
    agent: Agent = begun.result
    if not replaces(line, agent.stated):
        return begun
    agent = agent._replace(stated=line, task=identity.task or line)
    return Change(agent, {**begun.writes, "agent/" + agent.id: agent}, begun.events)


def named(identity: Identity, view: View) -> Change:
    """The agent of exactly the given id, registered on first sight: for callers who say who they are by name."""
    agent = view.agent(identity.given)
    if agent is None:
        agent = _fresh(identity.given, identity, None, view)._replace(stated=identity.task)
        return Change(agent, {"agent/" + agent.id: agent}, (_started(agent),))
    changed = agent
    begins = agent.ended and not is_terminated(agent, view)
    if begins or view.liveness(agent.process) != ALIVE:
        changed = agent._replace(ended=0.0 if begins else agent.ended, process=identity.process or agent.process)
        changed = changed._replace(orders=_orders(agent.stream, agent, view))
    if identity.stream or identity.task:
        changed = _in_its_stream(changed, identity, view)._replace(task=identity.task or agent.task)
        changed = changed._replace(stated=identity.task or agent.stated)
    if changed == agent and 0 <= view.now - agent.seen < _SEEN_EVERY:
        return Change(agent)
    changed = changed._replace(seen=view.now)
    return Change(changed, {"agent/" + agent.id: changed})


def end(agent: Agent, view: View) -> Change:
    """The agent after its host said it is over; its locks are judged by that at the next look."""
    ended = agent._replace(ended=view.now, calls={})
    return Change(ended, {"agent/" + agent.id: ended}, (Event(agent.id, agent.stream, "ended"),))


def stream_of(identity: Identity, agent: Agent | None) -> str | None:
    """The stream that its work belongs to: its launcher's choice, else its claim, else the branch's."""
    return agent.claim if agent is not None and agent.claim and not identity.chosen else identity.stream


def is_terminated(agent: Agent, view: View) -> bool:
    """Whether somebody told it to end, and nobody to resume."""
    if not agent.orders:
        return False
    from pucs import orders  # noqa: PLC0415 - hardly anybody has any

    return orders.is_terminated(agent, view.now)


def calls(agent: Agent, call: str, begun: Call, view: View) -> Change:
    """The agent with an open call that runs a command; paths that it was granted before stay with it."""
    earlier = agent.calls.get(call)
    begun = begun._replace(since=view.now, paths=earlier.paths if earlier is not None else ())
    noted = agent._replace(calls={**agent.calls, call: begun}, seen=view.now)
    return Change(noted, {"agent/" + agent.id: noted})


def client_key(process: Process) -> str:
    """The name under which a client process's agent is found, from its hooks and from its descendants in git hooks."""
    return f"client/{process.boot}-{process.namespace}-{process.pid}-{process.started}"


def _moved_in(agent: Agent, process: Process, view: View) -> dict[str, Any]:
    """The client process is now this agent: one client is one agent at a time, so whoever it was has ended."""
    writes: dict[str, Any] = {client_key(process): Name(agent.id, at=view.now)}
    name = view.name(client_key(process))
    before = view.agent(name.value) if name is not None and name.value != agent.id else None
    if before is not None and not before.ended and before.process == process:
        writes["agent/" + before.id] = before._replace(ended=view.now, calls={})
    return writes


def _session_key(identity: Identity, view: View) -> str:
    key = "session/" + identity.session
    if identity.subagent:
        return f"{key}/{identity.subagent}"
    name = view.name(key)
    if name is None or identity.process is None:
        return key
    agent = view.agent(name.value)
    if agent is None or agent.process in (None, identity.process):
        return key
    # One host session resumed twice at the same time is two workers, whatever its id says, and stays two.
    twin = f"{key}#{identity.process.pid}-{identity.process.started}"
    return twin if view.liveness(agent.process) == ALIVE or view.name(twin) is not None else key


def _register(identity: Identity, view: View) -> Change:
    writes: dict[str, Any] = {}
    events: tuple[Event, ...] = ()
    parent: Agent | None = None
    if identity.subagent:
        begun = resolve(identity._replace(subagent=""), view)
        parent = begun.result
        writes, events = dict(begun.writes), begun.events
    elif identity.process is not None:
        continued = view.name(client_key(identity.process))
        agent = view.agent(continued.value) if continued is not None else None
        if agent is not None:
            ended = agent.ended if is_terminated(agent, view) else 0.0
            agent = agent._replace(session=identity.session, ended=ended, seen=view.now)
            agent = agent._replace(orders=_orders(agent.stream, agent, view))
            key = _session_key(identity, view)
            return Change(agent, {"agent/" + agent.id: agent, key: Name(agent.id, at=view.now)})
    if parent is not None:
        parent = parent._replace(children=parent.children + 1)
        writes["agent/" + parent.id] = parent
        identifier = f"{parent.id}/{parent.children}"
    else:
        identifier = _free_id(identity, view, writes)
    agent = _fresh(identifier, identity, parent, view)
    earlier = view.agent(identifier)
    if earlier is not None:  # the launcher gave the name of an agent that is gone: its paths and subagents go on
        orders = {one[1]: one for one in (*earlier.orders, *agent.orders)}
        agent = agent._replace(paths=earlier.paths, children=earlier.children, orders=tuple(orders.values()))
    writes["agent/" + identifier] = agent
    writes[_session_key(identity, view)] = Name(identifier, at=view.now)
    if identity.process is not None and parent is None:
        writes[client_key(identity.process)] = Name(identifier, at=view.now)
    return Change(agent, writes, (*events, _started(agent)))


def _in_its_stream(agent: Agent, identity: Identity, view: View) -> Agent:
    stream = stream_of(identity, agent) or agent.stream
    if stream == agent.stream:
        return agent
    from pucs import orders  # noqa: PLC0415 - hardly anybody changes streams

    return orders.moved(agent, stream, view)


def _orders(stream: str | None, above: Agent | None, view: View) -> tuple[tuple[Any, ...], ...]:
    """What binds an agent that begins now: orders to everybody and to its stream, and those `above` it."""
    keys = ("order/*", f"order/stream:{stream}") if stream else ("order/*",)
    found = [order for order in map(view.record, keys) if order is not None]
    if not found and (above is None or not above.orders):
        return ()
    from pucs import orders  # noqa: PLC0415 - mostly nobody gave any

    return orders.current((*(above.orders if above is not None else ()), *map(orders.plain, found)), view.now)


def _fresh(identifier: str, identity: Identity, parent: Agent | None, view: View) -> Agent:
    return Agent(
        id=identifier,
        stream=stream_of(identity, parent),
        claim=parent.claim if parent is not None and not identity.chosen else "",
        orders=_orders(stream_of(identity, parent), parent, view),
        task=identity.task or (parent.task if parent else identity.branch),
        parent=parent.id if parent else None,
        session=identity.session,
        process=identity.process,
        since=view.now,
        first=view.revision,
        seen=view.now,
        stated=parent.stated if parent else "",
    )


def _started(agent: Agent) -> Event:
    task = {"task": agent.task} if agent.task else {}
    return Event(agent.id, agent.stream, "started", {"message": "register", "answer": "registered", **task})


def _free_id(identity: Identity, view: View, writes: dict[str, Any]) -> str:
    if identity.given:
        return _unused(identity.given, view)
    prefix = f"{identity.stream}-agent" if identity.stream else "agent"
    counter = view.name("number/" + prefix)
    number = (counter.number if counter else 0) + 1
    while view.agent(f"{prefix}-{number}") is not None:
        number += 1
    writes["number/" + prefix] = Name(prefix, number, view.now)
    return f"{prefix}-{number}"


def _unused(given: str, view: View) -> str:
    """The given id, or `<id>-2`, … while a living client works under it: one started by an agent inherits its id."""
    number, candidate = 1, given
    while True:
        agent = view.agent(candidate)
        if agent is None or view.liveness(agent.process) != ALIVE:
            return candidate
        number += 1
        candidate = f"{given}-{number}"
