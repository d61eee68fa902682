"""`pucs lock`, `unlock` and `adopt` for programs."""

import json

from tests.cli.conftest import Pucs
from tests.support import Repo, policy


def test_locks_taken_given_back_and_broken(pucs: Pucs, guarded: Repo) -> None:
    taken = json.loads(pucs("lock", "a.py", "b.py::f", "--json", PUCS_AGENT_ID="anna").stdout)
    assert taken["error"]["exit_code"] == 2, "b.py has no f: none of them was taken"
    taken = json.loads(pucs("lock", "a.py", "b.py", "--json", PUCS_AGENT_ID="anna").stdout)
    assert (taken["agent"], [one["path"] for one in taken["locks"]]) == ("anna", ["a.py", "b.py"])
    assert all(one["expires"].endswith("Z") for one in taken["locks"])
    refused = pucs("lock", "a.py", "--json", PUCS_AGENT_ID="ben")
    assert (refused.status, "anna" in json.loads(refused.stdout)["error"]["message"]) == (1, True)
    given = json.loads(pucs("unlock", "b.py", "--json", PUCS_AGENT_ID="anna").stdout)
    assert given == {"agent": "anna", "released": ["b.py"]}
    broken = json.loads(pucs("unlock", "--force", "a.py", "--json").stdout)
    assert broken == {"broken": [{"path": "a.py", "agent": "anna"}]}


def test_parked_changes_taken_over(pucs: Pucs, client, guarded: Repo) -> None:
    anna, ben = client(), client()
    anna.write("a.py", "anna\n")
    anna.kill()
    ben.start()
    done = json.loads(pucs("adopt", "a.py", "--json", by=ben).stdout)
    assert done == {"adopted": [{"path": "a.py", "from": "agent-1"}]}
    assert json.loads(pucs("adopt", "b.py", "--json", by=ben).stdout)["error"]["exit_code"] == 1


def test_an_agent_by_name_only_lives_as_long_as_the_shell_it_types_in(pucs: Pucs, guarded: Repo) -> None:
    guarded.guard(policy(streams={"db": "db/**"}))
    assert pucs("lock", "a.py", PUCS_AGENT_ID="anna").status == 0
    assert pucs("intent", "b.py", "-m", "later", PUCS_AGENT_ID="anna").status == 0
    assert pucs("claim", "db", PUCS_AGENT_ID="anna").status == 0
    assert "a.py" in pucs("locks").stdout
    assert "b.py" in pucs("intents").stdout
    assert "anna" in pucs("claim").stdout
    assert pucs("lock", "a.py", PUCS_AGENT_ID="ben").status == 1
