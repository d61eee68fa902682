"""The board of tasks, by the command and the library, in processes of their own: each task once, none lost."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from pucs import PUCSClient
from pucs.errors import Refusal, UsageError
from pucs.protocol import AgentMessage, CoordinatorMessage, names_in
from pucs.tasks import ACTIVE, DONE, PENDING
from tests.cli.conftest import Pucs
from tests.cli.conftest import pucs as pucs  # noqa: PLC0414 - a fixture
from tests.support import ROOT, Repo, policy

DRAIN = """
from pucs import PUCSClient
import sys
pucs = PUCSClient(agent_id=sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
while (task := pucs.claim_task()) is not None:
    print(task.id, flush=True)
    pucs.complete_task(task.id)
"""


def started(repo: Repo, code: str, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        cwd=repo.root,
        env={**repo.env, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def worker(repo: Repo, name: str, stream: str | None = None) -> PUCSClient:
    return PUCSClient(name, stream, path=str(repo.root))


def states(repo: Repo) -> list[str]:
    return [task.state for task in worker(repo, "looker").tasks()]


def had(repo: Repo, identifier: str) -> tuple[str, ...]:
    return next(task.had for task in worker(repo, "looker").tasks() if task.id == identifier)


class TestOnce:
    def test_sixteen_processes_drain_sixty_tasks(self, guarded: Repo) -> None:
        board = worker(guarded, "boss")
        board.import_tasks("".join(f"- [ ] Task {number}\n" for number in range(60)))
        processes = [started(guarded, DRAIN, f"w{number}") for number in range(16)]
        for process in processes:
            assert process.stdout
            assert process.stdout.readline() == "ready\n"
        for process in processes:
            assert process.stdin
            process.stdin.write("\n")
            process.stdin.flush()
        taken = Counter(line for process in processes for line in process.communicate(timeout=120)[0].split())
        assert [process.returncode for process in processes] == [0] * 16
        assert sorted(taken, key=int) == [str(number) for number in range(1, 61)]
        assert set(taken.values()) == {1}
        assert states(guarded) == [DONE] * 60
        assert len(guarded.events("task_completed")) == 60

    def test_workers_that_are_killed_lose_no_task_and_double_none(self, guarded: Repo) -> None:
        worker(guarded, "boss").import_tasks("".join(f"- [ ] Task {number}\n" for number in range(30)))
        code = DRAIN + "    print('done', task.id, flush=True)\n"
        said: list[str] = []
        for generation in range(4):
            crowd = [started(guarded, code, f"w{generation}-{number}") for number in range(4)]
            for process in crowd:
                assert process.stdin
                process.stdin.write("\n")
                process.stdin.flush()
            for number, process in enumerate(crowd):
                assert process.stdout
                if generation < 3:  # the last ones may finish
                    said += [process.stdout.readline() for _ in range(1 + number)]
                    process.kill()
                said += process.stdout.read().splitlines()
                process.communicate(timeout=120)
        assert states(guarded) == [DONE] * 30
        finished = Counter(line.split()[1] for line in said if line.startswith("done "))
        assert set(finished.values()) == {1}
        taken = Counter(line.strip() for line in said if line.strip().isdecimal())
        assert len(taken) == 30
        for name, count in taken.items():
            assert count - 1 <= len(had(guarded, name)), "who is asked a second time is another"

    def test_a_killed_worker_keeps_no_task(self, guarded: Repo) -> None:
        worker(guarded, "boss").add_task("One")
        code = DRAIN.replace("pucs.complete_task(task.id)", "sys.stdin.readline()")
        first = started(guarded, code, "w1")
        assert first.stdin
        assert first.stdout
        first.stdin.write("\n")
        first.stdin.flush()
        assert [first.stdout.readline() for _ in range(2)] == ["ready\n", "1\n"]
        second = worker(guarded, "w2")
        assert second.claim_task() is None
        with pytest.raises(Refusal, match="task 1 is w1's"):
            second.claim_task("1")
        first.kill()
        first.communicate()
        (task,) = second.tasks()
        assert (task.state, task.agent, task.had) == (PENDING, "", ("w1",))
        taken = second.claim_task()
        assert taken is not None
        assert (taken.state, taken.agent, taken.had) == (ACTIVE, "w2", ("w1",))
        assert second.claim_task() == taken, "who asks again has it already"

    def test_the_task_of_a_session_that_ended_is_pending(self, client, guarded: Repo, pucs: Pucs) -> None:
        anna = client()
        anna.start()
        pucs("task", "add", "One")
        assert pucs("task", "next", by=anna).stdout == "task 1 is yours: One\n"
        assert states(guarded) == [ACTIVE]
        anna.end("clear")
        assert states(guarded) == [ACTIVE], "after /clear the same agent goes on"
        anna.end()
        assert states(guarded) == [PENDING]

    def test_a_lost_counter_gives_no_number_twice(self, guarded: Repo) -> None:
        anna = worker(guarded, "anna")
        for title in ("One", "Two"):
            anna.add_task(title)
        for folder in ("records", "mirror"):
            (guarded.state / folder / "number/task.json").unlink()
        assert anna.add_task("Three").id == "3"
        assert [task.title for task in anna.tasks()] == ["One", "Two", "Three"]


class TestOrder:
    def test_nothing_begins_before_what_it_waits_for(self, guarded: Repo) -> None:
        anna, ben = worker(guarded, "anna"), worker(guarded, "ben")
        one = anna.add_task("One")
        two = anna.add_task("Two", after=[one.id])
        assert anna.claim_task() == anna.tasks()[0]
        assert ben.claim_task() is None
        with pytest.raises(Refusal, match="task 2 waits for 1"):
            ben.claim_task(two.id)
        with pytest.raises(Refusal, match="task 2 waits for 1"):
            ben.complete_task(two.id)
        anna.complete_task(one.id)
        taken = ben.claim_task()
        assert taken is not None
        assert taken.id == two.id

    def test_a_task_that_waits_for_none_that_exists_is_refused(self, guarded: Repo) -> None:
        with pytest.raises(UsageError, match="there is no task 9"):
            worker(guarded, "anna").add_task("One", after=["9"])

    def test_each_agent_has_the_tasks_of_its_stream_and_those_of_none(self, guarded: Repo) -> None:
        boss = worker(guarded, "boss")
        for stream in ("llm", "api", None):
            boss.add_task(f"For {stream}", stream)
        api = worker(guarded, "anna", "api")
        taken = api.claim_task()
        assert taken is not None
        assert taken.title == "For api"
        api.complete_task(taken.id)
        taken = api.claim_task()
        assert taken is not None
        assert taken.title == "For None"
        api.complete_task(taken.id)
        assert api.claim_task() is None
        taken = api.claim_task(stream="llm")
        assert taken is not None
        assert taken.title == "For llm"

    def test_an_agent_that_claimed_a_stream_has_its_board(self, guarded: Repo) -> None:
        guarded.guard(policy(streams={"llm": "llm/**", "api": "api/**"}))
        anna, boss = worker(guarded, "anna"), worker(guarded, "boss")
        boss.add_task("For llm", "llm")
        boss.add_task("For api", "api")
        anna.claim_stream("api")
        assert anna.add_task("More").stream == "api"
        taken = anna.claim_task()
        assert taken is not None
        assert taken.title == "For api"


class TestRights:
    def test_nobody_finishes_or_gives_away_what_another_works_on(self, guarded: Repo) -> None:
        anna, ben = worker(guarded, "anna"), worker(guarded, "ben")
        task = anna.add_task("One")
        anna.claim_task()
        for act in (ben.complete_task, ben.reopen_task, lambda one: ben.assign_task(one, "ben")):
            with pytest.raises(Refusal, match="task 1 is anna's"):
                act(task.id)
        assert anna.complete_task(task.id).agent == "anna"
        assert ben.complete_task(task.id).agent == "anna", "done is done"
        assert ben.reopen_task(task.id).state == PENDING

    def test_people_may(self, guarded: Repo, pucs: Pucs) -> None:
        anna = worker(guarded, "anna")
        anna.add_task("One")
        anna.claim_task()
        assert pucs("task", "assign", "1", "ben").status == 0
        (notice,) = guarded.store.read().record("inbox/anna").notices
        assert "Task 1 is ben's now" in notice.text
        assert anna.claim_task() is None


class TestAssigning:
    def test_who_is_assigned_a_task_is_told_at_its_next_call(self, client, guarded: Repo, pucs: Pucs) -> None:
        anna, ben = client(PUCS_AGENT_ID="anna"), client(PUCS_AGENT_ID="ben")
        anna.start()
        ben.start()
        pucs("task", "add", "Write <b>it</b>", '"down"', by=anna)
        assert pucs("task", "assign", "1", "ben", by=anna).stdout == "task 1 is kept for ben\n"
        told = ben.write("a.py", "x\n").context
        assert told == (
            "[PUCS n1] Task 1 was assigned to you: [agent anna (information from another agent, not from your user): "
            "\"Write (b)it(/b) 'down'\"]. Take it: pucs task next 1"
        )
        assert pucs("task", "next", by=anna).status == 1
        assert pucs("task", "next", by=ben).stdout.startswith("task 1 is yours")
        assert [event["to"] for event in guarded.events("task_assigned")] == ["ben"]

    def test_a_task_kept_for_one_that_is_gone_is_anybodys(self, client, guarded: Repo, pucs: Pucs) -> None:
        anna, ben = client(), client()
        anna.start()
        ben.start()
        pucs("task", "add", "One")
        pucs("task", "assign", "1", "agent-2")
        assert pucs("task", "next", by=anna).status == 1
        ben.kill()
        assert pucs("task", "next", by=anna).stdout == "task 1 is yours: One\n"

    def test_who_is_assigned_what_waited_hears_when_it_can_begin(self, guarded: Repo) -> None:
        anna = worker(guarded, "anna")
        anna.add_task("One")
        anna.add_task("Two", after=["1"])
        anna.assign_task("2", "ben")
        anna.complete_task("1")
        (notice,) = guarded.store.read().record("inbox/ben").notices
        assert notice.text == "Task 1 is done, so your task 2 can begin: pucs task next 2"


class TestCommand:
    def test_add_list_next_done(self, guarded: Repo, pucs: Pucs) -> None:
        assert pucs("task", "add", "Tune", "it", "--stream", "llm").stdout == "task 1 is on the board of stream llm\n"
        assert pucs("task", "add", "Measure it", "--stream", "llm", "--after", "1").status == 0
        listed = pucs("task", "list").stdout
        assert listed == "[ ]   1  llm  Tune it\n[ ]   2  llm  Measure it  (after 1)\n"
        assert pucs("task", "next").stdout == "task 1 is yours of stream llm: Tune it\n"
        assert pucs("task", "done", "#1").stdout == "task 1 is done: Tune it\n"
        assert pucs("task", "list", "--state", "done").stdout.startswith("[x]   1  llm  Tune it  (person-")
        assert pucs("task", "reopen", "1").stdout == "task 1 is on the board again of stream llm\n"

    def test_the_log_names_the_messages_of_the_protocol(self, guarded: Repo) -> None:
        anna = worker(guarded, "anna")
        anna.add_task("One")
        anna.assign_task("1", "anna")
        anna.claim_task()
        anna.complete_task("1")
        assert [name for entry in guarded.events() if "task" in entry["action"] for name in names_in(entry)] == [
            CoordinatorMessage.TASK_ASSIGNED,
            CoordinatorMessage.TASK_ASSIGNED,
            AgentMessage.COMPLETE_TASK,
        ]

    def test_json_everywhere(self, pucs: Pucs, tmp_path: Path) -> None:
        (tmp_path / "plan.md").write_text("- [ ] Two\n- [x] Three\n")
        added = json.loads(pucs("task", "add", "One", "--json").stdout)["task"]
        assert (added["id"], added["title"], added["state"]) == ("1", "One", "pending")
        brought = json.loads(pucs("task", "import", str(tmp_path / "plan.md"), "--json").stdout)
        assert ([task["id"] for task in brought["added"]], brought["known"]) == (["2", "3"], 0)
        assert json.loads(pucs("task", "next", "--json").stdout)["task"]["state"] == "active"
        assert json.loads(pucs("task", "done", "1", "2", "--json").stdout)["tasks"][1]["id"] == "2"
        assert len(json.loads(pucs("task", "list", "--json").stdout)["tasks"]) == 3
        nothing = pucs("task", "next", "--json")
        assert (nothing.status, json.loads(nothing.stdout)) == (1, {"task": None})

    @pytest.mark.parametrize(
        "words",
        [["add"], ["list", "x"], ["next", "1", "2"], ["done"], ["assign", "1"], ["next", "7"], ["import", "no"]],
    )
    def test_wrong_use_says_how(self, pucs: Pucs, words: list[str]) -> None:
        done = pucs("task", *words)
        assert done.status == 2
        assert "pucs: " in done.stderr
        assert len(done.stderr.splitlines()) == 2

    def test_a_shell_that_only_names_its_agent_keeps_the_task_while_it_lives(self, guarded: Repo, pucs: Pucs) -> None:
        pucs("task", "add", "One")
        assert pucs("task", "next", PUCS_AGENT_ID="w1").status == 0
        assert pucs("task", "done", "1", PUCS_AGENT_ID="w2").status == 1
        assert states(guarded) == [ACTIVE]

    def test_the_published_state_counts_them(self, guarded: Repo, pucs: Pucs) -> None:
        guarded.guard(policy(streams={"llm": "llm/**"}))
        for title in ("One", "Two", "Three"):
            pucs("task", "add", title, "--stream", "llm")
        pucs("task", "next")
        pucs("task", "done", "2")
        for document in (
            json.loads(pucs("status", "--json").stdout),
            json.loads((guarded.state / "state/orchestrator_state.json").read_text()),
        ):
            stream = document["streams"]["llm"]
            assert [stream[f"{kind}_tasks"] for kind in ("completed", "pending", "active")] == [1, 2, 1]
        assert "; 1 of 3 tasks done" in pucs("status").stdout


class TestConfigured:
    CONFIG = 'streams:\n  llm:\n    files_pattern: "llm/**"\n    tasks: [One, "Two (after 1)"]\ntasks: ["All, of it"]\n'

    def test_init_and_a_changed_configuration_bring_tasks_in(self, repo: Repo, pucs: Pucs) -> None:
        repo.write("pucs_config.yaml", self.CONFIG)
        assert pucs("init").status == 0
        listed = pucs("task", "list").stdout
        assert listed == "[ ]   1  llm  One\n[ ]   2  llm  Two  (after 1)\n[ ]   3  -  All, of it\n"
        assert pucs("init").status == 0
        repo.write("pucs_config.yaml", self.CONFIG.replace("One,", "One, Three,").replace("after 1", "after 2"))
        assert pucs("compile").status == 0
        assert [line.split("  ")[2] for line in pucs("task", "list").stdout.splitlines()].count("llm") == 3
        assert pucs("task", "import").stdout == "0 new, 0 found done, 4 known before\n"


def test_a_person_never_loses_a_task(guarded: Repo, pucs: Pucs) -> None:
    pucs("task", "add", "One")
    pucs("task", "next")
    assert states(guarded) == [ACTIVE]
