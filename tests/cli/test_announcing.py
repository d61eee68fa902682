"""Intents: announced in the library and the CLI, met by real edits and commits, judged by time and by who lives."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from pucs import PUCSClient
from pucs.errors import UsageError
from tests.cli.conftest import Pucs
from tests.support import ROOT, Client, Repo, policy

PROPOSAL = """\
from pucs import PUCSClient

# Initialize client
pucs = PUCSClient(agent_id="exec-agent-1", stream="execution")

# Signal intent before starting work
intent_result = pucs.signal_intent(
    files=["execution/fill_predictor.py", "execution/fill_ml_model.py"],
    description="Adding gradient boosting model for fill prediction",
    estimated_duration_min=45
)

if intent_result.conflicts:
    # Handle conflicts
    for conflict in intent_result.conflicts:
        print(f"Conflict: {conflict.file} - {conflict.holder}")
else:
    # Acquire locks and proceed
    locks = pucs.acquire_locks(intent_result.files)

    # ... do work ...

    # Log changes
    pucs.log_change(
        action="Modified fill_predictor.py",
        files=["execution/fill_predictor.py"],
        details={"lines_added": 120, "functions_added": 3}
    )

    # Release locks when done
    pucs.release_locks()
"""
STREAMS = {"execution": "execution/**/*.py", "risk": "models/**/*.py", "llm": "llm/**/*.py"}


def run(repo: Repo, code: str) -> str:
    """What a program prints in the repository."""
    env = {**repo.env, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=repo.root, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def agent(repo: Repo, name: str, stream: str | None = None) -> PUCSClient:
    return PUCSClient(name, stream, path=str(repo.root))


@pytest.fixture
def bot(repo: Repo) -> Repo:
    """The proposal's repository, guarded."""
    for path in (
        "execution/fill_predictor.py",
        "execution/slippage.py",
        "models/risk.py",
        "llm/agents/base.py",
        "llm/news.py",
    ):
        repo.write(path, "x = 1\ny = 2\nz = 3\n")
    repo.commit("Files")
    return repo.guard(policy(STREAMS))


class TestTheProposal:
    def test_runs_sentence_by_sentence(self, bot: Repo) -> None:
        assert run(bot, PROPOSAL + "\nprint(len(locks), [lock.task for lock in locks])\n") == (
            "2 ['Adding gradient boosting model for fill prediction', 'Adding gradient boosting model for fill prediction']\n"
        )
        [entry] = bot.events("Modified fill_predictor.py")
        assert (entry["agent"], entry["stream"]) == ("exec-agent-1", "execution")
        assert (entry["lines_added"], entry["functions_added"]) == (120, 3)
        [entry] = bot.events("intended")
        assert entry["files"] == ["execution/fill_predictor.py", "execution/fill_ml_model.py"]
        assert bot.store.read().path("execution/fill_predictor.py").tree(".").locks == ()

    def test_names_file_and_holder_where_somebody_else_is_at_it(self, client, bot: Repo) -> None:
        client(bot).edit("execution/fill_predictor.py", "x = 1", "x = 2")
        assert run(bot, PROPOSAL) == "Conflict: execution/fill_predictor.py - agent-1\n"
        assert bot.events("Modified fill_predictor.py") == []

    def test_as_a_context_manager(self, bot: Repo) -> None:
        with agent(bot, "exec-agent-1", "execution") as pucs:
            result = pucs.signal_intent("execution/fill_predictor.py", "Add a model", 45)
            pucs.acquire_locks(result.files)
        assert bot.store.read().path("execution/fill_predictor.py").tree(".").locks == ()


