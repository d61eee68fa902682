"""Denials help: they name the holder and one next command, in at most 600 characters whatever they are about."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from pucs.model import Agent, Finding, Lock
from pucs.policy import Policy, StreamRule
from pucs.wording import LONGEST, Circumstances, Company, ago, denial, greeting, holder

LONG = some.sampled_from(["x", "llm-agent-1", "ü" * 300, "a b " * 400, "line\nbreak", "\ud800", "/" * 5000])
NEXT = {
    "held": "`pucs wait t7`",
    "critical": "`pucs wait t7`",
    "parked": "repeat the same edit",
    "parked-kept": "`pucs adopt ",
    "stale": "Read the file",
    "boundary": "`pucs why ",
    "protected": "`pucs status`",
    "damaged": "`pucs doctor --repair`",
    "state": "`pucs doctor`",
}


def a_lock(agent: str = "llm-agent-1", stream: str | None = "llm", task: str = "add retries") -> Lock:
    return Lock(agent, stream, task, acquired=1000.0, seconds=1800, longest=7200, token=3, base="-", last=1100.0)


@pytest.mark.parametrize("rule", NEXT)
@given(
    path=LONG, agent=LONG, stream=LONG, task=LONG, note=LONG, change=some.sampled_from([b"", b"z" * 9000, b"q\n" * 900])
)
def test_never_too_long_and_always_with_a_next_step(rule, path, agent, stream, task, note, change) -> None:  # noqa: PLR0917
    lock = a_lock(agent, stream, task)
    finding = Finding(rule, path, lock=lock, owners=(stream, "db"), ticket="t7", note=note, tree=f"{note}:7")
    text = denial(finding, Circumstances("pucs", 1200.0, stream, b"", change, shows_change=True))
    assert len(text) <= LONGEST
    assert NEXT[rule] in text
    assert all(line.isprintable() for line in text.split("\n"))


def test_held_says_who_what_since_and_what_to_do() -> None:
    finding = Finding("held", "src/a.py", lock=a_lock(), ticket="t7")
    assert denial(finding, Circumstances("pucs", 1240.0, None, b"a\n", b"b\n", shows_change=True)) == (
        'PUCS: src/a.py is being changed by llm-agent-1 (stream llm, task "add retries") since 00:16 UTC, 4 min ago. '
        "Their change so far:\n@@ line 1\n-a\n+b\n"
        "Run `pucs wait t7`: it returns when the path is free. Then look at it again and edit."
    )


def test_a_repeated_denial_is_shorter() -> None:
    said = Circumstances("pucs", 1240.0, None, b"a\n", b"b\n", shows_change=True)
    first = denial(Finding("held", "src/a.py", lock=a_lock(), ticket="t7"), said)
    second = denial(Finding("held", "src/a.py", lock=a_lock(), ticket="t7", denials=2), said)
    assert len(second) < len(first) / 2
    assert "llm-agent-1" in second
    assert "`pucs wait t7`" in second


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "just now"),
        (59, "just now"),
        (60, "1 min ago"),
        (1800, "30 min ago"),
        (7200, "2 h ago"),
        (86400 * 3, "3 days ago"),
    ],
)
def test_ago(seconds: float, text: str) -> None:
    assert ago(seconds) == text


def test_holder_without_stream_and_task() -> None:
    assert holder(a_lock(stream=None, task=""), 1000.0) == "llm-agent-1 since 00:16 UTC, just now"


def test_greeting_says_who_where_and_with_whom() -> None:
    rules = Policy(streams=(StreamRule("llm", (), files="llm/**, tests/llm/**"),))
    others = (Agent("db-agent-1", paths=((".", "db/a.py"),)), Agent("agent-3"))
    assert greeting(Company(Agent("llm-agent-1"), "llm", rules, others)) == (
        "PUCS guards this repository. You are llm-agent-1, stream llm. Change only llm/**, tests/llm/** and what no "
        "stream owns. Also at work: db-agent-1 (db/a.py), agent-3. Edits take locks by themselves; commits release them."
    )


@given(LONG, LONG, some.lists(LONG, max_size=9), LONG)
def test_greeting_has_at_most_60_words(name: str, stream: str, names: list[str], path: str) -> None:
    rules = Policy(streams=(StreamRule(stream, (), files=", ".join(names)),))
    others = tuple(Agent(one, paths=((".", path),)) for one in names)
    assert len(greeting(Company(Agent(name), stream, rules, others)).split()) <= 60
