"""What is published by itself, each harmless when it runs again."""

from __future__ import annotations

import pytest

from storage import counts
from storage.counts import SETTLED_MS, Kind
from storage.db import OPERATOR, Database, database_now
from storage.kit import clock
from storage.kit.clock import DAY
from tests import builders
from workers import publishing


@pytest.mark.engines("sqlite")
def test_a_month_that_is_over_is_published_once(
    record: Database, city: builders.City, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A month and a day later than what happened; before that nothing is."""
    with record.write(by=OPERATOR) as tx:
        now = tx.now()
        tx.audit("test", "")
    assert publishing.publish_counts(record) == 0

    monkeypatch.setattr(counts, "database_now", lambda conn: database_now(conn) + 31 * DAY + SETTLED_MS)

    assert [publishing.publish_counts(record) for _ in range(2)] == [1, 0]
    with record.read() as conn:
        assert {one.month for one in counts.published(conn)} == {clock.as_text(now)[:7]}
        assert {one.kind for one in counts.published(conn)} == set(Kind)


@pytest.mark.engines("sqlite")
def test_a_head_is_published_once_a_day(record: Database) -> None:
    """However often it is looked."""
    assert [publishing.publish_head(record, bytes(32)) for _ in range(2)] == [True, False]
