"""Where a command stands: the guarded repository, and whether a person or an agent runs it."""

from __future__ import annotations

import getpass
import json
import os
import sys
from typing import TYPE_CHECKING, Any

from pucs.cli import complaining
from pucs.client.callers import calling_agent
from pucs.client.library import PUCSClient
from pucs.client.opening import Repository, repository_at
from pucs.client.publishing import publish
from pucs.errors import Refusal, StoreError, UsageError
from pucs.model import PERSON
from pucs.paths import printable
from pucs.state import processes
from pucs.texts import neutral

if TYPE_CHECKING:
    from pucs.model import Agent


def shown(path: str) -> str:
    """The whole path as it is printed on a line of its own: what is no printable character is escaped."""
    return printable(path, len(path) * 10 + 1)


def spoken(text: str) -> str:
    """All that somebody wrote, as it is printed for people and agents: words that cannot pass for anything else."""
    return neutral(text, len(text) + 1)


def here() -> Repository:
    """The guarded repository around the current folder. Raises UsageError where there is none."""
    repository = repository_at(os.getcwd())
    if repository is None:
        raise UsageError(f"PUCS does not guard {os.getcwd()}", "guard this repository with: pucs init")
    return repository


def caller(repository: Repository) -> Agent | None:
    """The agent in whose shell the command runs; None for a person."""
    return calling_agent(repository, os.environ)


def person() -> str:
    """How a person is called in the log and on locks of their own."""
    try:
        return f"{PERSON}-{getpass.getuser()}"
    except (OSError, KeyError):
        return PERSON


def worker(repository: Repository) -> PUCSClient:
    """The library for whoever runs the command. Who is an agent by name only lives as long as the calling shell."""
    agent = caller(repository)
    client = PUCSClient(agent_id=agent.id if agent else person())
    lives_with_the_caller(client, agent)
    return client


def lives_with_the_caller(client: PUCSClient, agent: Agent | None) -> None:
    """The client does not end with this command: an agent by name only lives as long as the calling shell."""
    if agent is None:
        client.outlives_this_process()
    elif agent.process is None:
        client.outlives_this_process(processes.identify(os.getppid()))


def for_people_only(repository: Repository, what: str) -> None:
    """Raises Refusal when an agent runs this."""
    agent = caller(repository)
    if agent is not None:
        raise Refusal(f"{what} is for people, and {agent.id} is an agent", "ask the person you work for")


def unreadable(repository: Repository, *kinds: str) -> dict[str, int]:
    """What a list of these kinds of records adds to its JSON where some are damaged, which stderr hears of, too."""
    view = repository.store.read()
    count = sum(len(view.lost(kind)) for kind in kinds)
    if not count:
        return {}
    records = "1 record is damaged and is" if count == 1 else f"{count} records are damaged and are"
    sys.stderr.write(f"pucs: {records} not shown here\n  see which, and repair them: pucs doctor --repair\n")
    return {"unreadable": count}


def show_json(value: Any) -> None:
    """Prints one JSON document; where stdout lacks a character, all that are not ASCII are escaped."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    try:
        text.encode(sys.stdout.encoding)
    except UnicodeEncodeError:
        text = json.dumps(value, indent=2)
    print(text)
    complaining.shown()


def publish_if_possible(repository: Repository) -> None:
    """Brings the published files up to date; where the disk refuses, the command goes on, and stderr says so."""
    try:
        publish(repository)
    except (OSError, StoreError) as error:
        why = error.strerror if isinstance(error, OSError) else error
        sys.stderr.write(f"pucs: warning: the published files could not be brought up to date: {why}\n")


def seconds_of(text: str) -> float:
    """Seconds of `90s`, `30m`, `1.5h`, `2d`. Raises UsageError on anything else."""
    units = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
    try:
        value = float(text[:-1]) * units[text[-1:]]
    except (ValueError, KeyError):
        raise UsageError(f"{text!r} is no duration", "write 90s, 30m, 1.5h or 2d") from None
    if not 0 < value < 1e9:  # noqa: PLR2004
        raise UsageError(f"{text!r} is not a sensible duration", "write 90s, 30m, 1.5h or 2d")
    return value
