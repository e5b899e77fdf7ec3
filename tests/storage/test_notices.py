"""Verified notices: one lead writes, another consents, neighbours read them until they end."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from storage import notices
from storage.db import OPERATOR, Database
from storage.kit.clock import DAY
from storage.kit.errors import Conflict, NotAllowed, NotThere
from storage.kit.ids import StaffId
from storage.notices import MOST_SHOWN, NoticeState
from storage.schema import notices as rows
from tests.builders import a_moderator, division

pytestmark = pytest.mark.usefixtures("city")
CENTRAL, EAST = division("Central"), division("East")


@pytest.fixture
def writer(record: Database) -> StaffId:
    """Who writes."""
    return a_moderator(record, "writer")


@pytest.fixture
def other(record: Database) -> StaffId:
    """Who consents."""
    return a_moderator(record, "other")


def write(record: Database, writer: StaffId, text: str = "The road is closed.") -> str:
    """A notice of two days for Central."""
    with record.write(by=OPERATOR) as tx:
        return notices.write(tx, CENTRAL, text, days=2, by=writer)


def consent(record: Database, notice: str, by: StaffId, *, leads: str = "Central") -> None:
    """Another lead says yes."""
    with record.write(by=OPERATOR) as tx:
        notices.consent(tx, [division(leads)], notice, by=by)


def shown(record: Database, where: str = "Central") -> list[str]:
    """What neighbours read."""
    with record.read() as conn:
        return [one.text for one in notices.shown(conn, division(where))]


def state(record: Database, notice: str) -> NoticeState:
    """Where it stands, as its division's leads are told."""
    with record.read() as conn:
        return next(one.state for one in notices.of_divisions(conn, [CENTRAL]) if one.id == notice)


def test_neighbours_read_it_once_another_lead_consented(record: Database, writer: StaffId, other: StaffId) -> None:
    """In its own division, for as many days as it was written for."""
    notice = write(record, writer)
    assert shown(record) == []

    consent(record, notice, other)

    with record.read() as conn:
        (read,) = notices.shown(conn, CENTRAL)
        assert notices.of_divisions(conn, [EAST]) == []
    assert (read.text, read.division_name) == ("The road is closed.", "Central")
    assert read.ends_at - read.shown_at == 2 * DAY
    assert shown(record, "East") == []


def test_it_takes_a_second_person_of_that_division(record: Database, writer: StaffId, other: StaffId) -> None:
    """Neither who wrote it nor a lead of elsewhere, whose notice it is not."""
    notice = write(record, writer)

    with pytest.raises(NotAllowed):
        consent(record, notice, writer)
    with pytest.raises(NotThere):
        consent(record, notice, other, leads="East")
    assert state(record, notice) is NoticeState.WAITING


def test_what_was_decided_stays_so(record: Database, writer: StaffId, other: StaffId) -> None:
    """Refused it is not shown any more; and what is over is not ended again."""
    refused, ended = write(record, writer), write(record, writer)
    with record.write(by=OPERATOR) as tx:
        notices.refuse(tx, [CENTRAL], refused, by=other)
        notices.end(tx, [CENTRAL], ended)

    for notice in (refused, ended):
        with pytest.raises(Conflict):
            consent(record, notice, other)
        with pytest.raises(Conflict), record.write(by=OPERATOR) as tx:
            notices.end(tx, [CENTRAL], notice)
    assert [state(record, refused), state(record, ended)] == [NoticeState.REFUSED, NoticeState.ENDED]
    assert shown(record) == []


def test_so_many_are_shown_at_once(record: Database, writer: StaffId, other: StaffId) -> None:
    """The next waits until one has ended by itself, or was taken away."""
    written = [write(record, writer, str(number)) for number in range(MOST_SHOWN + 2)]
    for notice in written[:MOST_SHOWN]:
        consent(record, notice, other)

    with pytest.raises(Conflict) as refused:
        consent(record, written[-1], other)
    assert refused.value.code == "too_many_notices"
    with record.write(by=OPERATOR) as tx:
        notices.end(tx, [CENTRAL], written[0])
        tx.execute(update(rows).where(rows.c.id == written[1]).values(ends_at=rows.c.shown_at))
    for notice in written[MOST_SHOWN:]:
        consent(record, notice, other)
    assert sorted(shown(record)) == ["2", "3", "4"]
