"""Verified notices: one lead writes, another consents, neighbours read them until they end."""

from __future__ import annotations

import pytest
from sqlalchemy import delete, update

from storage import notices
from storage.db import OPERATOR, Database
from storage.kit.clock import DAY
from storage.kit.errors import Conflict, NotAllowed, NotThere
from storage.kit.ids import StaffId
from storage.notices import MOST_SHOWN, NoticeState
from storage.schema import notices as rows, staff_roles
from storage.staff import staff
from tests.builders import a_lead, a_moderator, division

pytestmark = pytest.mark.usefixtures("city")
CENTRAL, EAST = division("Central"), division("East")


@pytest.fixture
def writer(record: Database) -> StaffId:
    """Who writes."""
    return a_lead(record, "writer")


@pytest.fixture
def other(record: Database) -> StaffId:
    """Who consents."""
    return a_lead(record, "other", None)


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


def test_a_row_that_no_two_leads_stand_behind_is_read_by_nobody(
    record: Database, writer: StaffId, other: StaffId
) -> None:
    """Whatever it says of itself: one person, no lead, a lead of elsewhere, longer than may be, or not begun."""
    notice = write(record, writer)
    consent(record, notice, other)
    mo, far = a_moderator(record, "mo"), a_lead(record, "far", "East")
    forged = {"consented_by": (None, writer, mo, far), "written_by": (other, mo, far), "days": (0, 15, 2**31 - 1)}
    moved = ((rows.c.ends_at, DAY), (rows.c.shown_at, 3 * DAY), (rows.c.written_at, DAY))
    lies = [{name: value} for name, values in forged.items() for value in values]
    lies += [{column.name: column + by} for column, by in moved]
    assert len(shown(record)) == 1

    for lie in lies:
        assert _read_after(record, lie) == [], lie

    assert shown(record) == ["The road is closed."]


def test_who_leads_there_no_longer_stands_behind_nothing(record: Database, writer: StaffId, other: StaffId) -> None:
    """Their role was taken back, or their account ended: the notice goes with it."""
    for leaves in ("role", "account"):
        notice = write(record, writer)
        second = a_lead(record, leaves)
        consent(record, notice, second)
        assert len(shown(record)) == 1
        with record.write(by=OPERATOR) as tx:
            if leaves == "role":
                tx.execute(delete(staff_roles).where(staff_roles.c.staff_id == second))
                tx.audit("test", "")
            else:
                staff.end(tx, second)
        assert shown(record) == []


def _read_after(record: Database, lie: dict[str, object]) -> list[str]:
    """What would be read if the row said so; it does not stay."""
    found: list[str] = []
    with pytest.raises(_Undone), record.write(by=OPERATOR) as tx:
        tx.execute(update(rows).values(**lie))
        found += [one.text for one in notices.shown(tx.connection, CENTRAL)]
        raise _Undone
    return found


class _Undone(Exception):
    """Nothing of it is to stay."""


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
