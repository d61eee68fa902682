"""Resources through the real hooks and commands: never more than the limit, in order, and given back whatever happens."""

import json
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pucs.policy import ResourceRule
from tests.cli.conftest import begin, shell_of
from tests.install.conftest import run_pucs
from tests.support import Client, Repo, policy

DB = ResourceRule("db", ("pytest", "for *"), limit=1, wait_s=0)
PORT = ResourceRule("port", env="PGPORT", values=("5400", "5401"))
COMMAND = "pytest -q tests"


@pytest.fixture
def shared(guarded: Repo) -> Repo:
    """A repository whose configuration names a database and ports."""
    return guarded.guard(policy()._replace(resources=(DB, PORT)))


def limited(repo: Repo, **changes: object) -> Repo:
    return repo.guard(policy()._replace(resources=(DB._replace(**changes), PORT)))  # type: ignore[arg-type]


def asked(one: Client, command: str = COMMAND) -> str:
    """The denial of a Bash call that stays open where it is granted."""
    reply = one.pre("Bash", command=command)
    assert reply.status == 0
    return reply.reason


class TestCalls:
    def test_the_second_is_denied_with_who_and_its_place_and_the_next_command(self, client, shared: Repo) -> None:
        anna, ben, carl = client(), client(), client()
        assert asked(anna) == ""
        assert asked(ben) == (
            "PUCS: this command needs db (at most 1 at once), used by agent-1 (just now: pytest -q tests); you are next in "
            "line. Run `pucs resources --wait db`: it returns when it is your turn. Then run this again."
        )
        assert "1 before you in line" in asked(carl)
        assert [(one["agent"], one["resource"], one["before"]) for one in shared.events("denied")] == [
            ("agent-2", "db", 0),
            ("agent-3", "db", 1),
        ]
        assert ben.pre("Bash", command="ls; pytest-watch").silent, "another command needs none"

    def test_the_end_of_the_call_gives_it_to_the_next(self, client, shared: Repo) -> None:
        anna, ben, carl = client(), client(), client()
        asked(anna)
        asked(ben)
        asked(carl)
        anna.fail("Exit code 1")
        assert "1 before you" in asked(carl)
        assert "[PUCS n1] db is free now, and you are next" in ben.batch().context
        assert asked(ben) == ""

    @pytest.mark.parametrize("end", ["batch", "stop", "end", "kill"])
    def test_so_does_whatever_else_ends_it(self, client, shared: Repo, end: str) -> None:
        anna, ben = client(), client()
        asked(anna)
        assert asked(ben)
        getattr(anna, end)(*(["PreToolUse:Bash hook error: no"] if end == "batch" else []))
        assert asked(ben) == ""

    def test_a_command_in_the_background_holds_it_until_the_host_names_it_no_more(self, client, shared: Repo) -> None:
        anna, ben = client(), client()
        asked(anna)
        anna.post(backgroundTaskId="b1")
        anna.batch()
        anna.hook("stop", "Stop", background_tasks=[{"id": "b1"}])
        assert asked(ben)
        anna.hook("stop", "Stop", background_tasks=[])
        assert asked(ben) == ""

    def test_a_command_that_only_reads_may_need_one_too(self, client, shared: Repo) -> None:
        anna, ben = client(), client()
        command = "for f in *; do head -1 $f; done"
        assert asked(anna, command) == ""
        assert asked(ben, command)
        anna.post()
        assert asked(ben, command) == ""

    def test_the_hook_waits_a_little_by_itself(self, client, guarded: Repo) -> None:
        limited(guarded, wait_s=7)
        anna, ben = client(), client()
        asked(anna)
        with ThreadPoolExecutor() as pool:
            waiting = pool.submit(asked, ben)
            while not json.loads(run_pucs(guarded, "resources", "--json").stdout)["resources"][0]["line"]:
                assert not waiting.done()
            anna.post()
            assert waiting.result() == ""

    @pytest.mark.parametrize("limit", [1, 3])
    def test_of_many_at_once_never_more_than_the_limit(self, client, guarded: Repo, limit: int) -> None:
        limited(guarded, limit=limit)
        crowd = [client() for _ in range(10)]
        with ThreadPoolExecutor(10) as pool:
            granted = [one for one, reason in zip(crowd, pool.map(asked, crowd), strict=True) if not reason]
        assert len(granted) == limit
        for one in granted:
            one.kill()
        with ThreadPoolExecutor(10) as pool:
            again = list(pool.map(asked, [one for one in crowd if one not in granted]))
        assert again.count("") <= limit, "their clients were killed, and the first in line come first"

    def test_observing_denies_nothing(self, client, guarded: Repo) -> None:
        guarded.guard(policy(guard={"mode": "observe"})._replace(resources=(DB,)))
        assert asked(client()) == asked(client()) == ""

    def test_a_rate(self, client, guarded: Repo) -> None:
        limited(guarded, limit=0, rate=2, per_s=600)
        anna = client()
        for _ in range(2):
            assert asked(anna) == ""
            anna.post()
        assert "at most 2 in 10 min), which was used so often that it is free again in 60" in asked(anna)