class TestConflicts:
    def test_a_lock_with_who_what_and_until_when(self, client, bot: Repo) -> None:
        anna = client(bot, PUCS_STREAM="execution", PUCS_TASK="Round up")
        anna.edit("execution/slippage.py", "x = 1", "x = 2")
        ben = agent(bot, "ben", "execution")
        result = ben.signal_intent(["execution/slippage.py", "execution/fill_predictor.py"], "Round down")
        [met] = result.conflicts
        assert (met.type, met.file, met.holder) == ("FILE_LOCK", "execution/slippage.py", "execution-agent-1")
        assert (met.task, met.stream) == ("Round up", "execution")
        assert met.until > bot.store.read().now
        assert result.files == ("execution/fill_predictor.py",)
        assert (
            'execution/slippage.py is being changed by execution-agent-1 (stream execution, task "Round up")'
            in met.warning
        )

    def test_a_lock_in_another_worktree_is_no_obstacle_to_a_lock_here(self, client, bot: Repo) -> None:
        side = bot.worktree("side")
        client(side).edit("execution/slippage.py", "x = 1", "x = 2")
        result = agent(bot, "ben").signal_intent("execution/slippage.py")
        assert [(one.type, one.holder) for one in result.conflicts] == [("FILE_LOCK", "agent-1")]
        assert "in worktree side" in result.conflicts[0].warning
        assert result.files == ("execution/slippage.py",)

    def test_another_agents_intent_and_it_is_told_once(self, client, bot: Repo) -> None:
        anna = client(bot)
        anna.edit("a.py", "a = 1", "a = 2")
        PUCSClient("agent-1", path=str(bot.root)).signal_intent("llm/news.py", "Better news", 20)
        ben = agent(bot, "ben")
        said = []
        for _ in range(2):
            [met] = ben.signal_intent(["llm/news.py", "b.py"], "Shorter news").conflicts
            assert (met.type, met.file, met.holder, met.task) == ("INTENT", "llm/news.py", "agent-1", "Better news")
            said.append(anna.batch().context)
        assert 'ben (task "Shorter news") plans' in said[0]
        assert "llm/news.py: you announced it, too." in said[0]
        assert said[1] == ""

    def test_what_its_stream_depends_on_and_what_depends_on_it(self, client, bot: Repo) -> None:
        rules = policy(STREAMS)
        needs = {"execution": ("models",), "llm": ("execution",)}
        streams = tuple(rule._replace(dependencies=needs.get(rule.name, ())) for rule in rules.streams)
        bot.guard(rules._replace(streams=streams))
        risk = client(bot, PUCS_STREAM="risk", PUCS_TASK="New limits")
        risk.edit("models/risk.py", "x = 1", "x = 2")
        agent(bot, "news", "llm").signal_intent("llm/news.py", "Better news")
        result = agent(bot, "ben", "execution").signal_intent("execution/slippage.py", "Round down")
        met = {(one.type, one.file, one.holder): one for one in result.conflicts}
        assert met.keys() == {
            ("DEPENDENCY", "models/risk.py", "risk-agent-1"), ("DEPENDENCY", "execution/slippage.py", "news"),
        }  # fmt: skip
        assert "stream execution needs it" in met["DEPENDENCY", "models/risk.py", "risk-agent-1"].warning
        assert result.files == ("execution/slippage.py",)
        told = risk.batch().context
        assert "execution/slippage.py, which needs models/risk.py" in told
        ben = agent(bot, "ben", "execution")
        ben.signal_intent("execution/slippage.py", "Round down")
        assert risk.batch().context == ""

    def test_what_its_files_import_and_who_imports_them(self, client, bot: Repo) -> None:
        bot.write("llm/news.py", "from .agents import base\nx = 1\n")
        bot.write("execution/slippage.py", "import llm.news as news\nx = 1\n")
        bot.commit("Imports")
        anna, ben = client(bot, PUCS_TASK="New base"), client(bot, PUCS_TASK="Round up")
        anna.edit("llm/agents/base.py", "x = 1", "x = 2")
        ben.edit("execution/slippage.py", "x = 1", "x = 2")
        result = agent(bot, "carl").signal_intent("llm/news.py", "Better news")
        needed, user = result.conflicts
        assert (needed.type, needed.file, needed.holder) == ("DEPENDENCY", "llm/agents/base.py", "agent-1")
        assert "llm/news.py needs it" in needed.warning
        assert (user.type, user.file, user.holder, user.severity) == ("DEPENDENCY", "llm/news.py", "agent-2", "low")
        assert "works on execution/slippage.py" in user.warning
        assert result.files == ("llm/news.py",)
        assert "llm/news.py, which your execution/slippage.py needs" in ben.batch().context
        assert agent(bot, "dora").check_conflicts("execution/fill_predictor.py") == []
        assert [one.file for one in agent(bot, "dora").check_conflicts("execution/slippage.py")][1:] == ["llm/news.py"]

    def test_streams_that_need_nothing_of_each_other_hear_nothing(self, client, bot: Repo) -> None:
        anna = client(bot, PUCS_STREAM="risk")
        anna.edit("models/risk.py", "x = 1", "x = 2")
        assert agent(bot, "ben", "llm").signal_intent("llm/news.py").conflicts == ()
        assert anna.batch().context == ""

    @pytest.mark.parametrize("named", ["llm/", "llm", "llm/**/*.py", "llm/n*.py"])
    def test_folders_and_patterns(self, bot: Repo, named: str) -> None:
        result = agent(bot, "anna").signal_intent(named)
        assert "llm/news.py" in result.files
        assert ("llm/agents/base.py" in result.files) is (named != "llm/n*.py")
        assert "a.py" not in result.files
        [met] = agent(bot, "ben").check_conflicts(["llm/news.py", "a.py"])
        assert (met.file, met.holder) == ("llm/news.py", "anna")

    def test_folders_that_do_not_exist_yet(self, bot: Repo) -> None:
        agent(bot, "anna").signal_intent(["new/parts/"])
        assert [one.file for one in agent(bot, "ben").check_conflicts("new/")] == ["new/parts/"]
        assert [one.file for one in agent(bot, "ben").check_conflicts("new/parts/one.py")] == ["new/parts/one.py"]
        assert agent(bot, "ben").check_conflicts("newer/") == []

    def test_asking_changes_nothing(self, bot: Repo) -> None:
        before = bot.store.read().revision
        assert agent(bot, "ben").check_conflicts(["llm/news.py"]) == []
        assert bot.store.read().revision == before

    @pytest.mark.parametrize("named", [[], [""], ["."], ["**"], ["/etc/passwd"], ["a\0b"]])
    def test_what_cannot_be_announced(self, bot: Repo, named: list[str]) -> None:
        with pytest.raises(UsageError):
            agent(bot, "ben").signal_intent(named)

    def test_of_two_at_once_one_sees_the_other(self, bot: Repo) -> None:
        clients = [agent(bot, f"a{number}") for number in range(8)]
        with ThreadPoolExecutor(8) as pool:
            results = list(pool.map(lambda one: one.signal_intent("llm/news.py"), clients))
        assert sorted(len(result.conflicts) for result in results) == list(range(8))

    def test_the_time_is_the_policys_where_nobody_says_and_never_longer(self, bot: Repo) -> None:
        bot.guard(policy(locks={"default_s": 600, "max_s": 1200}))
        now = bot.store.read().now
        assert agent(bot, "ben").signal_intent("a.py").until == pytest.approx(now + 600, abs=5)
        assert agent(bot, "ben").signal_intent("b.py", "", 999).until == pytest.approx(now + 1200, abs=5)


