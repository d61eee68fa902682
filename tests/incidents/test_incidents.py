"""Incidents from public reports, played again with real processes: nothing is lost, nobody stands for another's work.

Each is played three ways: without PUCS, where it must do the harm that was reported; with a PUCS that cannot read shell
commands and so finds everything afterwards; and with all of it.
"""

from __future__ import annotations

import pytest

from tests.incidents import discards, stashes
from tests.incidents.conftest import BARE, READ, UNREAD, Played
from tests.incidents.judge import Tally
from tests.incidents.reports import INCIDENTS, Incident

MODULES = (discards, stashes)
ALL = [pytest.param(one, id=f"{one.report}-{one.play.__name__}") for one in INCIDENTS]
LEAST = 20


@pytest.mark.parametrize("one", ALL)
def test_without_pucs_it_does_harm(one: Incident, played: Played) -> None:
    assert played(one, BARE).harm > 0


@pytest.mark.parametrize("way", [UNREAD, READ])
@pytest.mark.parametrize("one", ALL)
def test_nothing_is_lost_and_nobody_is_accused(one: Incident, way: str, played: Played) -> None:
    tally = played(one, way)
    assert tally.harm == 0, "\n".join(tally.why)


def test_all_of_them_together(played: Played) -> None:
    reports = {one.report for one in INCIDENTS}
    assert len(reports) >= LEAST
    for way in (BARE, UNREAD, READ):
        tallies = [played(one, way) for one in INCIDENTS]
        total = Tally(*(sum(column) for column in zip(*(tally[:-1] for tally in tallies), strict=True)))
        print(f"{len(INCIDENTS)} incidents of {len(reports)} reports, {way}: {total.text}")
        assert (total.harm == 0) == (way != BARE), [why for tally in tallies for why in tally.why]
