"""`pucs status`, `why`, `log`: what people see."""

import json

from tests.cli.conftest import Pucs, begin
from tests.support import Repo, policy


def test_status_says_who_is_here_and_who_holds_what(client, guarded: Repo, pucs: Pucs) -> None:
    guarded.guard(policy(streams={"db": "db/**"}), session="PUCS-20251206-001", started=1.0)
    client(PUCS_STREAM="db", PUCS_TASK="Add an index").write("db/x.py", "x\n")
    said = pucs("status").stdout
    assert said.startswith("session PUCS-20251206-001, started ")
    assert "guard: enforce" in said
    assert "db-agent-1  stream db  seen just now  Add an index" in said
    assert 'db/x.py  db-agent-1 (stream db, task "Add an index")' in said
    assert "streams (1)" in said


def test_status_as_json_is_the_proposals_document(client, guarded: Repo, pucs: Pucs) -> None:
    guarded.guard(policy(streams={"db": "db/**"}, critical={"a.py": 1800.0}), session="PUCS-20251206-001", started=1.0)
    anna, bob = client(PUCS_STREAM="db", PUCS_TASK="Add an index"), client()
    anna.write("db/x.py", "x\n")
    anna.write("a.py", "anna\n")
    bob.pre("Edit", "a.py")
    document = json.loads(pucs("status", "--json").stdout)
    assert document["session_id"] == "PUCS-20251206-001"
    assert document["started_at"] == "1970-01-01T00:00:01Z"
    stream = document["streams"]["db"]
    assert (stream["status"], stream["agents"]) == ("active", ["db-agent-1"])
    assert {"completed_tasks", "pending_tasks"} <= set(stream)
    held = {one["path"]: one for one in stream["locked_files"]}
    assert set(held) == {"a.py", "db/x.py"}
    assert {"path", "agent", "intent", "locked_at", "expires_at"} <= set(held["db/x.py"])
    assert held["db/x.py"]["intent"] == "Add an index"
    assert document["critical_files"]["a.py"] == {"status": "locked", "owner": "db-agent-1", "queue": ["agent-1"]}
    assert document["conflicts"] == []
    assert document["cross_log"][-1]["action"] == "denied"


def test_the_published_files_say_the_same(client, guarded: Repo, pucs: Pucs) -> None:
    client().write("a.py", "anna\n")
    status = json.loads(pucs("status", "--json").stdout)
    published = json.loads((guarded.state / "state/orchestrator_state.json").read_text())
    assert {**published, "published_at": ""} == {**status, "published_at": ""}
    locks = json.loads((guarded.state / "state/file_locks.json").read_text())
    assert locks["version"] == 1
    assert set(locks["locks"]) == {"a.py"}
    assert "changed file=a.py" in (guarded.state / "state/logs/agent-1.log").read_text()


