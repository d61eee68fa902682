"""The play itself: who takes part, whose turn it is, who is killed when, and the tally at the end."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

from benchmarks.afternoon.agent import Agent
from benchmarks.afternoon.person import Person
from benchmarks.afternoon.world import LONE, MAIN, SIDE, build

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from benchmarks.afternoon.world import World

_CAST = (
    ("a1", MAIN, "api"),
    ("a2", MAIN, "api"),
    ("a3", MAIN, "db"),
    ("a4", MAIN, None),
    ("a5", MAIN, None),
    ("a6", SIDE, "ui"),
    ("a7", SIDE, "ui"),
    ("a8", LONE, None),
)
_KILLS = (0.2, 0.4, 0.6, 0.8)


def play(where: Path, seed: int, wanted: int, *, in_turn: bool) -> World:
    """Plays an afternoon of that many tool calls: one step at a time (the same every time), or all at once."""
    world = build(where, seed, wanted)
    world.agents = [Agent(world, *role) for role in _CAST]
    person = Person(world)
    killer = Killer(world)
    if in_turn:
        _one_by_one(world, person, killer)
    else:
        _all_at_once(world, person, killer)
    person.tidy_up()
    world.journal.sweep()
    return world


class Killer:
    """Kills an agent of the main tree now and then; another comes for what it left."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.dice = world.dice("killer")
        self._due = [round(share * world.wanted) for share in _KILLS]
        self._next = len(_CAST) + 1

    def strike(self) -> Agent | None:
        """Kills if it is time; gives the agent that comes after."""
        if not self._due or self.world.tally.total < self._due[0]:
            return None
        self._due.pop(0)
        victims = [agent for agent in self.world.agents if agent.tree == MAIN and not agent.is_over]
        if not victims:
            return None
        victim = self.dice.choice(victims)
        victim.kill()
        heir = Agent(self.world, f"a{self._next}", MAIN, victim.stream)
        self._next += 1
        heir.wish = sorted(victim.mine)
        self.world.agents.append(heir)
        return heir


def _one_by_one(world: World, person: Person, killer: Killer) -> None:
    dice = world.dice("turns")
    acting: list[Iterator[None]] = [*(agent.steps() for agent in world.agents), person.steps()]
    while acting:
        heir = killer.strike()
        if heir is not None:
            acting.append(heir.steps())
        actor = dice.choice(acting)
        if next(actor, "over") == "over":
            acting.remove(actor)


def _all_at_once(world: World, person: Person, killer: Killer) -> None:
    failures: list[BaseException] = []
    threads: list[threading.Thread] = []

    def run(steps: Iterator[None]) -> None:
        try:
            for _ in steps:
                time.sleep(0.001)
        except BaseException as error:  # noqa: BLE001 - told below, in the main thread
            failures.append(error)

    def begin(steps: Iterator[None]) -> None:
        threads.append(threading.Thread(target=run, args=(steps,)))
        threads[-1].start()

    for agent in world.agents:
        begin(agent.steps())
    begin(person.steps())
    while any(thread.is_alive() for thread in threads):
        heir = killer.strike()
        if heir is not None:
            begin(heir.steps())
        time.sleep(0.01)
    if failures:
        raise failures[0]
