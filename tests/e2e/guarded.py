"""A repository guarded by `pucs init` as a person runs it, and what PUCS says of it afterwards."""

import json
import re
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pucs.install.locations import runner
from tests.e2e.model_server import ModelServer
from tests.e2e.session import ClaudeSession
from tests.e2e.workplace import Repo


class Guarded:
    """A guarded repository; `run` is the command line of the `pucs` that guards it, this checkout's by default."""

    def __init__(self, repo: Repo, run: Sequence[str] = ()) -> None:
        self.repo = repo
        self.run = list(run) or runner()

    def init(self, *arguments: str) -> "Guarded":
        """Itself, after `pucs init`; again, to take a changed configuration over."""
        self.pucs("init", *arguments)
        return self

    def configure(self, text: str) -> "Guarded":
        """Itself, with this configuration in force."""
        self.repo.write("pucs_config.yaml", text)
        return self.init()

    def pucs(self, *arguments: str, cwd: Path | None = None) -> str:
        """What a `pucs` command that a person runs prints."""
        command = [*self.run, *arguments]
        done = subprocess.run(
            command, cwd=cwd or self.repo.path, env=self.repo.environ, check=False, text=True, capture_output=True
        )
        if done.returncode != 0:
            raise AssertionError(f"pucs {arguments} exited {done.returncode}: {done.stdout}{done.stderr}")
        return done.stdout

    def locks(self) -> dict[str, str]:
        """Who holds which path, as `pucs locks` tells: "agent-1", or "agent-1 parked" where it is gone."""
        locks = json.loads(self.pucs("locks", "--json"))["locks"]
        return {path: lock["agent"] + " parked" * (lock["state"] == "parked") for path, lock in locks.items()}

    def log(self, action: str = "", **wanted: object) -> list[dict[str, Any]]:
        """The activity log, or its entries of one action with these values."""
        entries = [json.loads(line) for line in self.pucs("log", "--json").splitlines()]
        chosen = [entry for entry in entries if action in ("", entry["action"])]
        return [entry for entry in chosen if all(entry.get(key) == value for key, value in wanted.items())]

    def kept(self) -> list[str]:
        """The contents of which PUCS keeps a copy."""
        return [path.read_text(encoding="utf-8") for path in (self.repo.path / ".git/pucs/spool").iterdir()]


def command_in(denial: str) -> str:
    """The next command that a denial tells the agent to run."""
    found = re.search(r"Run `(.+?)`", denial)
    if found is None:
        raise AssertionError(f"no command in {denial!r}")
    return found[1]


def said(session: ClaudeSession, event: str = "") -> list[str]:
    """What hooks printed in this session, those that kept silent left out."""
    return [answer["stdout"] for answer in session.hooks(event) if answer["stdout"]]


def until(condition: Callable[[], bool], limit: float = 60.0) -> None:
    """Returns as soon as something out of our hands has come about."""
    deadline = time.monotonic() + limit
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"it did not come about within {limit} s")
        time.sleep(0.02)


def agent_of(model: ModelServer, marker: str) -> str:
    """The agent id that PUCS told this model it has; a resumed session is not told again what it knows."""
    told = json.dumps(model.requests(marker)[-1].body["messages"])
    found = re.findall(r"PUCS guards this repository\. You are ([\w/-]+)", told)
    if not found:
        raise AssertionError(f"nobody told {marker} who it is: {model.reminders(marker)}")
    return str(found[-1])


def notices_to(model: ModelServer, marker: str) -> list[str]:
    """What PUCS told this model beside its tool results, the greeting at the start left out."""
    parts = (reminder.partition(" hook additional context: ") for reminder in model.reminders(marker))
    return [text for event, found, text in parts if found and not event.startswith(("SessionStart", "SubagentStart"))]
