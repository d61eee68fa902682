"""Two agents in one file of one tree, through the real hooks: apart by lines, and never two writers of one line."""

import subprocess
import sys
import threading

import pytest

from pucs import weave
from tests.support import ROOT, Client, Repo, policy

TEXT = "".join(f"line {n}\n" for n in range(1, 21))


@pytest.fixture
def shared(guarded: Repo) -> Repo:
    guarded.guard(policy(locks={"wait_s": 0}))
    guarded.write("a.py", TEXT)
    guarded.commit("A longer file")
    return guarded


@pytest.fixture
def anna(client, shared: Repo) -> Client:
    one = client(PUCS_AGENT_ID="anna")
    assert one.edit("a.py", "line 5\n", "ANNA 5\nANNA 5b\n").silent
    return one


@pytest.fixture
def ben(client, anna: Client) -> Client:
    return client(PUCS_AGENT_ID="ben")


def lines_by_agent(repo: Repo) -> dict[str, list[str]]:
    """Each agent's lines in a.py, as the state says."""
    known = repo.store.read().path("a.py").tree(".").weave
    assert known is not None
    lines, found, now = repo.read("a.py").splitlines(), {}, 0
    for kind, count, who in known.runs:
        if kind == weave.ADDED:
            found.setdefault(who, []).extend(lines[now : now + count])
        now += count if kind != weave.REMOVED else 0
    return found


def holders(repo: Repo) -> set[str]:
    return {lock.agent for lock in repo.store.read().path("a.py").tree(".").locks}


class TestGranted:
    def test_disjoint_lines_in_silence_and_both_hold_theirs(self, shared: Repo, anna: Client, ben: Client) -> None:
        assert ben.edit("a.py", "line 7\n", "BEN 7\n").silent
        assert lines_by_agent(shared) == {"anna": ["ANNA 5", "ANNA 5b"], "ben": ["BEN 7"]}
        assert holders(shared) == {"anna", "ben"}

    def test_lines_are_followed_through_edits_above_them(self, shared: Repo, anna: Client, ben: Client) -> None:
        assert ben.edit("a.py", "line 1\n", "BEN 1\n" * 30).silent
        assert anna.edit("a.py", "ANNA 5b\n", "ANNA 5b\nANNA 5c\n").silent
        assert anna.edit("a.py", "line 12\n", "ANNA 12\n").silent
        assert ben.edit("a.py", "line 10\n", "BEN 10\n").silent
        assert lines_by_agent(shared) == {
            "ben": [*["BEN 1"] * 30, "BEN 10"],
            "anna": ["ANNA 5", "ANNA 5b", "ANNA 5c", "ANNA 12"],
        }
        assert ben.edit("a.py", "ANNA 5c", "BEN").denied
        assert ben.edit("a.py", "line 13", "BEN").denied

    def test_a_whole_file_write_is_the_change_it_makes(self, shared: Repo, anna: Client, ben: Client) -> None:
        now = shared.read("a.py")
        assert ben.write("a.py", now.replace("line 15", "BEN 15")).silent
        assert lines_by_agent(shared)["ben"] == ["BEN 15"]
        assert "anna" in ben.write("a.py", TEXT.replace("line 15", "BEN 16")).reason, "it would undo hers"

    def test_several_edits_in_one_call(self, shared: Repo, anna: Client, ben: Client) -> None:
        edits = [
            {"old_string": "line 9\n", "new_string": "BEN 9\n"},
            {"old_string": "BEN 9\nline 10\n", "new_string": "BEN 9\nBEN 10\n"},
        ]
        assert ben.pre("MultiEdit", "a.py", edits=edits).silent
        assert ben.fail().silent
        edits.append({"old_string": "line 6\n", "new_string": ""})
        assert ben.pre("MultiEdit", "a.py", edits=edits).denied

    def test_all_places_of_replace_all_count(self, shared: Repo, anna: Client, ben: Client) -> None:
        assert ben.pre("Edit", "a.py", old_string="line 2", new_string="BEN 2", replace_all=True).silent
        ben.fail()
        assert ben.pre("Edit", "a.py", old_string="line", new_string="row", replace_all=True).denied

    def test_three_agents(self, client, shared: Repo, anna: Client, ben: Client) -> None:
        carl = client(PUCS_AGENT_ID="carl")
        assert ben.edit("a.py", "line 10\n", "BEN\n").silent
        assert carl.edit("a.py", "line 15\n", "CARL\n").silent
        assert "ben" in carl.edit("a.py", "line 11\n", "CARL\n").reason
        assert holders(shared) == {"anna", "ben", "carl"}

    def test_windows_line_ends(self, client, shared: Repo) -> None:
        shared.write("a.py", TEXT.replace("\n", "\r\n"))
        shared.commit("CRLF")
        anna, ben = client(PUCS_AGENT_ID="anna"), client(PUCS_AGENT_ID="ben")
        assert anna.edit("a.py", "line 5\r\n", "ANNA\r\n").silent
        assert ben.pre("Edit", "a.py", old_string="line 9\nline 10\n", new_string="x\n").silent
        ben.fail()
        assert ben.pre("Edit", "a.py", old_string="line 6\nline 7\n", new_string="x\n").denied

    def test_parked_lines_are_in_nobodys_way_elsewhere(self, client, shared: Repo, anna: Client, ben: Client) -> None:
        anna.kill()
        carl = client(PUCS_AGENT_ID="carl")
        assert carl.edit("a.py", "line 18\n", "CARL\n").silent
        assert ben.edit("a.py", "line 9\n", "BEN\n").silent
        assert holders(shared) == {"anna", "ben", "carl"}
        assert "gone or idle" in ben.edit("a.py", "line 6\n", "BEN\n").reason
        assert ben.edit("a.py", "line 6\n", "BEN 6\n").silent, "the retry adopts"
        assert lines_by_agent(shared) == {"ben": ["ANNA 5", "ANNA 5b", "BEN 6", "BEN"], "carl": ["CARL"]}
        assert "ben" in carl.edit("a.py", "ANNA 5\n", "CARL\n").reason

    def test_what_is_put_back_is_given_back(self, shared: Repo, anna: Client, ben: Client) -> None:
        assert ben.edit("a.py", "line 9\n", "BEN\n").silent
        assert anna.edit("a.py", "ANNA 5\nANNA 5b\n", "line 5\n").silent
        assert holders(shared) == {"ben"}
        assert ben.edit("a.py", "line 5\n", "BEN 5\n").silent


