"""The storm of kills and pauses, for half a minute; and that its judge sees what must not be."""

import math
import time

import pytest

from benchmarks import random_storm
from benchmarks.storm.bundles import bundled
from benchmarks.storm.judge import Hold, Judge

SLOTS = {("main", path, slot): f"slot {slot}" for path in ("a.txt", "whole.txt") for slot in range(4)}
DURATION = 10.0


@pytest.fixture(autouse=True)
def _nobodys_agent(monkeypatch):
    for name in ("CLAUDE_CODE_SESSION_ID", "CLAUDE_PID", "CLAUDECODE", "PUCS_AGENT_ID", "PUCS_STREAM"):
        monkeypatch.delenv(name, raising=False)


def test_through_kills_and_pauses_nobody_holds_what_another_holds_and_nobody_is_stuck():
    report = random_storm.measure(seconds=20, processes=16)
    assert report.holds, report


def judged(*lines):
    """The verdict on these lines, one a second, the first at second 1."""
    numbered = [[at, *line] for at, line in enumerate(lines, 1)]
    return Judge(DURATION, ("whole.txt",)).judge(numbered, SLOTS)


def asks(who, slot=1, path="a.txt", call=None):
    return [(who, "ask", call or f"{who}:1", "main", path, [slot]), (who, "got", call or f"{who}:1")]


def writes(who, slot=1, old="slot 1", new=None, call=None):
    call = call or f"{who}:1"
    return [(who, "write", call, [[slot, old, new or f"slot {slot} {who}"]]), (who, "wrote", call)]


def reports(who, call=None):
    return [(who, "done", call or f"{who}:1"), (who, "closed", call or f"{who}:1")]


KILLED = [("storm", "kill", "anna"), ("storm", "dead", "anna")]


class TestDoubleHolders:
    def test_two_calls_at_once_in_one_path(self):
        (said,) = judged(*asks("anna", 1), *asks("ben", 3), *reports("ben"), *reports("anna")).twice
        assert "anna (call) 2.000-7.000 with ben (call) 4.000-5.000" in said

    def test_a_call_on_what_another_has_uncommitted(self):
        lines = [*asks("anna"), *writes("anna"), *reports("anna"), *asks("ben")]
        (said,) = judged(*lines).twice
        assert "anna (bytes)" in said

    def test_a_stopped_client_with_an_open_call_still_holds_it_after_any_time(self):
        idle = [("storm", "stop", "anna")] * 30
        assert judged(*asks("anna"), *idle, *asks("ben"), *reports("anna")).twice

    def test_other_slots_in_a_file_that_is_locked_as_a_whole(self):
        lines = [*asks("anna", path="whole.txt"), *writes("anna"), *reports("anna")]
        assert judged(*lines, *asks("ben", 3, "whole.txt")).twice

    @pytest.mark.parametrize(
        "between",
        [
            pytest.param([("anna", "give", "main", "a.txt", "commit")], id="committed"),
            pytest.param(KILLED, id="killed"),
            pytest.param([("storm", "stop", "anna")] * 12, id="lapsed"),
            pytest.param(
                [
                    *asks("anna", call="anna:2"),
                    ("anna", "back", "anna:2"),
                    *writes("anna", old="slot 1 anna", new="slot 1", call="anna:2"),
                    *reports("anna", "anna:2"),
                ],
                id="taken back",
            ),
        ],
    )
    def test_one_after_the_other_is_none(self, between):
        assert not judged(*asks("anna"), *writes("anna"), *reports("anna"), *between, *asks("ben")).twice

    def test_other_slots_are_none(self):
        lines = [*asks("anna", 1), *writes("anna"), *reports("anna"), *asks("ben", 3)]
        assert not judged(*lines).twice

    def test_a_later_event_keeps_what_would_have_lapsed(self):
        lines = [*asks("anna"), *writes("anna"), *reports("anna"), *[("storm", "cont", "ben")] * 3]
        again = [*asks("anna", 3, call="anna:2"), *reports("anna", "anna:2")]
        assert judged(*lines, *again, *[("storm", "cont", "ben")] * 3, *asks("ben")).twice


