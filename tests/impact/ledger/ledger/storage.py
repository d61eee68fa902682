"""Where books are kept."""

from abc import ABC, abstractmethod
from contextlib import contextmanager

TIMEOUT = 30


class NotStored(KeyError):
    pass


class Store(ABC):
    prefix = "book"

    @abstractmethod
    def put(self, key, value): ...

    @abstractmethod
    def get(self, key): ...

    def key_for(self, owner):
        return f"{self.prefix}:{owner}"

    def save(self, owner, value):
        self.put(self.key_for(owner), value)
        self.saved(owner)

    def saved(self, owner):
        return None


class MemoryStore(Store):
    def __init__(self):
        self.data = {}

    def put(self, key, value):
        self.data[key] = value

    def get(self, key):
        try:
            return self.data[key]
        except KeyError:
            raise NotStored(key) from None


@contextmanager
def transaction(store):
    before = dict(store.data)
    try:
        yield store
    except Exception:
        store.data = before
        raise


async def fetch(store, key):
    return store.get(key)


def load(store, key):
    return store.get(key)


def keys_of(store):
    return sorted(store.data)


def rows(store):
    for key in sorted(store.data):
        yield key, store.data[key]


def first_row(store):
    return next(rows(store), None)


def locate(store, key):
    return key if key in store.data else None
