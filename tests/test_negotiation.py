"""Who gets which part of a module that two agents need, on histories made up for it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pucs.negotiation import Need, mentioned, partition
from pucs.symbols import Symbol

MODULE = (
    Symbol("<imports>", "imports", 0, 3),
    Symbol("RiskManager", "class", 5, 40),
    Symbol("RiskManager.validate", "method", 7, 15),
    Symbol("RiskManager.level", "method", 17, 20),
    Symbol("RiskManager.level#2", "method", 22, 24),
    Symbol("Report", "class", 42, 50),
    Symbol("add", "function", 52, 54),
    Symbol("load_table", "function", 56, 60),
)


def shares(one: Need, other: Need):
    found = partition("risk.py", one, other, MODULE)
    return found, {share.agent: set(share.symbols) for share in found.shares}


class TestApart:
    def test_different_methods_of_one_class(self) -> None:
        found, given = shares(
            Need("anna", changed=("RiskManager.validate",)), Need("ben", named=("RiskManager.level",))
        )
        assert (found.queued, found.contested) == ("", ())
        assert given == {"anna": {"RiskManager.validate"}, "ben": {"RiskManager.level"}}

    def test_lines_of_the_class_itself_and_a_method_of_it(self) -> None:
        found, _ = shares(Need("anna", changed=("RiskManager",)), Need("ben", changed=("RiskManager.validate",)))
        assert not found.queued

    def test_who_says_nothing_gets_the_rest(self) -> None:
        found, given = shares(Need("anna", changed=("RiskManager.validate",)), Need("ben"))
        assert (found.first, found.queued) == ("anna", "")
        assert given["ben"] == {"<imports>", "Report", "add", "load_table"}
        found, given = shares(Need("anna"), Need("ben", named=("Report",)))
        assert (found.first, given["anna"] & {"Report"}) == ("ben", set())

    def test_other_lines_outside_any_symbol(self) -> None:
        one = Need("anna", lines=((4, 6),), base="b1")
        assert not partition("x.txt", one, Need("ben", lines=((8, 9),), base="b1"), ()).queued
        assert not partition("x.txt", one, Need("ben", lines=((5, 6),), base="b2"), ()).queued, "nobody can tell"


class TestOneAfterTheOther:
    def test_who_changed_it_is_first(self) -> None:
        one = Need("anna", named=("RiskManager.validate",), since=1.0)
        other = Need("ben", changed=("RiskManager.validate", "add"), since=5.0)
        found, given = shares(one, other)
        assert (found.first, found.queued, found.contested) == ("ben", "anna", ("RiskManager.validate",))
        assert given == {"ben": {"RiskManager.validate", "add"}, "anna": set()}

    def test_who_began_earlier_then_who_is_named_first(self) -> None:
        one, other = Need("anna", changed=("add",), since=9.0), Need("ben", changed=("add",), since=5.0)
        assert partition("p", one, other, MODULE).queued == "anna"
        assert partition("p", one._replace(since=5.0), other, MODULE).queued == "ben"
        assert partition("p", other, one._replace(since=5.0), MODULE).queued == "anna"

    def test_the_second_has_what_is_not_contested_meanwhile(self) -> None:
        one = Need("anna", changed=("add",), since=1.0)
        found, given = shares(one, Need("ben", named=("add", "Report", "load_table")))
        assert found.queued == "ben"
        assert given["ben"] == {"Report", "load_table"}

    @pytest.mark.parametrize("swapped", [False, True])
    def test_a_whole_class_and_a_member_of_it(self, swapped: bool) -> None:
        pair = [Need("anna", named=("RiskManager",)), Need("ben", changed=("RiskManager.validate",), since=3.0)]
        found = partition("p", *(pair[::-1] if swapped else pair), MODULE)
        assert (found.first, found.queued, found.contested) == ("ben", "anna", ("RiskManager.validate",))

    def test_the_numbers_of_one_name_are_one(self) -> None:
        found, _ = shares(Need("anna", changed=("RiskManager.level",)), Need("ben", changed=("RiskManager.level#2",)))
        assert found.queued == "ben"

    def test_nobody_knows_anything(self) -> None:
        found = partition("p", Need("anna", since=8.0), Need("ben", since=7.0), MODULE)
        assert (found.first, found.queued) == ("ben", "anna")

    def test_nothing_is_left(self) -> None:
        names = tuple(one.name for one in MODULE)
        assert partition("p", Need("anna", changed=names), Need("ben"), MODULE).queued == "ben"

    def test_lines_that_touch(self) -> None:
        one, other = Need("anna", lines=((4, 6),), base="b"), Need("ben", lines=((5, 9),), base="b")
        assert partition("p", one, other, ()).contested == ("lines 6-6",)


NAMES = st.lists(st.sampled_from([one.name for one in MODULE]), max_size=4).map(tuple)
NEEDS = st.builds(Need, st.just("x"), NAMES, NAMES, since=st.floats(0, 10))


@given(NEEDS, NEEDS)
def test_shares_never_overlap_and_the_order_of_asking_hardly_matters(one: Need, other: Need) -> None:
    one, other = one._replace(agent="anna"), other._replace(agent="ben")
    found = partition("p", one, other, MODULE)
    mine, theirs = (set(share.symbols) for share in found.shares)
    for name in mine:
        assert not any(f"{name}.".startswith(f"{more}.") or f"{more}.".startswith(f"{name}.") for more in theirs)
    assert found.queued in ("", found.shares[1].agent)
    assert found.first == found.shares[0].agent != found.shares[1].agent
    back = partition("p", other, one, MODULE)
    assert bool(back.queued) == bool(found.queued)
    assert set(back.contested) == set(found.contested)
    if one.since != other.since and found.contested:
        assert back.first == found.first


class TestMentioned:
    @pytest.mark.parametrize(
        ("text", "names"),
        [
            ("Make RiskManager.validate stricter", ("RiskManager.validate",)),
            ("Make validate() stricter in RiskManager", ("RiskManager.validate",)),
            ("Use RiskManager::level.", ("RiskManager.level",)),
            ("Split RiskManager and Report", ("RiskManager", "Report")),
            ("Speed up load_table", ("load_table",)),
            ("add a limit", ()),
            ("call `add` twice", ("add",)),
            ("Write tests and update the imports", ()),
            ("", ()),
        ],
    )
    def test_what_a_task_names(self, text: str, names: tuple[str, ...]) -> None:
        assert mentioned(text, MODULE) == names
