"""The time, in one place: milliseconds since 1970 inside, RFC 3339 UTC outside."""

from __future__ import annotations

import time
from datetime import UTC, datetime, time as time_of_day, timedelta
from zoneinfo import ZoneInfo

QUARTER_HOUR = 15 * 60 * 1000  # a post's times are rounded to this, so that they say little (PROTOCOL.md)
SECOND, MINUTE, HOUR, DAY = 1000, 60_000, 3_600_000, 86_400_000
BATCH = 12 * HOUR  # what residents answer crosses at midnight and at noon, UTC: nothing tells when somebody wrote it


def now() -> int:
    """Milliseconds since 1970 by this machine's clock. Leases use the database's clock instead (`Tx.now`)."""
    return time.time_ns() // 1_000_000


def now_ns() -> int:
    """Nanoseconds since 1970, for latency measurements only."""
    return time.time_ns()


def rounded(at: int) -> int:
    """`at` moved down to the quarter hour."""
    return at - at % QUARTER_HOUR


def next_batch(after: int) -> int:
    """The first moment later than `after` at which answers cross."""
    return (after // BATCH + 1) * BATCH


def as_text(at: int) -> str:
    """RFC 3339 in UTC, whole seconds: `2026-11-22T15:30:00Z`."""
    return datetime.fromtimestamp(at // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def from_datetime(at: datetime) -> int:
    """Milliseconds since 1970 of a datetime that knows its zone."""
    return int(at.timestamp() * 1000)


def local(at: int, zone: ZoneInfo) -> datetime:
    """What clocks in that zone show, to the second."""
    return datetime.fromtimestamp(at // 1000, zone)


def next_time_of_day(after: int, minute: int, zone: ZoneInfo) -> int:
    """The first moment later than `after` at which it is `minute` minutes past midnight there, once on each day.

    A time that clocks pass twice is the first of both; one that they skip is as far after midnight as it would be.
    """
    today = local(after, zone).date()
    moments = (
        from_datetime(datetime.combine(today + timedelta(days), time_of_day(minute // 60, minute % 60), zone))
        for days in range(3)
    )
    return next(moment for moment in moments if moment > after)
