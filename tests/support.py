"""What tests share: real repositories, and agents that work through the real hook scripts in processes of their own.

repo = Repo.create(tmp_path)             # or the fixtures `repo`, `guarded`
repo.guard(policy(streams={"db": "db/**"}))
anna = Client(repo)                      # or the fixture `client`, which buries its clients
anna.write("a.py", "x = 1\\n")           # PreToolUse, the write, PostToolUse
assert Client(repo).pre("Edit", "a.py").denied
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from pucs import policy as policies
from pucs.config.compiling import compile_critical_path, compile_pattern
from pucs.install.locations import libraries
from pucs.installation import Installation
from pucs.policy import CriticalRule, GuardPolicy, LockPolicy, Policy, StreamRule
from pucs.state.files import FileStore
from pucs.state.opening import open_store, write_marker

ROOT = Path(__file__).resolve().parent.parent
ENTRY = "import sys;sys.path.append(sys.argv[1]);exec(open(sys.argv[2]).read())"
"""How an installed hook runs its script: a script that is not there exits 1 and so never blocks."""

_numbers = count(1)


def policy(
    streams: dict[str, str] | None = None,
    critical: dict[str, float] | None = None,
    locks: dict[str, Any] | None = None,
    guard: dict[str, Any] | None = None,
    policies: dict[str, tuple[str, str]] | None = None,
) -> Policy:
    """A policy from patterns as people write them: `streams` name -> pattern, `critical` path -> longest lock.

    `policies` are pattern -> word and command.
    """
    return Policy(
        streams=tuple(StreamRule(name, (compile_pattern(text),)) for name, text in (streams or {}).items()),
        critical_files=tuple(
            CriticalRule(compile_critical_path(path), path, longest) for path, longest in (critical or {}).items()
        ),
        locks=LockPolicy(**(locks or {})),
        # A machine may be busy: what the tests want to see is what is found, not how soon.
        guard=GuardPolicy(**{"scan_seconds": 8, **(guard or {})}),
        policies=tuple((compile_pattern(text), *said) for text, said in (policies or {}).items()),
    )


def environment(home: Path) -> dict[str, str]:
    """An environment that holds nothing of the caller's: own home, own git configuration, no agent, no client."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "GIT_CONFIG_GLOBAL": str(home / ".gitconfig"),
        "GIT_CONFIG_SYSTEM": os.devnull,
        "LC_ALL": "C.UTF-8",
    }


def open_to_nobody(folder: Path) -> None:
    """Gives the folder to the user nobody, and lets every other user pass through the folders above it."""
    for above in folder.parents:
        if not above.stat().st_mode & 0o001:
            above.chmod(above.stat().st_mode | 0o055)
    subprocess.run(["chown", "-R", "65534:65534", str(folder)], check=True)


class Repo:
    """A real repository (or a linked worktree of one) with an environment of its own."""

    def __init__(self, root: Path, env: dict[str, str]) -> None:
        self.root = root
        self.env = env

    @classmethod
    def create(cls, folder: Path, name: str = "repo") -> Repo:
        """A new repository `folder/name` with one commit: a.py, b.py and docs/x.md."""
        home = folder / "home"
        home.mkdir(exist_ok=True)
        (home / ".gitconfig").write_text(
            "[user]\n\tname = Person\n\temail = person@example.com\n[init]\n\tdefaultBranch = main\n"
            '[protocol "file"]\n\tallow = always\n[gc]\n\tauto = 0\n'
        )
        repo = cls(folder / name, environment(home))
        repo.root.mkdir(parents=True)
        repo.git("init", "-q")
        repo.write("a.py", "a = 1\n")
        repo.write("b.py", "b = 1\n")
        repo.write("docs/x.md", "x\n")
        repo.commit("Begin")
        return repo

    def git(self, *arguments: str, check: bool = True, **env: str) -> str:
        """What git prints, without the last newline. `env` adds to the environment."""
        done = subprocess.run(
            ["git", *arguments], cwd=self.root, env={**self.env, **env}, capture_output=True, text=True, check=False
        )
        if check and done.returncode:
            raise AssertionError(f"git {' '.join(arguments)} exited {done.returncode}: {done.stderr}")
        return done.stdout.removesuffix("\n")

    def write(self, path: str, content: str | bytes) -> Path:
        """Writes a file as a person would: no hook sees it."""
        full = self.root / path
        full.parent.mkdir(parents=True, exist_ok=True)
        full.write_bytes(content.encode() if isinstance(content, str) else content)
        return full

    def read(self, path: str) -> str:
        """The content of a file."""
        return (self.root / path).read_bytes().decode()

    def commit(self, subject: str = "Change", *paths: str) -> str:
        """Commits the paths (default: everything) without any hook; gives the commit id."""
        self.git("add", "-A", "--", *(paths or (".",)))
        self.git("commit", "-q", "--no-verify", "--allow-empty", "-m", subject)
        return self.git("rev-parse", "HEAD")

    def worktree(self, name: str, branch: str = "", at: Path | None = None) -> Repo:
        """A linked worktree on a new branch, beside the repository unless `at` says where."""
        folder = at or self.root.parent / name
        self.git("worktree", "add", "-q", "-b", branch or name, str(folder))
        return Repo(folder, self.env)

    def guard(self, rules: Policy | None = None, **installation: Any) -> Repo:
        """Says that PUCS guards this repository, under that policy; installs no hooks. Gives itself."""
        encoded = policies.encode(rules or policy())
        stands = {"python": sys.executable, "root": str(ROOT), "libraries": libraries(), **installation}
        value = Installation(policy=encoded, **stands)
        write_marker(str(self.common), value)
        return self

    @property
    def common(self) -> Path:
        """The common git directory."""
        return Path(os.path.realpath(self.root / self.git("rev-parse", "--git-common-dir")))

    @property
    def state(self) -> Path:
        """The folder of the state."""
        return self.common / "pucs"

    def lose_state(self) -> None:
        """Somebody deletes it at once, whoever writes there in the background just now."""
        self.state.rename(self.root.parent / f"lost-{time.monotonic_ns()}")

    @property
    def store(self) -> FileStore:
        """The store, opened anew."""
        return open_store(str(self.common))

    def events(self, action: str = "") -> list[dict[str, Any]]:
        """The activity log, or its entries of one action."""
        return [entry for entry in self.store.events() if action in ("", entry["action"])]


