"""Where a benchmark works: a repository of its own that `pucs init` guards, and the hooks as installed."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.support import ENTRY, ROOT, Repo

if TYPE_CHECKING:
    from collections.abc import Iterator

SCRIPTS = {
    "PreToolUse": "pre_tool_use",
    "PostToolUse": "post_tool_use",
    "PostToolUseFailure": "post_tool_use_failure",
    "PostToolBatch": "post_tool_batch",
    "SessionStart": "session_start",
    "SessionEnd": "session_end",
    "Stop": "stop",
    "SubagentStart": "subagent_start",
    "SubagentStop": "subagent_stop",
}


WHOLE_FILES = "locks: {partition: 'off', wait_seconds: 0}\n"
"""The configuration under which one agent at a time has a file: what judges assume that know no lines."""


@contextmanager
def folder() -> Iterator[Path]:
    """A temporary folder on the file system that the machine's temporary files live on."""
    path = Path(tempfile.mkdtemp(prefix="pucs-benchmark-"))
    try:
        yield path
    finally:
        # A background publisher may still be writing: what it makes now is nobody's.
        shutil.rmtree(path, ignore_errors=True)


def guarded(where: Path, config: str = "", name: str = "repo") -> Repo:
    """A new repository under guard: hooks of client and git installed by `pucs init`, with that configuration."""
    repo = Repo.create(where, name)
    if config:
        repo.write("pucs_config.yaml", config)
        repo.commit("Configure")
    pucs(repo, "init")
    repo.commit("Guard")
    return repo


def pucs(repo: Repo, *arguments: str) -> str:
    """What a `pucs` command prints."""
    command = [
        sys.executable,
        "-c",
        "import sys,pucs.cli as c;c.FAMILIES=('installing',);sys.exit(c.main(sys.argv[1:]))",
        *arguments,
    ]
    env = {**repo.env, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=repo.root, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"pucs {' '.join(arguments)} exited {done.returncode}: {done.stderr}")
    return done.stdout


def hook_commands(repo: Repo) -> dict[str, list[str]]:
    """The command of each hook event, as the client would run it."""
    commands = {
        event: [sys.executable, "-I", "-S", "-c", ENTRY, str(ROOT), str(ROOT / "hooks" / f"{script}.py")]
        for event, script in SCRIPTS.items()
    }
    settings = repo.root / ".claude" / "settings.local.json"
    if settings.exists():
        commands.update(_installed(json.loads(settings.read_text())))
    return commands


def _installed(settings: dict[str, Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for event, groups in settings.get("hooks", {}).items():
        for group in groups:
            for hook in group["hooks"]:
                if hook["type"] == "command" and "args" in hook:
                    found[event] = [hook["command"], *hook["args"]]
    return found
