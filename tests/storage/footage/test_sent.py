"""What stands as sent is believed only where all of it is true by the record itself."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import delete, insert, update

from storage.db import OPERATOR
from storage.footage import footage, sent as footage_sent
from storage.footage.rules import Act
from storage.footage.sent import Sent
from storage.kit.clock import DAY, HOUR
from storage.kit.ids import CaseId, RequestId, StaffId
from storage.schema import case_members, cases, footage_request_blocks, footage_requests, staff_members, staff_roles
from storage.staff.staff import Role
from tests import builders
from tests.storage.footage.asked import Desk, a_case, a_request, a_window, squares, the_desk

__all__ = ["the_desk"]


def _believed(desk: Desk) -> list[RequestId]:
    """What the airlock believes, under its own role."""
    with desk.as_role("airlock").read() as conn:
        return [one.id for one in footage_sent.running(conn) if footage_sent.is_true(conn, one)]


def _change(desk: Desk, request: RequestId, **values: Any) -> None:
    with desk.record.write(by=OPERATOR) as tx:
        tx.execute(update(footage_requests).where(footage_requests.c.id == request).values(**values))
        tx.audit("test", request)


@pytest.fixture
def small(desk: Desk) -> tuple[StaffId, CaseId, RequestId]:
    """A detective, their case, and a small request that went out at once."""
    case = a_case(desk.record)
    detective = desk.member("dana", Role.DETECTIVE, case)
    return detective, case, desk.ask(detective, case)


def test_what_a_detective_asked_by_the_rules_is_believed(desk: Desk, small: tuple[StaffId, CaseId, RequestId]) -> None:
    """As long as it runs, nobody resolved it and its case is open."""
    _, case, request = small
    assert _believed(desk) == [request]

    with desk.record.read() as conn:
        assert footage_sent.still(conn, [request]) == {request}
    with desk.record.write(by=OPERATOR) as tx:
        tx.execute(update(cases).where(cases.c.id == case).values(state="closed"))
        tx.audit("test", case)
    assert _believed(desk) == []
    with desk.record.read() as conn:
        assert footage_sent.still(conn, [request]) == set()


@pytest.mark.engines("sqlite")
def test_who_asked_must_still_be_allowed_to(desk: Desk, small: tuple[StaffId, CaseId, RequestId]) -> None:
    """Not once the account ended, the role was taken or the assignment: whatever was true when it was asked."""
    detective, *_ = small
    taken = (
        update(staff_members).where(staff_members.c.id == detective).values(ended=True),
        update(staff_roles).where(staff_roles.c.staff_id == detective).values(role=Role.ANALYST),
        delete(case_members).where(case_members.c.staff_id == detective),
    )
    for statement in taken:
        with desk.record.engine.connect() as conn:  # looked at within what is undone again
            conn.execute(statement)
            assert not any(footage_sent.is_true(conn, one) for one in footage_sent.running(conn))
            conn.rollback()
    assert len(_believed(desk)) == 1


@pytest.mark.engines("sqlite")
@pytest.mark.parametrize(
    "forged",
    [
        {"window_to": a_window(hours=14)[1]},
        {"window_from": a_window()[0] + 1},
        {"kind": "anything"},
        {"sent_at": None},
        {"ends_at": builders.NOON * 2},
        {"division_id": builders.division("East")},
    ],
    ids=lambda forged: str(next(iter(forged))),
)
def test_a_row_that_was_changed_is_not_believed(
    desk: Desk, small: tuple[StaffId, CaseId, RequestId], forged: dict[str, Any]
) -> None:
    """Hours, kind, times and division: each by itself is enough."""
    _change(desk, small[2], **forged)

    assert _believed(desk) == []


@pytest.mark.engines("sqlite")
def test_blocks_that_were_added_are_not_believed(desk: Desk, small: tuple[StaffId, CaseId, RequestId]) -> None:
    """More ground than may be asked about, or another division's."""
    for more in (squares(range(2, 12), range(4)), {builders.block("East")}):
        with desk.record.engine.connect() as conn:
            rows = [{"request_id": small[2], "block_id": block} for block in more]
            conn.execute(insert(footage_request_blocks), rows)
            assert not any(footage_sent.is_true(conn, one) for one in footage_sent.running(conn))
            conn.rollback()


@pytest.mark.engines("sqlite")
def test_a_large_one_takes_a_second_person_who_may(desk: Desk) -> None:
    """Waiting it is not sent; said to be sent it is not believed, until a lead or another detective agreed."""
    case = a_case(desk.record)
    dana, lee = desk.member("dana", Role.DETECTIVE, case), desk.member("lee", Role.LEAD)
    ana = desk.member("ana", Role.ANALYST, case)
    large = desk.ask(dana, case, a_request(squares(range(6), range(3))))
    assert _believed(desk) == []

    _change(desk, large, state="sent", sent_at=_asked_at(desk, large), ends_at=_asked_at(desk, large) + 6 * DAY)
    for second in (None, dana, ana):
        _change(desk, large, approved_by=second)
        assert _believed(desk) == []
    _change(desk, large, approved_by=lee)
    assert _believed(desk) == [large]

    other = a_case(desk.record, "CR-2")
    with desk.record.write(by=OPERATOR) as tx:
        tx.execute(insert(case_members).values(case_id=other, staff_id=dana))
        tx.audit("test", other)
    window = a_window(hours=8, days_ago=9)
    properly = desk.ask(dana, other, a_request(squares(range(8, 10), range(4, 6)), window=window))
    with desk.record.write(by=OPERATOR) as tx:
        footage.move(tx, desk.asker(lee), properly, Act.APPROVE)
    assert set(_believed(desk)) == {large, properly}


@pytest.mark.engines("sqlite")
def test_copies_of_a_true_row_reach_the_limits(desk: Desk, small: tuple[StaffId, CaseId, RequestId]) -> None:
    """Who writes rows like it gets no more of them believed in a day than a detective may ask."""
    with desk.record.read() as conn:
        (one,) = footage_sent.running(conn)
    for number in range(8):
        _copy(desk, one, number)

    assert len(_believed(desk)) <= 5


def _copy(desk: Desk, one: Sent, number: int) -> None:
    """A row beside it, past the staff program."""
    with desk.record.write(by=OPERATOR) as tx:
        row = {"id": f"forged-{number}", "case_id": one.case, "division_id": one.division, "kind": one.kind}
        said = {"case_number": "x", "text": one.text, "state": "sent", "asked_by": one.asked_by}
        begin = one.asked.window[0] - number * HOUR
        when = {"window_from": begin, "window_to": begin + HOUR, "asked_at": one.asked_at + number + 1}
        until = {"sent_at": (one.sent_at or 0) + number + 1, "ends_at": one.ends_at}
        tx.execute(insert(footage_requests).values(**row, **said, **when, **until))
        blocks = [{"request_id": row["id"], "block_id": block} for block in one.asked.blocks]
        tx.execute(insert(footage_request_blocks), blocks)
        tx.audit("test", row["id"])


def _asked_at(desk: Desk, request: RequestId) -> int:
    with desk.record.read() as conn:
        query = footage_requests.c.asked_at
        return int(conn.execute(query.table.select().where(footage_requests.c.id == request)).one().asked_at)
