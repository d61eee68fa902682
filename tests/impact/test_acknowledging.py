"""Warnings of impact as conflicts: open while they break something, and acknowledged by who was warned, or a person."""

from __future__ import annotations

import json

import pytest

from pucs import PUCSClient
from pucs.errors import Refusal, UsageError
from tests.cli.conftest import Pucs
from tests.cli.conftest import pucs as pucs  # noqa: PLC0414 - a fixture
from tests.impact.test_telling import NEW
from tests.impact.test_telling import anna as anna  # noqa: PLC0414 - fixtures
from tests.impact.test_telling import ben as ben  # noqa: PLC0414
from tests.impact.test_telling import cleo as cleo  # noqa: PLC0414
from tests.impact.test_telling import shop as shop  # noqa: PLC0414
from tests.impact.watching import watched
from tests.support import Client, Repo, policy


@pytest.fixture
def warned(shop: Repo, anna: Client, ben: Client, cleo: Client) -> str:
    """ben was warned of a change of anna's; the id of the conflict."""
    ben.edit("shop.py", "def bill", "# ben\ndef bill")
    anna.edit("prices.py", "def total(items):", NEW)
    watched(shop)
    [name] = shop.store.read().names("conflict")
    return name


def listed(pucs: Pucs, *words: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(pucs("conflicts", "--json", *words).stdout)["conflicts"]
    return found


class TestConflict:
    def test_it_has_the_type_the_parties_the_path_and_the_warning(self, pucs: Pucs, warned: str) -> None:
        [one] = listed(pucs)
        assert (one["type"], one["parties"], one["path"], one["open"]) == (
            "DEPENDENCY",
            ["anna", "ben"],
            "prices.py",
            True,
        )
        assert one["note"] == "shop.py depends on prices.py - total(items) is total(items, tax) now"
        assert one["told"] == {"ben": ["shop.py: total needs tax"]}
        assert f"open  {warned}: anna changed prices.py, which ben depends on" in pucs("conflicts").stdout
        assert warned in pucs("status").stdout
        assert json.loads(pucs("status", "--json").stdout)["conflicts"][0]["type"] == "DEPENDENCY"

    def test_it_is_one_while_it_changes_and_over_when_nothing_breaks(
        self, pucs: Pucs, shop: Repo, anna: Client, ben: Client, warned: str
    ) -> None:
        anna.edit("prices.py", NEW, "def total(items, vat):")
        watched(shop)
        [one] = listed(pucs)
        assert (one["id"], one["open"], "vat" in str(one["note"])) == (warned, True, True)
        ben.edit("shop.py", "total(items)", "total(items, 7)")
        watched(shop)
        [one] = listed(pucs)
        assert (one["open"], one["resolved_by"], one["resolution"]) == (False, "pucs", "no use of it breaks any more")
        assert listed(pucs, "--unresolved") == []

    def test_who_breaks_only_its_own_files_is_in_no_conflict(self, pucs: Pucs, shop: Repo, anna: Client) -> None:
        anna.edit("prices.py", "def total(items):", NEW)
        watched(shop)
        assert listed(pucs) == []


class TestAcknowledging:
    def test_by_who_was_warned(self, pucs: Pucs, shop: Repo, warned: str) -> None:
        assert "waits for ben" in pucs("impact", "--warnings").stdout
        assert pucs("impact", "--warnings", "--check").status == 1
        assert pucs("impact", warned, "--ack", "no", PUCS_AGENT_ID="cleo").status == 1
        assert pucs("impact", warned, "--ack", "my own", PUCS_AGENT_ID="anna").status == 1
        done = pucs("impact", warned, "--ack", "I pass a tax tomorrow", PUCS_AGENT_ID="ben")
        assert (done.status, done.stdout) == (0, f"{warned} is acknowledged by all who were warned\n")
        assert pucs("impact", "--warnings", "--check").status == 0
        assert "acknowledged" in pucs("impact", "--warnings").stdout
        [entry] = shop.events("acknowledged")
        assert (entry["agent"], entry["why"], entry["conflict"]) == ("ben", "I pass a tax tomorrow", warned)
        [one] = listed(pucs)
        assert (one["open"], one["resolution"], one["resolved_by"]) == (False, "I pass a tax tomorrow", "ben")
        assert pucs("impact", "--check").status == 0, "the check of the tree knows of it"

    def test_what_breaks_beyond_that_has_to_be_acknowledged_anew(
        self, pucs: Pucs, shop: Repo, anna: Client, ben: Client, warned: str
    ) -> None:
        pucs("impact", warned, "--ack", "known", PUCS_AGENT_ID="ben")
        ben.edit("shop.py", "# ben", "# ben, a line further down\n# and one more")
        watched(shop)
        assert pucs("impact", "--warnings", "--check").status == 0, "the same use, elsewhere in its file"
        anna.edit("prices.py", NEW, "def total(items, tax, when):")
        watched(shop)
        assert pucs("impact", "--warnings", "--check").status == 1
        assert [one["open"] for one in listed(pucs)] == [True]

    @pytest.mark.parametrize("how", ["id", "path", "answer"])
    def test_by_a_person_for_all(self, pucs: Pucs, warned: str, how: str) -> None:
        words = {
            "id": ["impact", warned, "--ack"],
            "path": ["impact", "prices.py", "--ack"],
            "answer": ["answer", warned],
        }
        assert pucs(*words[how], "Ben mends it after the merge").status == 0
        assert pucs("impact", "--warnings", "--check").status == 0
        assert [one["open"] for one in listed(pucs)] == [False]

    def test_one_that_ended_leaves_it_to_a_person(
        self, pucs: Pucs, shop: Repo, ben: Client, anna: Client, warned: str
    ) -> None:
        ben.end()
        anna.edit("prices.py", "return x", "return x + 0")
        watched(shop)
        assert pucs("impact", "--warnings", "--check").status == 1
        pucs("impact", warned, "--ack", "Ben is gone")
        assert pucs("impact", "--warnings", "--check").status == 0

    def test_of_a_stream_by_the_library_as_finalize_asks(self, client, shop: Repo) -> None:
        shop.guard(policy(streams={"money": "prices.py", "shop": "shop.py", "docs": "docs/**"}))
        anna, ben = client(PUCS_AGENT_ID="anna", PUCS_STREAM="money"), client(PUCS_AGENT_ID="ben", PUCS_STREAM="shop")
        ben.edit("shop.py", "def bill", "# ben\ndef bill")
        anna.edit("prices.py", "def total(items):", NEW)
        watched(shop)
        me = PUCSClient("ben", path=str(shop.root))
        assert [me.impact_warnings(name) == () for name in ("money", "shop", "docs")] == [False, False, True]
        [one] = me.impact_warnings("shop")
        assert (one.author, one.waits_for, one.breaks) == ("anna", ("ben",), {"ben": ("shop.py: total needs tax",)})
        assert me.impact_warnings(agent="ben") == (one,)
        with pytest.raises(Refusal, match="anna was not warned"):
            PUCSClient("anna", path=str(shop.root)).acknowledge_impact(one.id, "fine")
        assert me.acknowledge_impact(one.id, "fine").waits_for == ()
        assert me.impact_warnings("shop") == ()
        assert [found.id for found in me.impact_warnings("shop", unacknowledged=False)] == [one.id]

    def test_wrong_use(self, pucs: Pucs, guarded: Repo) -> None:
        for words in (
            ["impact", "c99", "--ack", "why"],
            ["impact", "c99"],
            ["impact", "--stream", "x"],
            ["impact", "a.py", "--warnings"],
        ):
            assert pucs(*words).status == 2, words
        with pytest.raises(UsageError, match="there is no warning"):
            PUCSClient("ben", path=str(guarded.root)).acknowledge_impact("c99", "why")
        assert pucs("impact", "--warnings", "--check").stdout == "nobody was warned of anything that breaks still\n"
