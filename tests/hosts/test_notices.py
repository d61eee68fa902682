"""Notices through the real hooks: told once, marked, confirmed by the next event, and again only after a death."""

import re
import signal
import subprocess
import sys

import pytest

from pucs import notices
from pucs.model import Notice
from pucs.view import Change
from tests.support import ROOT, Client, Repo

HELD_UP = (
    "import sys;sys.path.append(sys.argv[1]);from pucs import hookpath, system;from pucs.hosts import door\n"
    "hookpath.leave = lambda code=0: None\n"
    "def until_killed(*_):\n"
    "    import time\n"
    "    system.write(2, b'here')\n"
    "    time.sleep(60)\n"
    "{cut}\n"
    "exec(open(sys.argv[2]).read())"
)
BEFORE_PRINTING = HELD_UP.format(cut="door._print = until_killed")
AFTER_PRINTING = HELD_UP.format(cut="import pucs.client.delivering as d; d.printed = until_killed")


def send(repo: Repo, agent: str, *texts: str, about: str = "", severity: str = "info", sender: str = "") -> None:
    """Puts notices into an inbox, one transaction each."""
    for text in texts:

        def rule(view, text=text):
            writes = {}
            notices.tell(agent, Notice(text, view.now, about, severity, sender), view, writes)
            return Change(None, writes)

        repo.store.transact(rule)


def numbers(text: str) -> list[str]:
    return re.findall(r"\[PUCS (n\d+)\]", text)


@pytest.fixture
def anna(client) -> Client:
    """An agent at work: agent-1."""
    one = client()
    one.start()
    return one


class TestTelling:
    def test_once_with_its_number_and_gone_after_the_next_event(self, anna, guarded: Repo) -> None:
        send(guarded, "agent-1", "the tests are green")
        assert anna.edit("a.py", "a", "b").context == "[PUCS n1] the tests are green"
        assert guarded.store.read().record("inbox/agent-1") is not None, "nobody knows yet whether it arrived"
        assert anna.batch().silent
        assert guarded.store.read().record("inbox/agent-1") is None
        send(guarded, "agent-1", "the tests are red")
        assert anna.batch().context == "[PUCS n2] the tests are red", "numbers go on"

    def test_three_a_call_the_severest_first_each_in_order(self, anna, guarded: Repo) -> None:
        for severity in ("info", "medium", "high"):
            send(guarded, "agent-1", f"{severity} 1", f"{severity} 2", severity=severity)
        edit = anna.edit("a.py", "a", "b").context
        assert edit.splitlines() == ["[PUCS n5] high 1", "[PUCS n6] high 2", "[PUCS n3] medium 1"]
        told = [anna.batch().context for _ in range(3)]
        assert told == ["[PUCS n4] medium 2\n[PUCS n1] info 1\n[PUCS n2] info 2", "", ""]

    def test_a_call_and_its_batch_are_told_three_together(self, anna, guarded: Repo) -> None:
        send(guarded, "agent-1", *"12345")
        anna.pre("Edit", "a.py", call="c1")
        guarded.write("a.py", "b\n")
        assert numbers(anna.post().context) == ["n1", "n2", "n3"]
        call = {"tool_name": "Edit", "tool_use_id": "c1", "tool_input": {"file_path": str(guarded.root / "a.py")}}
        assert anna.batch("ok", call).silent
        assert numbers(anna.batch().context) == ["n4", "n5"]

    def test_the_newest_state_of_a_matter(self, anna, guarded: Repo) -> None:
        send(guarded, "agent-1", "free", "held", "free again", about="a.py")
        assert anna.batch().context == "[PUCS n3] free again"

    def test_a_new_state_of_what_was_told_is_told(self, anna, guarded: Repo) -> None:
        send(guarded, "agent-1", "free", about="a.py")
        assert numbers(anna.batch().context) == ["n1"]
        send(guarded, "agent-1", "held", about="a.py")
        assert numbers(anna.batch().context) == ["n2"]
        assert anna.batch().silent

    def test_none_is_lost_however_many_there_are(self, anna, guarded: Repo) -> None:
        send(guarded, "agent-1", *map(str, range(50)))
        told = "\n".join(anna.batch().context for _ in range(17))
        assert numbers(told) == [f"n{number}" for number in range(1, 51)]

    def test_with_a_denial(self, anna, client, guarded: Repo) -> None:
        client().write("a.py", "ben\n")
        send(guarded, "agent-1", "news")
        reply = anna.pre("Edit", "a.py")
        assert reply.denied
        assert reply.context == "[PUCS n1] news"
        assert anna.batch().silent

    def test_at_the_start_of_a_session_that_goes_on(self, anna, guarded: Repo) -> None:
        send(guarded, "agent-1", "news")
        assert numbers(anna.start("compact").context) == ["n1"]
        anna.stop()
        assert guarded.store.read().record("inbox/agent-1") is None, "the end of a turn is an event, too"

    def test_with_the_next_prompt(self, anna, guarded: Repo) -> None:
        anna.stop()
        send(guarded, "agent-1", "news")
        assert anna.hook("user_prompt_submit", "UserPromptSubmit", prompt="go on").context == "[PUCS n1] news"
        assert anna.hook("user_prompt_submit", "UserPromptSubmit", prompt="go on").silent

    def test_nothing_more_is_done_where_there_are_none(self, anna, guarded: Repo) -> None:
        anna.edit("a.py", "a", "b")
        before = guarded.store.read().revision
        anna.batch()
        assert guarded.store.read().revision == before


