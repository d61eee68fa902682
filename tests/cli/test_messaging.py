"""`pucs message` and `pucs notices`, and their like in the library: to whom, from whom, and until it was read."""

import json
import subprocess
import sys

import pytest

from pucs import PUCSClient
from pucs.errors import Refusal, UsageError
from tests.cli.conftest import Pucs
from tests.support import ROOT, Repo

FROM_1 = "from agent agent-1 (information from another agent, not from your user)"


@pytest.fixture
def both(client, guarded: Repo):
    """Two agents at work: agent-1 and agent-2."""
    anna, ben = client(), client()
    anna.start()
    ben.start()
    return anna, ben


class TestMessages:
    def test_of_an_agent_is_told_at_the_next_call_and_marked(self, both, guarded: Repo, pucs: Pucs) -> None:
        anna, ben = both
        said = pucs("message", "agent-2", "I renamed", "load() to read()", by=anna)
        assert said.stdout == "sent to agent-2 (n1): told at the next tool call\n"
        assert ben.edit("a.py", "a", "b").context == f'[PUCS n1] {FROM_1}: "I renamed load() to read()"'
        assert ben.batch().silent
        [entry] = guarded.events("messaged")
        assert (entry["agent"], entry["to"]) == ("agent-1", ["agent-2"])

    def test_of_a_person_is_told_as_a_persons(self, both, pucs: Pucs) -> None:
        pucs("message", "agent-1", "the build is red", USER="ada", LOGNAME="ada")
        context = both[0].batch().context
        assert 'person-ada (a person at this repository, outside your conversation): "the build is red"' in context

    def test_to_a_stream_and_to_all_but_oneself(self, client, guarded: Repo, pucs: Pucs) -> None:
        anna, ben, carl = client(PUCS_STREAM="db"), client(PUCS_STREAM="db"), client(PUCS_STREAM="llm")
        for one in (anna, ben, carl):
            one.start()
        document = json.loads(pucs("message", "--stream", "db", "hello", "--json", by=anna).stdout)
        assert document["sent"] == [{"agent": "db-agent-2", "id": "n1"}]
        assert "llm-agent-1 (n1)" in pucs("message", "--all", "hi", by=anna).stdout
        assert ben.batch().context.count("[PUCS n") == 2
        assert carl.batch().context.count("[PUCS n") == 1
        assert anna.batch().silent

    def test_to_a_subagent_and_once_it_ended_to_its_parent(self, both, pucs: Pucs) -> None:
        anna, ben = both
        child = ben.subagent("0f")
        child.start()
        pucs("message", "agent-2/1", "one", by=anna)
        assert '"one"' in child.batch().context
        child.stop()
        assert pucs("message", "agent-2/1", "two", by=anna).stdout.startswith("sent to agent-2 (n1)")
        assert '"two"' in ben.batch().context

    def test_the_newest_about_a_matter(self, both, pucs: Pucs) -> None:
        anna, ben = both
        for text in ("red", "green"):
            pucs("message", "agent-2", text, "--about", "build", by=anna)
        assert ben.batch().context == f'[PUCS n2] {FROM_1}: "green"'

    def test_the_severest_first(self, both, pucs: Pucs) -> None:
        anna, ben = both
        pucs("message", "agent-2", "later", by=anna)
        pucs("message", "agent-2", "now", "--severity", "high", by=anna)
        assert [line.split()[1] for line in ben.batch().context.splitlines()] == ["n2]", "n1]"]

    @pytest.mark.parametrize(
        ("words", "status", "why"),
        [
            (("nobody", "hi"), 2, "there is no agent nobody"),
            (("agent-1", "hi"), 1, "there is no other agent at work"),
            (("agent-2", "x" * 281), 2, "has 281 characters"),
            (("agent-2", "\x1b[0m \u200b"), 2, "says nothing"),
            (("agent-2",), 2, "no text"),
            (("--stream", "none", "hi"), 1, "in stream none"),
            (("--stream", "s", "--all", "hi"), 2, "choose one"),
        ],
    )
    def test_what_nobody_could_read_is_refused(self, both, pucs: Pucs, words, status, why) -> None:
        done = pucs("message", *words, by=both[0])
        assert (done.status, why in done.stderr) == (status, True), done.stderr

    def test_to_an_agent_that_ended_is_refused(self, both, pucs: Pucs) -> None:
        both[1].end()
        assert "agent-2 has ended" in pucs("message", "agent-2", "hi", by=both[0]).stderr


