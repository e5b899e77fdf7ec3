"""Where posts are held until somebody has judged them, and until when."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from storage import audit
from storage.db import OPERATOR, Database
from storage.kit.clock import HOUR
from storage.kit.ids import DivisionId, StaffId
from storage.moderation import premoderation
from storage.moderation.premoderation import SHORTEST_MS
from storage.schema import premoderation as rows
from tests.builders import a_moderator, block, division

pytestmark = pytest.mark.usefixtures("city")
CENTRAL = division("Central")


@pytest.fixture
def lead(record: Database) -> StaffId:
    """Who switches it on."""
    return a_moderator(record, "li")


def begin(record: Database, lead: StaffId, where: DivisionId = CENTRAL, *, lasts: int = HOUR) -> int:
    """Holds what is told of crime there; answers when that ends."""
    with record.write(by=OPERATOR) as tx:
        return premoderation.begin(tx, where, "crime", staff_id=lead, note="A wave of them", lasts=lasts)


def end(record: Database) -> None:
    """Switches it off; whether it was on or not."""
    with record.write(by=OPERATOR) as tx:
        premoderation.end(tx, CENTRAL, "crime")


def until(record: Database, where: str = "Central", category: str = "crime") -> int | None:
    """What a post of a block there meets."""
    with record.read() as conn:
        return premoderation.until(conn, block(where), category)


def test_it_holds_one_category_of_one_division(record: Database, lead: StaffId) -> None:
    """Until the moment that whoever switched it on was told."""
    ends_at = begin(record, lead)

    assert until(record) == ends_at
    assert until(record, "East") is until(record, category="safety") is None


def test_switched_on_again_it_ends_anew(record: Database, lead: StaffId) -> None:
    """There is one row for it, whoever says so and however often."""
    first, second = begin(record, lead), begin(record, lead, lasts=2 * HOUR)

    assert second > first + SHORTEST_MS // 2
    assert until(record) == second
    with record.read() as conn:
        (found,) = premoderation.on(conn, [CENTRAL])
    assert (found.by, found.note, found.ends_at, found.ends_at - found.since) == (
        "li",
        "A wave of them",
        second,
        2 * HOUR,
    )


def test_it_ends_by_itself(record: Database, lead: StaffId) -> None:
    """Then it is on nowhere, and there is nothing to switch off."""
    begin(record, lead)
    with record.write(by=OPERATOR) as tx:
        tx.execute(update(rows).values(ends_at=rows.c.ends_at - HOUR - 1))
        tx.audit("test", "")

    end(record)

    assert until(record) is None
    with record.read() as conn:
        assert premoderation.on(conn, [CENTRAL]) == []
        assert audit.page(conn, before=None, limit=1)[0].action == "test"


def test_it_is_switched_off_before_its_time(record: Database, lead: StaffId) -> None:
    """Once, as the audit says."""
    begin(record, lead)

    end(record)
    end(record)

    assert until(record) is None
    with record.read() as conn:
        actions = [line.action for line in audit.page(conn, before=None, limit=3)]
    assert actions[:2] == ["premoderation.end", "premoderation.begin"]


def test_a_lead_is_told_of_their_own_divisions(record: Database, lead: StaffId) -> None:
    """Of no other."""
    begin(record, lead)
    begin(record, lead, division("East"))

    with record.read() as conn:
        assert [one.division for one in premoderation.on(conn, [CENTRAL])] == [CENTRAL]
        assert premoderation.on(conn, []) == []
