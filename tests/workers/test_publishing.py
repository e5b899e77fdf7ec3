"""What is published by itself, each harmless when it runs again."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from storage.db import OPERATOR, Database, database_now
from storage.kit import clock
from storage.kit.clock import DAY
from storage.public import counts
from storage.public.count_kinds import Kind
from storage.public.counts import SETTLED_MS
from storage.schema import footage_requests
from storage.staff.staff import Role
from tests import builders
from tests.storage.footage.asked import Desk, a_case, the_desk  # noqa: F401 - fixture
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


@pytest.mark.engines("postgresql")
def test_what_was_asked_for_is_told_once_it_is_over(desk: Desk) -> None:
    """Under the chores' own role; before its end nothing is."""
    case = a_case(desk.record)
    desk.ask(desk.member("Dee", Role.DETECTIVE, case), case)
    chores = desk.as_role("chores")
    assert publishing.publish_requests(chores) == 0

    with desk.record.write(by=OPERATOR) as tx:
        tx.execute(update(footage_requests).values(ends_at=tx.now()))
        tx.audit("test", "")

    assert [publishing.publish_requests(chores) for _ in range(2)] == [1, 0]