class TestLostBytes:
    def test_what_a_write_finds_must_be_what_was_written(self):
        lines = [*asks("anna"), *writes("anna"), *reports("anna"), ("anna", "give", "main", "a.txt", "commit")]
        (said,) = judged(*lines, *asks("ben"), *writes("ben", old="slot 1")).lost
        assert "ben:1 found 'slot 1'" in said
        assert not judged(*lines, *asks("ben"), *writes("ben", old="slot 1 anna")).lost

    def test_a_write_that_was_cut_off_may_or_may_not_be_there(self):
        lines = [*asks("anna"), writes("anna")[0], *KILLED, *asks("ben")]
        assert not judged(*lines, *writes("ben", old="slot 1")).lost
        assert not judged(*lines, *writes("ben", old="slot 1 anna")).lost

    def test_an_undo_may_bring_back_what_was_there_once(self):
        lines = [*asks("anna"), *writes("anna"), *reports("anna"), ("anna", "give", "main", "a.txt", "undo")]
        assert not judged(*lines, *asks("ben"), *writes("ben", old="slot 1")).lost


class TestFalseReasons:
    @pytest.mark.parametrize("words", ["is being changed by anna since", "is still held by anna."])
    def test_the_dead_are_not_at_work(self, words):
        denied = [("ben", "ask", "ben:1", "main", "a.txt", [1]), ("ben", "no", "ben:1", f"PUCS: a.txt {words}")]
        assert judged(*asks("anna"), *denied).false == []
        assert judged(*asks("anna"), *KILLED, *denied).false

    def test_who_never_asked_holds_nothing(self):
        denied = [
            ("ben", "ask", "ben:1", "main", "a.txt", [1]),
            ("ben", "no", "ben:1", "a.txt is locked by anna since"),
        ]
        assert judged(*asks("anna", path="whole.txt"), *denied).false

    def test_what_a_wait_promised_is_not_denied_next(self):
        promised = ("ben", "waited", "main", ["a.txt"], 0, "a.txt is yours: look at it again, then edit it")
        denied = [
            ("ben", "ask", "ben:1", "main", "a.txt", [1]),
            ("ben", "no", "ben:1", "PUCS: a.txt is being changed by anna since"),
        ]
        (said,) = judged(*asks("anna"), promised, *denied).false
        assert "is its" in said
        assert judged(*asks("anna"), promised, ("ben", "unlock"), *denied).false == []
        assert judged(*asks("anna"), ("ben", "waited", "main", ["a.txt"], 1, "held"), *denied).false == []


class TestBundledBytes:
    @pytest.fixture
    def committed(self, repo):
        base = repo.commit("Lay out")
        repo.write("a.txt", "slot 01 anna-7.\nslot 02 ben-3.\n")
        repo.commit("Step 4 of ben.")
        return lambda *spans: bundled(
            repo,
            {"main": f"{base}..main"},
            [Hold("anna", ("main", "a.txt"), frozenset({1}), *span) for span in spans],
            0.0,
        )

    def test_what_another_held_all_the_while_is_told(self, committed):
        (said,) = committed((0.0, math.inf))
        assert "'slot 01 anna-7.' in a.txt of main was committed by ben" in said

    def test_what_another_may_have_lost_before_is_not(self, committed):
        assert committed((0.0, time.time() - 5), (time.time() + 5, math.inf)) == []


class TestBrokenHooks:
    def test_anything_that_breaks_is_told(self):
        assert judged(("anna", "broke", "Stop", 0, "PUCS failed at Stop: KeyError")).broken

    def test_a_busy_state_is_counted_unless_a_call_went_through_for_it(self):
        verdict = judged(("anna", "broke", "Stop", 0, "PUCS failed at Stop: the state is busy."))
        assert (verdict.broken, verdict.counts["busy"]) == ([], 1)
        said = "The call was let through unguarded. PUCS failed at PreToolUse: the state is busy."
        assert judged(("anna", "broke", "PreToolUse", 0, said)).broken