class Reply(NamedTuple):
    """What one hook call answered."""

    status: int
    stdout: str
    stderr: str

    @property
    def output(self) -> dict[str, Any]:
        """The JSON object it printed; {} for silence."""
        if not self.stdout:
            return {}
        value = json.loads(self.stdout)
        assert isinstance(value, dict), value
        return value

    @property
    def silent(self) -> bool:
        """Whether nothing was said at all and the call goes its way."""
        return (self.status, self.stdout, self.stderr) == (0, "", "")

    @property
    def reason(self) -> str:
        """Why the call was denied; "" where it was not."""
        answer = self.output.get("hookSpecificOutput", {})
        return str(answer["permissionDecisionReason"]) if answer.get("permissionDecision") == "deny" else ""

    @property
    def denied(self) -> bool:
        """Whether the call was denied."""
        return bool(self.reason)

    @property
    def context(self) -> str:
        """What the agent is told beside the call."""
        return str(self.output.get("hookSpecificOutput", {}).get("additionalContext", ""))

    @property
    def message(self) -> str:
        """What the person is told."""
        return str(self.output.get("systemMessage", ""))


def run_hook(
    script: str, event: bytes | dict[str, Any], env: dict[str, str], cwd: Path, options: tuple[str, ...] = ()
) -> Reply:
    """Runs one hook script as an installation does. `options` go to the interpreter."""
    command = [sys.executable, "-I", "-S", *options, "-c", ENTRY, str(ROOT), str(ROOT / "hooks" / f"{script}.py")]
    data = event if isinstance(event, bytes) else json.dumps(event).encode()
    done = subprocess.run(command, input=data, cwd=cwd, env=env, capture_output=True, check=False, timeout=60)
    return Reply(done.returncode, done.stdout.decode(), done.stderr.decode())


