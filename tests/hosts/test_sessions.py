"""Who an event belongs to, and what agents leave behind when they end, through the real hook scripts."""

import time
from pathlib import Path

import pytest

from tests.support import Client, Repo, policy


def agents(repo: Repo) -> list[str]:
    return sorted(repo.store.read().names("agent"))


def locks(repo: Repo, path: str) -> list[str]:
    return [lock.agent for lock in repo.store.read().path(path).tree(".").locks]


def open_calls(repo: Repo, path: str) -> int:
    return sum(len(lock.calls) for lock in repo.store.read().path(path).tree(".").locks)


class TestNames:
    def test_the_first_is_agent_1_and_the_name_stays(self, client, guarded: Repo) -> None:
        anna = client()
        anna.start()
        anna.write("a.py", "x\n")
        anna.batch()
        anna.stop()
        anna.start("compact")
        assert agents(guarded) == ["agent-1"]

    def test_named_after_their_stream(self, client, guarded: Repo) -> None:
        guarded.guard(policy(streams={"db": "db/**"}))
        client(PUCS_STREAM="db").start()
        client(PUCS_STREAM="db").start()
        client().start()
        assert agents(guarded) == ["agent-1", "db-agent-1", "db-agent-2"]

    def test_the_launcher_names_the_main_agent_and_subagents_append(self, client, guarded: Repo) -> None:
        anna = client(PUCS_AGENT_ID="reviewer")
        anna.start()
        anna.subagent("0f").start()
        anna.subagent("1e").start()
        assert agents(guarded) == ["reviewer", "reviewer/1", "reviewer/2"]

    def test_a_client_started_by_an_agent_is_not_that_agent(self, client, guarded: Repo) -> None:
        client(PUCS_AGENT_ID="lead").write("a.py", "lead\n")
        inner = client(PUCS_AGENT_ID="lead")
        assert inner.pre("Edit", "a.py").denied
        assert agents(guarded) == ["lead", "lead-2"]

    def test_a_name_whose_client_died_is_taken_up_again(self, client, guarded: Repo) -> None:
        first = client(PUCS_AGENT_ID="lead")
        first.write("a.py", "lead\n")
        first.kill()
        again = client(PUCS_AGENT_ID="lead")
        assert again.edit("a.py", "lead", "still the lead").silent
        assert agents(guarded) == ["lead"]

    @pytest.mark.parametrize("name", ["x" * 3000, "a\nb", "../../x", "é", "a/1", " ", "\udcff"])
    def test_any_name_will_do(self, client, guarded: Repo, name) -> None:
        anna = client(PUCS_AGENT_ID=name)
        assert anna.write("a.py", "x\n").silent
        reason = client().pre("Edit", "a.py").reason
        assert 0 < len(reason) <= 600
        assert "`pucs wait t" in reason

    def test_a_given_name_that_looks_like_a_subagents_is_none(self, client, guarded: Repo) -> None:
        client(PUCS_AGENT_ID="lead").write("a.py", "lead\n")
        assert client(PUCS_AGENT_ID="lead/1").pre("Edit", "a.py").denied

    def test_without_ids_there_is_still_an_agent(self, client, guarded: Repo) -> None:
        anna = client(session="")
        anna.session = ""
        assert anna.write("a.py", "x\n").silent
        assert client().pre("Edit", "a.py").denied


class TestGreeting:
    def test_says_id_stream_boundary_and_company(self, client, guarded: Repo) -> None:
        rules = policy(streams={"db": "db/**"})
        rules = rules._replace(streams=(rules.streams[0]._replace(files="db/**"),))
        guarded.guard(rules)
        anna = client()
        anna.start()
        anna.write("a.py", "x\n")
        text = client(PUCS_STREAM="db").start().context
        assert "You are db-agent-1, stream db." in text
        assert "Change only db/**" in text
        assert "agent-1 (a.py)" in text
        assert len(text.split()) <= 60

    def test_the_dead_and_the_ended_are_no_company(self, client) -> None:
        anna, ben = client(), client()
        anna.start()
        ben.start()
        anna.kill()
        ben.end()
        assert "Also at work" not in client().start().context

    def test_subagents_are_greeted_too(self, client) -> None:
        anna = client()
        anna.start()
        assert "You are agent-1/1." in anna.subagent("0f").start().context