class TestEdits:
    def test_an_edit_of_an_announced_file_goes_through_and_both_are_told_once(self, client, bot: Repo) -> None:
        anna, ben = client(bot), client(bot, PUCS_TASK="Shorter news")
        anna.edit("a.py", "a = 1", "a = 2")
        PUCSClient("agent-1", path=str(bot.root)).signal_intent("llm/news.py", "Better news", 20)
        said = ben.edit("llm/news.py", "x = 1", "x = 2")
        assert not said.denied
        assert 'agent-1 (task "Better news") announced work on llm/news.py until' in said.context
        assert len(said.context) <= 400
        assert ben.edit("llm/news.py", "y = 2", "y = 3").silent
        told = anna.batch().context
        assert 'agent-2 (task "Shorter news") is editing llm/news.py, which you announced until' in told
        assert len(told) <= 400
        assert anna.batch().context == ""
        [entry] = [one for one in bot.events("warned") if one["agent"] == "agent-2"]
        assert (entry["holder"], entry["severity"]) == ("agent-1", "medium")

    @pytest.mark.parametrize("command", ["echo 1 > llm/news.py", 'python3 -c \'open("llm/news.py", "w").write("1")\''])
    def test_so_does_a_command_whether_its_text_tells_or_not(self, client, bot: Repo, command: str) -> None:
        anna, ben = client(bot), client(bot, PUCS_TASK="Shorter news")
        anna.edit("a.py", "a = 1", "a = 2")
        PUCSClient("agent-1", path=str(bot.root)).signal_intent("llm/news.py", "Better news", 20)
        said = ben.run(command)
        assert 'agent-1 (task "Better news") announced work on llm/news.py until' in said.context
        assert "agent-2" in anna.batch().context
        [entry] = [one for one in bot.events("intended") if one["agent"] == "agent-2"]
        assert (entry["task"], entry["files"], entry["by"]) == ("Shorter news", ["llm/news.py"], "first edit")

    def test_who_was_told_when_it_was_announced_is_not_told_again(self, client, bot: Repo) -> None:
        ben = client(bot)
        ben.edit("llm/news.py", "x = 1", "x = 2")
        assert agent(bot, "anna").signal_intent("llm/news.py").conflicts
        assert "anna plans" in ben.batch().context
        assert ben.edit("llm/news.py", "y = 2", "y = 3").silent

    def test_its_own_edits_and_its_subagents_are_silent_and_ticked_off(self, client, pucs: Pucs, bot: Repo) -> None:
        anna = client(bot)
        anna.edit("b.py", "b = 1", "b = 2")
        assert pucs("intent", "a.py", "llm/", "-m", "Both", by=anna).status == 0
        assert anna.edit("a.py", "a = 1", "a = 2").silent
        child = anna.subagent("0f")
        assert child.edit("llm/news.py", "x = 1", "x = 2").silent
        anna.edit("llm/agents/base.py", "x = 1", "x = 2")
        [one] = json.loads(pucs("intents", "--json").stdout)["intents"][:1]
        assert (one["files"], one["automatic"]) == (["a.py", "llm/"], False)
        assert sorted(one["edited"]) == ["a.py", "llm/agents/base.py"]

    def test_a_new_file_below_an_announced_folder_is_noticed_by_whoever_publishes(
        self, client, pucs: Pucs, bot: Repo
    ) -> None:
        anna, ben = client(bot), client(bot)
        anna.edit("a.py", "a = 1", "a = 2")
        PUCSClient("agent-1", path=str(bot.root)).signal_intent("llm/", "Better news", 20)
        ben.write("llm/extra.py", "x = 1\n")
        pucs("status")
        assert "announced work on llm/extra.py" in ben.batch().context
        assert "agent-2 is editing llm/extra.py" in anna.batch().context

    def test_a_first_edit_announces_itself_by_the_agents_task(self, client, pucs: Pucs, bot: Repo) -> None:
        anna = client(bot)
        anna.hook("user_prompt_submit", "UserPromptSubmit", prompt="Make the news shorter\nand more")
        anna.edit("llm/news.py", "x = 1", "x = 2")
        anna.edit("a.py", "a = 1", "a = 2")
        [entry] = bot.events("intended")
        assert (entry["task"], entry["files"]) == ("Make the news shorter", ["llm/news.py"])
        [one] = json.loads(pucs("intents", "--json").stdout)["intents"]
        assert (one["agent"], one["task"], one["automatic"]) == ("agent-1", "Make the news shorter", True)
        assert one["files"] == one["edited"] == ["a.py", "llm/news.py"]
        [met] = agent(bot, "ben").signal_intent("llm/news.py").conflicts
        assert met.task == "Make the news shorter"


