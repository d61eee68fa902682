import contextlib
import functools
from collections import defaultdict
from dataclasses import dataclass, field

DEFAULT_TOPIC = "all"
_handlers = defaultdict(list)


@dataclass(kw_only=True)
class Signal:
    topic: str = DEFAULT_TOPIC
    body: dict = field(default_factory=dict)
    urgent: bool = False

    def copy(self, **changes):
        values = {"topic": self.topic, "body": dict(self.body), "urgent": self.urgent}
        return Signal(**{**values, **changes})


def on(topic=DEFAULT_TOPIC, *, once=False):
    def wrap(function):
        _handlers[topic].append((function, once))
        return function

    return wrap


def counted(function):
    @functools.wraps(function)
    def inner(*args, **kwargs):
        inner.calls += 1
        return function(*args, **kwargs)

    inner.calls = 0
    return inner


class Bus:
    def __init__(self, log=print):
        self.log = log
        self.sent = []

    def __call__(self, signal):
        return self.send(signal)

    def __len__(self):
        return len(self.sent)

    def __iter__(self):
        return iter(self.sent)

    def __contains__(self, topic):
        return any(signal.topic == topic for signal in self.sent)

    def send(self, signal, retries=0):
        self.sent.append(signal)
        results = []
        for entry in list(_handlers[signal.topic]):
            function, once = entry
            results.append(function(signal))
            if once:
                _handlers[signal.topic].remove(entry)
        self.log(f"{signal.topic} {retries}")
        return results

    @contextlib.contextmanager
    def muted(self):
        before, self.log = self.log, lambda text: None
        try:
            yield self
        finally:
            self.log = before

    @functools.cached_property
    def key(self):
        return hash(self.log)
