"""Proving both gates in a scratch worktree: what is installed is run as a client and git run it, and must refuse."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from contextlib import closing, contextmanager

from pucs.agents import client_key
from pucs.client.opening import is_off
from pucs.git import locate
from pucs.git.run import git
from pucs.git.worktrees import environment, hooks_folder
from pucs.install import claude_settings
from pucs.record import Record
from pucs.state import contents, processes
from pucs.view import Change

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from pucs.client.opening import Repository
    from pucs.view import View

_PATIENCE = 60.0


class Proof(Record):
    """Whether a gate did what it must: True, False, or None where that could not be tried, with what happened."""

    gate: str
    proven: bool | None
    said: str


class Bench(Record):
    """What a proof works with: the repository, its home, the settings files, and the folders of its hooks."""

    repository: Repository
    home: str
    settings: tuple[str, ...]
    hooks: tuple[str, ...]


def prove(bench: Bench) -> list[Proof]:
    """Both proofs, one after the other; the worktree, the agents and their records are gone afterwards."""
    reason = _hindrance(bench)
    if reason:
        return [Proof("edit gate", None, reason), Proof("commit gate", None, reason)]
    with (
        _scratch(bench.home) as tree,
        closing(_Actor(bench, tree, 1)) as first,
        closing(_Actor(bench, tree, 2)) as second,
    ):
        path = os.path.join(tree, f"pucs-doctor-{secrets.token_hex(4)}.txt")
        try:
            return [_edit_gate(first, second, path), _commit_gate(second, path)]
        finally:
            _clean(bench.repository, (first, second), os.path.basename(path))


class _Actor:
    """An agent of the proof: a process that stands for its client, and the hooks it runs."""

    def __init__(self, bench: Bench, tree: str, number: int) -> None:
        self.bench = bench
        self.tree = tree
        self.id = f"doctor-{number}-{secrets.token_hex(3)}"
        self.session = f"pucs-{self.id}"
        # It ends when its standard input does, at the latest with this process.
        command = [sys.executable, "-I", "-S", "-c", "import sys;sys.stdin.read()"]
        self.client = subprocess.Popen(command, stdin=subprocess.PIPE)

    def close(self) -> None:
        """Ends the process."""
        self.client.kill()
        self.client.wait()
        if self.client.stdin is not None:
            self.client.stdin.close()

    def environment(self) -> dict[str, str]:
        """What the client gives its hooks and its shell."""
        mine = {
            "CLAUDECODE": "1",
            "CLAUDE_CODE_SESSION_ID": self.session,
            "CLAUDE_PID": str(self.client.pid),
            "CLAUDE_PROJECT_DIR": self.bench.home,
            "PUCS_AGENT_ID": self.id,
        }
        kept = {key: value for key, value in environment().items() if not key.startswith(("CLAUDE", "PUCS_"))}
        return {**kept, **mine}

    def objects(self) -> str:
        """The object folder of the repository."""
        return os.path.join(self.bench.repository.tree.common, "objects")

    def hook(self, event: str, path: str, text: str) -> str:
        """What the installed hook of that event says to a Write; raises OSError or a timeout where it cannot run."""
        data = {
            "session_id": self.session,
            "transcript_path": os.devnull,
            "cwd": self.tree,
            "hook_event_name": event,
            "tool_name": "Write",
            "tool_use_id": f"toolu_{self.id}",
            "tool_input": {"file_path": path, "content": text},
            **({"tool_response": {}} if event == "PostToolUse" else {}),
        }
        done = subprocess.run(
            _command(self.bench, event),
            input=json.dumps(data).encode(),
            cwd=self.tree,
            env=self.environment(),
            capture_output=True,
            check=False,
            timeout=_PATIENCE,
        )
        if done.returncode != 0:
            words = done.stderr.decode("utf-8", "replace").strip().splitlines()
            raise OSError(f"{event} exited {done.returncode}: {words[-1] if words else 'no words'}")
        return done.stdout.decode("utf-8", "replace")


def _hindrance(bench: Bench) -> str:
    if is_off(bench.repository.store.read()):
        return "PUCS is switched off; run: pucs on"
    if bench.repository.policy.guard.mode == "observe":
        return "guard.mode is observe, so nothing is ever refused"
    tree = locate.tree_at(bench.home)
    if (
        tree is None
        or git(["rev-parse", "-q", "--verify", "HEAD"], cwd=bench.home, env=environment(), check=False).status
    ):
        return "there is no commit yet to make a scratch worktree of"
    return ""


@contextmanager
def _scratch(home: str) -> Iterator[str]:
    """A linked worktree without files, whose index says that nothing changed."""
    folder = os.path.realpath(tempfile.mkdtemp(prefix="pucs-doctor-"))
    tree = os.path.join(folder, "tree")
    try:
        git(["worktree", "add", "-q", "--no-checkout", "--detach", tree], cwd=home, env=environment())
        git(["read-tree", "HEAD"], cwd=tree, env=environment())
        yield tree
    finally:
        git(["worktree", "remove", "--force", tree], cwd=home, env=environment(), check=False)
        shutil.rmtree(folder, ignore_errors=True)
        git(["worktree", "prune"], cwd=home, env=environment(), check=False)


def _edit_gate(first: _Actor, second: _Actor, path: str) -> Proof:
    gate = "edit gate"
    try:
        said = first.hook("PreToolUse", path, "first\n")
        if _denial(said):
            return Proof(gate, False, f"the first agent's edit of a free file was denied: {_denial(said)}")
        with open(path, "w", encoding="utf-8") as file:
            file.write("first\n")
        first.hook("PostToolUse", path, "first\n")
        said = second.hook("PreToolUse", path, "second\n")
    except (OSError, subprocess.TimeoutExpired, LookupError) as error:
        return Proof(gate, False, str(error))
    if not _denial(said):
        return Proof(gate, False, f"the second agent was let into the first one's file (it said {said[:200]!r})")
    return Proof(gate, True, "one agent was let in, and a second one kept out of what the first had changed")


def _commit_gate(second: _Actor, path: str) -> Proof:
    gate = "commit gate"
    name = os.path.basename(path)
    if not os.path.exists(path):
        return Proof(gate, None, "there was no changed file to commit, since the edit gate failed")
    # Objects of the proof go into its own folder, not into the repository.
    objects = {"GIT_OBJECT_DIRECTORY": f"{second.tree}.objects", "GIT_ALTERNATE_OBJECT_DIRECTORIES": second.objects()}
    os.mkdir(objects["GIT_OBJECT_DIRECTORY"])
    env = {**second.environment(), **objects}
    git(["add", "--force", "--", name], cwd=second.tree, env=env)
    options = ["-c", "user.name=pucs doctor", "-c", "user.email=doctor@example.invalid", "-c", "commit.gpgSign=false"]
    note = ""
    there, here = hooks_folder(second.tree), hooks_folder(second.bench.home)
    if second.bench.hooks and there not in second.bench.hooks and there != here:
        # A relative core.hooksPath leads nowhere in a tree that has no files.
        options += ["-c", f"core.hooksPath={here}"]
        note = "; core.hooksPath is relative, so a new worktree has hooks only after `pucs init` or a session in it"
    output = git([*options, "commit", "-m", "pucs doctor: this must be refused"], cwd=second.tree, env=env, check=False)
    said = (output.stdout + output.stderr).decode("utf-8", "replace")
    if output.status == 0:
        return Proof(gate, False, "git let the second agent commit what the first had not committed" + note)
    if name not in said:
        return Proof(gate, False, f"the commit failed for another reason: {said.strip()[:300]}")
    return Proof(gate, True, "git refused the second agent's commit of what the first had changed" + note)


def _denial(said: str) -> str:
    try:
        output: Mapping[str, Any] = json.loads(said)["hookSpecificOutput"]
    except (ValueError, KeyError, TypeError):
        return ""
    return str(output.get("permissionDecisionReason", "")) if output.get("permissionDecision") == "deny" else ""


def _command(bench: Bench, event: str) -> list[str]:
    """The command of the installed hook. Raises LookupError where none is installed."""
    for path in bench.settings:
        data = contents.look(path)[1]
        for entry in claude_settings.entries(data) if data is not None else ():
            if entry.event == event:
                words = [str(entry.hook["command"]), *(str(word) for word in entry.hook["args"])]
                return [word.replace("${CLAUDE_PROJECT_DIR}", bench.home) for word in words]
    raise LookupError(f"no {event} hook of PUCS is in the settings")


def _clean(repository: Repository, actors: tuple[_Actor, ...], name: str) -> None:
    """Takes the proof's own records out of the state again; its lines in the log stay."""
    clients = [processes.identify(actor.client.pid) for actor in actors]

    def rule(view: View) -> Change:
        keys = ["path/" + name]
        for tree in view.path(name).trees.values():
            keys += ["ticket/" + waiter.ticket for waiter in tree.waiters]
        for actor in actors:
            keys += ["agent/" + actor.id, "inbox/" + actor.id, "session/" + actor.session]
        keys += [client_key(client) for client in clients if client is not None]
        return Change(None, dict.fromkeys(keys))

    repository.store.transact(rule)
