"""What a finished commit frees, on values."""

from pucs import commit_end
from pucs.commit_end import AGAIN, Landed, Landing
from pucs.model import ABSENT, Lock, PathRecord, Tree, Waiter
from tests.test_commit_gate import NOW, held, lock, view_of


def after(*records, held="new", content="new", by="me", damaged=()):
    paths = tuple(Landed(record.path, held, content, 0) for record in records)
    return commit_end.after(Landing("c0ffee", by, ".", paths), view_of(records, damaged=damaged))


def locks_after(change, path="x"):
    return change.writes[f"path/{path}"].tree(".").locks


def test_what_landed_clean_is_free():
    change = after(held("x", lock("me", wrote="new")))
    assert locks_after(change) == ()
    assert [(event.agent, event.action, event.details) for event in change.events] == [
        ("me", "released", {"message": "release_lock", "file": "x", "commit": "c0ffee"})
    ]
    assert change.result == 1


def test_what_landed_in_part_goes_on_from_there():
    change = after(held("x", lock("me", wrote="more")), held="more", content="part")
    assert [one.base for one in locks_after(change)] == ["part"]
    assert change.result == 0


def test_an_open_call_and_an_explicit_lock_stay_clean():
    change = after(held("x", lock("me", calls=("c1",)), lock("you", explicit=True)))
    assert [(one.agent, one.base, one.wrote) for one in locks_after(change)] == [
        ("me", "new", None),
        ("you", "new", None),
    ]


def test_a_deleted_path_is_free():
    change = after(held("x", lock("me", wrote=ABSENT)), held=ABSENT, content=ABSENT)
    assert locks_after(change) == ()


def test_whoever_waited_is_told():
    record = PathRecord("x", trees={".": Tree(locks=(lock("me"),), waiters=(Waiter("you", "t1", NOW),))})
    change = after(record)
    assert change.writes["path/x"].tree(".").waiters == ()
    assert [notice.text for notice in change.writes["inbox/you"].notices] == [
        "x is free now; you were denied it earlier."
    ]


def test_an_agent_is_told_when_somebody_else_committed_its_bytes():
    change = after(held("x", lock("you")), by="person-anna")
    assert [notice.text for notice in change.writes["inbox/you"].notices] == [
        "person-anna committed your change to x (c0ffee); it is no longer yours alone."
    ]


def test_ones_own_family_is_not_told():
    assert "inbox/me/1" not in after(held("x", lock("me/1"))).writes


def test_a_lock_taken_since_the_look_asks_for_another():
    fresh: Lock = lock("you")._replace(revision=1)
    assert after(held("x", fresh)).result == AGAIN


def test_a_damaged_record_is_left_alone():
    assert after(PathRecord("x"), damaged={"path/x"}).writes == {}


def test_nothing_is_written_where_nothing_changes():
    assert after(PathRecord("x")).writes == {}
