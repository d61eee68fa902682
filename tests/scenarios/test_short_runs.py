"""The benchmarks that judge behaviour, in short: what they count must be zero here, too."""

import pytest

from benchmarks import crowd, deaths, notices, working_day


@pytest.fixture(autouse=True)
def _nobodys_agent(monkeypatch):
    for name in ("CLAUDE_CODE_SESSION_ID", "CLAUDE_PID", "CLAUDECODE", "PUCS_AGENT_ID", "PUCS_STREAM"):
        monkeypatch.delenv(name, raising=False)


def test_of_a_crowd_exactly_one_gets_the_file():
    report = crowd.measure(rounds=2, processes=16)
    assert report.holds, report


def test_deaths_leave_nothing_behind():
    report = deaths.measure(kills=15, workers=6)
    assert report.holds, report


def test_an_afternoon_loses_and_bundles_nothing():
    report = working_day.measure(calls=120, in_turn=True)
    assert report.holds, report


def test_notices_arrive_through_kills_once_and_in_order():
    report = notices.measure(notices=150, senders=8)
    assert report.holds, report