class TestReading:
    def test_a_look_takes_nothing_away(self, both, pucs: Pucs) -> None:
        anna, ben = both
        pucs("message", "agent-2", "news", by=anna)
        line = f'agent-2: [PUCS n1] {FROM_1}: "news"\n'
        assert pucs("notices").stdout == pucs("notices", by=ben).stdout == line
        assert pucs("notices", by=anna).stdout == pucs("notices", "--agent", "agent-1").stdout == "no notices\n"
        [one] = json.loads(pucs("notices", "--json", "--agent", "agent-2").stdout)["notices"]
        assert (one["id"], one["from"], one["text"], one["told"]) == ("n1", "agent-1", "news", False)
        assert '"news"' in ben.batch().context
        assert pucs("notices").stdout == line[:-1] + " (told, not yet known to be read)\n"
        ben.batch()
        assert pucs("notices").stdout == "no notices\n"

    def test_an_agent_without_hooks_takes_them(self, both, guarded: Repo, pucs: Pucs) -> None:
        with PUCSClient("robot", path=str(guarded.root)) as robot:
            robot.acquire_locks("b.py")
            pucs("message", "robot", "news", by=both[0])
        assert pucs("notices", "--take", "--agent", "robot").stdout == f'[PUCS n1] {FROM_1}: "news"\n'
        assert pucs("notices", "--take", "--agent", "robot").stdout == "no notices\n"
        assert pucs("notices", "--take").status == 2
        assert pucs("notices", "--take", "--agent", "agent-2", by=both[0]).status == 2


class TestLibrary:
    def test_gives_them_until_the_next_call_says_they_were_read(self, both, guarded: Repo) -> None:
        anna = PUCSClient("agent-1", path=str(guarded.root))
        with PUCSClient("robot", path=str(guarded.root)) as robot:
            robot.acquire_locks("b.py")
            [sent] = anna.send_message("robot", "one")
            assert (sent.agent, sent.id) == ("robot", "n1")
            assert [one.id for one in robot.notices(peek=True)] == ["n1"]
            assert [(one.id, one.sender, one.text) for one in robot.notices()] == [("n1", "agent-1", "one")]
            assert guarded.store.read().record("inbox/robot") is not None
            assert robot.notices() == ()
            assert guarded.store.read().record("inbox/robot") is None
            anna.send_message("robot", "two")
            assert [one.id for one in robot.notices()] == ["n2"]
        assert guarded.store.read().record("inbox/robot") is None, "the end of the block says so, too"

    def test_a_process_that_dies_has_read_nothing(self, both, guarded: Repo) -> None:
        code = (
            "import os, signal, sys; sys.path.insert(0, sys.argv[1]); from pucs import PUCSClient\n"
            "print([one.id for one in PUCSClient('robot').notices()], flush=True); os.kill(os.getpid(), 9)"
        )
        robot = PUCSClient("robot", path=str(guarded.root))
        robot.acquire_locks("b.py")
        PUCSClient("agent-1", path=str(guarded.root)).send_message("robot", "one")
        for _ in range(2):
            command = [sys.executable, "-c", code, str(ROOT)]
            done = subprocess.run(
                command, cwd=guarded.root, env=guarded.env, capture_output=True, text=True, check=False
            )
            assert (done.stdout, done.returncode) == ("['n1']\n", -9), done.stderr
        assert [one.id for one in robot.notices()] == ["n1"]

    def test_refuses_as_the_command_does(self, both, guarded: Repo) -> None:
        robot = PUCSClient("robot", path=str(guarded.root))
        with pytest.raises(UsageError, match="no agent nobody"):
            robot.send_message("nobody", "hi")
        with pytest.raises(UsageError, match="no severity"):
            robot.send_message("agent-1", "hi", severity="urgent")
        both[0].end()
        with pytest.raises(Refusal, match="has ended"):
            robot.send_message("agent-1", "hi")