class TestClear:
    def test_the_same_client_process_goes_on_as_the_same_agent(self, client, guarded: Repo) -> None:
        anna = client()
        anna.start()
        anna.write("a.py", "x\n")
        anna.end("clear")
        after = anna.again()
        assert "You are agent-1." in after.start("clear").context
        assert after.edit("a.py", "x", "y").silent
        assert agents(guarded) == ["agent-1"]
        assert client().pre("Edit", "a.py").denied

    def test_without_session_hooks_as_well(self, client, guarded: Repo) -> None:
        anna = client()
        anna.write("a.py", "x\n")
        assert anna.again().edit("a.py", "x", "y").silent
        assert agents(guarded) == ["agent-1"]


class TestResume:
    def test_in_a_new_process_it_is_the_same_agent(self, client, guarded: Repo) -> None:
        anna = client()
        anna.start()
        anna.write("a.py", "x\n")
        anna.end()
        anna.kill()
        back = client(session=anna.session)
        assert "You are agent-1." in back.start("resume").context
        assert back.edit("a.py", "x", "y").silent
        assert agents(guarded) == ["agent-1"]

    def test_what_it_left_dirty_is_held_again_from_the_start(self, client) -> None:
        anna = client()
        anna.write("a.py", "x\n")
        anna.kill()
        client(session=anna.session).start("resume")
        assert "is being changed by agent-1" in client().pre("Edit", "a.py").reason

    def test_the_same_session_twice_at_once_is_two_agents(self, client, guarded: Repo) -> None:
        anna = client()
        anna.write("a.py", "x\n")
        twin = client(session=anna.session)
        assert twin.pre("Edit", "a.py").denied
        assert twin.write("b.py", "twin\n").silent
        assert anna.pre("Edit", "b.py").denied
        assert agents(guarded) == ["agent-1", "agent-2"]

    def test_the_twin_stays_who_it_is_when_the_first_dies(self, client, guarded: Repo) -> None:
        anna = client()
        anna.write("a.py", "x\n")
        twin = client(session=anna.session)
        assert twin.write("b.py", "twin\n").silent
        anna.kill()
        assert twin.edit("b.py", "twin", "still the twin").silent
        assert agents(guarded) == ["agent-1", "agent-2"]

    def test_subagents_of_twins_belong_to_their_own(self, client, guarded: Repo) -> None:
        anna = client()
        anna.start()
        twin = client(session=anna.session)
        twin.start()
        twin.write("b.py", "twin\n")
        child = twin.subagent("0f")
        assert child.edit("b.py", "twin", "child").silent
        assert "agent-2/1" in agents(guarded)

    def test_another_session_in_the_same_client_is_not_kept_out_by_the_one_it_left(self, client, guarded: Repo) -> None:
        old = client()
        old.write("b.py", "old\n")
        old.end()
        old.kill()
        anna = client()
        anna.write("a.py", "x\n")
        anna.end("resume")
        resumed = anna.again(old.session)
        resumed.start("resume")
        first = resumed.pre("Edit", "a.py")
        assert not first.denied or "gone or idle" in first.reason


class TestEnd:
    def test_within_its_budget(self, client, guarded: Repo) -> None:
        anna = client()
        for number in range(40):
            anna.pre("Write", f"f{number}.txt")
        began = time.monotonic()
        anna.end()
        assert time.monotonic() - began < 1.5 + 3.0, "1.5 s on a machine that does nothing else"

    def test_frees_the_paths_of_its_subagents_as_well(self, client, guarded: Repo) -> None:
        anna = client()
        anna.start()
        child = anna.subagent("0f")
        child.pre("Edit", "a.py")
        child.write("b.py", "dirty\n")
        anna.end()
        assert client().pre("Edit", "a.py").silent
        assert "gone or idle" in client().pre("Edit", "b.py").reason

    def test_of_a_session_nobody_saw(self, client, guarded: Repo) -> None:
        assert client().end().silent
        assert client().stop().silent
        assert agents(guarded) == []

    def test_stop_frees_what_is_clean_and_keeps_what_is_dirty(self, client, guarded: Repo) -> None:
        anna = client()
        anna.pre("Edit", "a.py")
        anna.write("b.py", "dirty\n")
        anna.stop()
        assert locks(guarded, "a.py") == []
        assert locks(guarded, "b.py") == ["agent-1"]
        assert client().pre("Edit", "a.py").silent
        assert "is being changed" in client().pre("Edit", "b.py").reason

    def test_stop_of_the_main_agent_leaves_its_background_subagents_alone(self, client, guarded: Repo) -> None:
        anna = client()
        anna.start()
        child = anna.subagent("0f")
        child.pre("Edit", "a.py")
        anna.stop()
        assert open_calls(guarded, "a.py") == 1
        assert client().pre("Edit", "a.py").denied