class TestWhy:
    def test_says_what_the_gate_would_say_to_whom(self, client, pucs: Pucs) -> None:
        anna, bob = client(), client()
        anna.write("a.py", "anna\n")
        bob.start()
        said = pucs("why", "a.py", by=anna).stdout
        assert "agent-1 (you) may edit it" in said
        assert "agent-2 is denied: PUCS: a.py is being changed by agent-1" in said
        assert "a new agent is denied" in said

    def test_shows_no_ticket_that_nobody_has(self, client, pucs: Pucs) -> None:
        anna, bob = client(), client()
        anna.write("a.py", "anna\n")
        bob.pre("Edit", "a.py")
        answers = json.loads(pucs("why", "a.py", "--json").stdout)["answers"]
        words = {one["agent"]: one["words"] for one in answers}
        assert "wait t" in words["agent-2"]
        assert "wait a.py`" in words["a new agent"]

    def test_of_a_shared_file_says_whose_lines_are_where(self, client, guarded: Repo, pucs: Pucs) -> None:
        guarded.write("a.py", "".join(f"line {n}\n" for n in range(1, 21)))
        guarded.commit("A longer file")
        anna, ben = client(PUCS_AGENT_ID="anna"), client(PUCS_AGENT_ID="ben")
        anna.edit("a.py", "line 5\n", "ANNA\n")
        assert pucs("why", "a.py").stdout.count("    there: line 5\n") == 1
        assert "Elsewhere in the file it may." in pucs("why", "a.py").stdout
        ben.edit("a.py", "line 15\nline 16\n", "BEN\nBEN 2\n")
        said = pucs("why", "a.py").stdout
        assert "    there: line 5\n" in said
        assert "    there: lines 15-16\n" in said
        assert json.loads(pucs("why", "a.py", "--json").stdout)["lines"] == {"anna": "line 5", "ben": "lines 15-16"}
        anna.pre("Edit", "a.py", old_string="line 1\n", new_string="x\n")
        assert "Elsewhere" not in pucs("why", "a.py").stdout.partition("ben is denied")[2], "her call is open"

    def test_names_the_policy_of_a_hot_file(self, pucs: Pucs) -> None:
        assert "  policy rebuild: keeps nobody out" in pucs("why", "yarn.lock").stdout
        assert "(yarn install)" in pucs("why", "yarn.lock").stdout
        assert "policy" not in pucs("why", "a.py").stdout
        assert json.loads(pucs("why", "CHANGELOG.md", "--json").stdout)["policy"] == "union"

    def test_changes_nothing(self, client, guarded: Repo, pucs: Pucs) -> None:
        client().write("a.py", "anna\n")
        before = (guarded.store.read().revision, guarded.events())
        pucs("why", "a.py")
        assert (guarded.store.read().revision, guarded.events()) == before

    def test_the_whole_tree_is_no_file(self, pucs: Pucs) -> None:
        assert pucs("why", ".").status == 2


class TestLog:
    def test_by_stream_agent_and_time(self, client, guarded: Repo, pucs: Pucs) -> None:
        guarded.guard(policy(streams={"db": "db/**"}))
        client(PUCS_STREAM="db").write("db/x.py", "x\n")
        client().write("a.py", "anna\n")

        def shown(*options: str) -> list[str]:
            lines = pucs("log", "--json", *options).stdout.splitlines()
            return [json.loads(line).get("file", "") for line in lines if json.loads(line)["action"] == "changed"]

        assert shown() == ["db/x.py", "a.py"]
        assert shown("--stream", "all", "--since", "1h") == ["db/x.py", "a.py"]
        assert shown("--stream", "db") == ["db/x.py"]
        assert shown("--agent", "agent-1") == ["a.py"]
        log = guarded.state / "state/agent_activity.jsonl"
        lines = [json.loads(line) for line in log.read_text().splitlines()]
        lines[:3] = [{**line, "timestamp": "2001-01-01T00:00:00.000Z"} for line in lines[:3]]
        log.write_text("".join(json.dumps(line) + "\n" for line in lines))
        assert shown("--since", "1h") == ["a.py"]

    def test_a_line_for_people(self, client, pucs: Pucs) -> None:
        client().write("a.py", "anna\n")
        assert pucs("log").stdout.splitlines()[-1].endswith("  agent-1  changed  file=a.py  tool=Write")

    def test_no_duration_is_wrong_use(self, pucs: Pucs) -> None:
        for since in ("soon", "0h", "1e99h", "nanh"):
            assert pucs("log", "--since", since).status == 2

    def test_follows_over_a_rotation(self, client, guarded: Repo, pucs: Pucs) -> None:
        guarded.guard(policy()._replace(log_max_entries=3))
        anna = client()
        anna.start()
        follower = begin(guarded, "log", "--follow", "--json")
        assert follower.stdout is not None
        seen = [follower.stdout.readline()]
        for number in range(4):
            anna.write(f"n{number}.py", "x\n")
            pucs("status")  # publishes, and so rotates
        while '"n3.py", "tool"' not in seen[-1]:
            seen.append(follower.stdout.readline())
            assert seen[-1]
        follower.kill()
        follower.communicate()
        assert [json.loads(line) for line in seen] == guarded.events()
        assert (guarded.state / "state/agent_activity.1.jsonl").exists()
