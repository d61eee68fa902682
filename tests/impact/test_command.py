"""`pucs impact` and `DependencyChecker`: what people, CI and programs see."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.impact.test_telling import NEW, PRICES, SHOP
from tests.impact.watching import told
from tests.support import Repo


def impact(repo: Repo, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pucs", "impact", *arguments]
    return subprocess.run(command, cwd=repo.root, env=repo.env, capture_output=True, text=True, check=False)


@pytest.fixture
def plain(repo: Repo) -> Repo:
    """A repository that nobody guards."""
    repo.write("prices.py", PRICES)
    repo.write("shop.py", SHOP)
    repo.commit("A shop")
    return repo


class TestCommand:
    def test_a_tree_without_changes(self, plain: Repo) -> None:
        done = impact(plain, "--check")
        assert (done.returncode, done.stdout) == (0, "no interface changed\n")

    def test_a_path_that_breaks_a_use(self, plain: Repo) -> None:
        plain.write("prices.py", PRICES.replace("def total(items):", NEW))
        done = impact(plain, "prices.py")
        assert done.returncode == 0
        assert "! parameters: total(items) -> total(items, tax)" in done.stdout
        assert "shop.py:5: total needs tax" in done.stdout
        assert impact(plain, "--check").returncode == 1

    def test_a_range_as_ci_asks(self, plain: Repo) -> None:
        plain.write("prices.py", PRICES.replace("def total(items):", NEW))
        plain.commit("A tax")
        done = impact(plain, "HEAD~1..HEAD", "--check", "--json")
        assert done.returncode == 1
        (entry,) = json.loads(done.stdout)
        assert [(one["path"], one["line"], one["reason"]) for one in entry["breaks"]] == [("shop.py", 5, "needs tax")]
        plain.write("shop.py", SHOP.replace("total(items)", "total(items, 7)"))
        plain.commit("Mended")
        assert impact(plain, "HEAD~2...HEAD", "--check").returncode == 0

    def test_a_use_in_the_file_itself_counts_for_a_range(self, plain: Repo) -> None:
        plain.write("prices.py", PRICES.replace("return x", "return total([x])"))
        plain.commit("Uses itself")
        plain.write("prices.py", PRICES.replace("return x", "return total([x])").replace("def total(items):", NEW))
        plain.commit("A tax")
        assert "prices.py:6: total needs tax" in impact(plain, "HEAD~1..HEAD").stdout

    def test_what_is_acknowledged_passes_until_more_breaks(self, plain: Repo) -> None:
        plain.guard()
        plain.write("prices.py", PRICES.replace("def total(items):", NEW))
        assert impact(plain, "prices.py", "--ack", "callers follow tomorrow", "--check").returncode == 0
        assert impact(plain, "--check").returncode == 0
        assert "acknowledged by person" in impact(plain).stdout
        plain.write("cart.py", SHOP)
        assert impact(plain, "--check").returncode == 1
        assert [one["why"] for one in plain.events("acknowledged")] == ["callers follow tomorrow"]

    @pytest.mark.parametrize("what", ["nowhere..HEAD", "docs/x.md", "/etc/passwd"])
    def test_what_is_neither_says_so(self, plain: Repo, what: str) -> None:
        done = impact(plain, what)
        assert done.returncode == 2
        assert done.stderr.count("\n") == 2


class TestDependencyChecker:
    def test_as_the_proposal_has_it(self, client, guarded: Repo, monkeypatch) -> None:
        from pucs import DependencyChecker

        guarded.write("prices.py", PRICES)
        guarded.write("shop.py", SHOP)
        guarded.commit("A shop")
        for key, value in guarded.env.items():
            monkeypatch.setenv(key, value)
        anna, ben = client(PUCS_AGENT_ID="anna"), client(PUCS_AGENT_ID="ben")
        ben.start()
        anna.edit("prices.py", "def total(items):", NEW)
        checker = DependencyChecker(str(guarded.root))
        report = checker.check_impact("prices.py")
        assert report.author == "anna"
        assert [change.kind for change in report.changes] == ["parameters"]
        assert [(one.path, one.line) for one in report.breaks] == [("shop.py", 5)]
        assert checker.check_impact("prices.py", [report.changes[0]._replace(symbol="other")]).places == ()
        checker.notify_dependents(report)
        assert told(guarded, ben) == "", "it has nothing to do with the caller"
        ben.edit("shop.py", "def bill", "# ben\ndef bill")
        checker.notify_dependents(checker.check_impact("prices.py"))
        assert "shop.py:6" in told(guarded, ben)
