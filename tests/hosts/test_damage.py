"""Held stays held, through the real hook scripts, whatever happens to the files of the state."""

import json
import os
import subprocess
import sys

import pytest

from pucs.installation import MARKER
from tests.state.test_damage import DAMAGES
from tests.support import ROOT, Repo, open_to_nobody


@pytest.fixture
def held(client, guarded: Repo):
    """a.py is held by agent-1, alive, with dirty bytes."""
    anna = client()
    anna.write("a.py", "anna\n")
    return anna


KINDS = ["missing", "emptied", "truncated", "garbage", "zeros", "trees-a-number"]


def damaged(repo: Repo, kind: str, *folders: str) -> None:
    for folder in folders:
        for file in (repo.state / folder / "path").iterdir():
            DAMAGES[kind](file)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("folder", ["records", "mirror"])
def test_one_damaged_file_changes_nothing(client, guarded: Repo, held, kind, folder) -> None:
    damaged(guarded, kind, folder)
    assert "is being changed by agent-1" in client().pre("Edit", "a.py").reason
    assert held.edit("a.py", "anna", "anna again").silent


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"missing"}))
def test_both_damaged_counts_as_held_until_repaired(client, guarded: Repo, held, kind) -> None:
    damaged(guarded, kind, "records", "mirror")
    for _ in range(2):
        reason = client().pre("Edit", "a.py").reason
        assert "damaged, so it counts as held" in reason
        assert "doctor --repair" in reason
    assert held.pre("Edit", "a.py").denied, "nobody can tell that it was hers"
    assert client().write("b.py", "other files are not concerned\n").silent
    held.stop()
    held.end()
    guarded.store.repair()
    assert client().pre("Edit", "a.py").silent


def test_a_damaged_path_of_an_open_call_stops_no_other_edit(client, guarded: Repo) -> None:
    anna = client()
    anna.pre("Edit", "a.py")
    damaged(guarded, "garbage", "records", "mirror")
    second = anna.pre("Edit", "b.py")
    assert not second.message, "never let through unguarded"
    assert second.silent or second.denied


@pytest.mark.parametrize("kind", ["missing", "emptied", "garbage"])
def test_agents_sessions_and_clients_damaged(client, guarded: Repo, held, kind) -> None:
    for folder in ("agent", "session", "client"):
        for file in (guarded.state).glob(f"*/{folder}/*"):
            DAMAGES[kind](file)
    assert "agent-1" in client().pre("Edit", "a.py").reason


def test_everything_but_paths_missing(client, guarded: Repo, held) -> None:
    for name in ("agent", "session", "client", "mutex", "state", "spool"):
        subprocess.run(["rm", "-rf", *(str(one) for one in guarded.state.glob(f"**/{name}"))], check=True)
    assert "agent-1" in client().pre("Edit", "a.py").reason


def test_git_clean_and_stash_leave_it_alone(client, guarded: Repo, held) -> None:
    guarded.write("untracked.txt", "x")
    guarded.git("clean", "-fdxq")
    assert "agent-1" in client().pre("Edit", "a.py").reason
    guarded.write("untracked.txt", "x")
    guarded.git("stash", "-aq")
    assert guarded.read("a.py") == "a = 1\n"
    assert client().write("b.py", "free\n").silent
    guarded.git("checkout", "-q", "--", "b.py")
    guarded.git("stash", "pop", "-q")
    assert "agent-1" in client().pre("Edit", "a.py").reason
    assert guarded.state.is_dir()


def test_a_deleted_state_is_made_anew_and_guards_again(client, guarded: Repo, held) -> None:
    guarded.lose_state()
    assert client().write("b.py", "ben\n").silent
    assert "is being changed by agent-1" in client().pre("Edit", "b.py").reason
    held.write("a.py", "anna goes on\n")
    assert client().pre("Edit", "a.py").denied


@pytest.mark.parametrize(
    "content", [b"", b"garbage", b"{}", b"[]", b'{"policy": 7}', b'{"version": 1, "policy": {"streams": 5}}']
)
def test_a_damaged_marker_does_not_switch_the_guard_off(client, guarded: Repo, held, content) -> None:
    (guarded.common / MARKER).write_bytes(content)
    assert "agent-1" in client().pre("Edit", "a.py").reason
    (guarded.state / "installed-copy.json").unlink()
    assert "agent-1" in client().pre("Edit", "a.py").reason


def test_a_newer_marker_denies_and_says_what_to_do(client, guarded: Repo) -> None:
    (guarded.common / MARKER).write_text('{"version": 2}')
    reason = client().pre("Edit", "a.py").reason
    assert "newer PUCS" in reason
    assert "upgrade" in reason


def test_a_newer_record_denies_and_is_left_alone(client, guarded: Repo, held) -> None:
    for file in guarded.state.glob("*/path/*"):
        file.write_text(file.read_text().replace('"version": 1', '"version": 2'))
    reason = client().pre("Edit", "a.py").reason
    assert "newer PUCS" in reason
    assert client().write("b.py", "x\n").silent


def test_a_state_that_cannot_be_made_denies(client, guarded: Repo) -> None:
    guarded.lose_state()
    guarded.state.write_text("a file where the folder should be")
    reply = client().pre("Edit", "a.py")
    assert "nothing was granted" in reply.reason
    assert len(reply.reason) <= 600


def test_a_log_that_cannot_be_written_stops_nobody(client, guarded: Repo) -> None:
    log = guarded.state / "state/agent_activity.jsonl"
    log.unlink(missing_ok=True)
    log.mkdir(parents=True)
    anna = client()
    assert anna.write("a.py", "anna\n").silent
    assert client().pre("Edit", "a.py").denied


AS_NOBODY = """
import json, os, sys
sys.path.insert(0, sys.argv[1])
import pucs.hosts.claude_code as host, pucs.hosts.failing, pucs.client.sessions, pucs.client.words, pucs.client.landing
import pucs.edit_end, pucs.notices, pucs.wording, pucs.client.publishing, pucs.client.refreshing, select, _signal, time, unicodedata
os.setgroups([]); os.setgid(65534); os.setuid(65534)  # now: the nobody need not be able to read this interpreter
event = json.loads(sys.argv[2])
for path in sys.argv[3:]:
    event["tool_input"]["file_path"] = path
    event["tool_use_id"] += "x"
    print(json.dumps(host.HANDLERS["PreToolUse"](event)))
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become the user nobody; others meet modes as they are")
@pytest.mark.parametrize("target", ["mutex", "records", "**/*", "."])
def test_read_only(client, guarded: Repo, held, target) -> None:
    state = guarded.state
    open_to_nobody(guarded.root)
    for path in [state, *state.glob("**/*")] if target == "." else state.glob(target):
        os.chmod(path, 0o500 if path.is_dir() else 0o400)
    event = json.dumps(
        {"session_id": "n", "cwd": str(guarded.root), "tool_name": "Edit", "tool_use_id": "c", "tool_input": {}}
    )
    command = [
        sys.executable,
        "-I",
        "-S",
        "-c",
        AS_NOBODY,
        str(ROOT),
        event,
        str(guarded.root / "a.py"),
        str(guarded.root / "b.py"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.splitlines()
    assert "agent-1" in first, (first, second, done.stderr)
    assert second == "null" or "nothing was granted" in second
    if target in ("mutex", "records", "."):
        assert "nothing was granted" in second
