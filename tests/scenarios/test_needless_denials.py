"""Denials that the afternoon once found needless: each stays a scene of its own."""

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
