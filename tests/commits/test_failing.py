"""When PUCS or git fails: agents are refused, people pass with one line, other clones hear nothing."""

import json
import shutil

import pytest

from pucs.client.handling import switch_off
from pucs.client.opening import repository_at
from tests.commits.conftest import as_agent, as_person, commit, hook_up, run
from tests.support import ROOT, Repo


@pytest.fixture
def staged(free):
    """Something to commit."""
    free.write("a.py", "a = 2\n")
    free.git("add", "-A")
    return free


@pytest.fixture
def me(staged, client):
    """An agent that is known."""
    agent = client(staged)
    agent.start()
    return agent


def records(repo, key):
    """Both files that hold a record."""
    found = [path for path in repo.state.glob("*/path/*.json") if json.loads(path.read_text())["key"] == key]
    assert len(found) == 2
    return found


def judge(repo, me, part):
    """An agent's commit is refused, saying `part`; a person's passes with a line that says it, too."""
    done = commit(me, "-m", "A")
    assert done.status == 1
    assert done.said[0].startswith("PUCS: this commit is refused, because it cannot be checked: ")
    assert part in done.said[0]
    assert done.said[1].startswith("  Next: ")
    assert len(done.said) == 2
    done = as_person(repo, "-m", "A")
    assert done.status == 0
    assert all(line.startswith("PUCS: warning: ") for line in done.said)
    assert part in done.said[0]


def test_a_clone_without_the_marker_is_silent(repo):
    hook_up(repo)
    repo.write("a.py", "a = 2\n")
    assert as_person(repo, "-am", "Any words").said == []
    repo.write("a.py", "a = 3\n")
    assert run(repo, "commit", "-qam", "Any words", PUCS_AGENT_ID="robot", CLAUDECODE="1").said == []
    assert not (repo.root / ".git/pucs").exists()


def test_a_newer_marker(staged, me):
    marker = staged.common / "pucs-installed.json"
    marker.write_text('{"version": 99}')
    judge(staged, me, "guarded by a newer PUCS")


def test_a_state_in_the_way(staged, me):
    staged.lose_state()
    staged.state.write_text("not a folder")
    judge(staged, me, "the state cannot be made")


def test_a_record_of_a_newer_version(staged, me):
    me.write("a.py", "a = 2\n")
    for record in records(staged, "path/a.py"):
        record.write_text('{"key": "path/a.py", "version": 99}')
    judge(staged, me, "written by a newer PUCS")


def test_a_damaged_record_counts_as_held(staged, me, client):
    other = client(staged)
    other.write("b.py", "b = 2\n")
    staged.git("add", "-A")
    for record in records(staged, "path/b.py"):
        record.write_text("garbage")
    done = commit(me, "-m", "A")
    assert done.refused
    assert "what is known about it is damaged" in done.said[1]
    assert "doctor --repair" in done.said[1]
    done = as_person(staged, "-m", "A")
    assert (done.status, len(done.said)) == (0, 1)


def test_git_that_fails(staged, me):
    shim = staged.root.parent / "bin"
    shim.mkdir()
    (shim / "git").write_text('#!/bin/sh\necho "out of luck" >&2\nexit 9\n')
    (shim / "git").chmod(0o755)
    for name in (staged.root / ".git/hooks").iterdir():
        name.write_text(name.read_text().replace("#!/bin/sh", f"#!/bin/sh\nPATH={shim}:$PATH", 1))
    judge(staged, me, "out of luck")


def test_git_that_is_gone(staged, me):
    for name in (staged.root / ".git/hooks").iterdir():
        name.write_text(name.read_text().replace("#!/bin/sh", "#!/bin/sh\nPATH=/nowhere", 1))
    judge(staged, me, "git cannot be run")