class TestSubagents:
    @pytest.fixture
    def anna(self, client) -> Client:
        anna: Client = client()
        anna.start()
        return anna

    def test_may_work_inside_the_parents_lock(self, anna) -> None:
        anna.write("a.py", "parent\n")
        assert anna.subagent("0f").edit("a.py", "parent", "child").silent

    def test_siblings_keep_each_other_out(self, anna) -> None:
        anna.write("a.py", "parent\n")
        anna.subagent("0f").edit("a.py", "parent", "child")
        reason = anna.subagent("1e").pre("Edit", "a.py").reason
        assert "agent-1/1" in reason

    def test_others_are_kept_out_by_a_subagent(self, anna, client) -> None:
        anna.subagent("0f").write("a.py", "child\n")
        assert "agent-1/1" in client().pre("Edit", "a.py").reason

    def test_a_subagent_of_another_is_kept_out(self, anna, client) -> None:
        anna.write("a.py", "anna\n")
        ben = client()
        ben.start()
        assert ben.subagent("0f").pre("Edit", "a.py").denied

    def test_the_end_gives_dirty_bytes_to_the_parent_and_frees_the_rest(self, anna, client, guarded: Repo) -> None:
        child = anna.subagent("0f")
        child.start()
        child.write("a.py", "child\n")
        child.pre("Edit", "b.py")
        child.stop()
        assert locks(guarded, "a.py") == ["agent-1"]
        assert locks(guarded, "b.py") == []
        assert anna.edit("a.py", "child", "parent").silent
        assert "is being changed by agent-1 since" in client().pre("Edit", "a.py").reason
        assert client().pre("Edit", "b.py").silent

    def test_the_parents_own_dirty_bytes_and_the_childs_become_one_lock(self, anna, client, guarded: Repo) -> None:
        anna.write("a.py", "parent\n")
        child = anna.subagent("0f")
        child.edit("a.py", "parent", "parent\nchild")
        child.stop()
        assert locks(guarded, "a.py") == ["agent-1"]
        assert "-a = 1\n+parent\n+child\n" in client().pre("Edit", "a.py").reason

    def test_back_at_the_parents_base_is_free(self, anna, client, guarded: Repo) -> None:
        anna.write("a.py", "parent\n")
        child = anna.subagent("0f")
        child.write("a.py", "a = 1\n")
        child.stop()
        assert client().write("a.py", "free\n").silent

    def test_resumed_after_its_end_it_is_the_same(self, anna, guarded: Repo) -> None:
        child = anna.subagent("0f")
        child.start()
        child.stop()
        child.start()
        assert child.write("a.py", "again\n").silent
        assert agents(guarded) == ["agent-1", "agent-1/1"]
        assert locks(guarded, "a.py") == ["agent-1/1"]

    def test_an_unknown_subagents_stop_is_nothing(self, anna, guarded: Repo) -> None:
        assert anna.subagent("77").stop().silent
        assert agents(guarded) == ["agent-1"]

    def test_the_agent_of_a_worktree_of_its_own(self, anna, guarded: Repo) -> None:
        anna.write("a.py", "main\n")
        tree = guarded.worktree("agent-0f", at=guarded.root / ".claude/worktrees/agent-0f")
        child = anna.subagent("0f")
        child.cwd = tree.root
        assert not child.write("a.py", "there\n").denied
        assert child.stop().status == 0


