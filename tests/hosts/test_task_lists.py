"""TaskCreated and TaskCompleted: the lists that agents keep in their client come to the board, each task once."""

import pytest

from pucs.tasks import ACTIVE, DONE, PENDING, Task, board
from tests.cli.conftest import Pucs
from tests.cli.conftest import pucs as pucs  # noqa: PLC0414 - a fixture
from tests.support import Client, Reply, Repo, policy


def created(one: Client, identifier: str, subject: str, **fields: str) -> Reply:
    return one.hook("task_created", "TaskCreated", task_id=identifier, task_subject=subject, **fields)


def completed(one: Client, identifier: str, subject: str, **fields: str) -> Reply:
    return one.hook("task_completed", "TaskCompleted", task_id=identifier, task_subject=subject, **fields)


def tasks(repo: Repo) -> list[tuple[str, str, str]]:
    return [(task.title, task.state, task.agent or task.assigned) for task in whole(repo)]


def whole(repo: Repo) -> tuple[Task, ...]:
    return board(repo.store.read())


def test_what_is_put_on_a_list_and_finished(client, guarded: Repo) -> None:
    guarded.guard(policy(streams={"db": "db/**"}))
    anna = client(PUCS_STREAM="db")
    assert created(anna, "1", "Tune it", task_description="All of it", teammate_name="x").silent
    assert created(anna, "2", "Measure it").silent
    assert tasks(guarded) == [("Tune it", PENDING, "db-agent-1"), ("Measure it", PENDING, "db-agent-1")]
    assert completed(anna, "1", "Tune it").silent
    assert tasks(guarded)[0] == ("Tune it", DONE, "db-agent-1")
    assert [(task.stream, task.source, task.description) for task in whole(guarded)] == [
        ("db", "host", "All of it"),
        ("db", "host", ""),
    ]


def test_told_twice_is_once_and_each_session_has_its_own(client, guarded: Repo) -> None:
    anna, ben = client(), client()
    for _ in range(2):
        created(anna, "1", "Tune it")
        completed(anna, "1", "Tune it")
    created(anna, "1", "Tune it")
    created(ben, "1", "Tune it")
    assert tasks(guarded) == [("Tune it", DONE, "agent-1"), ("Tune it", PENDING, "agent-2")]
    assert len(guarded.events("task_completed")) == 1


def test_what_a_subagent_finishes_is_the_same_task(client, guarded: Repo) -> None:
    anna = client()
    created(anna, "1", "Tune it")
    completed(anna.subagent("0f"), "1", "Tune it")
    assert tasks(guarded) == [("Tune it", DONE, "agent-1/1")]


def test_what_one_session_lists_and_another_of_its_team_finishes_is_one_task(client, guarded: Repo) -> None:
    anna, ben = client(), client()
    created(anna, "1", "Tune it")
    completed(ben, "1", "Tune it", teammate_name="ben")
    assert tasks(guarded) == [("Tune it", DONE, "agent-2")]
    completed(ben, "2", "Tune it", teammate_name="ben")
    completed(ben, "1", "Measure it")
    assert len(tasks(guarded)) == 3, "another number or title is another task"


def test_what_was_never_told_and_is_finished_is_done(client, guarded: Repo) -> None:
    completed(client(), "7", "Tune it")
    assert tasks(guarded) == [("Tune it", DONE, "agent-1")]


def test_it_is_nobody_elses_while_its_agent_lives(client, guarded: Repo, pucs: Pucs) -> None:
    anna, ben = client(), client()
    created(anna, "1", "Tune it")
    ben.start()
    assert pucs("task", "next", by=ben).status == 1
    anna.end("clear")
    assert pucs("task", "next", by=ben).status == 1
    anna.kill()
    assert pucs("task", "next", by=ben).stdout == "task 1 is yours: Tune it\n"
    assert tasks(guarded) == [("Tune it", ACTIVE, "agent-2")]


@pytest.mark.parametrize("fields", [{}, {"task_id": 7}, {"task_id": "1", "task_subject": ["x"]}, {"task_id": ""}])
def test_other_shapes_break_nothing(client, guarded: Repo, fields: dict[str, object]) -> None:
    assert client().hook("task_created", "TaskCreated", **fields).silent
    assert len(tasks(guarded)) == (fields.get("task_id") == "1")


def test_nothing_is_noted_while_the_guard_is_off(client, guarded: Repo, pucs: Pucs) -> None:
    anna = client()
    pucs("off")
    assert created(anna, "1", "Tune it").silent
    assert tasks(guarded) == []


def test_an_import_takes_none_of_them_for_its_own(client, guarded: Repo, pucs: Pucs) -> None:
    created(client(), "1", "Tune it")
    guarded.write("plan.md", "- [ ] Tune it\n")
    assert pucs("task", "import", "plan.md").stdout == "1 new, 0 found done, 0 known before\n"