def test_a_bug_is_reported(staged, me, tmp_path):
    broken = tmp_path / "broken"
    shutil.copytree(ROOT / "pucs", broken / "pucs", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "hooks", broken / "hooks")
    gate = broken / "pucs/commit_gate.py"
    gate.write_text(gate.read_text().replace("def judge(", "def judge(*_):\n    1 / 0\n\n\ndef unused(", 1))
    hook_up(staged, root=broken)
    judge(staged, me, "ZeroDivisionError")
    assert "ZeroDivisionError" in (staged.state / "bug-report.txt").read_text()


def test_a_package_that_cannot_start(staged, me, tmp_path):
    broken = tmp_path / "broken"
    shutil.copytree(ROOT / "hooks", broken / "hooks")
    (broken / "pucs").mkdir()
    (broken / "pucs/__init__.py").write_text("")
    hook_up(staged, root=broken)
    done = commit(me, "-m", "A")
    assert done.status == 1
    assert done.said[0].startswith("PUCS: this commit is refused, because it cannot be checked: PUCS cannot start: ")
    done = as_person(staged, "-m", "A")
    assert done.status == 0
    assert done.said[0].startswith("PUCS: warning: this commit was not checked: PUCS cannot start: ")


def test_an_agent_is_recognised_by_its_process_even_where_git_fails(staged, client, shell):
    terminal = shell(staged)
    agent = client(staged)
    agent.close()
    agent.process = terminal.process
    agent.start()
    for name in (staged.root / ".git/hooks").iterdir():
        name.write_text(name.read_text().replace("#!/bin/sh", "#!/bin/sh\nPATH=/nowhere", 1))
    done = terminal.run("git commit -q -m A")
    assert done.status == 1
    assert done.refused


def test_a_log_that_cannot_be_written_does_not_let_an_agent_through(staged, me, client):
    client(staged).write("b.py", "half\n")
    staged.git("add", "-A")
    log = staged.state / "state/agent_activity.jsonl"
    log.unlink()
    log.mkdir()
    assert commit(me, "-m", "A").status == 1


def test_after_the_commit_a_failure_is_only_a_line(staged, me):
    log = staged.state / "state/agent_activity.jsonl"
    log.unlink()
    log.mkdir()
    done = commit(me, "-m", "A")
    assert done.status == 0
    assert [line[:45] for line in done.said] == ["PUCS: warning: what this commit released is n"]


def test_a_lost_state_is_no_failure(staged, me):
    staged.lose_state()
    assert commit(me, "-m", "A").said == []


def test_switched_off_there_is_silence(hooked, client):
    other, me = client(hooked), client(hooked)
    other.write("db/other.py", "half\n")
    me.start()
    hooked.write("ui/y.py", "1\n")
    hooked.git("add", "-A")
    assert commit(me, "-m", "Any words").refused
    repository = repository_at(str(hooked.root))
    assert repository is not None
    switch_off(repository, 0, "person")
    done = commit(me, "-m", "Any words")
    assert (done.status, done.said) == (0, [])
    assert hooked.git("log", "-1", "--format=%s") == "Any words"


def test_switching_off_between_two_tries_holds_at_once(hooked):
    hooked.write("db/y.py", "1\n")
    hooked.git("add", "-A")
    assert as_person(hooked, "-m", "Any words").refused
    repository = repository_at(str(hooked.root))
    assert repository is not None
    switch_off(repository, 0, "person")
    assert as_person(hooked, "-m", "Any words").said == []


def test_an_unknown_hook_is_nobodys(staged):
    hook_up(staged, "pre-push", "post-rewrite")
    assert run(staged, "commit", "-q", "--amend", "--no-edit").said == []


def test_an_agent_that_commits_elsewhere_is_left_alone(repo, me, tmp_path):
    (tmp_path / "other").mkdir()
    other = Repo.create(tmp_path / "other")
    other.write("z", "1\n")
    other.git("add", "-A")
    done = run(other, "commit", "-q", "-m", "Z", **as_agent(me))
    assert (done.status, done.said) == (0, [])