class TestEnds:
    def test_the_commit_of_its_files_closes_it(self, client, pucs: Pucs, bot: Repo) -> None:
        pucs("init", str(bot.root))
        anna = client(bot)
        anna.edit("b.py", "b = 1", "b = 2")
        pucs("intent", "a.py", "llm/news.py", "llm/agents/", by=anna)
        for path, old in (("a.py", "a = 1"), ("llm/news.py", "x = 1"), ("llm/agents/base.py", "x = 1")):
            anna.edit(path, old, "x = 9")
            assert [one["why"] for one in bot.events("intent ended")] == []
            bot.git("commit", "-qm", "[PUCS-core] fix: Change", "--", path, PUCS_AGENT_ID="agent-1")
        assert [one["why"] for one in bot.events("intent ended")] == ["committed"]
        view = bot.store.read()
        assert list(view.names("intent")) == []
        assert view.path("a.py").intents == view.path("llm/agents/base.py").intents == ()

    def test_of_a_folder_nothing_may_be_left_uncommitted(self, client, pucs: Pucs, bot: Repo) -> None:
        pucs("init", str(bot.root))
        anna = client(bot)
        anna.edit("b.py", "b = 1", "b = 2")
        pucs("intent", "llm/", by=anna)
        for path in ("llm/news.py", "llm/agents/base.py"):
            anna.edit(path, "x = 1", "x = 9")
        for path, ended in (("llm/news.py", []), ("llm/agents/base.py", ["committed"])):
            bot.git("commit", "-qm", "[PUCS-core] fix: Change", "--", path, PUCS_AGENT_ID="agent-1")
            assert [one["why"] for one in bot.events("intent ended")] == ended

    def test_what_no_tool_wrote_and_its_agent_committed_counts_as_well(self, client, pucs: Pucs, bot: Repo) -> None:
        pucs("init", str(bot.root))
        anna = client(bot)
        anna.edit("b.py", "b = 1", "b = 2")
        pucs("intent", "a.py", by=anna)
        bot.write("a.py", "made\n")
        bot.git("commit", "-qm", "[PUCS-core] fix: Change", "--", "a.py", PUCS_AGENT_ID="agent-1")
        assert [one["why"] for one in bot.events("intent ended")] == ["committed"]

    def test_what_was_committed_is_nobodys_plan_any_more(self, client, pucs: Pucs, bot: Repo) -> None:
        pucs("init", str(bot.root))
        anna, ben = client(bot), client(bot)
        anna.edit("b.py", "b = 1", "b = 2")
        pucs("intent", "a.py", "llm/news.py", by=anna)
        anna.edit("a.py", "a = 1", "a = 2")
        bot.git("commit", "-qm", "[PUCS-core] fix: Change", "--", "a.py", PUCS_AGENT_ID="agent-1")
        assert ben.edit("a.py", "a = 2", "a = 3").silent
        assert "announced" in ben.edit("llm/news.py", "x = 1", "x = 2").context

    def test_a_persons_commit_of_its_bytes_counts_as_well_and_of_other_bytes_not(
        self, client, pucs: Pucs, bot: Repo
    ) -> None:
        pucs("init", str(bot.root))
        anna = client(bot)
        anna.edit("b.py", "b = 1", "b = 2")
        pucs("intent", "a.py", "llm/news.py", by=anna)
        bot.write("llm/news.py", "person\n")
        anna.edit("a.py", "a = 1", "a = 2")
        bot.git("commit", "-qm", "[PUCS-core] fix: Change", "--", "a.py", "llm/news.py")
        [key] = bot.store.read().names("intent")
        assert bot.store.read().record("intent/" + key).done == ("a.py",)

    def test_its_time(self, client, pucs: Pucs, bot: Repo) -> None:
        agent(bot, "anna").signal_intent("a.py", "", 1e-6)
        assert agent(bot, "ben").check_conflicts("a.py") == []
        assert client(bot).edit("a.py", "a = 1", "a = 2").silent
        pucs("status")
        assert [one["why"] for one in bot.events("intent ended")] == ["expired"]
        assert bot.store.read().path("a.py").intents == ()

    def test_a_lost_record_leaves_no_mark_behind(self, client, bot: Repo) -> None:
        agent(bot, "anna").signal_intent("a.py")
        for folder in ("records", "mirror"):
            for path in (bot.state / folder / "intent").iterdir():
                path.unlink()
        assert client(bot).edit("a.py", "a = 1", "a = 2").silent
        assert bot.store.read().path("a.py").intents == ()

    @pytest.mark.parametrize("end", [Client.kill, Client.end])
    def test_the_end_of_its_agent(self, client, pucs: Pucs, bot: Repo, end) -> None:
        anna, ben = client(bot), client(bot)
        anna.edit("b.py", "b = 1", "b = 2")
        pucs("intent", "a.py", by=anna)
        end(anna)
        assert ben.edit("a.py", "a = 1", "a = 2").silent
        pucs("status")
        assert [one["why"] for one in bot.events("intent ended")] == ["agent ended"]
        assert bot.store.read().path("a.py").intents == ()

    def test_taken_back(self, client, pucs: Pucs, bot: Repo) -> None:
        anna = client(bot)
        anna.edit("b.py", "b = 1", "b = 2")
        pucs("intent", "a.py", "llm/", by=anna)
        assert pucs("intent", "--close", by=anna).stdout == "1 taken back\n"
        assert pucs("intent", "--close", by=anna).stdout == "nothing of yours was announced\n"
        assert client(bot).edit("a.py", "a = 1", "a = 2").silent
        assert bot.store.read().path("llm/news.py").intents == ()

    def test_announced_again_it_is_one(self, bot: Repo) -> None:
        anna = agent(bot, "anna")
        anna.signal_intent(["a.py", "b.py"], "First")
        anna.signal_intent(["b.py", "a.py"], "Second")
        assert [one.task for one in agent(bot, "ben").check_conflicts("a.py")] == ["Second"]
        assert len(bot.store.read().path("a.py").intents) == 1


