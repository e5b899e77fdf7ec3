"""Answers come in batches, in an order that says nothing, and a contact is opened once it may be."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from storage.cases import keys as case_keys
from storage.db import AIRLOCK, OPERATOR, Actor
from storage.footage import answers as footage_answers
from storage.footage.answers import FIRST_AFTER_MS, Kind, batch_at
from storage.kit import clock
from storage.kit.clock import BATCH, DAY, HOUR
from storage.kit.errors import NotThere
from storage.kit.ids import CaseId, RequestId, StaffId
from storage.schema import footage_answers as table
from storage.staff.staff import Role
from tests import builders
from tests.storage.footage.asked import KEY, LATER, Desk, a_batch, a_case, the_desk  # noqa: F401 - fixture

NOON = builders.NOON


@pytest.mark.parametrize(
    ("after_noon", "sent_before", "shown"),
    [(0, 24, 12), (1, 24, 12), (11.999, 24, 12), (12, 24, 24), (0.1, 0, 12), (6.5, 0, 24), (11, 0.5, 24), (5, 7, 12)],
)
def test_a_batch_is_shown_at_midnight_or_noon(after_noon: float, sent_before: float, shown: int) -> None:
    """The next one, and at least six hours after what was asked went out."""
    now = NOON + int(after_noon * HOUR)

    at = batch_at(now, now - int(sent_before * HOUR))

    assert (at - NOON) / HOUR == shown
    assert at % BATCH == 0 and at > now and at >= now - sent_before * HOUR + FIRST_AFTER_MS


def test_a_moment_of_its_own_is_refused(desk: Desk) -> None:
    """It would tell when the answer came."""
    _, _, request = _asked(desk)

    with pytest.raises(ValueError, match="batch"), desk.as_role("airlock").write(by=AIRLOCK) as tx:
        footage_answers.bring(tx, request, Kind.NO, shown_at=a_batch() + 1)


def _asked(desk: Desk) -> tuple[StaffId, CaseId, RequestId]:
    case = a_case(desk.record)
    dee = desk.member("Dee", Role.DETECTIVE, case)
    return dee, case, desk.ask(dee, case)


def _bring(desk: Desk, request: RequestId, kind: Kind = Kind.NO, *, ago: int = 0, **more: object) -> str:
    with desk.as_role("airlock").write(by=AIRLOCK) as tx:
        return footage_answers.bring(tx, request, kind, shown_at=a_batch(ago), **more)  # type: ignore[arg-type]


def _told(desk: Desk, request: RequestId) -> list[footage_answers.Answer]:
    with desk.as_role("staff").read() as conn:
        return footage_answers.of(conn, builders.division("Central"), [request])[request]


def test_nothing_is_seen_before_its_moment(desk: Desk) -> None:
    """Under the staff program's own role: neither by the module, nor on PostgreSQL by whoever asks the table."""
    _, _, request = _asked(desk)
    _bring(desk, request, ago=LATER)
    shown = _bring(desk, request, Kind.NOTHING)

    assert [one.id for one in _told(desk, request)] == [shown]
    with desk.as_role("staff").read() as conn:
        there = set(conn.execute(select(table.c.id)).scalars())
    assert there == {shown} or desk.record.engine.dialect.name == "sqlite"


def test_within_a_batch_the_order_is_that_of_random_ids(desk: Desk) -> None:
    """Whatever came first; an earlier batch stands before a later one, and asking again changes nothing."""
    _, _, request = _asked(desk)
    late = [_bring(desk, request, ago=0) for _ in range(3)]
    moment = a_batch(2)
    with desk.record.write(by=AIRLOCK) as tx:
        early = [footage_answers.bring(tx, request, kind, shown_at=moment) for kind in Kind for _ in range(3)]

    told = [one.id for one in _told(desk, request)]

    assert told[:12] == sorted(early) and sorted(told[12:]) == sorted(late)
    assert told == [one.id for one in _told(desk, request)]
    assert _told(desk, RequestId("none")) == []


def test_bringing_answers_leaves_no_line_in_the_audit(desk: Desk) -> None:
    """It would tell when an owner answered."""
    _, _, request = _asked(desk)
    with desk.record.read() as conn:
        before = conn.execute(select(builders.metadata.tables["audit_head"].c.seq)).scalar_one()

    _bring(desk, request)

    with desk.record.read() as conn:
        assert conn.execute(select(builders.metadata.tables["audit_head"].c.seq)).scalar_one() == before


def _with_contact(desk: Desk, case: CaseId, request: RequestId, *, lasts: int = DAY, ago: int = 0) -> str:
    with desk.record.read() as conn:
        public = case_keys.public_of(conn, case)
    assert public is not None
    sealed = case_keys.seal(public, request, b"555-0100")
    return _bring(desk, request, Kind.ASK_ME, ago=ago, contact=sealed, contact_expires_at=clock.now() + lasts)


def _open(desk: Desk, case: CaseId, answer: str, by: StaffId) -> str:
    with desk.as_role("staff").write(by=Actor(f"staff:{by}")) as tx:
        return footage_answers.open_contact(tx, KEY, case, answer, by=by)


def test_a_contact_is_opened_and_then_not_taken_back(desk: Desk) -> None:
    """Opening is an entry of the case; before, its owner takes it back, and it is not there."""
    dee, case, request = _asked(desk)
    kept, taken = _with_contact(desk, case, request), _with_contact(desk, case, request)

    assert _open(desk, case, kept, dee) == _open(desk, case, kept, dee) == "555-0100"

    with desk.as_role("airlock").write(by=AIRLOCK) as tx:
        assert [footage_answers.take_back_contact(tx, one) for one in (kept, taken, taken)] == [False, True, False]
    with pytest.raises(NotThere):
        _open(desk, case, taken, dee)
    told = {one.id: (one.contact, one.opened_at is not None) for one in _told(desk, request)}
    assert told == {kept: (True, True), taken: (False, False)}


def test_no_contact_of_another_case_of_later_or_of_one_that_expired(desk: Desk) -> None:
    """All the same answer; and what expired is erased by the chores, under their own role."""
    dee, case, request = _asked(desk)
    other = a_case(desk.record, "CR-2")
    late = _with_contact(desk, case, request, ago=LATER)
    expired, there = _with_contact(desk, case, request, lasts=-1), _with_contact(desk, case, request)
    plain = _bring(desk, request)

    for of_case, answer in (
        (other, there),
        (case, late),
        (case, expired),
        (case, "none"),
        (case, plain),
    ):
        with pytest.raises(NotThere):
            _open(desk, of_case, answer, dee)

    with desk.as_role("chores").write(by=OPERATOR) as tx:
        assert (footage_answers.expire_contacts(tx), footage_answers.expire_contacts(tx)) == (1, 0)
    with desk.record.read() as conn:
        held = dict(conn.execute(select(table.c.id, table.c.contact)).all())  # type: ignore[arg-type]
    assert held[expired] is None and held[there] is not None
