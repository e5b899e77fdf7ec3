"""The time, in one place: milliseconds since 1970 inside, RFC 3339 UTC outside."""

from __future__ import annotations

import time
from datetime import UTC, datetime

QUARTER_HOUR = 15 * 60 * 1000  # a post's times are rounded to this, so that they say little (PROTOCOL.md)
SECOND, MINUTE, HOUR, DAY = 1000, 60_000, 3_600_000, 86_400_000


def now() -> int:
    """Milliseconds since 1970 by this machine's clock. Leases use the database's clock instead (`Tx.now`)."""
    return time.time_ns() // 1_000_000


def now_ns() -> int:
    """Nanoseconds since 1970, for latency measurements only."""
    return time.time_ns()


def rounded(at: int) -> int:
    """`at` moved down to the quarter hour."""
    return at - at % QUARTER_HOUR


def as_text(at: int) -> str:
    """RFC 3339 in UTC, whole seconds: `2026-11-22T15:30:00Z`."""
    return datetime.fromtimestamp(at // 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def from_datetime(at: datetime) -> int:
    """Milliseconds since 1970 of a datetime that knows its zone."""
    return int(at.timestamp() * 1000)
