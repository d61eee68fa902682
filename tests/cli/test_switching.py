"""`pucs off` and `pucs on`: a switch for people, logged, over by itself."""

import pytest

from tests.cli.conftest import Pucs
from tests.support import Repo


def test_off_lets_everybody_in_until_on(client, guarded: Repo, pucs: Pucs) -> None:
    anna, bob = client(), client()
    anna.write("a.py", "anna\n")
    assert pucs("off").status == 0
    assert "guard: OFF" in pucs("status").stdout
    assert bob.pre("Edit", "a.py").silent
    assert pucs("on").stdout == "PUCS is on again\n"
    assert pucs("on").stdout == "PUCS was on\n"
    assert bob.pre("Edit", "a.py").denied
    assert [event["action"] for event in guarded.events() if "switched" in event["action"]] == [
        "switched off",
        "switched on",
    ]


def test_off_for_a_time_ends_by_itself(client, guarded: Repo, pucs: Pucs) -> None:
    anna, bob = client(), client()
    anna.write("a.py", "anna\n")
    assert "until" in pucs("off", "--for", "30m").stdout
    until = guarded.store.read().name("switch/off")
    assert until is not None
    assert 1700 < until.number - guarded.store.read().now <= 1800
    pucs("off", "--for", "0.001s")
    assert bob.pre("Edit", "a.py").denied
    assert "guard: enforce" in pucs("status").stdout


def test_agents_may_not(client, guarded: Repo, pucs: Pucs) -> None:
    anna, bob = client(), client()
    anna.write("a.py", "anna\n")
    for command in (["off"], ["off", "--for", "1m"], ["on"]):
        ran = pucs(*command, by=bob)
        assert (ran.status, "is for people" in ran.stderr) == (1, True)
    # Neither one that no hook has spoken of, nor a named one.
    stranger = {"CLAUDE_CODE_SESSION_ID": "unheard-of"}
    assert pucs("off", **stranger).status == 1
    assert pucs("off", PUCS_AGENT_ID="carl").status == 1
    assert bob.pre("Edit", "a.py").denied


@pytest.mark.parametrize("duration", ["", "0m", "soon", "-5m", "nanm", "5"])
def test_no_duration_is_wrong_use(pucs: Pucs, duration: str) -> None:
    assert pucs("off", f"--for={duration}").status == 2
