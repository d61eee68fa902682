"""Whom a change of an interface is told: the agents that use what changed, once, as it is now, and nobody else."""

from __future__ import annotations

import json

import pytest

from tests.impact.watching import told, watched
from tests.support import Client, Repo, policy

PRICES = "def total(items):\n    return sum(items)\n\n\ndef other(x):\n    return x\n"
SHOP = "from prices import total\n\n\ndef bill(items):\n    return total(items)\n"
NEW = "def total(items, tax):"


@pytest.fixture
def shop(guarded: Repo) -> Repo:
    guarded.write("prices.py", PRICES)
    guarded.write("shop.py", SHOP)
    guarded.write("lonely.py", "def alone():\n    return 1\n")
    guarded.commit("A shop")
    return guarded


@pytest.fixture
def anna(client, shop: Repo) -> Client:
    return client(PUCS_AGENT_ID="anna")


@pytest.fixture
def ben(client, shop: Repo) -> Client:
    return client(PUCS_AGENT_ID="ben")


@pytest.fixture
def cleo(client, shop: Repo) -> Client:
    """A bystander: at work in the same tree, on nothing that matters."""
    one = client(PUCS_AGENT_ID="cleo")
    assert one.edit("lonely.py", "return 1", "return 2").silent
    return one


class TestInOneTree:
    def test_the_holder_of_a_caller_is_told_what_changed_where_it_uses_it_and_by_whom(
        self, shop: Repo, anna: Client, ben: Client, cleo: Client
    ) -> None:
        assert ben.edit("shop.py", "def bill", "# ben\ndef bill").silent
        assert anna.edit("prices.py", "def total(items):", NEW).silent
        watched(shop)
        text = told(shop, ben)
        assert "anna changed prices.py" in text
        assert "total(items) is total(items, tax) now" in text
        assert "shop.py:6 (needs tax)" in text
        assert len(text) <= 400
        assert told(shop, anna) == ""
        assert told(shop, cleo) == ""

    def test_it_is_told_once(self, shop: Repo, anna: Client, ben: Client) -> None:
        ben.edit("shop.py", "def bill", "# ben\ndef bill")
        anna.edit("prices.py", "def total(items):", NEW)
        watched(shop)
        assert "total" in told(shop, ben)
        anna.edit("prices.py", "return x", "return x + 0")
        watched(shop)
        assert told(shop, ben) == ""

    def test_the_newest_state_wins(self, shop: Repo, anna: Client, ben: Client) -> None:
        ben.edit("shop.py", "def bill", "# ben\ndef bill")
        anna.edit("prices.py", "def total(items):", NEW)
        watched(shop)
        anna.edit("prices.py", NEW, "def total(items, vat):")
        watched(shop)
        text = told(shop, ben)
        assert "vat" in text
        assert "tax" not in text

    def test_what_was_reverted_before_it_was_read_is_never_told(self, shop: Repo, anna: Client, ben: Client) -> None:
        ben.edit("shop.py", "def bill", "# ben\ndef bill")
        anna.edit("prices.py", "def total(items):", NEW)
        watched(shop)
        anna.edit("prices.py", NEW, "def total(items):")
        watched(shop)
        assert told(shop, ben) == ""

    def test_what_was_reverted_after_it_was_read_is_corrected(self, shop: Repo, anna: Client, ben: Client) -> None:
        ben.edit("shop.py", "def bill", "# ben\ndef bill")
        anna.edit("prices.py", "def total(items):", NEW)
        watched(shop)
        assert "needs tax" in told(shop, ben)
        anna.edit("prices.py", NEW, "def total(items):")
        watched(shop)
        assert "offers again what it did" in told(shop, ben)

    def test_a_caller_that_was_mended_needs_no_correction(self, shop: Repo, anna: Client, ben: Client) -> None:
        ben.edit("shop.py", "def bill", "# ben\ndef bill")
        anna.edit("prices.py", "def total(items):", NEW)
        watched(shop)
        assert "needs tax" in told(shop, ben)
        ben.edit("shop.py", "total(items)", "total(items, 7)")
        watched(shop)
        assert told(shop, ben) == ""
        assert not list(shop.store.read().names("impact"))

    def test_a_commit_of_the_change_takes_nothing_back(self, shop: Repo, anna: Client, ben: Client) -> None:
        ben.edit("shop.py", "def bill", "# ben\ndef bill")
        anna.edit("prices.py", "def total(items):", NEW)
        watched(shop)
        shop.commit("A tax", "prices.py")
        watched(shop)
        assert "needs tax" in told(shop, ben)
        anna.edit("lonely.py", "return 1", "return 3")
        watched(shop)
        assert told(shop, ben) == ""

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("def total(items):", "def total(items, tax=0):"),
            ("return sum(items)", "return sum(list(items))"),
            ("def other(x):", "def other(x, y):"),
            ("def total(items):", "def total(stuff):\n    items = stuff"),
        ],
    )
    def test_what_breaks_no_use_is_told_nobody(self, shop: Repo, anna: Client, ben: Client, old: str, new: str) -> None:
        ben.edit("shop.py", "def bill", "# ben\ndef bill")
        anna.edit("prices.py", old, new)
        watched(shop)
        assert told(shop, ben) == ""
        assert not shop.events("warned")

    def test_who_wrote_a_new_use_of_what_was_is_told_as_well(self, shop: Repo, anna: Client, ben: Client) -> None:
        anna.edit("prices.py", "def total(items):", NEW)
        watched(shop)
        assert told(shop, ben) == ""
        ben.write("cart.py", "import prices\n\n\ndef cart():\n    return prices.total([1])\n")
        watched(shop)
        assert "cart.py:5" in told(shop, ben)

    def test_a_command_that_changed_it_counts_like_an_edit(self, shop: Repo, anna: Client, ben: Client) -> None:
        ben.edit("shop.py", "def bill", "# ben\ndef bill")
        anna.run("sed -i 's/def total(items):/def total(items, tax):/' prices.py")
        watched(shop)
        assert "anna changed prices.py" in told(shop, ben)

    def test_an_intent_is_enough(self, shop: Repo, anna: Client, ben: Client, monkeypatch) -> None:
        from pucs import PUCSClient

        ben.start()
        for key, value in shop.env.items():
            monkeypatch.setenv(key, value)
        announced = PUCSClient("ben", path=str(shop.root)).signal_intent(["shop.py"], "bills")
        assert announced
        anna.edit("prices.py", "def total(items):", NEW)
        watched(shop)
        assert "shop.py:5 (needs tax)" in told(shop, ben)

    def test_a_file_that_does_not_parse_breaks_nobody(self, shop: Repo, anna: Client, ben: Client) -> None:
        ben.edit("shop.py", "def bill", "# ben\ndef bill")
        anna.edit("prices.py", "def total(items):", "def total(items, (:")
        watched(shop)
        assert told(shop, ben) == ""
        anna.edit("prices.py", "def total(items, (:", NEW)
        watched(shop)
        assert "needs tax" in told(shop, ben)


