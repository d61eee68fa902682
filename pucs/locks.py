"""The rule of locks: when one binds, who is kept out, and how a path passes from agent to agent.

Timers decide politeness, bytes decide safety: a lock binds while a call is open, while its agent's bytes are neither
committed nor back at base, or while somebody asked for it by name and is still there (DESIGN section 6).
"""

from __future__ import annotations

from pucs.model import ALIVE, DEAD, Lock, PathRecord, Process, Tree, Writer
from pucs.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pucs.model import Agent, Part
    from pucs.view import View

VOID = "void"
HELD = "held"
PARKED = "parked"

_KNOWN_WRITERS = 32


class Claim(Record):
    """What a new lock starts from: who, for what, how long, and the content it finds."""

    agent: str
    stream: str | None
    task: str
    seconds: float
    longest: float
    content: str
    process: Process | None = None
    head: str = ""
    call: str = ""
    explicit: bool = False
    parts: tuple[Part, ...] = ()
    waited: float = 0.0


def dirty(lock: Lock, content: str) -> bool:
    """Whether the path holds bytes of this lock's agent that are not back at base."""
    return content != lock.base and (lock.wrote is not None or bool(lock.calls))


def state_of(lock: Lock, content: str, view: View) -> str:
    """HELD, PARKED (dirty bytes whose agent is gone or idle past its lock) or VOID (nothing to protect)."""
    agent = view.agent(lock.agent)
    has_bytes = dirty(lock, content)
    # The agent's own process first: after a resume it is another than the one that took the lock.
    life = view.liveness(agent.process if agent is not None and agent.process is not None else lock.process)
    if life == DEAD or (agent is not None and agent.ended > 0):
        return PARKED if has_bytes else VOID
    if lock.calls and _may_write(lock, agent, life, view):
        return HELD
    # A sign of life from a time that has not come is one from before the clock was set back.
    lapsed = view.now >= lock.expires(agent.seen if agent is not None and agent.seen <= view.now else 0.0)
    if has_bytes:
        return PARKED if lapsed and not (agent is not None and agent.orders and _is_paused(agent, view)) else HELD
    return HELD if lock.explicit and not lapsed else VOID


def _is_paused(agent: Agent, view: View) -> bool:
    """Whether somebody keeps it from doing what would renew its locks."""
    from pucs import orders  # noqa: PLC0415 - hardly anybody has any

    return orders.binding(agent, view.now) is not None


def _may_write(lock: Lock, agent: Agent | None, life: str, view: View) -> bool:
    """Whether the lock's open call may still write: its agent knows of it, and the process that opened it may live."""
    if agent is not None and not any(call in agent.calls for call in lock.calls):
        return False
    same = agent is None or agent.process in (None, lock.process)
    return (same or view.liveness(lock.process) != DEAD) and (life == ALIVE or view.now < lock.acquired + lock.longest)


def related(holder: str, agent: str) -> bool:
    """Whether `agent` may work inside the lock of `holder`: itself, or a subagent of it."""
    return agent == holder or agent.startswith(holder + "/")


def family(one: str, other: str) -> bool:
    """Whether one of the two agents is the other or descends from it."""
    return related(one, other) or related(other, one)


def own(tree: Tree, agent: str) -> Lock | None:
    """The lock of exactly this agent."""
    for lock in tree.locks:
        if lock.agent == agent:
            return lock
    return None


def others(tree: Tree, agent: str) -> tuple[Lock, ...]:
    """The locks this agent may not work inside."""
    return tuple(lock for lock in tree.locks if not related(lock.agent, agent))


