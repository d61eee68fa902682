"""Sixteen agents stand in line for one file, and some waits are killed or paused: every other one is served or told."""

import random
import signal
import subprocess
import time

import pytest

from tests.cli.conftest import begin, shell_of
from tests.support import Client, Repo, policy

WAITERS, KILLED, PAUSED = 16, 4, 4
LONGEST_S = 100


@pytest.mark.parametrize("seed", [1])
def test_every_survivor_is_served_or_told(seed: int, client, guarded: Repo, pucs) -> None:
    guarded.guard(policy(locks={"wait_s": 0}))
    dice = random.Random(seed)
    holder = client()
    assert holder.write("a.py", "held\n").silent
    agents: list[Client] = [client() for _ in range(WAITERS)]
    for agent in agents:
        agent.start()
    waits = {agent: begin(guarded, "wait", "a.py", "--timeout", str(LONGEST_S), **shell_of(agent)) for agent in agents}
    ends = time.monotonic() + 2 * LONGEST_S
    try:
        while _line(pucs).count("agent-") < WAITERS:
            assert time.monotonic() < ends, _line(pucs)
        chosen = dice.sample(agents, KILLED + PAUSED)
        killed, paused = chosen[:KILLED], chosen[KILLED:]
        for agent in killed:
            waits[agent].kill()
        for agent in paused:
            waits[agent].send_signal(signal.SIGSTOP)
        assert holder.write("a.py", "a = 1\n").silent
        for agent in paused:
            waits[agent].send_signal(signal.SIGCONT)
        _serve_all({agent: wait for agent, wait in waits.items() if agent not in killed}, pucs, ends)
    finally:
        for wait in waits.values():
            wait.kill()
            wait.communicate()
    assert _line(pucs) == "", "no ghost is left in line"


def _serve_all(waits: "dict[Client, subprocess.Popen[str]]", pucs, ends: float) -> None:
    """Lets each who is served give the file back at once; nobody is served beside another, and everybody hears."""
    left = dict(waits)
    while left:
        assert time.monotonic() < ends, f"{len(left)} heard nothing"
        done = [agent for agent, wait in left.items() if wait.poll() is not None]
        served = []
        for agent in done:
            wait = left.pop(agent)
            said, errors = wait.communicate()
            assert wait.returncode in (0, 1), errors
            if wait.returncode == 0:
                assert "a.py is yours" in said
                served.append(agent)
            else:
                assert errors.strip(), "told why"
        assert len(served) <= 1, "held twice"
        for agent in served:
            assert pucs("unlock", "a.py", by=agent).status == 0


def _line(pucs) -> str:
    """`in line: agent-2, …` as `pucs status` shows it; "" where nobody stands there."""
    shown = pucs("status").stdout
    return next((one for one in shown.splitlines() if "in line:" in one), "")