class TestCallsWithoutAnEnd:
    @pytest.mark.parametrize(
        "response",
        [
            "PreToolUse:Write hook error: NO",
            "<tool_use_error>String to replace not found</tool_use_error>",
            "Claude requested permissions to write to a.py, but you haven't granted it yet.",
            "The user doesn't want to proceed with this tool use.",
            "Refusing to write through a symbolic link",
        ],
    )
    def test_refused_by_the_client_leaves_nothing_behind(self, client, guarded: Repo, response) -> None:
        anna = client()
        anna.pre("Edit", "a.py")
        assert anna.batch(response).silent
        assert locks(guarded, "a.py") == []
        assert guarded.store.read().agent("agent-1").calls == {}
        assert client().pre("Edit", "a.py").silent

    def test_refused_while_a_person_changed_the_file_is_not_the_agents_change(self, client, guarded: Repo) -> None:
        anna = client()
        anna.pre("Edit", "a.py")
        guarded.write("a.py", "person\n")
        anna.batch("The user doesn't want to proceed with this tool use.")
        assert locks(guarded, "a.py") == []
        assert client().write("a.py", "free\n").silent

    def test_interrupted_and_written_all_the_same(self, client, guarded: Repo) -> None:
        anna = client()
        anna.pre("Write", "a.py")
        guarded.write("a.py", "new\n")
        anna.batch("ok")
        assert locks(guarded, "a.py") == ["agent-1"]
        assert client().pre("Edit", "a.py").denied

    def test_a_failed_call_leaves_nothing(self, client, guarded: Repo) -> None:
        anna = client()
        anna.pre("Edit", "a.py")
        assert anna.fail().silent
        assert locks(guarded, "a.py") == []

    def test_a_call_nobody_closed_is_settled_by_the_next_one(self, client, guarded: Repo) -> None:
        anna = client()
        anna.pre("Edit", "a.py")
        anna.pre("Edit", "b.py")
        assert locks(guarded, "a.py") == []
        assert client().pre("Edit", "a.py").silent

    def test_a_call_nobody_closed_that_wrote_is_its_agents_change(self, client, guarded: Repo) -> None:
        anna = client()
        anna.pre("Edit", "a.py")
        guarded.write("a.py", "written\n")
        anna.pre("Edit", "b.py")
        assert locks(guarded, "a.py") == ["agent-1"]
        assert "+written" in client().pre("Edit", "a.py").reason

    def test_a_call_nobody_closed_is_settled_at_the_end_of_the_turn(self, client, guarded: Repo) -> None:
        anna = client()
        anna.pre("Edit", "a.py")
        anna.stop()
        assert locks(guarded, "a.py") == []

    def test_another_agents_open_calls_are_not_touched(self, client, guarded: Repo) -> None:
        anna, ben = client(), client()
        anna.pre("Edit", "a.py")
        ben.batch("PreToolUse:Write hook error: NO", {"tool_name": "Edit", "tool_use_id": "x", "tool_input": {}})
        ben.stop()
        assert open_calls(guarded, "a.py") == 1

    def test_the_same_event_twice_is_the_same(self, client, guarded: Repo) -> None:
        anna = client()
        for _ in range(2):
            assert anna.pre("Write", "a.py", call="toolu_same").silent
        assert open_calls(guarded, "a.py") == 1
        guarded.write("a.py", "new\n")
        for _ in range(2):
            assert anna.post().silent
        assert locks(guarded, "a.py") == ["agent-1"]
        assert guarded.store.read().agent("agent-1").calls == {}

    def test_refused_in_another_repository_than_the_cwd(self, client, guarded: Repo, tmp_path: Path) -> None:
        other = Repo.create(tmp_path, "other").guard()
        anna = client()
        anna.pre("Write", str(other.root / "a.py"))
        anna.batch("The user doesn't want to proceed with this tool use.")
        assert locks(other, "a.py") == []


class TestCommands:
    def test_bash_is_noted_while_it_runs(self, client, guarded: Repo) -> None:
        anna = client()
        assert anna.pre("Bash", command="make test").silent
        (call,) = guarded.store.read().agent("agent-1").calls.values()
        assert (call.tool, call.what) == ("Bash", "make test")
        assert anna.post().silent
        assert guarded.store.read().agent("agent-1").calls == {}

    def test_a_failed_command_is_over_too(self, client, guarded: Repo) -> None:
        anna = client()
        anna.pre("Bash", command="make broken")
        assert anna.fail("Exit code 1").silent
        assert guarded.store.read().agent("agent-1").calls == {}

    def test_an_edit_does_not_end_a_command_in_the_background(self, client, guarded: Repo) -> None:
        anna = client()
        anna.pre("Bash", command="make server")
        anna.write("a.py", "x\n")
        assert [call.tool for call in guarded.store.read().agent("agent-1").calls.values()] == ["Bash"]

    def test_a_busy_state_does_not_keep_a_command_from_being_looked_at(self, client, guarded: Repo) -> None:
        from tests.hosts.test_edit_gate import busy

        anna, ben = client(), client()
        anna.pre("Bash", command="make one")
        guarded.write("b.py", "b = 2\n")
        with busy(guarded):
            assert anna.pre("Bash", command="make two").silent
        guarded.write("a.py", "a = 2\n")
        anna.batch()
        assert "agent-1" in ben.pre("Edit", "a.py").reason
        assert "agent-1" in ben.pre("Edit", "b.py").reason

    def test_a_busy_state_does_not_fail_a_command(self, client, guarded: Repo) -> None:
        from tests.hosts.test_edit_gate import busy

        anna = client()
        with busy(guarded):
            assert anna.pre("Bash", command="ls").silent
