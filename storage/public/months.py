"""Months (UTC) as `YYYY-MM`, and their moments in milliseconds since 1970. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from storage.kit import clock


def of(at: int) -> str:
    """The month of a moment."""
    return clock.as_text(at)[:7]


def between(first: str, last: str) -> Iterator[str]:
    """All from the first to the last, that one too."""
    month = first
    while month <= last:
        yield month
        month = after(month)


def after(month: str) -> str:
    """The next one."""
    year, number = int(month[:4]), int(month[5:])
    return f"{year + number // 12:04}-{number % 12 + 1:02}"


def begin(month: str) -> int:
    """Its first moment."""
    return clock.from_datetime(datetime(int(month[:4]), int(month[5:]), 1, tzinfo=UTC))