class TestCommands:
    def test_wait_returns_when_it_is_ones_turn_and_keeps_it(self, client, shared: Repo) -> None:
        anna, ben, carl = client(), client(), client()
        asked(anna)
        asked(ben)
        with begin(shared, "resources", "--wait", "db", **shell_of(ben)) as waiting:
            assert waiting.stderr is not None
            assert "used by agent-1" in waiting.stderr.readline()
            anna.post()
            assert waiting.communicate()[0] == "it is your turn: run your command within 2 minutes\n"
        assert "in line" in asked(carl)
        assert asked(ben) == ""

    def test_run_holds_it_for_its_command_and_gives_its_values(self, client, shared: Repo) -> None:
        code = "import os; print(os.environ['PGPORT']); raise SystemExit(7)"
        done = run_pucs(shared, "run", "db", "port", "--", "python3", "-c", code)
        assert (done.status, done.stdout) == (7, "5400\n")
        assert asked(client()) == ""

    def test_many_runs_never_overlap_and_one_that_is_killed_leaves_nothing(self, shared: Repo, tmp_path: Path) -> None:
        inside = tmp_path / "inside"
        script = f"mkdir {inside} || echo overlap; sleep 0.05; rmdir {inside}"
        runs = [begin(shared, "run", "db", "--", "sh", "-c", script) for _ in range(5)]
        assert [run.communicate()[0] for run in runs] == [""] * 5
        with begin(shared, "run", "db", "--", "sh", "-c", "echo here; exec sleep 60") as held:
            assert held.stdout is not None
            assert held.stdout.readline() == "here\n"
            refused = run_pucs(shared, "run", "--timeout", "0", "db", "--", "true")
            assert (refused.status, "this command needs db" in refused.stderr) == (1, True)
            held.kill()
        began = time.monotonic()
        assert run_pucs(shared, "run", "db", "--", "true").status == 0
        assert time.monotonic() - began < 60

    def test_run_inside_a_call_that_holds_it_takes_no_second(self, client, shared: Repo) -> None:
        anna = client()
        asked(anna)
        assert run_pucs(shared, "run", "db", "--", "true", **shell_of(anna)).status == 0

    def test_each_working_tree_has_its_own_value(self, client, shared: Repo, tmp_path: Path) -> None:
        side = shared.worktree("side")
        assert run_pucs(shared, "env").stdout == "export PGPORT=5400\n"
        assert run_pucs(side, "env").stdout == "export PGPORT=5401\n"
        assert json.loads(run_pucs(side, "env", "--json").stdout)["env"] == {"PGPORT": "5401"}
        file = tmp_path / "env"
        client(side, CLAUDE_ENV_FILE=str(file)).start()
        said = subprocess.run(["sh", "-c", f". {file}; echo $PGPORT"], capture_output=True, text=True, check=True)
        assert said.stdout == "5401\n"
        shared.git("worktree", "remove", "--force", str(side.root))
        assert run_pucs(shared.worktree("other"), "env").stdout == "export PGPORT=5401\n"

    def test_the_list(self, client, shared: Repo) -> None:
        anna, ben = client(), client()
        asked(anna)
        asked(ben)
        row = run_pucs(shared, "resources").stdout.splitlines()[0]
        assert row == "db  1 of 1 in use  agent-1 (just now: pytest -q tests)  in line: agent-2"

    @pytest.mark.parametrize(
        "words", [("run", "db"), ("run", "--", "true"), ("run", "nothing", "--", "true"), ("resources", "--wait", "x")]
    )
    def test_wrong_use(self, shared: Repo, words: tuple[str, ...]) -> None:
        assert run_pucs(shared, *words).status == 2
