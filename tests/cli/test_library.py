"""`PUCSClient`, as the proposal's section 10 uses it, in processes of their own."""

import subprocess
import sys

import pytest

from pucs import PUCSClient
from pucs.errors import Refusal, UsageError
from tests.support import ROOT, Repo


def python(repo: Repo, code: str) -> str:
    """What a program prints that uses the library in the repository."""
    done = subprocess.run(
        [sys.executable, "-c", f"from pucs import PUCSClient\n{code}"],
        cwd=repo.root,
        env={**repo.env, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_proposals_example(guarded: Repo) -> None:
    said = python(
        guarded,
        'pucs = PUCSClient(agent_id="exec-agent-1", stream="execution")\n'
        'locks = pucs.acquire_locks(["a.py", "b.py"])\n'
        "print([lock.agent for lock in locks])\n"
        'pucs.log_change(action="Modified a.py", files=["a.py"], details={"lines_added": 120})\n'
        "print(pucs.release_locks())\n",
    )
    assert said == "['exec-agent-1', 'exec-agent-1']\n('a.py', 'b.py')\n"
    [entry] = guarded.events("Modified a.py")
    assert (entry["agent"], entry["stream"]) == ("exec-agent-1", "execution")
    assert (entry["files"], entry["lines_added"]) == (["a.py"], 120)


def test_its_locks_keep_agents_out_while_it_lives(client, guarded: Repo) -> None:
    with PUCSClient("tool", path=str(guarded.root)) as tool:
        tool.acquire_locks("a.py", task="Generate")
        assert 'a.py is locked by tool (task "Generate")' in client().pre("Edit", "a.py").reason
    assert client().pre("Edit", "a.py").silent


def test_the_end_of_its_process_ends_its_locks(client, guarded: Repo) -> None:
    python(guarded, 'PUCSClient("tool").acquire_locks(["a.py"])')
    assert client().pre("Edit", "a.py").silent


def test_all_or_none_with_the_words_of_a_denial(client, guarded: Repo) -> None:
    client().write("a.py", "anna\n")
    tool = PUCSClient("tool", path=str(guarded.root))
    with pytest.raises(Refusal, match=r"a\.py is being changed by agent-1"):
        tool.acquire_locks(["b.py", "a.py"])
    assert client().pre("Edit", "b.py").silent


def test_where_nobody_guards_or_nobody_is_named(repo: Repo) -> None:
    with pytest.raises(UsageError, match="does not guard"):
        PUCSClient("tool", path=str(repo.root))
    repo.guard()
    with pytest.raises(UsageError, match="no agent is known"):
        PUCSClient(path=str(repo.root))
