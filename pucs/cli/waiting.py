"""`pucs wait`."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING, Any

from pucs.cli.standing import caller, here, publish_if_possible, shown
from pucs.client import handling
from pucs.client.opening import is_off
from pucs.client.parting import Wish, together
from pucs.client.waiting import Waiting, agent_of
from pucs.client.windows import in_the_way
from pucs.errors import Refusal, UsageError
from pucs.git import locate
from pucs.locks import HELD
from pucs.paths import argument
from pucs.wording import ago

if TYPE_CHECKING:
    import argparse

    from pucs.client.handling import Awaited
    from pucs.client.opening import Repository
    from pucs.model import Agent

_LONGEST_WAIT = 109.0
_PAUSE = 0.2


def add(commands: Any) -> None:
    """Adds this family's commands."""
    parser = commands.add_parser("wait", help="stand in line for paths until they are yours, all of them or none")
    parser.add_argument("what", nargs="+", metavar="TICKET|PATH[::SYMBOL]")
    parser.add_argument("--timeout", type=float, default=100.0, metavar="SECONDS", help="at most 109 (default 100)")
    parser.set_defaults(run=_wait)


def _wait(arguments: argparse.Namespace) -> int:
    repository = here()
    if not 0 <= arguments.timeout <= _LONGEST_WAIT:
        raise UsageError("--timeout must be between 0 and 109 seconds", "a client ends its commands at 120 seconds")
    end = time.monotonic() + arguments.timeout
    names = [name for name in dict.fromkeys(arguments.what) if not _is_the_tree(repository, name)]
    wanted = [handling.awaited(repository, name) for name in names]
    repository = _in_its_tree(repository, wanted)
    window = in_the_way(repository, dict(os.environ), arguments.timeout)
    if window is not None:
        raise Refusal(f"a commit by {window.by} is still in progress", "wait again, or work on something else")
    if len(names) < len(arguments.what) or not wanted:
        print("this working tree is free")
    if not wanted:
        return 0
    agent = agent_of(repository, caller(repository), [one.agent for one in wanted])
    if is_off(repository.store.read()):
        print("the guard is off: nobody has to wait")
    elif agent is None:
        _watch(repository, wanted, end, names)
    else:
        _stand(repository, wanted, agent, end)
    return 0


def _is_the_tree(repository: Repository, name: str) -> bool:
    """Whether it names the working tree itself, which one waits for only while a commit's hooks run in it."""
    return os.path.realpath(name or ".") == os.path.realpath(repository.tree.root)


def _in_its_tree(repository: Repository, wanted: list[Awaited]) -> Repository:
    """The repository as seen from the working tree in which they are wanted."""
    trees = {one.wanted_in for one in wanted}
    if len(trees) > 1:
        raise UsageError("these are in several working trees", "wait for the paths of one working tree at a time")
    if not trees or trees == {repository.tree.id}:
        return repository
    tree = locate.tree_of_id(repository.tree.common, trees.pop())
    if tree is None:
        raise Refusal("the working tree of that ticket is gone", "wait for a path")
    return repository._replace(tree=tree)


def _stand(repository: Repository, wanted: list[Awaited], agent: Agent, end: float) -> None:
    wishes = together(Wish(one.path, one.parts) for one in wanted)
    parts = {one.path: one.parts for one in wishes}
    taken = Waiting(repository, agent, wishes, _tell).until(end)
    for path, lock in taken.items():
        if lock is None:
            print(f"{shown(path)}: the lines that you were denied are free, and others work in other lines; edit now")
            continue
        name = shown(" ".join(_part(path, text) for text in parts[path]) or path)
        if parts[path] and not lock.explicit:
            print(f"{name}: nobody else is at it, and you have uncommitted lines in that file; edit now")
            continue
        if not lock.waited:
            print(f"{name} is yours")
            continue
        until = time.strftime("%H:%M:%S", time.localtime(lock.expires()))
        print(f"{name} is yours: look at it again, then edit it (until {until} if you do not)")
    publish_if_possible(repository)


def _part(path: str, text: str) -> str:
    return f"{path}:{text}" if text[:1].isdecimal() else f"{path}::{text}"


def _tell(text: str) -> None:
    sys.stderr.write(f"pucs: {shown(text)}\n")
    sys.stderr.flush()


def _watch(repository: Repository, wanted: list[Awaited], end: float, names: list[str]) -> None:
    """A person's wait: it ends when all paths are free, and takes none."""
    while True:
        found = [handling.in_the_way(repository, what) for what in wanted]
        held = [one for holdings in found for one in holdings if one.state == HELD]
        if not held:
            break
        if time.monotonic() >= end:
            lock, again = held[0].lock, " ".join(argument(name) for name in names)
            raise Refusal(
                f"{shown(held[0].path)} is still held by {lock.agent}, "
                f"who took it {ago(repository.store.read().now - lock.acquired)}",
                f"wait again: {repository.installation.command} wait {again}, or work on something else",
            )
        time.sleep(_PAUSE)
    for what, holdings in zip(wanted, found, strict=True):
        parked = f"; it holds uncommitted changes of {holdings[0].lock.agent}, who is gone" if holdings else ""
        name = " ".join(_part(what.path, text) for text in what.parts) or what.path
        print(f"{shown(name)} is free{parked}")
