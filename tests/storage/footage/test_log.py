"""Everybody reads what was asked for, once it takes no more answers, and no more than that."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from storage.db import CHORES, OPERATOR, Actor, Database
from storage.footage import footage, log as footage_log
from storage.footage.rules import Act, Kind
from storage.kit import clock
from storage.kit.clock import DAY
from storage.kit.ids import RequestId
from storage.schema import footage_requests
from storage.staff.staff import Role
from tests import builders
from tests.storage.footage.asked import Desk, a_case, a_request, squares, the_desk  # noqa: F401 - fixture


def _over(record: Database, request: RequestId) -> None:
    with record.write(by=OPERATOR) as tx:
        here = update(footage_requests).where(footage_requests.c.id == request)
        tx.execute(here.values(ends_at=clock.now() - 1, sent_at=footage_requests.c.sent_at - 8 * DAY))
        tx.audit("test", "")


def _publish(desk: Desk) -> list[RequestId]:
    record = desk.as_role("chores")
    with record.read() as conn:
        due = footage_log.due(conn)
    for request in due:
        with record.write(by=CHORES) as tx:
            footage_log.publish(tx, request)
    return due


def _told(desk: Desk, *, before: tuple[str, str] | None = None, limit: int = 9) -> list[footage_log.Published]:
    with desk.as_role("public").read() as conn:
        return footage_log.page(conn, before=before, limit=limit)


def test_a_request_is_told_when_it_is_over(desk: Desk) -> None:
    """Once, snapped to blocks, with the day it went out and nothing of case, words, staff or answers."""
    case = a_case(desk.record)
    dee = desk.member("Dee", Role.DETECTIVE, case)
    over, _still = desk.ask(dee, case), desk.ask(dee, case)
    _over(desk.record, over)

    with desk.record.read() as conn:
        sent_at = conn.execute(select(footage_requests.c.sent_at).where(footage_requests.c.id == over)).scalar_one()

    assert (_publish(desk), _publish(desk)) == ([over], [])

    (told,) = _told(desk)
    assert (told.id, told.division, told.kind) == (over, builders.division("Central"), Kind.BURGLARY)
    assert told.day == clock.as_text(sent_at)[:10]
    assert (told.window, told.square_miles) == (a_request().asked.window, 40)
    assert told.places == ("Central, cell 0", "Central, cell 1")


def test_what_never_went_out_is_never_told(desk: Desk) -> None:
    """Refused, taken back, or waiting for a second person."""
    case = a_case(desk.record)
    dee = desk.member("Dee", Role.DETECTIVE, case)
    large = a_request(squares(range(7), range(2)))
    desk.ask(dee, case, large)
    taken_back = desk.ask(dee, case, a_request(large.asked.blocks, text="Taken back."))
    with desk.record.write(by=Actor(f"staff:{dee}")) as tx:
        footage.move(tx, desk.asker(dee), taken_back, Act.RESOLVE)

    assert _publish(desk) == []


@pytest.mark.engines("sqlite")
def test_the_log_is_read_page_by_page(desk: Desk) -> None:
    """The newest day first, within a day in an order that says nothing; nothing twice and nothing left out."""
    case = a_case(desk.record)
    dee = desk.member("Dee", Role.DETECTIVE, case)
    for request in [desk.ask(dee, case) for _ in range(5)]:
        _over(desk.record, request)
    _publish(desk)

    whole = _told(desk)

    assert [one.id for one in whole] == sorted(one.id for one in whole)
    first = _told(desk, limit=2)
    rest = _told(desk, before=(first[-1].day, first[-1].id))
    assert first + rest == whole and len(whole) == 5
