from ledger.storage import MemoryStore, Store, first_row, keys_of, locate, rows, transaction


class FileStore(Store):
    def __init__(self):
        self.data = {}
        self.log = []

    def put(self, key, value):
        self.data[key] = value

    def get(self, key):
        return self.data[key]

    def saved(self, owner):
        self.log.append(owner)


def run():
    store = FileStore()
    store.save("anna", 1)
    assert store.log == ["anna"]
    assert store.get("book:anna") == 1
    memory = MemoryStore()
    with transaction(memory) as open_store:
        open_store.put("k", 2)
    assert keys_of(memory)[0] == "k"
    for key, value in rows(memory):
        assert (key, value) == ("k", 2)
    assert first_row(memory) == ("k", 2)
    assert locate(memory, "k").upper() == "K"