class TestCommands:
    def test_intent_says_what_it_meets(self, client, pucs: Pucs, bot: Repo) -> None:
        client(bot, PUCS_TASK="Round up").edit("a.py", "a = 1", "a = 2")
        anna = client(bot)
        anna.edit("b.py", "b = 1", "b = 2")
        said = pucs("intent", "a.py", "llm/news.py", "--task", "Shorter", "--minutes", "5", by=anna)
        assert said.status == 0
        assert said.stdout.startswith("announced until ")
        assert '  FILE_LOCK: a.py is being changed by agent-1 (task "Round up") until' in said.stdout
        document = json.loads(pucs("intent", "a.py", "-m", "Shorter", "--json", by=anna).stdout)
        assert (document["files"], document["conflicts"][0]["holder"]) == ([], "agent-1")
        assert document["until"].endswith("Z")

    def test_a_person_may_announce_as_well(self, client, pucs: Pucs, bot: Repo) -> None:
        assert "nobody else is at it" in pucs("intent", "a.py", "-m", "By hand").stdout
        said = client(bot).edit("a.py", "a = 1", "a = 2")
        assert 'task "By hand") announced work on a.py' in said.context

    def test_intents_status_and_why(self, client, pucs: Pucs, bot: Repo) -> None:
        assert pucs("intents").stdout == "nobody announced anything\n"
        anna = client(bot, PUCS_STREAM="llm")
        anna.edit("b.py", "b = 1", "b = 2")
        pucs("intent", "llm/", "-m", "Shorter", by=anna)
        line = 'llm-agent-1 (stream llm)  llm/  "Shorter"  (announced just now; 30 min left)'
        assert line in pucs("intents").stdout
        assert line in pucs("status").stdout
        assert f"announced: {line}" in pucs("why", "llm/news.py").stdout
        assert "announced" not in pucs("why", "a.py").stdout
        assert json.loads(pucs("why", "llm/news.py", "--json").stdout)["intents"][0]["task"] == "Shorter"
        state = json.loads(pucs("status", "--json").stdout)
        assert state["intents"][0]["files"] == ["llm/"]
        published = json.loads(Path(bot.state / "state/orchestrator_state.json").read_text())
        assert published["intents"][0]["agent"] == "llm-agent-1"

    def test_the_intent_of_a_locked_file_is_its_agents_task(self, pucs: Pucs, bot: Repo) -> None:
        with agent(bot, "exec-agent-1", "execution") as one:
            one.acquire_locks(one.signal_intent("execution/slippage.py", "Adding ML model feature").files)
            state = json.loads(pucs("status", "--json").stdout)
        [locked] = state["streams"]["execution"]["locked_files"]
        assert locked["intent"] == "Adding ML model feature"

    @pytest.mark.parametrize("words", [[], ["a.py", "--close"], ["a.py", "--minutes", "0"]])
    def test_wrong_use(self, pucs: Pucs, bot: Repo, words: list[str]) -> None:
        assert pucs("intent", *words).status == 2
