"""A process that dies at any step of an offer or an answer: nothing is lost, nothing is told twice without need."""

from collections.abc import Callable
from pathlib import Path

import pytest

from pucs import PUCSClient
from pucs.handoffs import open_ones
from pucs.notices import inbox_of
from tests.state.test_crash import dying, steps_of
from tests.support import Repo

_EVERY = 3
"""Each step of the store is several system calls; of these every third is died at."""


def fresh(folder: Path, name: str) -> Repo:
    (folder / name).mkdir()
    return Repo.create(folder / name).guard()


def worker(repo: Repo, name: str) -> PUCSClient:
    return PUCSClient(name, path=str(repo.root))


def prepared(repo: Repo) -> tuple[PUCSClient, PUCSClient]:
    """A sender with uncommitted bytes in two files, and an addressee."""
    anna, ben = worker(repo, "anna"), worker(repo, "ben")
    anna.acquire_locks(["a.py", "b.py"])
    ben.add_task("Be known")
    return anna, ben


def holders(repo: Repo) -> list[list[str]]:
    view = repo.store.read()
    return [[lock.agent for lock in view.path(path).tree(".").locks] for path in ("a.py", "b.py")]


def notices(repo: Repo, agent: str) -> list[str]:
    return [notice.text for notice in inbox_of(agent, repo.store.read()).notices]


def each_death(
    folder: Path, monkeypatch: pytest.MonkeyPatch, act: Callable[[PUCSClient, PUCSClient], object], ready: bool
) -> list[tuple[Repo, PUCSClient, PUCSClient]]:
    """A repository for each step of the act, in which it died there; `ready`: a handoff is offered before."""

    def begun(name: str) -> tuple[Repo, PUCSClient, PUCSClient]:
        repo = fresh(folder, name)
        anna, ben = prepared(repo)
        if ready:
            anna.handoff("ben", ["Tune it"], locks=["a.py", "b.py"])
        return repo, anna, ben

    _, anna, ben = begun("sizing")
    steps = steps_of(monkeypatch, lambda: act(anna, ben))
    assert steps > 20
    found = []
    for at in range(1, steps + 1, _EVERY):
        repo, anna, ben = begun(str(at))
        with dying(monkeypatch, at):
            act(anna, ben)
        found.append((repo, anna, ben))
    return found


def test_an_offer_that_died_can_be_made_again_and_is_heard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outcomes = set()
    for repo, anna, ben in each_death(
        tmp_path, monkeypatch, lambda anna, _: anna.handoff("ben", ["Tune it"], locks=["a.py"]), ready=False
    ):
        before = len(anna.handoffs())
        outcomes.add(before)
        again = anna.handoff("ben", ["Once more"], locks=["a.py"])
        assert len(anna.handoffs()) == before + 1
        offered = {one.id for one in ben.handoffs()}
        assert again.id in offered
        told = [text.split()[1] for text in notices(repo, "ben")]
        assert sorted(told) == sorted(offered), "each that is recorded is told, and none that is not"
        assert holders(repo) == [["anna"], ["anna"]]
    assert outcomes == {0, 1}


def test_an_acceptance_that_died_is_finished_by_asking_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = set()
    for repo, _, ben in each_death(tmp_path, monkeypatch, lambda _, ben: ben.accept_handoff("h1"), ready=True):
        now = holders(repo)
        assert all(len(one) == 1 for one in now), now
        assert ["ben"] not in now or ben.handoffs()[0].heir == "ben", "no lock moves before it is said to whom"
        seen.add(tuple(one[0] for one in now))
        assert ben.accept_handoff("h1").handoff.heir == "ben"
        assert holders(repo) == [["ben"], ["ben"]]
        assert ben.streams_waiting() == {}
        assert len([text for text in notices(repo, "anna") if "accepted" in text]) <= 1
        (handoff,) = ben.handoffs()
        assert handoff.answers["ben"]["answer"] == "accepted"
    assert {("anna", "anna"), ("ben", "ben")} <= seen


def test_a_lost_record_of_what_is_open_is_made_anew(guarded: Repo) -> None:
    anna, ben = prepared(guarded)
    anna.handoff("ben", ["One"])
    anna.handoff("ben", ["Two"])
    ben.accept_handoff("h1")
    for folder in ("records", "mirror"):
        (guarded.state / folder / "open/handoffs.json").unlink()
    assert [one.id for one in open_ones(guarded.store.read())] == ["h2"]
    assert anna.handoff("ben", ["Three"]).id == "h3"
    assert [one.id for one in open_ones(guarded.store.read())] == ["h2", "h3"]
    assert len(anna.handoffs()) == 3
