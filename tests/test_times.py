"""Times as text, against the standard library."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as some

from pucs.times import exact_text_of, moment_of, text_of

SECONDS = some.integers(min_value=0, max_value=int(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp()))


@given(SECONDS)
def test_seconds_make_the_round_trip(moment: int) -> None:
    text = text_of(moment)
    assert text == datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ").rjust(20, "0")
    assert moment_of(text) == moment


@given(some.integers(min_value=0, max_value=2**42))
def test_milliseconds_make_the_round_trip(milliseconds: int) -> None:
    text = exact_text_of(milliseconds / 1000)
    assert abs(moment_of(text) * 1000 - milliseconds) <= 1
    assert datetime.fromisoformat(text).timestamp() == pytest.approx(milliseconds / 1000, abs=0.0011)


@pytest.mark.parametrize(
    "day",
    ["1970-01-01", "1972-02-29", "2000-02-29", "2024-02-29", "2024-12-31", "2100-02-28", "2100-03-01", "2400-02-29"],
)
def test_calendar(day: str) -> None:
    assert moment_of(f"{day}T00:00:00Z") == datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2025-12-06",
        "2025-12-06 10:15:00Z",
        "2025-12-06T10:15:00",
        "2025-12-06T10:15:00+01:00",
        "x025-12-06T10:15:00Z",
    ],
)
def test_refuses_what_is_no_utc_time(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - its message is for nobody
        moment_of(text)


@given(SECONDS, SECONDS)
def test_text_sorts_like_time(one: int, other: int) -> None:
    assert (text_of(one) < text_of(other)) == (one < other)
