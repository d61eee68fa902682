"""Pause, resume and terminate, as agents meet them in their hooks and in git's."""

import json
import subprocess
import sys
from collections.abc import Callable

import pytest

from tests.agents.conftest import Pucs, shell_of
from tests.cli.conftest import begin
from tests.install.conftest import run_pucs
from tests.support import Client, Repo, policy

Named = Callable[[Client], str]


class TestPaused:
    def test_its_writes_are_denied_with_who_and_why_and_reading_goes_on(
        self, client, pucs: Pucs, named: Named, guarded: Repo
    ) -> None:
        anna = client()
        anna.start()
        said = pucs("pause", named(anna), "--why", "the merge comes first", "--for", "30m")
        assert said.stdout.startswith("paused until ")

        reason = anna.pre("Edit", "a.py").reason
        assert reason.startswith("PUCS: a.py was not changed: you were paused by person-")
        assert ' UTC: "the merge comes first". ' in reason
        assert len(reason) <= 600
        assert anna.pre("Write", "new.py").denied
        assert anna.pre("NotebookEdit", "n.ipynb").denied
        assert anna.pre("mcp__files__write", None, path=str(guarded.root / "a.py")).denied
        assert anna.pre("mcp__db__migrate", None, name="x").denied
        assert "nothing was run" in anna.pre("Bash", command="echo x > a.py").reason
        assert anna.pre("Bash", command="python3 generate.py").denied

        for command in ("cat a.py", "git status --short | head -3", "for f in *; do head -1 $f; done"):
            assert anna.pre("Bash", command=command).silent
        assert anna.pre("Read", "a.py").silent
        assert not anna.pre("Bash", command="pucs agents").denied
        assert guarded.store.read().path("a.py").trees == {}, "a pause takes no locks"

    def test_in_mid_work_it_keeps_its_lock_and_goes_on_when_resumed(
        self, client, pucs: Pucs, named: Named, guarded: Repo
    ) -> None:
        anna, ben = client(), client()
        anna.write("a.py", "anna\n")
        assert anna.pre("Edit", "a.py", old_string="anna", new_string="more").silent
        pucs("pause", named(anna))
        guarded.write("a.py", "more\n")
        told = anna.post()
        assert "You are paused by person-" in told.context
        assert "continue" not in told.output
        assert anna.pre("Edit", "a.py").denied
        assert "being changed by" in ben.pre("Edit", "a.py").reason

        assert pucs("resume", named(anna)).stdout == f"may go on: {named(anna)}\n"
        assert "You may write again: a person (person-" in anna.edit("a.py", "more", "last").context
        [paused], [resumed] = guarded.events("paused"), guarded.events("resumed")
        assert (paused["agent"], paused["message"], paused["by"][:7]) == (named(anna), "pause", "person-")
        assert (resumed["agent"], resumed["message"]) == (named(anna), "resume")

    def test_it_ends_by_itself_and_leaves_nothing_behind(self, client, pucs: Pucs, named: Named, guarded: Repo) -> None:
        anna = client()
        anna.start()
        pucs("pause", named(anna), "--for", "0.001s")
        pucs("pause", "--all", "--for", "0.001s")
        assert anna.pre("Edit", "a.py").silent
        ben = client()
        assert ben.pre("Edit", "b.py").silent
        view = guarded.store.read()
        assert [view.agent(named(one)).orders for one in (anna, ben)] == [(), ()]  # type: ignore[union-attr]

    def test_its_locks_do_not_lapse_meanwhile(self, client, pucs: Pucs, named: Named, guarded: Repo) -> None:
        guarded.guard(policy(locks={"default_s": 0.001, "max_s": 0.001}))
        anna, ben = client(), client()
        anna.write("a.py", "anna\n")
        pucs("pause", named(anna))
        assert "is being changed by" in ben.pre("Edit", "a.py").reason
        pucs("resume", named(anna))
        assert "holds uncommitted changes of" in ben.pre("Edit", "a.py").reason

    def test_status_shows_it(self, client, pucs: Pucs, named: Named, guarded: Repo) -> None:
        guarded.guard(policy(streams={"db": "db/**"}))
        anna = client(PUCS_STREAM="db")
        anna.start()
        pucs("pause", "--stream", "db", "--why", "migration")
        assert f"{named(anna)}  stream db  paused by person-" in pucs("status").stdout
        document = json.loads(pucs("status", "--json").stdout)
        assert document["streams"]["db"]["status"] == "paused"
        [one] = document["agents"]
        assert (one["state"], "migration" in one["about"]) == ("paused", True)

    def test_its_commits_are_refused_and_a_persons_are_not(self, client, pucs: Pucs, named: Named, repo: Repo) -> None:
        assert run_pucs(repo, "init").status == 0
        anna = client(repo)
        anna.write("a.py", "anna\n")
        pucs("pause", named(anna), "--why", "a person looks at it")
        commit = ["git", "commit", "-q", "-m", "Anna", "a.py"]
        env = {**repo.env, **shell_of(anna)}
        done = subprocess.run(commit, cwd=repo.root, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 1
        assert "You were paused by person-" in done.stderr
        assert "a person looks at it" in done.stderr
        again = subprocess.run(
            [*commit, "--no-verify"], cwd=repo.root, env=env, capture_output=True, text=True, check=False
        )
        assert (again.returncode, "You were paused" in again.stderr) == (1, True)
        repo.git("commit", "-q", "-m", "A person's", "a.py")
        assert repo.git("log", "-1", "--format=%s") == "A person's"

    def test_locks_adoptions_and_waits_are_refused_as_well(self, client, pucs: Pucs, named: Named) -> None:
        anna, ben = client(), client()
        ben.write("b.py", "ben\n")
        ben.end()
        anna.start()
        pucs("pause", named(anna))
        for words in (("lock", "a.py"), ("wait", "a.py"), ("adopt", "b.py")):
            refused = pucs(*words, by=anna)
            assert (refused.status, "you were paused" in refused.stderr) == (1, True), words

    def test_a_whole_stream_with_who_joins_it_later(self, client, pucs: Pucs, named: Named, guarded: Repo) -> None:
        guarded.guard(policy(streams={"db": "db/**", "web": "web/**"}))
        anna, cleo = client(PUCS_STREAM="db"), client(PUCS_STREAM="web")
        anna.start(), cleo.start()
        said = pucs("pause", "--stream", "db", "--why", "migration")
        assert said.stdout == f"paused: {named(anna)}, and whoever joins\n"
        ben = client(PUCS_STREAM="db")
        assert "you were paused" in ben.pre("Write", "db/x.py").reason
        assert anna.pre("Write", "db/x.py").denied
        assert cleo.pre("Write", "web/x.py").silent
        told = client(PUCS_STREAM="db").start().context
        assert "You are paused by person-" in told

        assert "may go on" in pucs("resume", "--stream", "db").stdout
        assert anna.pre("Write", "db/x.py").silent
        assert client(PUCS_STREAM="db").pre("Write", "db/y.py").silent

    def test_who_changes_into_a_paused_stream_is_paused(self, client, pucs: Pucs, guarded: Repo) -> None:
        guarded.guard(policy(streams={"db": "db/**"}))
        anna = client()
        anna.write("a.py", "anna\n")
        guarded.commit("All")
        pucs("pause", "--stream", "db")
        assert anna.pre("Edit", "a.py").silent
        anna.fail()
        guarded.git("switch", "-qc", "feature/stream-db")
        assert anna.pre("Edit", "b.py").denied

    def test_everybody_and_who_comes_back(self, client, pucs: Pucs, named: Named) -> None:
        anna, ben = client(), client()
        anna.start(), ben.start()
        ben.end()
        pucs("pause", "--all")
        assert anna.pre("Edit", "a.py").denied
        assert client().pre("Edit", "a.py").denied
        ben.start("resume")
        assert ben.pre("Edit", "a.py").denied
        pucs("resume", "--all")
        assert ben.pre("Edit", "a.py").silent

    def test_its_subagents_are_paused_with_it(self, client, pucs: Pucs, named: Named) -> None:
        anna = client()
        anna.start()
        child = anna.subagent("0a")
        child.start()
        pucs("pause", named(anna))
        assert child.pre("Edit", "a.py").denied
        assert anna.subagent("0b").pre("Edit", "a.py").denied
        pucs("resume", named(anna))
        assert child.pre("Edit", "a.py").silent

    def test_observing_denies_nothing(self, client, pucs: Pucs, named: Named, guarded: Repo) -> None:
        guarded.guard(policy(guard={"mode": "observe"}))
        anna = client()
        anna.start()
        assert "guard.mode is observe" in pucs("pause", named(anna)).stdout
        assert anna.pre("Edit", "a.py").silent
        assert not anna.pre("Bash", command="./build").denied
        assert [entry["rule"] for entry in guarded.events("would_deny")] == ["paused", "paused"]


class TestWhoMay:
    def test_an_agent_orders_itself_and_its_subagents_and_lifts_only_that(
        self, client, pucs: Pucs, named: Named
    ) -> None:
        anna, ben = client(), client()
        anna.start(), ben.start()
        child = anna.subagent("0a")
        child.start()
        for words in (("pause", named(ben)), ("terminate", named(ben)), ("pause", "--all"), ("resume", named(ben))):
            refused = pucs(*words, by=anna)
            assert (refused.status, "is an agent" in refused.stderr) == (1, True), words
        assert pucs("pause", named(child), by=anna).status == 0
        assert child.pre("Edit", "a.py").denied
        assert pucs("resume", named(child), by=anna).status == 0
        pucs("pause", named(anna))
        refused = pucs("resume", named(anna), by=anna)
        assert (refused.status, "by you" in refused.stderr) == (1, True)
        assert anna.pre("Edit", "a.py").denied

    @pytest.mark.parametrize("words", [("pause",), ("pause", "--stream", "nobodys"), ("terminate", "agent-99")])
    def test_wrong_use(self, pucs: Pucs, words) -> None:
        assert pucs(*words).status == 2


class TestTerminated:
    def test_its_loop_ends_clean_files_are_free_and_dirty_ones_parked(
        self, client, pucs: Pucs, named: Named, guarded: Repo
    ) -> None:
        anna, ben = client(), client()
        anna.write("a.py", "anna\n")
        pucs("lock", "b.py", by=anna)
        name = named(anna)
        assert pucs("terminate", name, "--why", "wrong branch").stdout == f"told to end: {name}\n"

        assert ben.pre("Edit", "b.py").silent
        assert "holds uncommitted changes of" in ben.pre("Edit", "a.py").reason
        reply = anna.pre("Edit", "a.py")
        assert "you were told to end by person-" in reply.reason
        assert "wrong branch" in reply.reason
        assert reply.output["continue"] is False
        assert reply.output["stopReason"] == reply.reason
        command = anna.pre("Bash", command="./build")
        assert (command.denied, command.output["continue"]) == (True, False)
        [entry] = guarded.events("terminated")
        assert (entry["agent"], entry["message"], entry["why"]) == (name, "terminate", "wrong branch")
        assert guarded.read("a.py") == "anna\n"

    def test_who_only_reads_ends_at_the_end_of_its_calls(self, client, pucs: Pucs, named: Named) -> None:
        anna = client()
        anna.start()
        pucs("terminate", named(anna))
        first, second = anna.look("a.py"), anna.look("a.py")
        assert "You are told to end by person-" in first.context
        assert (first.output["continue"], second.output["continue"]) == (False, False)

    def test_no_event_brings_it_back_but_a_person_does(self, client, pucs: Pucs, named: Named, guarded: Repo) -> None:
        anna, ben = client(), client()
        anna.write("a.py", "anna\n")
        name = named(anna)
        pucs("terminate", name)
        anna.stop()
        anna.start("clear")
        assert anna.again("another-session").pre("Edit", "b.py").denied
        assert guarded.store.read().agent(name).ended
        assert ben.pre("Edit", "a.py").denied, "shown once"
        assert pucs("resume", name).stdout == f"may go on: {name}\n"
        assert anna.edit("a.py", "anna", "more").reason == ""
        assert guarded.store.read().agent(name).ended == 0.0
        assert "being changed by" in ben.pre("Edit", "a.py").reason

    def test_a_call_that_was_open_still_has_its_author(self, client, pucs: Pucs, named: Named, guarded: Repo) -> None:
        anna, ben = client(), client()
        anna.pre("Edit", "a.py")
        pucs("terminate", named(anna))
        guarded.write("a.py", "late\n")
        reply = anna.post()
        assert reply.output["continue"] is False
        assert f"uncommitted changes of {named(anna)}" in ben.pre("Edit", "a.py").reason


class TestAgents:
    def test_every_agent_with_what_it_does(self, client, pucs: Pucs, named: Named, guarded: Repo) -> None:
        anna, ben, cleo, dora = client(PUCS_TASK="shout"), client(), client(), client()
        anna.write("a.py", "anna\n")
        for one in (ben, cleo, dora):
            one.start()
        pucs("pause", named(ben), "--why", "lunch")
        cleo.kill()
        dora.end()
        rows = pucs("agents").stdout.splitlines()
        assert rows[0] == f"{named(anna)}  active  seen just now  holds a.py  shout"
        assert rows[1].startswith(f"{named(ben)}  paused by person-")
        assert rows[2:] == ["and 2 more that are gone (--all shows them)"]
        found = {one["agent"]: one for one in json.loads(pucs("agents", "--json").stdout)["agents"]}
        assert [found[named(one)]["state"] for one in (anna, ben, cleo, dora)] == ["active", "paused", "dead", "ended"]
        assert found[named(anna)]["locks"] == ["a.py"]
        assert len(pucs("agents", "--all").stdout.splitlines()) == 4

    def test_who_asked_for_something_waits_for_it(self, client, pucs: Pucs, named: Named, guarded: Repo) -> None:
        rules = policy(streams={"db": "db/**"})
        guarded.guard(rules._replace(streams=(rules.streams[0]._replace(max_agents=1),)))
        anna, ben = client(), client()
        anna.start(), ben.start()
        pucs("claim", "db", by=anna)
        pucs("claim", "db", by=ben)
        pucs("ask", "Which table?", by=anna)
        rows = pucs("agents").stdout.splitlines()
        assert rows[0].startswith(f"{named(anna)}  stream db  waiting for the answer to q")
        assert rows[1].startswith(f"{named(ben)}  waiting for a place in stream db")

    def test_who_stands_in_line_waits(self, client, pucs: Pucs, named: Named, guarded: Repo) -> None:
        anna, ben = client(), client()
        anna.write("a.py", "anna\n")
        ben.start()
        waiting = begin(guarded, "wait", "a.py", **shell_of(ben))
        assert waiting.stderr is not None
        assert "waiting for a.py" in waiting.stderr.readline()
        assert f"{named(ben)}  waiting for a.py" in pucs("agents").stdout
        waiting.kill()
        waiting.communicate()


def test_the_messages_are_the_proposals() -> None:
    code = "from pucs import AgentMessage, CoordinatorMessage; print(AgentMessage.REGISTER, CoordinatorMessage.PAUSE)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "register pause\n"
