"""Denials that the afternoon once found needless: each stays a scene of its own."""

from tests.commits.conftest import hook_up
from tests.support import Client


def test_a_change_taken_back_to_head_frees_the_path_though_it_was_locked_over_a_formatters_bytes(guarded, client):
    anna, ben = client(), client()
    guarded.write("a.py", "a = 1   \n")
    guarded.commit("Trailing blanks")
    guarded.write("a.py", "a = 1\n")  # a formatter: nobody's bytes
    assert anna.edit("a.py", "a = 1", "a = 2").silent
    guarded.git("checkout", "-q", "HEAD", "--", "a.py")
    assert _edits(ben)


def test_a_change_taken_back_to_another_text_than_head_keeps_the_path(guarded, client):
    anna, ben = client(), client()
    assert anna.edit("a.py", "a = 1", "a = 2").silent
    guarded.write("a.py", "a = 2  # tidied\n")
    assert ben.pre("Edit", "a.py").denied


def _edits(agent: Client) -> bool:
    return agent.pre("Edit", "a.py").silent


def test_what_a_formatter_did_between_add_and_commit_is_not_the_committers(guarded, client):
    hook_up(guarded)
    anna, ben = client(), client()
    anna.start()
    assert anna.edit("a.py", "a = 1", "a = 2  ").silent
    guarded.git("add", "a.py")
    guarded.write("a.py", "a = 2\n")  # a formatter, run by somebody else
    guarded.git("commit", "-q", "-m", "feat: Take two", CLAUDE_CODE_SESSION_ID=anna.session)
    assert [event["file"] for event in guarded.events("released")] == ["a.py"]
    assert _edits(ben)


def test_what_an_agent_wrote_between_add_and_commit_stays_its_own(guarded, client):
    hook_up(guarded)
    anna, ben = client(), client()
    anna.start()
    assert anna.edit("a.py", "a = 1", "a = 2").silent
    guarded.git("add", "a.py")
    assert anna.edit("a.py", "a = 2", "a = 3").silent
    guarded.git("commit", "-q", "-m", "feat: Take two", CLAUDE_CODE_SESSION_ID=anna.session)
    assert guarded.events("released") == []
    assert ben.pre("Edit", "a.py").denied


def test_what_a_command_took_back_is_not_its_agents_when_a_person_changes_it(guarded, client):
    anna, ben = client(), client()
    assert anna.edit("a.py", "a = 1", "a = 2").silent
    anna.pre("Bash", command="git checkout HEAD -- a.py")
    guarded.git("checkout", "-q", "HEAD", "--", "a.py")
    anna.post()
    guarded.write("a.py", "a = 1  # a person's\n")
    assert _edits(ben)
