"""Who made a change: a table of what was going on, and whose it is."""

from typing import Any

import pytest

from pucs.authors import Aim, Altered, Scene, author_of
from pucs.model import ALIVE, DEAD, Lock, Process, Tree, Writer
from pucs.view import View

ME, BEN, CARA = "me", "ben", "cara"
NOBODY, THEIRS = "", None
UNKNOWN_TREE = Tree()
PROCESS = Process("host", "boot", "ns", 1, "1")


def whose(scene: Scene, tree: Tree = UNKNOWN_TREE, at: float = 50.0, alive: str = ALIVE) -> str | None:
    view = View(lambda key: None, lambda kind: (), 20, 60.0, lambda process: alive)
    return author_of(Altered("src/a.py", "old", "new", at=at), scene, tree, view)


def aim(agent: str = ME, *paths: str, since: float = 10, **more: Any) -> Aim:
    return Aim(agent, since, paths, **more)


def scene(mine: Aim, *rivals: Aim) -> Scene:
    return Scene(mine, 10, rivals)


@pytest.mark.parametrize(
    ("described", "expected"),
    [
        pytest.param(scene(aim()), ME, id="alone"),
        pytest.param(scene(aim(ME, "src/a.py", complete=True)), ME, id="alone-and-named"),
        pytest.param(scene(aim(ME, folders=("src",), complete=True)), ME, id="alone-and-below-a-named-folder"),
        pytest.param(scene(aim(ME, folders=("",), complete=True)), ME, id="the-whole-tree-is-named"),
        pytest.param(scene(aim(ME, "src/b.py", folders=("sr",), complete=True)), NOBODY, id="it-writes-something-else"),
        pytest.param(scene(aim(routine=True)), NOBODY, id="it-only-tests-or-tidies"),
        pytest.param(scene(aim(ME, "src/a.py", routine=True)), ME, id="it-tidies-what-it-names"),
        pytest.param(scene(aim(), aim(BEN)), NOBODY, id="either-could"),
        pytest.param(scene(aim(ME, "src/a.py"), aim(BEN)), ME, id="one-names-it"),
        pytest.param(scene(aim(), aim(BEN, "src/a.py")), THEIRS, id="the-other-names-it"),
        pytest.param(scene(aim(ME, "src/a.py"), aim(BEN, folders=("src",))), NOBODY, id="both-name-it"),
        pytest.param(scene(aim(), aim(BEN, "x", complete=True)), ME, id="the-other-writes-something-else"),
        pytest.param(scene(aim(ME, "x", complete=True), aim(BEN)), THEIRS, id="only-the-other-could"),
        pytest.param(scene(aim(ME, complete=True), aim(BEN, complete=True)), NOBODY, id="neither-could"),
        pytest.param(scene(aim(), aim(BEN, since=55)), ME, id="before-the-other-began"),
        pytest.param(scene(aim(), aim(BEN, since=55), aim(CARA)), NOBODY, id="before-one-of-the-others-began"),
    ],
)
def test_by_commands(described: Scene, expected: str | None) -> None:
    assert whose(described) == expected


def test_of_a_deleted_file_no_time_is_known() -> None:
    assert whose(scene(aim(), aim(BEN, since=55)), at=0.0) == NOBODY


def writer(agent: str, content: str, revision: int) -> Tree:
    return Tree(writer=Writer(agent, revision, 40.0, "old", content))


@pytest.mark.parametrize(
    ("tree", "expected"),
    [
        pytest.param(writer(BEN, "new", 15), THEIRS, id="anothers-edit"),
        pytest.param(writer(BEN, "other", 15), NOBODY, id="formatted-after-anothers-edit"),
        pytest.param(writer(BEN, "other", 10), ME, id="anothers-edit-before"),
        pytest.param(writer(ME, "other", 15), ME, id="my-own-edit"),
    ],
)
def test_by_edits(tree: Tree, expected: str | None) -> None:
    assert whose(scene(aim()), tree) == expected


def test_over_anothers_edit_by_a_command_that_names_it() -> None:
    assert whose(scene(aim(ME, "src/a.py")), writer(BEN, "other", 15)) == ME


@pytest.mark.parametrize(("alive", "expected"), [(ALIVE, THEIRS), (DEAD, ME)])
def test_while_anothers_edit_is_not_over(alive: str, expected: str | None) -> None:
    lock = Lock(BEN, None, "", 40.0, 1800.0, 7200.0, 1, "old", calls=("call",), process=PROCESS)
    assert whose(scene(aim()), Tree((lock,)), alive=alive) == expected


@pytest.mark.parametrize(("holder", "expected"), [(ME, ME), (BEN, NOBODY)])
def test_what_changes_while_tests_run_is_its_agents_where_that_has_the_file(holder: str, expected: str) -> None:
    lock = Lock(holder, None, "", 40.0, 1800.0, 7200.0, 1, "older", wrote="old", process=PROCESS)
    assert whose(scene(aim(routine=True)), Tree((lock,))) == expected