def take(record: PathRecord, tree_name: str, claim: Claim, view: View) -> PathRecord:
    """The record after the claim was granted: a new lock under a new token, or the agent's own lock renewed."""
    tree = record.tree(tree_name)
    mine = own(tree, claim.agent)
    if mine is not None:
        calls = mine.calls if not claim.call or claim.call in mine.calls else (*mine.calls, claim.call)
        lapsed = view.now >= mine.expires()
        wished = claim.explicit and (not claim.waited or mine.waited > 0)  # no wait shortens what its agent has
        lock = mine._replace(
            last=view.now,
            revision=view.revision,
            calls=calls,
            acquired=view.now if lapsed else mine.acquired,
            process=claim.process or mine.process,
            stream=claim.stream,
            task=claim.task or mine.task,
            explicit=mine.explicit or wished,
        )
        if mine.wrote is None and not mine.calls:
            lock = lock._replace(base=claim.content)
        if wished:
            whole = not claim.parts or (mine.explicit and not mine.parts and not lapsed)
            lock = lock._replace(parts=() if whole else _joined(mine.parts, claim.parts))
            lock = lock._replace(seconds=claim.seconds, longest=claim.longest, acquired=view.now, waited=claim.waited)
        return record.with_tree(tree_name, with_lock(tree, lock))
    token = max(record.token + 1, view.revision)
    lock = Lock(
        agent=claim.agent,
        stream=claim.stream,
        task=claim.task,
        acquired=view.now,
        seconds=claim.seconds,
        longest=claim.longest,
        token=token,
        base=claim.content,
        last=view.now,
        revision=view.revision,
        head=claim.head,
        calls=(claim.call,) if claim.call else (),
        explicit=claim.explicit,
        process=claim.process,
        parts=claim.parts,
        waited=claim.waited,
    )
    tree = with_lock(_without_waiter(tree, claim.agent), lock)
    return record._replace(token=token).with_tree(tree_name, tree)


def written(record: PathRecord, tree_name: str, claim: Claim, view: View, *, base: str) -> PathRecord:
    """The record after the agent's call made the path `claim.content`; `base` is what an unlocked path held before."""
    tree = record.tree(tree_name)
    mine = own(tree, claim.agent)
    if mine is None:
        record = take(record, tree_name, claim._replace(content=base), view)
        tree = record.tree(tree_name)
        mine = own(tree, claim.agent)
    if mine is None:
        return record
    before = mine.wrote if mine.wrote is not None else mine.base
    lock = mine._replace(wrote=claim.content, head=claim.head, last=view.now, revision=view.revision)
    if lock.waited:
        lock = lock._replace(explicit=False, waited=0.0)
    writer = Writer(claim.agent, view.revision, view.now, before, claim.content)
    seen = {**tree.seen, claim.agent: view.revision}
    return record.with_tree(tree_name, with_lock(tree, lock)._replace(writer=writer, seen=_latest(seen)))


def closed(record: PathRecord, tree_name: str, agent: str, call: str, content: str, view: View) -> PathRecord:
    """The record after a call ended: its mark is gone, and with it the lock if nothing is left to protect."""
    tree = record.tree(tree_name)
    mine = own(tree, agent)
    if mine is None:
        return record
    lock = mine._replace(calls=tuple(one for one in mine.calls if one != call), last=view.now, revision=view.revision)
    if dirty(lock, content) or lock.calls or lock.explicit:
        return record.with_tree(tree_name, with_lock(tree, lock))
    return record.with_tree(tree_name, without(tree, agent))


def settled(record: PathRecord, tree_name: str, agent: str, call: str, content: str, view: View) -> PathRecord:
    """The record after a call that nobody reported the end of: what the path holds now tells whether it wrote."""
    mine = own(record.tree(tree_name), agent)
    if mine is None or call not in mine.calls:
        return record
    before = mine.wrote if mine.wrote is not None else mine.base
    if content not in (before, mine.base):
        claim = Claim(agent, mine.stream, mine.task, mine.seconds, mine.longest, content, head=mine.head)
        record = written(record, tree_name, claim, view, base=mine.base)
    return closed(record, tree_name, agent, call, content, view)


