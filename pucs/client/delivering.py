"""Giving an agent its notices: handed to this process, noted as printed once they are, and read by the next event."""

from __future__ import annotations

import time

from pucs import agents, notices, system
from pucs.client.calls import Caller, identity_of
from pucs.client.opening import Repository, repository_at
from pucs.errors import StoreBusy, StoreError
from pucs.notice_wording import said
from pucs.record import Record
from pucs.state import processes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pucs.model import Notice, Process

_DEADLINE = 5.0
"""Longer than others wait, and less than a client gives its hooks: what is not noted as printed comes again."""
_TICKS = 100
"""Linux counts the starts of processes in hundredths of a second since it booted, on every machine."""


class _Receipt(Record):
    """Notices that this process was handed and has not printed yet."""

    repository: Repository
    agent: str
    hook: Process | None


_owed: list[_Receipt] = []


def deliver(repository: Repository, agent: str, caller: Caller, calls: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The texts that the agent is to be told now, at most three for these calls.

    Whoever prints them says so with `printed()`; until then they are not told, and come again. None where the state is
    busy: the next call gets them.
    """
    try:
        return tuple(said(one) for one in hand(repository, agent, reader_of(repository, caller, calls)))
    except StoreBusy:
        return ()


def hand(repository: Repository, agent: str, reader: notices.Reader, most: int = notices.AT_ONCE) -> tuple[Notice, ...]:
    """Hands this process the agent's next notices; what they tell must be printed, see `printed`."""
    handed: tuple[Notice, ...] = repository.store.transact(lambda view: notices.handed(agent, reader, view, most))
    if handed:
        _owed.append(_Receipt(repository, agent, reader.hook))
    return handed


def printed() -> None:
    """Notes that all this process was handed has been written out. Where that fails, it will come again."""
    tick = now()
    while _owed:
        receipt = _owed.pop()
        agent, hook = receipt.agent, receipt.hook
        try:
            receipt.repository.store.transact(
                lambda view, agent=agent, hook=hook: notices.printed(agent, hook, tick, view),  # type: ignore[misc]
                deadline=_DEADLINE,
            )
        except StoreError:
            continue


def deliver_beside(caller: Caller, folder: str, call: str) -> tuple[str, ...]:
    """The texts for an agent whose call is denied, or that is asked something: it is told both at once.

    Trouble with them never hides a denial.
    """
    try:
        repository = repository_at(folder)
        if repository is None:
            return ()
        view = repository.store.read()
        agent = agents.known(identity_of(caller, repository), view)
        if agent is None or view.record("inbox/" + agent.id) is None:
            return ()
        return deliver(repository, agent.id, caller, (call,))
    except StoreError:
        return ()


def confirm(repository: Repository, agent: str, caller: Caller) -> None:
    """Takes note that the agent has read what was printed before this event of it."""
    hand(repository, agent, reader_of(repository, caller), most=0)


def reader_of(repository: Repository, caller: Caller, calls: tuple[str, ...] = ()) -> notices.Reader:
    """The process that runs this as the one that shows notices to whoever called it."""
    me = this_process()
    client = identity_of(caller, repository).process
    if me is None or not me.started.isdigit():
        return notices.Reader(me, client, calls)
    return notices.Reader(me, client, calls, int(me.started))


def this_process() -> Process | None:
    """The process that runs this."""
    return processes.identify(system.getpid())


def now() -> int:
    """The tick of the boot clock, as the starts of processes are counted; 1 where the system has no such clock."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)
    return 1 if clock is None else int(time.clock_gettime(clock) * _TICKS)
