"""An index older than HEAD: a commit from it must not take back what another agent committed meanwhile."""

import pytest

from tests.commits.conftest import as_agent, hook_up, run
from tests.support import Client, Repo


@pytest.fixture
def moved(client, guarded: Repo) -> tuple[Repo, Client]:
    """A repository in which agent-1 committed a change of a.py and a new file, and the client of agent-2."""
    hook_up(guarded)
    anna, ben = client(), client()
    run(guarded, "read-tree", "HEAD", check=True, GIT_INDEX_FILE="../old")
    anna.write("a.py", "anna\n")
    anna.write("new.py", "anna's new\n")
    run(guarded, "add", "a.py", "new.py", check=True)
    run(guarded, "commit", "-qm", "Change", check=True, **as_agent(anna))
    ben.write("b.py", "ben\n")
    return guarded, ben


def test_a_commit_from_it_is_refused_and_says_how_to_renew_it(moved: tuple[Repo, Client]) -> None:
    repo, ben = moved
    old = {"GIT_INDEX_FILE": "../old", **as_agent(ben)}
    run(repo, "add", "b.py", check=True, **old)
    done = run(repo, "commit", "-qm", "Ben", **old)
    assert done.refused, done
    text = "\n".join(done.said)
    assert all(word in text for word in ("a.py", "new.py", "agent-1", "git reset -q -- a.py new.py")), text
    run(repo, "reset", "-q", "--", "a.py", "new.py", check=True, **old)
    run(repo, "commit", "-qm", "Ben", check=True, **old)
    assert repo.git("show", "HEAD:a.py") == "anna"
    assert repo.git("diff", "--name-only", "HEAD~", "HEAD") == "b.py"


@pytest.mark.parametrize("command", [("revert", "--no-edit", "HEAD"), ("checkout", "HEAD~", "--", "a.py")])
def test_going_back_on_purpose_passes(moved: tuple[Repo, Client], command: tuple[str, ...]) -> None:
    repo, ben = moved
    run(repo, *command, check=True, **as_agent(ben))
    run(repo, "commit", "-qm", "Back", check=command[0] == "checkout", **as_agent(ben))
    assert repo.git("show", "HEAD:a.py") == "a = 1"


def test_ones_own_edit_back_passes_though_the_file_went_on(moved: tuple[Repo, Client]) -> None:
    repo, ben = moved
    ben.write("a.py", "a = 1\n")
    run(repo, "add", "a.py", check=True, **as_agent(ben))
    ben.write("a.py", "anna\n")
    run(repo, "commit", "-qm", "Back", check=True, **as_agent(ben))
    assert repo.git("show", "HEAD:a.py") == "a = 1"
