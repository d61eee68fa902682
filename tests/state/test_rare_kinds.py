"""A record of a rare kind that says what its noun cannot hold is damaged: no rule ever sees it."""

import json

import pytest

from pucs.handoffs import Handoff
from pucs.helping import Help
from pucs.intents import Intent
from pucs.notices import Inbox
from pucs.orders import Order
from pucs.resources import Resource, Slot
from pucs.state.codec import encode, loaded
from pucs.streams import Roster
from pucs.tasks import Task
from tests.support import Repo

PATTERN = ("+", "", False, ("ui",), True)
NOUNS = {
    "intent/i1": Intent("i1", "agent-1", "db", "t", ("ui/**",), 1.0, 2e9, (PATTERN,), ("b.py",), told=("agent-2",)),
    "handoff/h1": Handoff("h1", "agent-1", ("db",), 1.0, None, ("db",), ("t",), {"notes": "n"}, ((".", "a.py"),)),
    "resource/db": Resource("db", (Slot("agent-1", "c", None, 1.0, 2, "boot", "pytest"),), (), (("boot", 2),)),
    "inbox/agent-1": Inbox("agent-1"),
    "roster/db": Roster("db", (("agent-1", 1.0),)),
    "help/q2": Help("q2", "agent-1", None, "why?", 1.0),
    "order/*": Order("pause", "*", "person"),
    "task/1": Task("1", "title", "db", needs=("2",)),
}
ALLOWED = {"str | None": None, "float": True, "int": True, "dict[str, Any]": {"x": 5}}
CASES = [(key, field) for key, noun in NOUNS.items() for field in encode(key, noun) if field not in ("key", "version")]


@pytest.mark.parametrize("key", NOUNS)
def test_a_sound_one_is_read(key) -> None:
    assert loaded(key, json.dumps(encode(key, NOUNS[key])).encode())._fields == NOUNS[key]._fields


@pytest.mark.parametrize(("key", "field"), CASES)
def test_a_wrong_field_is_damage(key, field) -> None:
    for wrong in (None, True, [[]], [5], [["x"]], {"x": 5}):
        record = {**encode(key, NOUNS[key]), field: wrong}
        try:
            noun = loaded(key, json.dumps(record).encode())
        except ValueError:
            continue
        # What is left is of the kind that the noun says: nothing, a number, or a mapping of anything.
        said = type(noun).__annotations__[field]
        assert wrong == ALLOWED.get(said, "nothing"), (field, wrong)


def test_a_wrong_slot_is_damage() -> None:
    record = json.loads(json.dumps(encode("resource/db", NOUNS["resource/db"])))
    record["slots"][0]["tick"] = "x"
    with pytest.raises(ValueError, match="tick"):
        loaded("resource/db", json.dumps(record).encode())


@pytest.mark.parametrize("wrong", [{"stream": 5}, {"patterns": [["x"]]}, {"files": 5}, {"marked": None}])
def test_the_guard_stays_on_beside_one(client, guarded: Repo, wrong) -> None:
    from pucs import PUCSClient

    anna, ben = client(), client()
    anna.start()
    with PUCSClient("agent-9", path=str(guarded.root)) as nine:
        nine.signal_intent(["b.py", "ui/**"], "t")
        for folder in ("records", "mirror"):
            [file] = (guarded.state / folder / "intent").iterdir()
            record = json.loads(file.read_text())
            del record["sum"]
            file.write_text(json.dumps({**record, **wrong}))
        anna.write("a.py", "anna\n")
        reply = ben.edit("b.py", "1", "2")
        assert "unguarded" not in reply.message
        assert ben.pre("Edit", "a.py").denied
