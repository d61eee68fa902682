"""Headless sessions of the real client, each in a network that holds nothing but the scripted model."""

import functools
import shutil
import socket
import subprocess
import sys
import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tests.e2e.model_server import ModelServer
from tests.e2e.session import MARK, ClaudeSession
from tests.e2e.workplace import Repo, clean_environ

LAUNCHER = (sys.executable, "-I", "-S", str(Path(__file__).with_name("loopback.py")))
TOOLS = ("Bash", "Edit", "Write", "Read", "NotebookEdit", "Agent", "Task")
QUIET = {
    "ANTHROPIC_API_KEY": "dummy",
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    "CLAUDE_CODE_MAX_RETRIES": "1",
    "DISABLE_AUTOUPDATER": "1",
    "DISABLE_ERROR_REPORTING": "1",
    "DISABLE_NON_ESSENTIAL_MODEL_CALLS": "1",
    "DISABLE_TELEMETRY": "1",
}
# Where no network of its own can be made, everything but the model goes to a port nobody listens on.
NOWHERE = "http://127.0.0.1:9"
DEAD_END = {
    "HTTP_PROXY": NOWHERE,
    "HTTPS_PROXY": NOWHERE,
    "ALL_PROXY": NOWHERE,
    "NO_PROXY": "127.0.0.1,localhost",
}


class Claude:
    """Starts clients for one test, in its repository and against its model."""

    def __init__(self, binary: Path, model: ModelServer, repo: Repo, scratch: Path) -> None:
        self._binary = binary
        self._model = model
        self._repo = repo
        self._scratch = scratch
        self._sessions: list[ClaudeSession] = []

    def start(
        self,
        prompt: str,
        args: Sequence[str] = (),
        *,
        cwd: Path | None = None,
        home: Path | None = None,
        mode: str = "acceptEdits",
        tools: Sequence[str] = TOOLS,
        env: Mapping[str, str] | None = None,
        chat: bool = False,
        isolated: bool | None = None,
    ) -> ClaudeSession:
        """A session that has just begun; the prompt holds the marker of its script, args go to the client.

        It runs in the repository and its home unless told otherwise. `tools` are allowed without asking. A chat
        takes further prompts, `/clear` among them, and lasts until it is waited for.
        """
        home = home or self._repo.home
        folder = self._scratch / f"session-{len(self._sessions)}"
        folder.mkdir(parents=True)
        token = uuid.uuid4().hex
        environ = {**_environ(home), **(env or {}), MARK: token}
        if mode == "bypassPermissions":
            environ["IS_SANDBOX"] = "1"  # the client refuses this mode to root elsewhere
        command = [str(self._binary), "-p", *(("--input-format", "stream-json") if chat else (prompt,))]
        command += ["--output-format", "stream-json", "--verbose", "--include-hook-events"]
        command += ["--model", "claude-sonnet-5", "--permission-mode", mode, *args]
        if tools:
            command += ["--allowedTools", *tools]
        launch = _Launch(command, cwd or self._repo.path, environ, folder, chat)
        alone = can_isolate() if isolated is None else isolated
        process, listener = _start_isolated(launch) if alone else _start_beside(launch)
        self._model.serve(listener)
        session = ClaudeSession(process, token, folder)
        self._sessions.append(session)
        return session.send(prompt) if chat else session

    def run(self, *arguments: str) -> str:
        """What a command of the client that needs no model prints. It fails where the command does."""
        command = [str(self._binary), *arguments]
        environ = {**_environ(self._repo.home), **DEAD_END}
        done = subprocess.run(command, cwd=self._repo.path, env=environ, check=False, text=True, capture_output=True)
        if done.returncode != 0:
            raise AssertionError(f"{command} exited {done.returncode}: {done.stdout}{done.stderr}")
        return done.stdout

    def close(self) -> None:
        """Ends every session and all they started."""
        for session in self._sessions:
            session.close()


@functools.cache
def can_isolate() -> bool:
    """Says whether this machine lets us make a network of our own."""
    if not sys.platform.startswith("linux"):
        return False
    ours, theirs = socket.socketpair()
    with ours, theirs:
        command = [*LAUNCHER, str(theirs.fileno()), shutil.which("true") or "true"]
        done = subprocess.run(command, check=False, pass_fds=[theirs.fileno()], capture_output=True)
    return done.returncode == 0


class _Launch(NamedTuple):
    """A client to start, and the folder for what it prints."""

    command: list[str]
    cwd: Path
    environ: dict[str, str]
    folder: Path
    chat: bool

    def start(self, pass_fds: Sequence[int] = ()) -> "subprocess.Popen[bytes]":
        with open(self.folder / "stdout", "wb") as stdout, open(self.folder / "stderr", "wb") as stderr:
            return subprocess.Popen(
                self.command,
                cwd=self.cwd,
                env=self.environ,
                stdin=subprocess.PIPE if self.chat else subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                pass_fds=pass_fds,
                start_new_session=True,
            )


_Started = tuple["subprocess.Popen[bytes]", socket.socket]


def _start_isolated(launch: _Launch) -> _Started:
    """The client alone in a new network, and the socket it will call there."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        command = [*LAUNCHER, str(theirs.fileno()), *launch.command]
        process = launch._replace(command=command).start([theirs.fileno()])
        theirs.close()
        _, descriptors, _, _ = socket.recv_fds(ours, 1, 1)
    if not descriptors:
        process.wait()
        raise AssertionError(f"no network for the client: {(launch.folder / 'stderr').read_text()}")
    return process, socket.socket(fileno=descriptors[0])


def _start_beside(launch: _Launch) -> _Started:
    """The client in our own network, with every way out but the model's closed by its environment."""
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    environ = {**launch.environ, **DEAD_END, "ANTHROPIC_BASE_URL": url}
    return launch._replace(environ=environ).start(), listener


def _environ(home: Path) -> dict[str, str]:
    scratch = home / "tmp"
    scratch.mkdir(parents=True, exist_ok=True)
    config = {"CLAUDE_CONFIG_DIR": str(home / ".claude"), "CLAUDE_CODE_TMPDIR": str(scratch)}
    return {**clean_environ(home), **QUIET, **config}
