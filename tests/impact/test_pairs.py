"""Two branches in two worktrees, each green alone and red when merged: who is told before either commits."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from tests.impact.pairs import BASE, PAIRS, Pair
from tests.impact.watching import fails, told, watched
from tests.support import Client, Repo, policy


class Played(NamedTuple):
    """What came of a pair: whether it is one at all, and what each of three agents was told."""

    pair: Pair
    alone: str
    merged: str
    author: str
    caller: str
    bystander: str


def play(pair: Pair, folder: Path) -> Played:
    repo = Repo.create(folder)
    for path, text in BASE.items():
        repo.write(path, text)
    repo.write("elsewhere.py", "def nothing():\n    return 0\n")
    repo.commit("A shop")
    repo.guard(policy())
    one, other, third = (repo.worktree(name) for name in ("changes", "calls", "elsewhere"))
    agents = [Client(tree, PUCS_AGENT_ID=name) for tree, name in ((one, "anna"), (other, "ben"), (third, "cleo"))]
    anna, ben, cleo = agents
    said = []
    try:
        cleo.edit("elsewhere.py", "return 0", "return 1")
        for path, old, new in pair.changes:
            if old:
                anna.edit(path, old, new)
            else:
                anna.run(f"git mv {path} shop/costs.py && sed -i s/shop.prices/shop.costs/ shop/*.py tests/*.py")
        said.append(ben.write("shop/bills.py", pair.caller).context)
        said.append(ben.write("tests/test_bills.py", _test(pair)).context)
        watched(repo)
        heard = [told(repo, agent) for agent in (anna, ben, cleo)]
    finally:
        for agent in agents:
            agent.close()
    alone = fails(one) + fails(other)
    for tree in (one, other):
        tree.commit("Work")
    third.git("merge", "-q", "--no-edit", "changes", "calls")
    return Played(pair, alone, fails(third), heard[0], "".join(said) + heard[1], heard[2])


def _test(pair: Pair) -> str:
    name = "List" if "class List" in pair.caller else "bill"
    return f"from shop.bills import {name}\n\n\ndef test_bills():\n    {pair.test}\n"


@pytest.fixture(scope="module")
def played(tmp_path_factory) -> list[Played]:
    return [play(pair, tmp_path_factory.mktemp("pair")) for pair in PAIRS]


def test_they_are_green_alone_and_red_together(played: list[Played]) -> None:
    assert len(played) >= 12
    for one in played:
        assert one.alone == "", one.pair.name
        assert one.merged, one.pair.name


def test_nine_of_ten_are_announced_to_who_writes_the_caller(played: list[Played]) -> None:
    missed = [one for one in played if "shop/bills.py" not in one.caller]
    assert len(missed) <= 0.1 * len(played), [one.pair.name for one in missed]


def test_nobody_else_is_told(played: list[Played]) -> None:
    assert [(one.pair.name, one.author, one.bystander) for one in played if one.author or one.bystander] == []
