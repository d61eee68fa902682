"""The edit gate through the real hook scripts, row by row of DESIGN section 7."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from pucs import PUCSClient
from pucs.model import Name
from pucs.state.processes import identify
from pucs.view import Change
from tests.support import Client, Repo, policy


def kept(repo: Repo, content: str) -> bool:
    """Whether a copy of that content is in the spool."""
    return content.encode() in [file.read_bytes() for file in (repo.state / "spool").iterdir()]


def locks(repo: Repo, path: str, tree: str = ".") -> list[str]:
    """Whose locks are on record."""
    return [lock.agent for lock in repo.store.read().path(path).tree(tree).locks]


class TestSilence:
    def test_outside_any_repository(self, client, tmp_path: Path) -> None:
        assert client().pre("Write", str(tmp_path / "x.txt")).silent

    def test_where_pucs_is_not_installed(self, tmp_path: Path) -> None:
        plain = Repo.create(tmp_path, "plain")
        one = Client(plain)
        try:
            assert one.start().silent
            assert one.write("a.py", "x\n").silent
            assert one.batch().silent
            assert one.stop().silent
            assert one.end().silent
        finally:
            one.close()
        assert not (plain.common / "pucs").exists()

    def test_switched_off(self, client, guarded: Repo) -> None:
        anna, ben = client(), client()
        anna.write("a.py", "anna\n")
        guarded.store.transact(lambda view: Change(None, {"switch/off": Name("off")}))
        assert ben.write("a.py", "ben\n").silent
        assert ben.start().silent
        guarded.store.transact(lambda view: Change(None, {"switch/off": None}))
        assert client().pre("Edit", "a.py").denied

    def test_switched_off_for_a_time_that_is_over(self, client, guarded: Repo) -> None:
        client().write("a.py", "anna\n")
        guarded.store.transact(lambda view: Change(None, {"switch/off": Name("off", int(view.now) - 1)}))
        assert client().pre("Edit", "a.py").denied
        guarded.store.transact(lambda view: Change(None, {"switch/off": Name("off", int(view.now) + 600)}))
        assert client().pre("Edit", "a.py").silent

    def test_tools_that_write_nowhere(self, client, guarded: Repo) -> None:
        anna = client()
        for tool in ("Read", "Grep", "Glob", "WebFetch", "TodoWrite", "mcp__fs__read_file", "mcp__fs__list_directory"):
            assert anna.pre(tool, "a.py").silent
        assert guarded.events("locked") == []
        assert guarded.store.read().path("a.py").trees == {}


class TestFree:
    def test_a_grant_is_silence(self, client, guarded: Repo) -> None:
        anna = client()
        assert anna.pre("Edit", "a.py") == (0, "", "")
        assert locks(guarded, "a.py") == ["agent-1"]

    @pytest.mark.parametrize("tool", ["Write", "Edit", "MultiEdit", "NotebookEdit"])
    def test_each_editing_tool_takes_the_lock(self, client, tool) -> None:
        client().pre(tool, "a.py")
        assert client().pre("Edit", "a.py").denied

    def test_a_new_file_in_a_new_folder(self, client, guarded: Repo) -> None:
        assert client().write("new/deep/x.py", "x\n").silent
        assert client().pre("Write", "new/deep/x.py").denied
        assert guarded.read("new/deep/x.py") == "x\n"

    def test_the_owner_goes_on_without_a_word(self, client) -> None:
        anna = client()
        for number in range(3):
            assert anna.write("a.py", f"a = {number}\n").silent
            assert anna.edit("a.py", f"{number}", f"{number}0").silent

    def test_two_agents_in_two_files(self, client) -> None:
        anna, ben = client(), client()
        assert anna.write("a.py", "x\n").silent
        assert ben.write("b.py", "x\n").silent

    def test_a_lock_without_bytes_binds_nobody(self, client, guarded: Repo) -> None:
        anna = client()
        anna.pre("Edit", "a.py")
        anna.fail("String to replace not found")
        assert client().write("a.py", "ben\n").silent

    def test_back_at_base_is_free(self, client) -> None:
        anna = client()
        anna.write("a.py", "changed\n")
        assert client().pre("Edit", "a.py").denied
        anna.write("a.py", "a = 1\n")
        assert client().write("a.py", "ben\n").silent

    def test_reverted_by_a_person_is_free(self, client, guarded: Repo) -> None:
        client().write("a.py", "changed\n")
        guarded.git("checkout", "-q", "--", "a.py")
        assert client().write("a.py", "ben\n").silent

    def test_deleted_by_its_owner_is_held_and_committed_is_free(self, client, guarded: Repo) -> None:
        anna = client()
        anna.pre("mcp__fs__delete_file", None, path="a.py")
        (guarded.root / "a.py").unlink()
        anna.post()
        assert client().pre("Write", "a.py").denied
        guarded.commit("Delete")
        assert client().pre("Write", "a.py").silent

    def test_landed_without_our_hooks_is_free(self, client, guarded: Repo) -> None:
        anna = client()
        anna.write("a.py", "anna\n")
        guarded.commit("By another tool")
        assert client().write("a.py", "ben\n").silent

    def test_a_new_file_is_not_landed_because_head_moved(self, client, guarded: Repo) -> None:
        anna, ben = client(), client()
        anna.write("new.py", "anna\n")
        guarded.git("commit", "-q", "--allow-empty", "-m", "Else")
        assert "is being changed by agent-1" in ben.pre("Edit", "new.py").reason
        anna.kill()
        guarded.git("commit", "-q", "--allow-empty", "-m", "Once more")
        assert "holds uncommitted changes of agent-1" in ben.pre("Edit", "new.py").reason

    def test_a_commit_of_something_else_frees_nothing(self, client, guarded: Repo) -> None:
        client().write("a.py", "anna\n")
        guarded.write("b.py", "person\n")
        guarded.commit("Other", "b.py")
        assert client().pre("Edit", "a.py").denied


class TestHeld:
    def test_names_holder_task_since_change_and_one_next_command(self, client, guarded: Repo) -> None:
        guarded.guard(policy(streams={"db": "db/**"}))
        anna, ben = client(PUCS_STREAM="db", PUCS_TASK="make it faster"), client()
        anna.write("a.py", "a = 2\n")
        reason = ben.pre("Edit", "a.py").reason
        assert 'db-agent-1 (stream db, task "make it faster") since ' in reason
        assert "-a = 1\n+a = 2\n" in reason
        assert reason.count("`") == 2
        assert "`pucs wait t" in reason
        assert len(reason) <= 600

    def test_a_repeated_denial_is_shorter_and_keeps_the_ticket(self, client) -> None:
        client().write("a.py", "a = 2\n")
        ben = client()
        first, second = ben.pre("Edit", "a.py").reason, ben.pre("Edit", "a.py").reason
        assert len(second) < len(first)
        ticket = first.partition("wait ")[2].partition("`")[0]
        assert f"wait {ticket}`" in second

    def test_a_huge_change_still_fits(self, client, guarded: Repo) -> None:
        client().write("a.py", "".join(f"line {number} of a very long file\n" for number in range(5000)))
        reason = client().pre("Edit", "a.py").reason
        assert 300 < len(reason) <= 600
        assert "`pucs wait t" in reason

    def test_while_the_call_is_open(self, client) -> None:
        anna, ben = client(), client()
        anna.pre("Edit", "a.py")
        assert ben.pre("Edit", "a.py").denied
        anna.fail()
        assert ben.pre("Edit", "a.py").silent

    def test_is_recorded(self, client, guarded: Repo) -> None:
        client().write("a.py", "anna\n")
        client().pre("Edit", "a.py")
        (denied,) = guarded.events("denied")
        assert (denied["agent"], denied["file"], denied["holder"], denied["rule"]) == (
            "agent-2",
            "a.py",
            "agent-1",
            "held",
        )

    def test_ends_when_the_owner_says_so_by_committing(self, client, guarded: Repo) -> None:
        anna, ben = client(), client()
        anna.write("a.py", "anna\n")
        assert ben.pre("Write", "a.py").denied
        guarded.commit("Anna's")
        anna.stop()
        assert ben.edit("a.py", "anna", "ben").silent

    def test_the_waiter_is_told_when_it_is_free(self, client) -> None:
        anna, ben = client(), client()
        anna.pre("Edit", "a.py")
        assert ben.pre("Edit", "a.py").denied
        anna.fail()
        assert "a.py is free now" in ben.batch().context
        assert ben.batch().silent, "once"

    def test_all_paths_of_a_call_or_none(self, client, guarded: Repo) -> None:
        anna, ben = client(), client()
        anna.write("a.py", "anna\n")
        assert ben.pre("mcp__fs__move_files", None, paths=["b.py", "a.py"]).denied
        assert locks(guarded, "b.py") == []
        assert client().pre("Edit", "b.py").silent


class TestParked:
    @pytest.fixture
    def parked(self, client, guarded: Repo) -> Repo:
        """a.py holds dirty bytes of agent-1, which was killed."""
        anna = client()
        anna.write("a.py", "a = 2\n")
        anna.kill()
        return guarded

    def test_denied_once_with_the_change_then_adopted_with_a_copy(self, client, parked: Repo) -> None:
        ben = client()
        reason = ben.pre("Edit", "a.py").reason
        assert "agent-1" in reason
        assert "-a = 1\n+a = 2\n" in reason
        assert "repeat the same edit" in reason
        assert len(reason) <= 600
        assert ben.edit("a.py", "a = 2", "a = 3").silent
        assert kept(parked, "a = 2\n")
        assert locks(parked, "a.py") == ["agent-2"]
        (adopted,) = parked.events("adopted")
        assert (adopted["agent"], adopted["from"], adopted["file"]) == ("agent-2", "agent-1", "a.py")
        third = client().pre("Edit", "a.py").reason
        assert "-a = 1\n+a = 3\n" in third, "the heir answers for both changes"

    def test_a_whole_file_write_is_denied_once_and_not_twice(self, client, guarded: Repo) -> None:
        anna, ben = client(), client()
        ben.start()
        anna.write("a.py", "a = 2\n")
        anna.kill()
        assert ben.write("a.py", "a = 2\nben\n").denied
        assert ben.write("a.py", "a = 2\nben\n").silent

    def test_the_loser_is_told_when_it_comes_back(self, client, guarded: Repo) -> None:
        anna, ben = client(), client()
        anna.write("a.py", "a = 2\n")
        anna.end()
        ben.pre("Edit", "a.py")
        ben.edit("a.py", "a = 2", "a = 3")
        assert "agent-2 took over your uncommitted change to a.py" in anna.start("resume").context

    def test_another_agent_gets_its_own_denial(self, client, parked: Repo) -> None:
        assert client().pre("Edit", "a.py").denied
        assert client().pre("Edit", "a.py").denied

    def test_content_that_moves_is_not_adopted_until_it_is_still(self, client, parked: Repo) -> None:
        ben = client()
        parked.write("a.py", "a = 2\nsomething still writes\n")
        first = ben.pre("Edit", "a.py").reason
        assert "something may still be writing" in first
        parked.write("a.py", "a = 2\nsomething still writes\nand writes\n")
        assert "something may still be writing" in ben.pre("Edit", "a.py").reason
        assert ben.pre("Edit", "a.py").silent

    def test_deny_by_configuration_is_never_adopted_by_retrying(self, client, parked: Repo) -> None:
        parked.guard(policy(locks={"parked": "deny"}))
        ben = client()
        for _ in range(3):
            reason = ben.pre("Edit", "a.py").reason
            assert "`pucs adopt a.py`" in reason

    def test_a_dead_holders_clean_file_is_free_at_once(self, client, guarded: Repo) -> None:
        anna = client()
        anna.pre("Edit", "a.py")
        assert client().pre("Edit", "a.py").denied
        anna.kill()
        assert client().pre("Edit", "a.py").silent

    def test_bytes_written_by_a_call_that_never_ended(self, client, guarded: Repo) -> None:
        anna = client()
        anna.pre("Write", "a.py")
        guarded.write("a.py", "half done")
        anna.kill()
        ben = client()
        reason = ben.pre("Write", "a.py").reason
        assert "agent-1" in reason
        assert "+half done" in reason
        assert ben.pre("Write", "a.py").silent
        assert kept(guarded, "half done")

    def test_a_zombie_is_dead(self, client, guarded: Repo) -> None:
        anna = client()
        anna.pre("Edit", "a.py")
        anna.kill(reap=False)
        assert client().pre("Edit", "a.py").silent

    def test_a_pid_used_again_is_not_the_holder(self, client, guarded: Repo) -> None:
        anna, other = client(), client()
        anna.pre("Edit", "a.py")
        anna.kill()
        now = identify(other.process.pid)
        assert now

        def recycled(view):
            record = view.path("a.py")
            lock = record.tree(".").locks[0]
            agent = view.agent("agent-1")
            process = now._replace(started=str(int(now.started) - 7))
            tree = record.tree(".")._replace(locks=(lock._replace(process=process),))
            return Change(
                None, {"path/a.py": record.with_tree(".", tree), "agent/agent-1": agent._replace(process=process)}
            )

        guarded.store.transact(recycled)
        assert client().pre("Edit", "a.py").silent

    def test_a_stopped_process_is_alive(self, client, guarded: Repo) -> None:
        anna = client()
        anna.pre("Edit", "a.py")
        anna.process.send_signal(signal.SIGSTOP)
        assert client().pre("Edit", "a.py").denied

    def test_an_ended_session_parks_dirty_and_frees_clean(self, client, guarded: Repo) -> None:
        anna, ben = client(), client()
        anna.write("a.py", "anna\n")
        anna.pre("Edit", "b.py")
        anna.end("prompt_input_exit")
        assert ben.pre("Edit", "b.py").silent
        assert "gone or idle" in ben.pre("Edit", "a.py").reason

    def test_idle_past_its_lock(self, client, guarded: Repo) -> None:
        guarded.guard(policy(locks={"default_s": 0.001}))
        anna = client()
        anna.write("a.py", "anna\n")
        assert "gone or idle" in client().pre("Edit", "a.py").reason
        assert anna.edit("a.py", "anna", "still anna").silent, "the idle one comes back"

    def test_nobody_can_tell_about_another_host_so_it_is_held(self, client, guarded: Repo) -> None:
        anna = client()
        anna.write("a.py", "anna\n")
        anna.kill()

        def elsewhere(view):
            record, agent = view.path("a.py"), view.agent("agent-1")
            process = agent.process._replace(host="elsewhere")
            tree = record.tree(".")
            lock = tree.locks[0]._replace(process=process)
            writes = {
                "path/a.py": record.with_tree(".", tree._replace(locks=(lock,))),
                "agent/agent-1": agent._replace(process=process),
            }
            return Change(None, writes)

        guarded.store.transact(elsewhere)
        assert "is being changed by agent-1" in client().pre("Edit", "a.py").reason


class TestUnasked:
    """The hook before a call was killed, so that nobody asked; the hook after it reports the call all the same."""

    @pytest.fixture
    def anna(self, client, guarded: Repo) -> Client:
        """Anna changed a.py and took it back, by a call whose first hook never came to an answer."""
        anna = client()
        assert anna.edit("a.py", "a = 1", "a = 2").silent
        guarded.write("a.py", "a = 1\n")
        return anna

    def test_who_was_given_the_path_meanwhile_holds_it_alone(self, anna: Client, guarded: Repo) -> None:
        library = PUCSClient(agent_id="library", path=str(guarded.root))
        library.acquire_locks("a.py")
        reported(anna, "a.py")
        assert locks(guarded, "a.py") == ["library"]
        assert library.acquire_locks("a.py")
        library.release_locks("a.py")
        assert locks(guarded, "a.py") == []

    def test_what_the_holder_wrote_meanwhile_is_not_the_others(self, anna: Client, client, guarded: Repo) -> None:
        ben = client()
        assert ben.pre("Edit", "a.py").silent
        guarded.write("a.py", "a = 3\n")
        reported(anna, "a.py")
        ben.post()
        assert locks(guarded, "a.py") == ["agent-2"]
        assert ben.edit("a.py", "3", "4").silent
        reported(anna, "a.py")
        assert locks(guarded, "a.py") == ["agent-2"]
        assert "is being changed by agent-2" in anna.pre("Edit", "a.py").reason

    def test_bytes_that_nobody_elses_lock_explains_are_the_reporters(self, anna: Client, client, guarded: Repo) -> None:
        guarded.write("a.py", "a = 2  # anna\n")
        reported(anna, "a.py")
        assert "is being changed by agent-1" in client().pre("Edit", "a.py").reason


def reported(agent: Client, path: str) -> None:
    """PostToolUse of an Edit that no PreToolUse was heard of."""
    values = {"file_path": str(agent.cwd / path), "old_string": "a", "new_string": "b"}
    reply = agent.hook(
        "post_tool_use", "PostToolUse", tool_name="Edit", tool_use_id="unasked", tool_input=values, tool_response={}
    )
    assert reply.status == 0


class TestStale:
    @pytest.fixture
    def pair(self, client, guarded: Repo) -> tuple[Client, Client]:
        """Ben has seen a.py; then Anna wrote it and committed."""
        anna, ben = client(), client()
        anna.start()
        ben.start()
        anna.write("a.py", "anna\n")
        guarded.commit("Anna's")
        anna.stop()
        return anna, ben

    def test_a_whole_file_write_over_it_is_denied_once_with_the_change(self, pair) -> None:
        _, ben = pair
        reason = ben.write("a.py", "ben\n").reason
        assert "agent-1 wrote it" in reason
        assert "-a = 1\n+anna\n" in reason
        assert "Read the file" in reason
        assert len(reason) <= 600
        assert ben.write("a.py", "anna\nben\n").silent

    def test_not_after_reading_it(self, pair) -> None:
        _, ben = pair
        ben.look("a.py")
        assert ben.write("a.py", "anna\nben\n").silent

    def test_not_after_a_command_showed_it_whole(self, pair) -> None:
        _, ben = pair
        ben.pre("Bash", command="cat 'a.py'; ls")
        ben.batch("anna\nREADME.md\n")
        assert ben.write("a.py", "anna\nben\n").silent

    def test_a_command_that_showed_something_else_does_not_count(self, pair) -> None:
        _, ben = pair
        ben.pre("Bash", command="head -c 2 a.py")
        ben.batch("an")
        assert ben.write("a.py", "ben\n").denied

    def test_reading_another_file_does_not_count(self, pair) -> None:
        _, ben = pair
        ben.look("b.py")
        assert ben.write("a.py", "ben\n").denied

    def test_not_for_edit_which_compares_by_itself(self, pair) -> None:
        _, ben = pair
        assert ben.edit("a.py", "anna", "ben").silent

    def test_edit_without_an_old_string_is_a_whole_file_write(self, pair) -> None:
        _, ben = pair
        assert ben.pre("Edit", "a.py", old_string="").denied

    def test_not_for_the_writer(self, pair) -> None:
        anna, _ = pair
        assert anna.write("a.py", "anna again\n").silent

    def test_not_after_a_person_or_a_formatter(self, pair, guarded: Repo) -> None:
        _, ben = pair
        guarded.write("a.py", "formatted by a person\n")
        assert ben.write("a.py", "ben\n").silent

    def test_not_for_an_agent_that_began_later(self, pair, client) -> None:
        late = client()
        late.start()
        assert late.write("a.py", "late\n").silent

    def test_a_persons_change_alone_never_denies(self, client, guarded: Repo) -> None:
        ben = client()
        ben.start()
        guarded.write("a.py", "person\n")
        assert ben.write("a.py", "ben\n").silent


class TestBoundary:
    @pytest.fixture
    def streams(self, guarded: Repo) -> Repo:
        return guarded.guard(policy(streams={"db": "db/**", "llm": "llm/**"}))

    def test_denies_what_another_stream_owns(self, client, streams: Repo) -> None:
        reason = client(PUCS_STREAM="llm").write("db/x.py", "x\n").reason
        assert "belongs to stream db; you work in stream llm" in reason
        assert "`pucs why db/x.py`" in reason
        assert not (streams.root / "db/x.py").exists()
        assert locks(streams, "db/x.py") == []

    def test_its_own_and_nobodys_paths_are_inside(self, client, streams: Repo) -> None:
        one = client(PUCS_STREAM="llm")
        assert one.write("llm/x.py", "x\n").silent
        assert one.write("README.md", "x\n").silent

    def test_the_branch_names_the_stream(self, client, streams: Repo) -> None:
        streams.git("checkout", "-q", "-b", "feature/stream-llm-retries")
        one = client()
        assert "stream llm" in one.start().context
        assert one.write("db/x.py", "x\n").denied

    def test_without_a_stream_nothing_is_outside(self, client, streams: Repo) -> None:
        assert client().write("db/x.py", "x\n").silent

    def test_an_unknown_stream_bounds_nothing(self, client, streams: Repo) -> None:
        assert client(PUCS_STREAM="other").write("db/x.py", "x\n").silent

    @pytest.mark.parametrize("mode", ["warn", "off"])
    def test_warn_and_off_let_it_pass(self, client, guarded: Repo, mode) -> None:
        guarded.guard(policy(streams={"db": "db/**", "llm": "llm/**"}, guard={"boundaries": mode}))
        one = client(PUCS_STREAM="llm")
        said = one.write("db/x.py", "x\n")
        assert not said.denied
        assert (guarded.root / "db/x.py").exists()
        assert "allow" not in said.stdout

    def test_a_symlink_does_not_lead_out(self, client, streams: Repo) -> None:
        streams.write("db/x.py", "x\n")
        (streams.root / "llm").symlink_to("db")
        assert client(PUCS_STREAM="llm").pre("Edit", "llm/x.py").denied


class TestCriticalFiles:
    @pytest.fixture
    def critical(self, guarded: Repo) -> Repo:
        return guarded.guard(policy(critical={"a.py": 60}))

    def test_has_its_own_duration(self, client, critical: Repo) -> None:
        client().pre("Edit", "a.py")
        (lock,) = critical.store.read().path("a.py").tree(".").locks
        assert (lock.seconds, lock.longest) == (60, 60)

    def test_is_denied_across_worktrees(self, client, critical: Repo) -> None:
        other = critical.worktree("other")
        client().write("a.py", "anna\n")
        reason = client(other).write("a.py", "ben\n").reason
        assert "critical file" in reason
        assert "the main worktree" in reason
        assert "agent-1" in reason
        assert "`pucs wait t" in reason
        assert other.read("a.py") == "a = 1\n"

    def test_is_free_across_worktrees_once_the_holder_is_done(self, client, critical: Repo) -> None:
        other = critical.worktree("other")
        anna, ben = client(), client(other)
        anna.pre("Edit", "a.py")
        assert ben.pre("Edit", "a.py").denied
        anna.fail()
        assert ben.pre("Edit", "a.py").silent

    def test_every_path_when_the_configuration_says_so(self, client, guarded: Repo) -> None:
        guarded.guard(policy(locks={"across_worktrees": "deny"}))
        other = guarded.worktree("other")
        client().write("b.py", "anna\n")
        assert client(other).write("b.py", "ben\n").denied


class TestOtherWorktree:
    def test_is_never_denied_and_tells_each_side_once(self, client, guarded: Repo) -> None:
        other = guarded.worktree("other")
        anna, ben = client(), client(other)
        anna.start()
        ben.start()
        anna.write("a.py", "anna\n")
        assert ben.pre("Edit", "a.py").silent
        told = [ben.post().context, *[ben.edit("a.py", "a", "aa").context for _ in range(3)]]
        assert sum("agent-1 is changing a.py in the main worktree" in text for text in told) == 1
        told = [anna.edit("a.py", "a", "aa").context for _ in range(4)]
        assert sum("agent-2 is changing a.py in worktree other" in text for text in told) == 1
        assert sum(bool(text) for text in told) == 1

    def test_locks_of_two_trees_are_apart(self, client, guarded: Repo) -> None:
        other = guarded.worktree("other")
        client().write("a.py", "anna\n")
        client(other).write("a.py", "ben\n")
        assert client().pre("Edit", "a.py").denied
        assert client(other).pre("Edit", "a.py").denied

    def test_a_worktree_that_was_removed_holds_nothing(self, client, guarded: Repo) -> None:
        guarded.guard(policy(critical={"a.py": 60}))
        other = guarded.worktree("other")
        client(other).write("a.py", "ben\n")
        assert client().pre("Edit", "a.py").denied
        guarded.git("worktree", "remove", "--force", str(other.root))
        assert client().write("a.py", "anna\n").silent

    def test_one_agent_in_two_trees_keeps_one_name(self, client, guarded: Repo) -> None:
        other = guarded.worktree("other")
        anna = client()
        anna.write("a.py", "here\n")
        assert anna.write(str(other.root / "a.py"), "there\n").silent
        view = guarded.store.read()
        assert {lock.agent for tree in view.path("a.py").trees.values() for lock in tree.locks} == {"agent-1"}


class TestObserve:
    def test_logs_what_it_would_have_denied(self, client, guarded: Repo) -> None:
        guarded.guard(policy(guard={"mode": "observe"}))
        anna, ben = client(), client()
        anna.write("a.py", "anna\n")
        assert not ben.write("a.py", "ben\n").denied
        assert guarded.read("a.py") == "ben\n"
        (would,) = guarded.events("would_deny")
        assert (would["agent"], would["holder"], would["rule"]) == ("agent-2", "agent-1", "held")


class TestState:
    def test_busy_denies_what_is_free_and_says_so(self, client, guarded: Repo) -> None:
        anna, ben = client(), client()
        anna.write("a.py", "anna\n")
        with busy(guarded):
            free = ben.pre("Edit", "b.py").reason
            held = ben.pre("Edit", "a.py").reason
        assert "nothing was granted for b.py" in free
        assert "busy" in free
        assert "again" in free
        assert "agent-1" in held, "what is held stays held, and says by whom"
        assert ben.pre("Edit", "b.py").silent

    def test_peers_that_keep_changing_it_are_looked_at_again(self, client, guarded: Repo) -> None:
        anna, ben = client(), client()
        anna.pre("Edit", "a.py")
        anna.fail()
        assert ben.pre("Edit", "a.py").silent


class busy:  # noqa: N801 - reads like a statement
    """While another process is inside the state's mutex."""

    def __init__(self, repo: Repo) -> None:
        self.repo = repo

    def __enter__(self) -> None:
        code = "import fcntl,sys; f=open(sys.argv[1],'a'); fcntl.flock(f,2); print('in',flush=True); sys.stdin.read()"
        command = ["python3", "-c", code, str(self.repo.state / "mutex")]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=dict(os.environ))
        assert self.process.stdout
        assert self.process.stdout.readline() == b"in\n"

    def __exit__(self, *_: object) -> None:
        self.process.communicate(b"")


def test_a_hook_that_outlives_its_client_leaves_nothing_locked(guarded, client):
    """Its client was killed before the hook came to ask who it is: nobody is there to hold anything."""
    ghost, ben = client(), client()
    ghost.kill()
    ghost.pre("Edit", "a.py")
    assert ben.pre("Edit", "a.py").silent
