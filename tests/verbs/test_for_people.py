"""What is for people stays for people: as a child of an agent's client, whatever the environment says."""

import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from pucs.install.locations import RUN_CODE
from tests.support import ROOT, Client, Repo


@pytest.fixture
def ben(guarded: Repo, client: Callable[..., Client]) -> Iterator[Client]:
    """An agent whose client is a real shell, for its commands to be children of."""
    one = client()
    one.close()
    with subprocess.Popen(
        ["bash"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=guarded.root, env=guarded.env
    ) as one.process:
        assert one.start().status == 0
        yield one
        one.process.kill()


def said(client: Client, command: str) -> str:
    """What the client's child prints; with no variable that tells of a session."""
    assert client.process.stdin is not None
    assert client.process.stdout is not None
    client.process.stdin.write(f"env -u CLAUDE_PID {command} 2>&1; echo ended $?\n".encode())
    client.process.stdin.flush()
    lines = []
    for line in client.process.stdout:
        lines.append(line.decode())
        if line.startswith(b"ended"):
            break
    return "".join(lines)


@pytest.mark.parametrize(
    "arguments", ["off", "off --for 1m", "on", "unlock --force a.py", "uninstall", "init", "init --user"]
)
def test_an_agent_is_refused(guarded: Repo, ben: Client, arguments: str) -> None:
    pucs = f"{sys.executable} -c '{RUN_CODE}' {ROOT}"
    before = guarded.store.read().name("switch/off"), (guarded.common / "pucs-installed.json").read_bytes()
    assert ben.pre("Bash", command=f"pucs {arguments}").status == 0
    text = said(ben, f"{pucs} {arguments}")
    assert "is for people" in text
    assert "ended 1" in text
    assert (guarded.store.read().name("switch/off"), (guarded.common / "pucs-installed.json").read_bytes()) == before