class TestDenied:
    @pytest.mark.parametrize("old", ["line 4\n", "line 6\n", "ANNA 5\n", "line 3\nline 4\n"])
    def test_overlapping_or_adjacent_with_that_hunk_only(self, shared: Repo, anna: Client, ben: Client, old) -> None:
        anna.edit("a.py", "line 19\n", "ANNA 19\n")
        reason = ben.edit("a.py", old, "BEN\n").reason
        assert "ANNA 5b" in reason
        assert "ANNA 19" not in reason
        assert "@@ line 5" in reason
        assert "pucs wait t" in reason

    def test_the_same_gap_is_one_place(self, shared: Repo, anna: Client, ben: Client) -> None:
        anna.edit("a.py", "line 10\nline 11\n", "line 10\nANNA\nline 11\n")
        assert ben.edit("a.py", "ANNA\nline 11\n", "ANNA\nBEN\nline 11\n").denied
        assert ben.edit("a.py", "line 11\nline 12\n", "line 11\nBEN\nline 12\n").silent

    def test_a_deletion_has_a_place(self, shared: Repo, anna: Client, ben: Client) -> None:
        anna.edit("a.py", "line 12\n", "")
        assert ben.edit("a.py", "line 13\n", "BEN\n").denied
        assert ben.edit("a.py", "line 11\n", "BEN\n").denied
        assert ben.edit("a.py", "line 10\n", "BEN\n").silent

    def test_a_command_is_denied_with_the_holders_lines_only(self, shared: Repo, anna: Client, ben: Client) -> None:
        assert ben.edit("a.py", "line 15\n", "BEN\n").silent
        reason = anna.run("truncate -s 0 a.py").reason
        assert "+BEN" in reason
        assert "ANNA" not in reason

    def test_while_the_others_call_is_open_the_whole_file_is(self, client, shared: Repo, anna, ben) -> None:
        assert anna.pre("Edit", "a.py", old_string="line 1\n", new_string="ANNA\n").silent
        assert ben.edit("a.py", "line 15\n", "BEN\n").denied
        anna.fail()
        assert ben.edit("a.py", "line 15\n", "BEN\n").silent
        assert anna.pre("Edit", "a.py", old_string="line 1\n", new_string="ANNA\n").silent
        carl = client(PUCS_AGENT_ID="carl")
        assert "by anna" in carl.edit("a.py", "line 10\n", "CARL\n").reason, "hers is the call that is open"

    def test_what_only_the_client_could_place_is_the_whole_file(self, shared: Repo, anna: Client, ben: Client) -> None:
        assert ben.pre("Edit", "a.py", old_string="nowhere", new_string="x").denied
        assert ben.pre("Edit", "a.py", old_string="line 1", new_string="x").denied, "in several places"
        assert ben.pre("NotebookEdit", "a.py").denied
        assert ben.pre("mcp__files__write_file", path=str(shared.root / "a.py")).denied

    def test_binary_files_are_whole(self, client, shared: Repo) -> None:
        shared.write("a.py", b"\0" + TEXT.encode())
        shared.commit("Binary")
        anna, ben = client(), client()
        assert anna.edit("a.py", "line 5\n", "ANNA\n").silent
        assert ben.edit("a.py", "line 15\n", "BEN\n").denied

    def test_an_explicit_lock_is_the_whole_file(self, shared: Repo, anna: Client, ben: Client) -> None:
        env = {**shared.env, "PYTHONPATH": str(ROOT)}
        shared.write("b.py", TEXT)
        shared.commit("Another")
        subprocess.run([sys.executable, "-m", "pucs", "lock", "b.py"], cwd=shared.root, env=env, check=True)
        assert "person-" in ben.edit("b.py", "line 15\n", "BEN\n").reason

    @pytest.mark.parametrize(
        "rules",
        [
            policy(locks={"partition": "off", "wait_s": 0}),
            policy(critical={"a.py": 7200}, locks={"wait_s": 0}),
        ],
        ids=["off", "critical"],
    )
    def test_where_the_configuration_says_whole_files(self, client, shared: Repo, rules) -> None:
        shared.guard(rules)
        assert client().edit("a.py", "line 5\n", "ANNA\n").silent
        assert client().edit("a.py", "line 15\n", "BEN\n").denied

    def test_whoever_waits_is_told_when_those_lines_are_free(self, client, shared: Repo, anna, ben) -> None:
        carl = client(PUCS_AGENT_ID="carl")
        assert ben.edit("a.py", "line 15\n", "BEN\n").silent
        assert carl.edit("a.py", "line 6\n", "CARL\n").denied
        anna.edit("a.py", "ANNA 5\nANNA 5b\n", "line 5\n")
        assert "is free now" in carl.batch().context
        assert carl.edit("a.py", "line 6\n", "CARL\n").silent


