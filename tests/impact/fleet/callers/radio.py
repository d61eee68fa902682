"""Decorators, callables, context managers and dataclasses."""

import fleet.signals
from fleet.signals import Bus, Signal, counted, on

HEARD = []


@on("alarm")
def hear(signal):
    HEARD.append(signal.body)
    return len(HEARD)


@on(topic="once", once=True)
def hear_once(signal):
    return "heard"


@counted
def add(first, second=1):
    return first + second


class Night(Bus):
    def send(self, signal, retries=0):
        return super().send(signal, retries + 1)


def run():
    lines = []
    bus = Night(log=lines.append)
    signal = Signal(topic="alarm", body={"level": 3})
    assert bus(signal) == [len(HEARD)]
    assert lines == ["alarm 1"]
    with bus.muted() as quiet:
        quiet.send(signal.copy(urgent=True))
    assert lines == ["alarm 1"]
    assert len(bus) == 2
    assert [one.urgent for one in bus] == [False, True]
    assert bus.send(Signal(topic="once")) == ["heard"]
    assert bus.send(Signal(topic="once")) == []
    assert add(1) + add(1, second=2) == 5
    assert add.calls == 2
    assert bus.key == bus.key
    assert Signal().topic == fleet.signals.DEFAULT_TOPIC