class Client:
    """One host session of Claude Code, played: a real process stands for the client, real scripts for its hooks."""

    def __init__(
        self, repo: Repo, cwd: str = ".", *, session: str = "", process: Client | None = None, **env: str
    ) -> None:
        self.repo = repo
        self.cwd = repo.root / cwd
        self.session = session or f"session-{os.getpid()}-{next(_numbers)}"
        self.agent = ""
        self._env = env
        # The sleeper ends by itself even if the test run is killed.
        self.process: subprocess.Popen[bytes] = (
            process.process if process else subprocess.Popen(["sleep", "600"], start_new_session=True)
        )
        self._open: list[dict[str, Any]] = []

    def hook(self, script: str, event: str, **fields: Any) -> Reply:
        """Runs one hook with the fields that every event has, and these."""
        data = {
            "session_id": self.session,
            "transcript_path": "/dev/null",
            "cwd": str(self.cwd),
            "permission_mode": "acceptEdits",
            "hook_event_name": event,
            **({"agent_id": self.agent, "agent_type": "general-purpose"} if self.agent else {}),
            **fields,
        }
        env = {**self.repo.env, "CLAUDE_PID": str(self.process.pid), **self._env}
        return run_hook(script, data, env, self.cwd)

    def start(self, source: str = "startup") -> Reply:
        """SessionStart, or SubagentStart for a subagent."""
        if self.agent:
            return self.hook("subagent_start", "SubagentStart")
        return self.hook("session_start", "SessionStart", source=source)

    def pre(self, tool: str, path: str | None = None, /, call: str = "", **values: Any) -> Reply:
        """PreToolUse; the call stays open until `post`, `fail` or `batch`."""
        fields = {
            "tool_name": tool,
            "tool_use_id": call or f"toolu_{next(_numbers)}",
            "tool_input": self._input(tool, path, values),
        }
        self._open.append(fields)
        return self.hook("pre_tool_use", "PreToolUse", **fields)

    def post(self, **response: Any) -> Reply:
        """PostToolUse of the call opened last."""
        return self.hook("post_tool_use", "PostToolUse", **self._open.pop(), tool_response=response)

    def fail(self, error: str = "it failed") -> Reply:
        """PostToolUseFailure of the call opened last."""
        return self.hook("post_tool_use_failure", "PostToolUseFailure", **self._open.pop(), error=error)

    def batch(self, response: str = "ok", *calls: dict[str, Any]) -> Reply:
        """PostToolBatch with all calls opened and not closed so far, each answered with `response`, and these."""
        listed = [{**call, "tool_response": response} for call in self._open]
        self._open.clear()
        return self.hook("post_tool_batch", "PostToolBatch", tool_calls=[*listed, *calls])

    def look(self, path: str) -> Reply:
        """Reads a file, as the PostToolBatch after it tells."""
        call = {
            "tool_name": "Read",
            "tool_use_id": f"toolu_{next(_numbers)}",
            "tool_input": {"file_path": self._full(path)},
        }
        return self.batch("1\tread", call)

    def write(self, path: str, content: str) -> Reply:
        """A Write from beginning to end; the reply of PreToolUse, and nothing written, if that denied it."""
        return self._change("Write", path, content, content=content)

    def edit(self, path: str, old: str, new: str) -> Reply:
        """An Edit from beginning to end, likewise; in a test file `old` must be there."""
        full = Path(self._full(path))
        text = full.read_bytes().decode() if full.exists() else ""
        assert old in text, f"{old!r} is not in {path}"
        return self._change("Edit", path, text.replace(old, new, 1), old_string=old, new_string=new, replace_all=False)

    def run(self, command: str, *, meanwhile: Callable[[], object] = lambda: None, **values: Any) -> Reply:
        """A Bash call from beginning to end, really executed; the reply of PreToolUse if that denied it.

        `meanwhile` is called when the command is over and nobody knows it yet.
        """
        reply = self.pre("Bash", command=command, **values)
        if reply.denied:
            self._open.pop()
            return reply
        done = subprocess.run(["bash", "-c", command], cwd=self.cwd, env=self.repo.env, check=False, timeout=60)
        meanwhile()
        after = self.fail(f"Exit code {done.returncode}") if done.returncode else self.post()
        assert after.status == 0, after
        return Reply(reply.status, reply.stdout + after.stdout, reply.stderr + after.stderr)

    def stop(self) -> Reply:
        """Stop, the end of a turn; SubagentStop for a subagent."""
        if self.agent:
            return self.hook("subagent_stop", "SubagentStop", stop_hook_active=False)
        return self.hook("stop", "Stop", stop_hook_active=False)

    def end(self, reason: str = "other") -> Reply:
        """SessionEnd."""
        return self.hook("session_end", "SessionEnd", reason=reason)

    def subagent(self, identifier: str) -> Client:
        """A subagent of this session, as the host numbers them."""
        child = Client(self.repo, session=self.session, process=self, **self._env)
        child.cwd, child.agent = self.cwd, identifier
        return child

    def again(self, session: str = "") -> Client:
        """The same client process with another host session, as after `/clear`."""
        other = Client(self.repo, session=session, process=self, **self._env)
        other.cwd = self.cwd
        return other

    def kill(self, *, reap: bool = True) -> None:
        """SIGKILL to the client; without `reap` it stays a zombie."""
        self.process.send_signal(signal.SIGKILL)
        if reap:
            self.process.wait()
        else:
            os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOWAIT)

    def close(self) -> None:
        """Ends the client process if the test did not."""
        self.process.kill()
        self.process.wait()

    def _change(self, tool: str, path: str, text: str, **values: Any) -> Reply:
        reply = self.pre(tool, path, **values)
        if reply.denied:
            self._open.pop()
            return reply
        full = Path(self._full(path))
        full.parent.mkdir(parents=True, exist_ok=True)
        full.write_bytes(text.encode())
        after = self.post()
        assert after.status == 0, after
        return Reply(reply.status, reply.stdout + after.stdout, reply.stderr + after.stderr)

    def _input(self, tool: str, path: str | None, values: dict[str, Any]) -> dict[str, Any]:
        if path is None:
            return values
        defaults: dict[str, Any] = {}
        if tool == "Edit":
            defaults = {"old_string": "old", "new_string": "new", "replace_all": False}
        elif tool == "Write":
            defaults = {"content": "new\n"}
        return {"notebook_path" if tool == "NotebookEdit" else "file_path": self._full(path), **defaults, **values}

    def _full(self, path: str) -> str:
        return path if os.path.isabs(path) else os.path.join(self.cwd, path)
