"""What a request comes to with what others asked: whose requests count, and who may agree to it."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select, update

from storage.db import OPERATOR, Actor, database_now
from storage.footage import before as footage_before, footage, sent as footage_sent
from storage.footage.before import New
from storage.footage.rules import Act, Asked, State
from storage.kit.clock import DAY
from storage.kit.errors import NotAllowed, Refused
from storage.kit.ids import CaseId, RequestId, StaffId
from storage.schema import cases, footage_requests, staff_roles
from storage.staff.staff import Role
from tests import builders
from tests.storage.footage.asked import Desk, a_case, a_request, a_window, squares, the_desk  # noqa: F401 - fixture

THIRDS = [squares(range(12), range(row, row + 1)) for row in range(3)]  # 0.24 square miles each, side by side


@pytest.fixture
def three(desk: Desk) -> list[tuple[StaffId, CaseId]]:
    """Three detectives, each with a case of their own on an incident of its own."""
    found = [a_case(desk.record, f"CR-{number}") for number in (1, 2, 3)]
    names = zip(("ann", "bob", "cid"), found, strict=True)
    return [(desk.member(name, Role.DETECTIVE, case), case) for name, case in names]


def _split(desk: Desk, three: list[tuple[StaffId, CaseId]]) -> list[RequestId]:
    return [desk.ask(who, case, a_request(third)) for (who, case), third in zip(three, THIRDS, strict=True)]


def _state(desk: Desk, request: RequestId) -> State:
    with desk.record.read() as conn:
        (one,) = footage.some(conn, [request])
        return one.state


def _move(desk: Desk, who: StaffId, request: RequestId, act: Act) -> None:
    with desk.as_role("staff").write(by=Actor(f"staff:{who}")) as tx:
        footage.move(tx, desk.asker(who), request, act)


def _believed(desk: Desk) -> set[RequestId]:
    with desk.as_role("airlock").read() as conn:
        return {one.id for one in footage_sent.running(conn) if footage_sent.is_true(conn, one)}


def test_three_who_divide_an_area_among_themselves_meet_a_lead(desk: Desk, three: list[tuple[StaffId, CaseId]]) -> None:
    """The third piece waits; another detective of its case cannot send it, a lead can, and the airlock agrees."""
    dan, lee = desk.member("dan", Role.DETECTIVE, three[2][1]), desk.member("lee", Role.LEAD)
    first, second, third = _split(desk, three)
    assert [_state(desk, one) for one in (first, second, third)] == [State.SENT, State.SENT, State.WAITING]
    assert _believed(desk) == {first, second}

    with pytest.raises(NotAllowed) as refused:
        _move(desk, dan, third, Act.APPROVE)
    assert refused.value.code == "lead_decides"
    with desk.as_role("staff").read() as conn:
        (one,) = footage.some(conn, [third])
        found = footage.beside(conn, one)
    assert found is not None and found.beside == {first: three[0][0], second: three[1][0]}
    assert found.judgement.miles_among == pytest.approx(0.72, rel=1e-3)

    _move(desk, lee, third, Act.APPROVE)
    assert _believed(desk) == {first, second, third}
    with desk.record.read() as conn:
        (one,) = footage.some(conn, [third])
        assert footage.beside(conn, one) is None  # nobody has to decide any more


@pytest.mark.engines("sqlite")
def test_the_airlock_believes_no_one_elses_word(desk: Desk, three: list[tuple[StaffId, CaseId]]) -> None:
    """A row that says it was sent, or that a detective agreed, or a lead who asked a piece of it, moves nobody."""
    dan, lee = desk.member("dan", Role.DETECTIVE, three[2][1]), desk.member("lee", Role.LEAD)
    first, second, third = _split(desk, three)
    with desk.record.write(by=OPERATOR) as tx:  # one of the three leads the division, too
        tx.execute(insert(staff_roles).values(staff_id=three[0][0], role=Role.LEAD, division_id=""))
        tx.audit("test", "")

    for second_person, believed in ((None, False), (dan, False), (three[0][0], False), (lee, True)):
        with desk.record.write(by=OPERATOR) as tx:
            row = update(footage_requests).where(footage_requests.c.id == third)
            at = {"sent_at": footage_requests.c.asked_at, "ends_at": footage_requests.c.asked_at + 6 * DAY}
            tx.execute(row.values(state="sent", approved_by=second_person, **at))
            tx.audit("test", third)
        assert (third in _believed(desk)) is believed
        assert {first, second} <= _believed(desk)


def test_cases_of_one_incident_are_one_matter(desk: Desk, three: list[tuple[StaffId, CaseId]]) -> None:
    """Whoever asks in them: their pieces are refused as one's own would be, and the airlock can tell."""
    with desk.record.write(by=OPERATOR) as tx:
        incident = select(cases.c.incident_id).where(cases.c.id == three[0][1]).scalar_subquery()
        tx.execute(update(cases).values(incident_id=incident))
        tx.audit("test", "")

    with pytest.raises(Refused) as refused:
        _split(desk, three)

    assert refused.value.code == "tiles_area"
    with desk.as_role("airlock").read() as conn:
        new = New(
            three[2][1], builders.division("Central"), three[2][0], a_request(THIRDS[2]).asked, database_now(conn)
        )
        assert footage_before.judged(conn, new).judgement.faults == ("tiles_area",)


@pytest.mark.engines("sqlite")
def test_honest_ones_in_one_block_are_sent_at_once(desk: Desk, three: list[tuple[StaffId, CaseId]]) -> None:
    """Of different incidents, at different hours or the same, as long as it is no more than one may ask."""
    windows = [a_window(3, start=0), a_window(3, start=14), a_window(4, days_ago=2)]
    sent = [desk.ask(who, case, a_request(window=at)) for (who, case), at in zip(three, windows, strict=True)]

    assert {_state(desk, one) for one in sent} == {State.SENT}
    assert _believed(desk) == set(sent)


@pytest.mark.engines("sqlite")
def test_only_what_went_out_of_late_in_the_division_counts(desk: Desk, three: list[tuple[StaffId, CaseId]]) -> None:
    """Not what was refused or taken back, nor of two weeks ago, nor another division's, nor what was asked later."""
    (ann, one), (bob, other), (cid, last) = three
    first, second = desk.ask(ann, one, a_request(THIRDS[0])), desk.ask(bob, other, a_request(THIRDS[1]))

    def lead(at: int | None = None) -> bool:
        with desk.record.read() as conn:
            asked = Asked(THIRDS[2], a_window())
            new = New(last, builders.division("Central"), cid, asked, at or database_now(conn))
            return footage_before.judged(conn, new).judgement.lead

    def put(**values: object) -> None:
        with desk.record.write(by=OPERATOR) as tx:
            tx.execute(update(footage_requests).where(footage_requests.c.id == second).values(**values))
            tx.audit("test", second)

    assert lead()
    with desk.record.read() as conn:
        (row,) = footage.some(conn, [first])
    assert not lead(row.asked_at - 1)
    for there, gone in (
        ({"state": "waiting"}, {"state": "refused"}),
        ({"state": "resolved", "sent_at": row.sent_at}, {"state": "resolved", "sent_at": None}),
        ({"division_id": builders.division("Central")}, {"division_id": builders.division("East")}),
        ({"asked_at": row.asked_at}, {"asked_at": row.asked_at - 15 * DAY}),
    ):
        put(sent_at=None, **there) if "state" in there and "sent_at" not in there else put(**there)
        assert lead(), there
        put(**gone)
        assert not lead(), gone
        put(state="sent", sent_at=row.sent_at)
        if "state" not in gone:
            put(**there)
