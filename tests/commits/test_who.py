"""Whose commit it is: an agent's, a subagent's, or a person's."""

import pytest

from tests.commits.conftest import as_agent, as_person, commit, files, run


@pytest.fixture
def theirs(free, client):
    """A file that another agent is changing, staged."""
    client(free).write("theirs.py", "half\n")
    free.git("add", "theirs.py")
    return free


def committer(repo):
    return repo.events("committed")[-1]["agent"]


def test_a_person_takes_an_agents_bytes_along_and_is_told_in_one_line(theirs):
    done = as_person(theirs, "-m", "Mine", USER="anna")
    assert done.status == 0
    assert done.said == [
        (
            "PUCS: warning: this commit takes along uncommitted changes of agent-1: theirs.py. "
            "They are committed work from then on."
        )
    ]
    assert committer(theirs) == "person-anna"


def test_an_agent_is_known_by_its_session(theirs, client):
    me = client()
    me.start()
    assert commit(me, "-m", "Mine").refused
    assert theirs.events("refused")[-1]["agent"] == "agent-2"


def test_an_agent_is_known_by_its_client_process_whatever_the_environment_says(free, client, shell):
    client(free).write("theirs.py", "half\n")
    terminal = shell(free)
    me = client(free)
    me.close()
    me.process = terminal.process
    me.start()
    free.git("add", "theirs.py")
    done = terminal.run("sh -c 'git commit -q -m Mine'")
    assert done.refused
    assert free.events("refused")[-1]["agent"] == "agent-2"


def test_the_client_process_goes_before_the_environment(free, client, shell):
    terminal = shell(free)
    me = client(free)
    me.close()
    me.process = terminal.process
    me.write("mine.py", "1\n")
    free.git("add", "mine.py")
    assert terminal.run("PUCS_AGENT_ID=somebody CLAUDE_CODE_SESSION_ID=else git commit -q -m Mine").status == 0
    assert committer(free) == "agent-1"


def test_an_agent_is_known_by_its_given_name_even_if_it_was_never_seen(theirs):
    assert run(theirs, "commit", "-m", "Mine", PUCS_AGENT_ID="robot").refused
    assert theirs.events("refused")[-1]["agent"] == "robot"


def test_a_given_name_stands_for_that_agents_locks(free, client):
    client(free, PUCS_AGENT_ID="robot").write("mine.py", "1\n")
    free.git("add", "mine.py")
    assert run(free, "commit", "-q", "-m", "Mine", PUCS_AGENT_ID="robot").status == 0
    assert committer(free) == "robot"


def test_a_session_that_was_never_seen_is_an_agent_nevertheless(theirs):
    assert run(theirs, "commit", "-m", "Mine", CLAUDE_CODE_SESSION_ID="0123456789").refused
    assert theirs.events("refused")[-1]["agent"] == "session-01234567"


def test_the_single_open_shell_call_tells_a_subagent_from_its_parent(free, client):
    boss = client(free)
    boss.start()
    child = boss.subagent("a1")
    child.write("child.py", "1\n")
    free.git("add", "child.py")
    child.pre("Bash", command="git commit")
    assert commit(child, "-m", "Child").status == 0
    assert committer(free) == "agent-1/1"


def test_a_parent_does_not_bundle_what_its_working_subagent_left(free, client):
    boss = client(free)
    boss.start()
    child = boss.subagent("a1")
    child.write("child.py", "1\n")
    free.git("add", "child.py")
    boss.pre("Bash", command="git commit")
    assert commit(boss, "-m", "Boss").refused


def test_a_subagent_may_commit_inside_its_parents_lock(free, client):
    boss = client(free)
    boss.write("boss.py", "1\n")
    child = boss.subagent("a1")
    child.start()
    free.git("add", "boss.py")
    child.pre("Bash", command="git commit")
    assert commit(child, "-m", "Child").status == 0
    assert files(free) == ["boss.py"]


def test_of_several_open_shell_calls_the_parents_counts(free, client):
    boss = client(free)
    boss.start()
    child = boss.subagent("a1")
    child.start()
    boss.pre("Bash", command="x")
    child.pre("Bash", command="y")
    free.write("z", "1\n")
    free.git("add", "z")
    assert commit(child, "-m", "Z").status == 0
    assert committer(free) == "agent-1"


def test_the_environment_of_one_agent_does_not_make_another_of_it(theirs, client):
    one, two = client(), client()
    one.start()
    two.start()
    assert run(theirs, "commit", "-m", "Mine", **as_agent(two)).refused
    assert theirs.events("refused")[-1]["agent"] == "agent-3"
