"""Commits through the Bash tool: inside the stream, of the agent's own bytes, under a subject that names its stream."""

import threading

import pytest

from tests.e2e.client import Claude
from tests.e2e.guarded import Guarded, agent_of
from tests.e2e.model_server import ModelServer
from tests.e2e.script import Turn, bash, edit, say
from tests.e2e.workplace import Repo

pytestmark = pytest.mark.client

STREAMS = """\
streams:
  app:
    files_pattern: "src/**"
  docs:
    files_pattern: "*.md"
"""


@pytest.fixture
def streams(guarded: Guarded) -> Guarded:
    """The repository with two streams, everything of the installation committed."""
    guarded.configure(STREAMS)
    guarded.repo.git("add", ".")
    guarded.repo.git("commit", "--quiet", "--message", "Guard")
    return guarded


def subjects(repo: Repo) -> list[str]:
    """The subjects of what was committed since the repository was guarded, the oldest first."""
    return repo.git("log", "--reverse", "--format=%s").split("\n")[2:]


def test_a_commit_inside_the_stream_gets_its_prefix_and_gives_the_lock_back(
    claude: Claude, model: ModelServer, repo: Repo, streams: Guarded
) -> None:
    model.script(
        "MAIN-1",
        [edit(repo.path / "src/app.py", "return 0", "return 1")],
        [bash("git commit --quiet --all --message 'fix: Fail at last'")],
        [say("done")],
    )

    claude.start("MAIN-1 go", env={"PUCS_STREAM": "app"}).wait()

    assert [result.is_error for result in model.results("MAIN-1")] == [False, False]
    assert subjects(repo) == ["[PUCS-app] fix: Fail at last"]
    assert repo.git("show", "--format=", "--name-only", "HEAD") == "src/app.py"
    assert streams.locks() == {}
    [committed] = streams.log("committed", agent="app-agent-1")
    assert (committed["stream"], committed["files"]) == ("app", ["src/app.py"])


def test_a_commit_outside_the_stream_is_refused_and_names_the_file(
    claude: Claude, model: ModelServer, repo: Repo, streams: Guarded
) -> None:
    (repo.home / "more.sh").write_text("echo more >> README.md\n")
    model.script(
        "MAIN-1",
        [edit(repo.path / "src/app.py", "return 0", "return 1")],
        [bash("sh ~/more.sh; git commit --quiet --all --message 'fix: Too much'")],
        [bash("git commit --quiet --message 'fix: Just enough' -- src/app.py")],
    )

    claude.start("MAIN-1 go", env={"PUCS_STREAM": "app"}).wait()

    _, refused, passed = model.results("MAIN-1")
    assert (refused.is_error, passed.is_error) == (True, False)
    assert "PUCS: this commit is refused; nothing was changed." in refused.text
    assert "README.md: belongs to stream docs, this commit to stream app." in refused.text
    assert "src/app.py:" not in refused.text
    assert subjects(repo) == ["[PUCS-app] fix: Just enough"]
    assert repo.git("show", "--format=", "--name-only", "HEAD") == "src/app.py"


@pytest.mark.parametrize("option", ["", "--no-verify "], ids=["verified", "no-verify"])
def test_a_commit_that_sweeps_up_a_peers_bytes_is_refused_and_names_the_peer(
    claude: Claude, model: ModelServer, repo: Repo, guarded: Guarded, option: str
) -> None:
    (repo.home / "sweep.sh").write_text(f"git add -A && git commit {option}--quiet --message 'Sweep'\n")
    wrote, tried = threading.Event(), threading.Event()
    model.script("MAIN-1", [edit(repo.path / "shared.txt", "two", "TWO")], Turn([say("-")], sets=wrote, after=tried))
    model.script(
        "MAIN-2",
        Turn([edit(repo.path / "src/app.py", "return 0", "return 1")], after=wrote),
        [bash("sh ~/sweep.sh")],
        [bash(f"git commit {option}--quiet --message 'Mine' -- src/app.py")],
        Turn([say("-")], sets=tried),
    )

    first, second = claude.start("MAIN-1 go"), claude.start("MAIN-2 go")
    first.wait()
    second.wait()

    peer, me = agent_of(model, "MAIN-1"), agent_of(model, "MAIN-2")
    edited, swept, passed = model.results("MAIN-2")
    assert (edited.is_error, swept.is_error, passed.is_error) == (False, True, False)
    assert f'shared.txt: holds uncommitted changes of {peer} (task "MAIN-1 go") since' in swept.text
    assert "src/app.py:" not in swept.text
    assert repo.git("log", "--reverse", "--format=%s").split("\n") == ["first", "Mine"]
    assert repo.git("show", "--format=", "--name-only", "HEAD") == "src/app.py"
    assert repo.git("show", "HEAD:shared.txt") == "one\ntwo\nthree"
    assert repo.read("shared.txt") == "one\nTWO\nthree\n"
    [refusal] = guarded.log("refused")
    assert (refusal["agent"], refusal["file"], refusal["holder"]) == (me, "shared.txt", peer)


FAULTS = {
    "Tidy up": "the subject has no type",
    "magic: Tidy up": '"magic" is no type',
    "[PUCS-docs] fix: Tidy up": "the subject names stream docs",
    "[PUCS-nobody] fix: Tidy up": "there is no stream nobody",
}


def test_a_wrong_subject_is_refused_with_what_would_be_right(
    claude: Claude, model: ModelServer, repo: Repo, streams: Guarded
) -> None:
    model.script(
        "MAIN-1",
        [edit(repo.path / "src/app.py", "return 0", "return 1")],
        *([bash(f"git commit --quiet --all --message '{subject}'")] for subject in FAULTS),
        [say("I give up")],
    )

    claude.start("MAIN-1 go", env={"PUCS_STREAM": "app"}).wait()

    for refused, fault in zip(model.results("MAIN-1")[1:], FAULTS.values(), strict=True):
        assert refused.is_error
        assert fault in refused.text
        assert "Write: [PUCS-app] <type>: <description>" in refused.text
    assert subjects(repo) == []
    assert streams.locks() == {"src/app.py": "app-agent-1 parked"}


def test_a_person_is_held_to_no_lock_but_told(claude: Claude, model: ModelServer, repo: Repo, guarded: Guarded) -> None:
    looked = threading.Event()
    model.script("MAIN-1", [edit(repo.path / "shared.txt", "two", "TWO")], Turn([say("-")], after=looked))
    session = claude.start("MAIN-1 go")
    model.wait_for("MAIN-1", turn=1)

    said = repo.git("commit", "--all", "--message", "By hand", errors=True)
    locks = guarded.locks()
    looked.set()
    session.wait()

    assert "PUCS: warning: this commit takes along uncommitted changes of agent-1: shared.txt." in said
    assert repo.git("show", "HEAD:shared.txt") == "one\nTWO\nthree"
    assert locks == {}