class TestStreams:
    def test_where_nobody_works_on_the_caller_the_stream_that_owns_it_is_told(self, client, shop: Repo) -> None:
        shop.guard(policy(streams={"bills": "shop.py", "prices": "prices.py"}))
        ben, cleo = client(PUCS_AGENT_ID="ben", PUCS_STREAM="bills"), client(PUCS_AGENT_ID="cleo")
        anna = client(PUCS_AGENT_ID="anna", PUCS_STREAM="prices")
        for one in (ben, cleo):
            one.start()
            assert told(shop, one) == ""
        anna.edit("prices.py", "def total(items):", NEW)
        watched(shop)
        assert "shop.py:5" in told(shop, ben)
        assert told(shop, cleo) == ""

    def test_where_nobody_owns_it_only_the_log_knows(self, shop: Repo, anna: Client, ben: Client) -> None:
        ben.start()
        anna.edit("prices.py", "def total(items):", NEW)
        watched(shop)
        assert told(shop, ben) == ""
        (event,) = shop.events("warned")
        assert event["agent"] == "anna"
        assert event["warning"] == "shop.py depends on prices.py - total(items) is total(items, tax) now"
        assert event["severity"] == "high"
        assert event["type"] == "DEPENDENCY"

    def test_the_warning_is_published_in_the_format_of_the_proposal(self, shop: Repo, anna: Client) -> None:
        from pucs.client.opening import repository_at
        from pucs.client.publishing import publish

        anna.edit("prices.py", "def total(items):", NEW)
        watched(shop)
        repository = repository_at(str(shop.root))
        assert repository is not None
        publish(repository)
        (line,) = (shop.state / "state/conflict_warnings.jsonl").read_text().splitlines()
        assert list(json.loads(line)) == ["timestamp", "agent", "warning", "severity"]


