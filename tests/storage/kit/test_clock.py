"""Times: milliseconds inside, RFC 3339 outside, quarter hours on posts."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, strategies as some

from storage.kit import clock
from storage.kit.clock import DAY, HOUR, MINUTE, QUARTER_HOUR, SECOND

UNTIL_2100 = 4_102_444_800_000


def test_now_is_milliseconds_since_1970() -> None:
    """`now` and `now_ns` agree with the machine's clock."""
    assert abs(clock.now() - time.time() * 1000) < 1000
    assert abs(clock.now_ns() - time.time_ns()) < 10**9


def test_the_units_are_milliseconds() -> None:
    """A day is 24 hours of 60 minutes of 60 seconds of 1000."""
    assert (SECOND, MINUTE, HOUR, DAY) == (1000, 60 * SECOND, 60 * MINUTE, 24 * HOUR)
    assert QUARTER_HOUR == 15 * MINUTE


@given(some.integers(0, UNTIL_2100))
def test_rounding_goes_down_to_the_quarter_hour(at: int) -> None:
    """A rounded time is a full quarter hour, never later, less than one earlier; rounding it again changes nothing."""
    rounded = clock.rounded(at)

    assert rounded % QUARTER_HOUR == 0
    assert 0 <= at - rounded < QUARTER_HOUR
    assert clock.rounded(rounded) == rounded


@given(some.integers(0, UNTIL_2100))
def test_a_time_as_text_is_utc_in_whole_seconds(at: int) -> None:
    """What is written can be read back to the second."""
    text = clock.as_text(at)

    assert text.endswith("Z")
    assert clock.from_datetime(datetime.fromisoformat(text)) == at - at % SECOND


@pytest.mark.parametrize("hours", [-6, 0, 5.5])
def test_a_datetime_is_read_in_its_own_zone(hours: float) -> None:
    """The same moment in any zone is the same number."""
    moment = datetime(2026, 11, 22, 15, 30, tzinfo=UTC)

    there = moment.astimezone(timezone(timedelta(hours=hours)))

    assert clock.from_datetime(there) == clock.from_datetime(moment)


def test_a_time_of_day_comes_once_a_day_whatever_the_clocks_do() -> None:
    """Also where they pass a time twice, or skip it."""
    zone = ZoneInfo("America/Chicago")

    def moments(minute: int, first: datetime) -> list[str]:
        found = [clock.from_datetime(first)]
        while len(found) < 4:
            found.append(clock.next_time_of_day(found[-1], minute, zone))
        return [clock.as_text(moment) for moment in found[1:]]

    back = datetime(2026, 10, 31, 12, tzinfo=UTC)
    assert moments(90, back) == ["2026-11-01T06:30:00Z", "2026-11-02T07:30:00Z", "2026-11-03T07:30:00Z"]
    forth = datetime(2026, 3, 7, 12, tzinfo=UTC)
    assert moments(150, forth) == ["2026-03-08T08:30:00Z", "2026-03-09T07:30:00Z", "2026-03-10T07:30:00Z"]
    assert clock.local(0, zone).isoformat() == "1969-12-31T18:00:00-06:00"


def test_answers_cross_at_midnight_and_noon() -> None:
    """The first such moment that is later, also for one that is itself one."""
    noon = clock.BATCH
    assert [clock.next_batch(at) for at in (0, noon - 1, noon, noon + 1)] == [noon, noon, 2 * noon, 2 * noon]