class TestSubagents:
    def test_each_has_its_own(self, anna, guarded: Repo) -> None:
        child = anna.subagent("0f")
        child.start()
        send(guarded, "agent-1/1", "for the child")
        send(guarded, "agent-1", "for the parent")
        assert child.edit("a.py", "a", "b").context == "[PUCS n1] for the child"
        assert child.batch().silent
        assert anna.batch().context == "[PUCS n1] for the parent"

    def test_what_one_has_not_read_at_its_end_is_its_parents(self, anna, guarded: Repo) -> None:
        child = anna.subagent("0f")
        child.start()
        send(guarded, "agent-1/1", "read")
        assert child.batch().context
        send(guarded, "agent-1/1", "unread", sender="agent-7")
        child.stop()
        assert "unread" in anna.batch().context
        assert anna.batch().silent
        assert guarded.store.read().record("inbox/agent-1/1") is None


class TestDeaths:
    def killed(self, one: Client, code: str) -> None:
        """PostToolBatch whose hook is killed where `code` holds it up."""
        command = [sys.executable, "-I", "-S", "-c", code, str(ROOT), str(ROOT / "hooks" / "post_tool_batch.py")]
        env = {**one.repo.env, "CLAUDE_PID": str(one.process.pid)}
        event = f'{{"session_id": "{one.session}", "cwd": "{one.cwd}", "tool_calls": []}}'
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env, cwd=one.cwd
        ) as hook:
            assert hook.stdin is not None
            assert hook.stderr is not None
            hook.stdin.write(event.encode())
            hook.stdin.close()
            assert hook.stderr.read(4) == b"here"
            assert one.batch().silent, "a hook that lives may still print what comes first"
            hook.send_signal(signal.SIGKILL)

    @pytest.mark.parametrize("code", [BEFORE_PRINTING, AFTER_PRINTING], ids=["before printing", "after printing"])
    def test_a_hook_that_dies_before_its_answer_counts_has_told_nothing(self, anna, guarded: Repo, code) -> None:
        send(guarded, "agent-1", *"12345")
        self.killed(anna, code)
        assert anna.batch().context == "[PUCS n1] 1\n[PUCS n2] 2\n[PUCS n3] 3"
        assert numbers(anna.batch().context) == ["n4", "n5"]
        assert anna.batch().silent

    def test_a_client_that_dies_with_the_answer_has_read_nothing(self, anna, client, guarded: Repo) -> None:
        send(guarded, "agent-1", "news")
        assert anna.batch().context == "[PUCS n1] news"
        anna.kill()
        back = client(session=anna.session)
        assert numbers(back.start("resume").context) == ["n1"]
        assert back.batch().silent

    def test_a_client_that_goes_on_has_read_it(self, anna, guarded: Repo) -> None:
        send(guarded, "agent-1", "news")
        assert anna.batch().context == "[PUCS n1] news"
        anna.end("clear")
        assert "news" not in anna.again().start("clear").context
