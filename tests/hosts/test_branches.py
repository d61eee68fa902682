"""Branches that a command deleted by names that nobody can read in it: their commits are kept and told of."""

from tests.commits.conftest import as_agent, hook_up, run
from tests.support import Repo

DELETE = "git branch --format='%(refname:short)' | grep task | while read name; do git branch -qD $name; done"


def kept(repo: Repo) -> list[str]:
    return repo.git("for-each-ref", "--format=%(objectname) %(refname)", "refs/pucs/refs").splitlines()


def test_are_kept_where_nothing_else_leads_there_and_both_are_told(client, guarded: Repo) -> None:
    hook_up(guarded)
    anna, ben = client(), client()
    guarded.git("switch", "-qc", "task/one")
    anna.write("new.py", "anna\n")
    run(guarded, "add", "new.py", check=True)
    run(guarded, "commit", "-qm", "New", check=True, **as_agent(anna))
    tip = guarded.git("rev-parse", "HEAD")
    guarded.git("switch", "-q", "main")
    told = ben.run(DELETE).context + ben.batch().context
    (line,) = kept(guarded)
    commit, ref = line.split()
    assert commit == tip
    assert ref.startswith("refs/pucs/refs/task/one/")
    assert ref in told
    assert ref in anna.batch().context
    guarded.git("branch", "task/one", ref)
    assert guarded.git("show", "task/one:new.py") == "anna"


def test_are_not_kept_where_another_ref_leads_there(client, guarded: Repo) -> None:
    guarded.git("branch", "task/done")
    client().run(DELETE)
    assert kept(guarded) == []
    assert "task/done" not in guarded.git("branch")