def committed(
    record: PathRecord, tree_name: str, contents: tuple[str, str], done: tuple[str, ...] = ()
) -> tuple[PathRecord, tuple[Lock, ...]]:
    """The record after a commit of the path, and the locks it ended.

    `contents` are what the tree holds and what was committed. Equal: every byte landed, all locks without an open
    call end (an explicit one stays, clean). Different: dirty locks go on from the committed content, but for one whose
    agent wrote just that or is among the `done`: what the tree holds beyond it is a formatter's or a person's.
    """
    tree = record.tree(tree_name)
    held, landed = contents
    ended, left = [], []
    for lock in tree.locks:
        if landed not in (held, lock.wrote) and lock.agent not in done:
            left.append(lock if lock.wrote is None else lock._replace(base=landed))
        elif lock.calls or lock.explicit:
            left.append(lock._replace(base=landed if lock.calls else held, wrote=None))
        else:
            ended.append(lock)
    return record.with_tree(tree_name, tree._replace(locks=tuple(left), offers={}, weave=None)), tuple(ended)


def without(tree: Tree, agent: str) -> Tree:
    """The tree without this agent's lock."""
    return tree._replace(locks=tuple(lock for lock in tree.locks if lock.agent != agent))


def landed(record: PathRecord, tree_name: str, agent: str, content: str) -> PathRecord:
    """The record once every byte of the agent's lock was found committed: it ends, or goes on clean."""
    tree = record.tree(tree_name)
    lock = own(tree, agent)
    if lock is None or not (lock.calls or lock.explicit):
        return record.with_tree(tree_name, without(tree, agent))
    return record.with_tree(tree_name, with_lock(tree, lock._replace(base=content, wrote=None)))


def compared(record: PathRecord, tree_name: str, agent: str, head: str) -> PathRecord:
    """The record once that HEAD was found not to hold the lock's bytes: nobody asks git again before it moves."""
    tree = record.tree(tree_name)
    lock = own(tree, agent)
    return record if lock is None else record.with_tree(tree_name, with_lock(tree, lock._replace(head=head)))


def plain(record: PathRecord, tree_name: str, agent: str) -> PathRecord:
    """The record after the agent's lock is no longer asked for by name: it binds while there are bytes or calls."""
    tree = record.tree(tree_name)
    mine = own(tree, agent)
    if mine is None:
        return record
    return record.with_tree(tree_name, with_lock(tree, mine._replace(explicit=False, parts=(), waited=0.0)))


def shown(record: PathRecord, tree_name: str, agent: str, view: View) -> PathRecord:
    """The record once the agent has seen the path as it is now."""
    tree = record.tree(tree_name)
    return record.with_tree(tree_name, tree._replace(seen=_latest({**tree.seen, agent: view.revision})))


def narrowed(record: PathRecord, tree_name: str, agent: str, texts: set[str]) -> PathRecord:
    """The record after the agent gave back these parts of an explicit lock that has others."""
    tree = record.tree(tree_name)
    mine = own(tree, agent)
    if mine is None:
        return record
    left = tuple(part for part in mine.parts if part[0] not in texts)
    return record.with_tree(tree_name, with_lock(tree, mine._replace(parts=left)))


def texts_of(parts: tuple[Part, ...]) -> tuple[str, ...]:
    """The parts as they were asked for, each once."""
    return tuple(dict.fromkeys(part[0] for part in parts))


def _joined(parts: tuple[Part, ...], more: tuple[Part, ...]) -> tuple[Part, ...]:
    """The parts with more; one that is asked for again is where it was found last."""
    return (*(part for part in parts if part[0] not in texts_of(more)), *more)


def with_lock(tree: Tree, lock: Lock) -> Tree:
    """The tree with this as its agent's lock."""
    rest = tuple(one for one in tree.locks if one.agent != lock.agent)
    return tree._replace(locks=(*rest, lock))


def _without_waiter(tree: Tree, agent: str) -> Tree:
    return tree._replace(waiters=tuple(waiter for waiter in tree.waiters if waiter.agent != agent))


def _latest(seen: dict[str, int]) -> dict[str, int]:
    newest = sorted(seen, key=lambda agent: seen[agent])[-_KNOWN_WRITERS:]
    return seen if len(seen) <= _KNOWN_WRITERS else {agent: seen[agent] for agent in newest}
