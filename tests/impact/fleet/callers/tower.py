"""Asynchronous use."""

import asyncio

from fleet.drive import Crane, Rover


async def watch(robot):
    return [place async for place in robot.positions(3)]


async def both():
    first, second = Rover("a"), Crane("b")
    places = await asyncio.gather(first.travel(2), second.travel(3, pause=0))
    return places, first.distance(second), await watch(first)


def run():
    places, distance, seen = asyncio.run(both())
    assert places == [2, 3]
    assert distance.value == 1
    assert distance.unit.short == "m"
    assert seen == [3, 4, 5]
