"""Months and their moments."""

from __future__ import annotations

from storage.kit import clock
from storage.public import months


def test_months_follow_one_another() -> None:
    """Over the end of a year too."""
    assert list(months.between("2025-11", "2026-02")) == ["2025-11", "2025-12", "2026-01", "2026-02"]
    assert clock.as_text(months.begin("2026-02")) == "2026-02-01T00:00:00Z"
