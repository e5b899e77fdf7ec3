"""A moderator finds a request to flag among those that everybody reads of, and learns of no other."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from storage.db import CHORES, OPERATOR, Actor
from storage.footage import log as footage_log
from storage.kit.clock import DAY
from storage.kit.ids import DivisionId, RequestId, StaffId, new_secret
from storage.moderation import request_decisions, request_flags, requests_told
from storage.moderation.request_decisions import Verb, Why
from storage.schema import footage_requests
from storage.staff.staff import Role
from tests import builders
from tests.storage.footage.asked import Desk, a_batch, a_case, the_desk

__all__ = ["the_desk"]
CENTRAL = builders.division("Central")
Row = tuple[str, bool, bool]


def _told(desk: Desk, request: RequestId) -> None:
    """Its week is over, and the chores tell everybody."""
    with desk.record.write(by=OPERATOR) as tx:
        here = update(footage_requests).where(footage_requests.c.id == request)
        tx.execute(here.values(ends_at=tx.now() - 1, sent_at=footage_requests.c.sent_at - 8 * DAY))
        tx.audit("test", "")
    with desk.as_role("chores").write(by=CHORES) as tx:
        footage_log.publish(tx, request)


def _rows(desk: Desk, member: StaffId, division: DivisionId = CENTRAL, limit: int = 9) -> list[Row]:
    with desk.as_role("staff").read() as conn:
        found = requests_told.page(conn, [division], member, before=None, limit=limit)
    return [(one.said.id, one.waits, one.taken_back) for one in found]


def _flag(desk: Desk, request: RequestId, member: StaffId) -> None:
    with desk.as_role("staff").write(by=Actor(f"staff:{member}")) as tx:
        said = {"origin": request_flags.POLICE, "reason": "race_only", "text": "", "slip": new_secret()}
        request_flags.add(tx, request, flagged_at=a_batch(), **said)


def test_only_what_everybody_reads_and_only_whose_it_is_not(desk: Desk) -> None:
    """One that runs is nowhere; who asked, agreed or works in its case finds none; nor does another division."""
    case = a_case(desk.record)
    dee, ann = desk.member("Dee", Role.DETECTIVE, case), desk.member("Ann", Role.MODERATOR, case)
    mo, lee = desk.member("Mo", Role.MODERATOR), desk.member("Lee", Role.MODERATOR)
    over, _runs = desk.ask(dee, case), desk.ask(dee, case)
    assert _rows(desk, mo) == []

    _told(desk, over)

    assert _rows(desk, mo) == _rows(desk, lee) == [(over, False, False)]
    assert _rows(desk, dee) == _rows(desk, ann) == _rows(desk, mo, builders.division("East")) == []
    with desk.record.write(by=OPERATOR) as tx:
        tx.execute(update(footage_requests).values(approved_by=lee))
        tx.audit("test", "")
    assert _rows(desk, lee) == []


@pytest.mark.engines("sqlite")
def test_it_says_what_became_of_each(desk: Desk) -> None:
    """An owner's flag from its batch on, one of staff at once, until it is decided; taken back, for good."""
    case = a_case(desk.record)
    dee, mo = desk.member("Dee", Role.DETECTIVE, case), desk.member("Mo", Role.MODERATOR)
    request = desk.ask(dee, case)
    _told(desk, request)
    with desk.as_role("airlock").write(by=CHORES) as tx:
        said = {"flag_id": "f" * 26, "reason": "pressure", "text": "It presses.", "shown_at": a_batch(-1)}
        request_flags.bring(tx, request, **said)
    assert _rows(desk, mo) == [(request, False, False)]

    _flag(desk, request, mo)
    assert _rows(desk, mo) == [(request, True, False)]
    for verb, became in ((Verb.DISMISS, (request, False, False)), (Verb.TAKE_BACK, (request, False, True))):
        with desk.as_role("staff").write(by=Actor(f"staff:{mo}")) as tx:
            request_decisions.decide(tx, request, verb, Why("race_only", 1), by=mo)
        assert _rows(desk, mo) == [became]
        if verb is Verb.DISMISS:
            _flag(desk, request, mo)
