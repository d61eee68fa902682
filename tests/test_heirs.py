"""What passes from one agent to another keeps the base that was there before any of it was written."""

from __future__ import annotations

from pathlib import Path

import pytest

from pucs.state import contents
from tests.support import Repo
from tests.world import World


@pytest.fixture
def world(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    repo.write("a.py", "".join(f"line {number}\n" for number in range(9)))
    repo.commit("A file")
    return World(repo, tmp_path, monkeypatch)


def edit(world: World, who, old: str, new: str) -> None:
    path = world.repo.root / "a.py"
    answer = who.pre(str(path), tool="Edit", values={"old_string": old, "new_string": new})
    assert answer.decision != "deny", answer.reason
    path.write_text(path.read_text().replace(old, new))
    who.post()


def base_of(world: World, agent: str) -> str:
    return world.locks("a.py")[agent].base


def test_bytes_of_a_family_are_taken_over_from_where_the_first_of_it_began(world: World) -> None:
    """A parent wrote, then its subagent did; somebody else takes over both."""
    committed = contents.blob_id((world.repo.root / "a.py").read_bytes())
    parent, child, other = world.agent(1, "one"), world.agent(1, "one", "sub"), world.agent(2, "two")
    for actor in (parent, child, other):
        actor.start()
    edit(world, parent, "line 1\n", "parents\n")
    edit(world, child, "line 7\n", "childs\n")
    assert len(world.locks("a.py")) == 2
    world.dead.add(1)
    path = str(world.repo.root / "a.py")
    first = other.pre(path, tool="Edit", values={"old_string": "childs\n", "new_string": "others\n"})
    assert first.decision == "deny"
    assert other.pre(path, tool="Edit", values={"old_string": "childs\n", "new_string": "others\n"}).decision != "deny"
    (heir,) = world.locks("a.py")
    assert base_of(world, heir) == committed
