"""Incidents from public reports, played again with real processes: nothing is lost, nobody stands for another's work.

Each is played three ways: without PUCS, where it must do the harm that was reported; with a PUCS that cannot read shell
commands and so finds what they did afterwards; and with all of it.
"""

from __future__ import annotations

import pytest

from tests.incidents import branches, bundles, discards, doors, managers, stashes
from tests.incidents.conftest import BARE, READ, UNREAD, Played
from tests.incidents.judge import Tally
from tests.incidents.reports import INCIDENTS, Incident

MODULES = (branches, bundles, discards, doors, managers, stashes)
LEAST = 30


def _all(*ways: str) -> list[object]:
    return [
        pytest.param(
            one,
            way,
            id=f"{one.report}-{one.play.__name__}-{way}",
            marks=[pytest.mark.xfail(reason=one.shortfall)] if one.shortfall and way == READ else [],
        )
        for one in INCIDENTS
        for way in ways
        if way != UNREAD or not one.read
    ]


@pytest.mark.parametrize(("one", "way"), _all(BARE))
def test_without_pucs_it_does_harm(one: Incident, way: str, played: Played) -> None:
    assert played(one, way).harm > 0


@pytest.mark.parametrize(("one", "way"), _all(UNREAD, READ))
def test_nothing_is_lost_and_nobody_is_accused(one: Incident, way: str, played: Played) -> None:
    tally = played(one, way)
    assert tally.harm == 0, "\n".join(tally.why)


def test_all_of_them_together(played: Played) -> None:
    for way in (BARE, UNREAD, READ):
        chosen = [one for one in INCIDENTS if not one.shortfall and (way != UNREAD or not one.read)]
        reports = {one.report for one in chosen}
        tallies = [played(one, way) for one in chosen]
        total = Tally(*(sum(column) for column in zip(*(tally[:-1] for tally in tallies), strict=True)))
        print(f"{len(chosen)} incidents of {len(reports)} reports, {way}: {total.text}")
        assert len(reports) >= LEAST
        assert (total.harm == 0) == (way != BARE), [why for tally in tallies for why in tally.why]