class TestAcrossTrees:
    def test_who_holds_a_caller_in_another_tree_is_told_with_the_branch(self, client, shop: Repo) -> None:
        tree = shop.worktree("taxes", "feature/taxes")
        anna, ben = client(tree, PUCS_AGENT_ID="anna"), client(PUCS_AGENT_ID="ben")
        ben.edit("shop.py", "def bill", "# ben\ndef bill")
        anna.edit("prices.py", "def total(items):", NEW)
        watched(shop)
        text = told(shop, ben)
        assert "anna changed prices.py on branch feature/taxes" in text
        assert "shop.py:6 (needs tax)" in text
        assert told(shop, anna) == ""

    def test_a_caller_that_came_after_the_change_is_found_too(self, client, shop: Repo) -> None:
        tree = shop.worktree("taxes")
        anna, ben = client(tree, PUCS_AGENT_ID="anna"), client(PUCS_AGENT_ID="ben")
        anna.edit("prices.py", "def total(items):", NEW)
        tree.commit("A tax")
        watched(shop)
        ben.write("cart.py", "import prices\n\n\ndef cart():\n    return prices.total([1])\n")
        watched(shop)
        assert "cart.py:5 (needs tax)" in told(shop, ben)
        assert told(shop, anna) == ""

    def test_a_caller_that_the_author_mended_is_nobodys_trouble(self, client, shop: Repo) -> None:
        tree = shop.worktree("taxes")
        anna, ben = client(tree, PUCS_AGENT_ID="anna"), client(PUCS_AGENT_ID="ben")
        anna.edit("prices.py", "def total(items):", NEW)
        anna.edit("shop.py", "total(items)", "total(items, 7)")
        ben.edit("shop.py", "def bill", "# ben\ndef bill")
        watched(shop)
        assert told(shop, ben) == ""

    def test_who_has_the_change_already_is_told_nothing(self, client, shop: Repo) -> None:
        tree = shop.worktree("taxes")
        anna = client(tree, PUCS_AGENT_ID="anna")
        anna.edit("prices.py", "def total(items):", NEW)
        anna.edit("shop.py", "total(items)", "total(items, 7)")
        tree.commit("A tax")
        shop.git("merge", "-q", "taxes")
        ben = client(PUCS_AGENT_ID="ben")
        ben.write("cart.py", "import prices\n\n\ndef cart():\n    return prices.total([1], 7)\n")
        watched(shop)
        assert told(shop, ben) == ""

    def test_a_new_caller_in_the_very_file_that_another_tree_changes(self, client, shop: Repo) -> None:
        tree = shop.worktree("taxes")
        anna, ben = client(tree, PUCS_AGENT_ID="anna"), client(PUCS_AGENT_ID="ben")
        anna.edit("prices.py", "def total(items):", NEW)
        reply = ben.edit("prices.py", "def other(x):\n    return x\n", "def other(x):\n    return total([x])\n")
        watched(shop)
        assert "prices.py:6 (needs tax)" in reply.context + told(shop, ben)
