import asyncio

from ledger.storage import TIMEOUT, MemoryStore, fetch, load


async def page(store):
    value = await fetch(store, "k")
    return f"<p>{value}</p>"


def plain(store):
    return f"<b>{load(store, 'k')}</b>"


def run():
    store = MemoryStore()
    store.put("k", 7)
    assert asyncio.run(page(store)) == "<p>7</p>"
    assert plain(store) == "<b>7</b>"
    assert TIMEOUT * 2 == 60