class TestWaitingInTheHook:
    def test_a_call_that_ends_in_time_denies_nobody(self, client, shared: Repo, anna: Client) -> None:
        shared.guard(policy(locks={"wait_s": 20}))
        ben = client(PUCS_AGENT_ID="ben")
        assert anna.pre("Edit", "a.py", old_string="line 1\n", new_string="ANNA 1\n").silent
        replies = []
        waiting = threading.Thread(target=lambda: replies.append(ben.pre("Edit", "a.py", old_string="line 9\n")))
        waiting.start()
        shared.write("a.py", shared.read("a.py").replace("line 1\n", "ANNA 1\n"))
        anna.post()
        waiting.join()
        assert replies[0].silent
        assert shared.events("denied") == []


class TestWhatHooksDidNotSee:
    def test_a_lost_update_is_told_to_both_and_kept(self, shared: Repo, anna: Client, ben: Client) -> None:
        assert ben.edit("a.py", "line 15\n", "BEN 15\n").silent
        kept = shared.read("a.py")
        assert anna.pre("Edit", "a.py", old_string="line 1\n", new_string="ANNA 1\n").silent
        shared.write("a.py", TEXT.replace("line 1\n", "ANNA 1\n").replace("line 5\n", "ANNA 5\nANNA 5b\n"))
        assert "ben" in anna.post().context
        assert "anna" in ben.batch().context
        (event,) = shared.events("overwrote")
        assert (event["file"], event["holder"]) == ("a.py", "ben")
        spool = {file.read_bytes().decode() for file in (shared.state / "spool").iterdir()}
        assert kept in spool

    def test_a_formatter_beside_a_hunk_belongs_to_it_and_far_away_to_nobody(
        self, client, shared: Repo, anna: Client, ben: Client
    ) -> None:
        assert ben.edit("a.py", "line 15\n", "BEN 15\n").silent
        shared.write("a.py", shared.read("a.py").replace("BEN 15", "Ben 15").replace("line 10", "Line 10"))
        carl = client(PUCS_AGENT_ID="carl")
        assert carl.edit("a.py", "Line 10\n", "CARL 10\n").silent
        assert "ben" in carl.edit("a.py", "Ben 15\n", "CARL\n").reason

    def test_back_at_the_base_nobody_holds_anything(self, client, shared: Repo, anna: Client, ben: Client) -> None:
        assert ben.edit("a.py", "line 15\n", "BEN 15\n").silent
        shared.write("a.py", TEXT)
        assert client().edit("a.py", "line 15\n", "CARL\n").silent
