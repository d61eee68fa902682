"""UserPromptSubmit: what an agent is asked is what others are told it works on, and nothing else of it is kept."""

from pathlib import Path

import pytest

from tests.support import Client, Repo


def ask(one: Client, prompt: str, **fields: str):
    return one.hook("user_prompt_submit", "UserPromptSubmit", prompt=prompt, **fields)


def task_of(repo: Repo, agent: str = "agent-1") -> str:
    known = repo.store.read().agent(agent)
    assert known is not None
    return known.task


def kept(repo: Repo) -> str:
    """All that PUCS keeps."""
    files = [path for path in repo.state.rglob("*") if path.is_file()]
    return "\n".join(path.read_bytes().decode("utf-8", "replace") for path in files)


def test_others_are_told_its_first_line(client, guarded: Repo) -> None:
    anna, ben = client(), client()
    assert anna.start().context
    assert ask(anna, "Make it faster\n\nStart with the loop in a.py.").silent
    anna.write("a.py", "a = 2\n")
    assert 'agent-1 (task "Make it faster")' in ben.pre("Edit", "a.py").reason


def test_the_rest_of_a_prompt_is_kept_nowhere(client, guarded: Repo) -> None:
    anna = client()
    ask(anna, "Make it faster with DB_PASSWORD=hunter2\nThe other password is swordfish.\n" + "x" * 5000)
    anna.write("a.py", "a = 2\n")
    anna.stop()
    everything = kept(guarded)
    assert "Make it faster" in everything
    for secret in ("hunter2", "swordfish", "xxx"):
        assert secret not in everything


def test_a_failure_keeps_nothing_of_it_either(client, guarded: Repo) -> None:
    anna = client()
    anna.start()
    (guarded.state / "mutex").unlink()
    (guarded.state / "mutex").mkdir()
    reply = ask(anna, "Make it faster with swordfish")
    assert reply.status == 0
    assert "PUCS failed at UserPromptSubmit" in reply.message
    assert "swordfish" not in reply.stdout + reply.stderr + kept(guarded)


def test_the_launchers_task_comes_first(client, guarded: Repo) -> None:
    anna = client(PUCS_TASK="Add an index")
    ask(anna, "Make it faster")
    assert task_of(guarded) == "Add an index"
    anna.write("a.py", "a = 2\n")
    assert task_of(guarded) == "Add an index"


def test_a_prompt_says_more_than_a_branch(client, guarded: Repo) -> None:
    guarded.git("switch", "-q", "-c", "faster")
    anna = client()
    anna.write("a.py", "a = 2\n")
    assert task_of(guarded) == "branch faster"
    ask(anna, "Make it faster")
    anna.write("a.py", "a = 3\n")
    assert task_of(guarded) == "Make it faster"


def test_the_next_prompt_is_the_next_task_and_an_answer_is_none(client, guarded: Repo) -> None:
    anna = client()
    ask(anna, "Make it faster")
    ask(anna, "yes")
    assert task_of(guarded) == "Make it faster"
    ask(anna, "Now add a test for it")
    assert task_of(guarded) == "Now add a test for it"


@pytest.mark.parametrize("source", ["system", "loop_wakeup", "schedule_wakeup", "poll_event", "something new"])
def test_a_host_that_wakes_its_agent_gives_it_no_task(client, guarded: Repo, source) -> None:
    anna = client()
    ask(anna, "Make it faster", source="user")
    ask(anna, "A background command is done: the tests pass", source=source)
    assert task_of(guarded) == "Make it faster"


def test_nor_does_a_notification_of_an_older_host(client, guarded: Repo) -> None:
    anna = client()
    ask(anna, "Make it faster")
    ask(anna, "<task-notification>\n<task-id>b1</task-id>\n<summary>All tests pass</summary>\n</task-notification>")
    assert task_of(guarded) == "Make it faster"


def test_a_subagent_works_on_what_its_parent_was_asked(client, guarded: Repo) -> None:
    anna = client()
    ask(anna, "Make it faster")
    child = anna.subagent("0f")
    child.start()
    child.write("a.py", "a = 2\n")
    assert task_of(guarded, "agent-1/1") == "Make it faster"


def test_silent_where_nobody_guards_and_where_it_is_off(client, repo: Repo, guarded: Repo, tmp_path: Path) -> None:
    other = Repo.create(tmp_path / "other") if (tmp_path / "other").mkdir() is None else repo
    assert ask(client(other), "Make it faster").silent
    assert not (other.root / ".git/pucs").exists()
