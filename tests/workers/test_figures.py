"""Figures of the record: where its chains stand."""

from __future__ import annotations

import pytest

from feed.bell import Bell
from storage.db import Database
from storage.kit import metrics
from tests.builders import a_published_post
from workers import figures


@pytest.mark.usefixtures("city")
def test_the_heads_are_told(record: Database, bell: Bell, monkeypatch: pytest.MonkeyPatch) -> None:
    """The number of the audit's newest line, and of the feed log's."""
    monkeypatch.setattr(metrics, "_here", metrics._Here())
    a_published_post(record, bell)

    figures.tell(record)

    assert metrics.value_of("feed_head") == 2
    assert metrics.value_of("audit_head") == 3
