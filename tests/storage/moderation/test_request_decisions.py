"""A flagged request is kept or taken back, in whatever state it is, by a moderator who has nothing to do with it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from storage.cases import entries as case_entries
from storage.db import CHORES, OPERATOR, Actor, Database
from storage.footage import footage, sent as footage_sent
from storage.footage.rules import State
from storage.kit import clock
from storage.kit.clock import BATCH, HOUR
from storage.kit.errors import Conflict, NotThere
from storage.kit.ids import CaseId, RequestId, StaffId, new_id
from storage.moderation import claims, request_decisions, request_flags, waiting
from storage.moderation.decisions import UNDO_MS
from storage.moderation.request_decisions import Verb, Why
from storage.moderation.waiting import About
from storage.public.count_kinds import Kind
from storage.public.counting import exact
from storage.schema import footage_requests
from storage.staff.staff import Role
from storage.tables.footage import request_decisions as decided, request_flags as rows
from tests import builders
from tests.storage.footage.asked import LATER, Desk, a_batch, a_case, the_desk

__all__ = ["the_desk"]
CENTRAL = builders.division("Central")
WHY = Why("pressure", 1, "It says must.")


@pytest.fixture
def case(desk: Desk) -> CaseId:
    """An open case."""
    return a_case(desk.record)


@pytest.fixture
def dee(desk: Desk, case: CaseId) -> StaffId:
    """Its detective."""
    return desk.member("Dee", Role.DETECTIVE, case)


@pytest.fixture
def mo(desk: Desk) -> StaffId:
    """A moderator of the division."""
    return desk.member("Mo", Role.MODERATOR)


def _flag(desk: Desk, request: RequestId, *, shown_at: int | None = None) -> str:
    """An owner's flag, as the airlock brings it."""
    flag_id = new_id()
    with desk.as_role("airlock").write(by=CHORES) as tx:
        at = a_batch() if shown_at is None else shown_at
        request_flags.bring(tx, request, flag_id=flag_id, reason="pressure", text="It presses.", shown_at=at)
    return flag_id


def _decide(desk: Desk, member: StaffId, request: RequestId, verb: Verb) -> None:
    with desk.as_role("staff").write(by=Actor(f"staff:{member}")) as tx:
        request_decisions.held(tx, [CENTRAL], member, request)
        request_decisions.decide(tx, request, verb, WHY, by=member)


def _undo(desk: Desk, member: StaffId, request: RequestId) -> None:
    with desk.as_role("staff").write(by=Actor(f"staff:{member}")) as tx:
        request_decisions.held(tx, [CENTRAL], member, request)
        request_decisions.undo(tx, request, member)


def _waits(desk: Desk, member: StaffId | None) -> list[str]:
    with desk.as_role("staff").read() as conn:
        found = waiting.page(conn, [CENTRAL], after=None, limit=9, judge=member)
    assert {one.about for one in found} <= {About.REQUEST}
    return [one.id for one in found]


def _state(record: Database, request: RequestId) -> str:
    with record.read() as conn:
        return str(conn.execute(select(footage_requests.c.state).where(footage_requests.c.id == request)).scalar_one())


def _set(record: Database, request: RequestId, state: State) -> None:
    with record.write(by=OPERATOR) as tx:
        tx.execute(update(footage_requests).where(footage_requests.c.id == request).values(state=state))
        tx.audit("test", "")


@pytest.mark.engines("sqlite")
def test_each_state_under_each_verb(desk: Desk, dee: StaffId, case: CaseId, mo: StaffId) -> None:
    """The whole table: kept, it is as it was; taken back from wherever it may, and refused with the flags left open."""
    request = desk.ask(dee, case)
    leads = {}
    for state in State:
        for verb in Verb:
            _flag(desk, request)
            _set(desk.record, request, state)
            try:
                _decide(desk, mo, request, verb)
                leads[state, verb] = _state(desk.record, request)
            except Conflict as conflict:
                leads[state, verb] = conflict.code
                assert _waits(desk, mo) == [request]
            with desk.record.write(by=OPERATOR) as tx:
                for table in (decided, rows):
                    tx.execute(table.delete())
                tx.audit("test", "")

    back = {State.WAITING: "recalled", State.SENT: "recalled", State.RESOLVED: "recalled"}
    assert leads == {
        **{(state, Verb.DISMISS): state.value for state in State},
        **{(state, Verb.TAKE_BACK): back.get(state, "request_state") for state in State},
    }


def test_taken_back_it_runs_no_more_and_its_case_knows_why(desk: Desk, dee: StaffId, case: CaseId, mo: StaffId) -> None:
    """The airlock finds it ended; an entry of the case; what crosses after is settled; nobody undoes it."""
    request = desk.ask(dee, case)
    flag = _flag(desk, request)
    with desk.record.read() as conn:
        assert footage_sent.still(conn, [request]) == {request}
        assert request_flags.outcomes(conn, [flag])[flag].verb is None

    _decide(desk, mo, request, Verb.TAKE_BACK)
    late = _flag(desk, request, shown_at=a_batch())

    with desk.as_role("airlock").read() as conn:
        assert footage_sent.still(conn, [request]) == set()
        assert footage_sent.running(conn) == []
    with desk.as_role("resident").read() as conn:
        told = request_flags.outcomes(conn, [flag, late])
    assert {(one.verb, one.reason, one.guidelines) for one in told.values()} == {("take_back", "pressure", 1)}
    with desk.record.read() as conn:
        entry = case_entries.of(conn, case)[-1]
        assert request_decisions.recalled(conn, [request])[request].reason == "pressure"
        assert exact(conn, clock.as_text(entry.at)[:7])[CENTRAL, Kind.REQUESTS_TAKEN_BACK] == 1
    assert (entry.kind, entry.about, entry.reason, entry.text) == ("recall", request, "pressure", "")
    assert _waits(desk, mo) == []
    with pytest.raises(Conflict) as refused:
        _undo(desk, mo, request)
    assert refused.value.code == "not_undoable"


def test_a_request_that_was_kept_waits_again_within_the_minute(
    desk: Desk, dee: StaffId, case: CaseId, mo: StaffId
) -> None:
    """Once, by who kept it; after the minute its words are erased and it stays decided."""
    ben, request = desk.member("Ben", Role.MODERATOR), desk.ask(dee, case)
    _flag(desk, request)
    _decide(desk, mo, request, Verb.DISMISS)
    assert _waits(desk, mo) == []
    with pytest.raises(Conflict):
        _undo(desk, ben, request)

    _undo(desk, mo, request)
    assert _waits(desk, mo) == [request]
    with pytest.raises(Conflict) as nothing:
        _undo(desk, mo, request)
    assert nothing.value.code == "nothing_to_undo"

    _decide(desk, mo, request, Verb.DISMISS)
    with desk.as_role("chores").write(by=CHORES) as tx:
        assert request_flags.forget_words(tx) == 0
    with desk.record.write(by=OPERATOR) as tx:
        tx.execute(update(rows).values(judged_at=rows.c.judged_at - UNDO_MS))
        tx.execute(update(decided).values(at=decided.c.at - UNDO_MS - 1000))
        tx.audit("test", "")
    with desk.as_role("chores").write(by=CHORES) as tx:
        assert request_flags.forget_words(tx) == 1
        assert request_flags.forget_words(tx) == 0
    with desk.record.read() as conn:
        assert conn.execute(select(rows.c.text)).scalars().all() == [""]
    with pytest.raises(Conflict) as late:
        _undo(desk, mo, request)
    assert late.value.code == "too_late"


@pytest.mark.engines("sqlite")
def test_nobody_judges_what_they_have_to_do_with(desk: Desk, dee: StaffId, case: CaseId, mo: StaffId) -> None:
    """Who asked, who agreed and who is assigned find nothing in the queue, and nothing to decide; others do."""
    request = desk.ask(dee, case)
    agreed, works = desk.member("Lee", Role.LEAD), desk.member("Ann", Role.ANALYST, case)
    with desk.record.write(by=OPERATOR) as tx:
        tx.execute(update(footage_requests).values(approved_by=agreed))
        tx.audit("test", "")
    _flag(desk, request)

    for member in (dee, agreed, works):
        assert _waits(desk, member) == []
        with pytest.raises(NotThere):
            _decide(desk, member, request, Verb.DISMISS)
    assert _waits(desk, mo) == [request]
    with desk.record.read() as conn:
        assert request_decisions.some(conn, [builders.division("East")], mo, [request]) == {}


def test_an_owners_flag_is_shown_with_its_batch(desk: Desk, dee: StaffId, case: CaseId, mo: StaffId) -> None:
    """Before its moment staff find no row and nothing waits; it comes once; without a batch's moment it does not."""
    request = desk.ask(dee, case)
    _flag(desk, request, shown_at=a_batch(LATER))
    assert _waits(desk, mo) == []
    with desk.as_role("staff").read() as conn:
        assert request_flags.of_requests(conn, [request]) == {}
        if conn.dialect.name == "postgresql":
            assert conn.execute(select(rows.c.id)).all() == []
    with pytest.raises(NotThere):
        _decide(desk, mo, request, Verb.DISMISS)
    with pytest.raises(ValueError, match="batch"):
        _flag(desk, request, shown_at=a_batch() + 1)

    with desk.record.write(by=OPERATOR) as tx:
        tx.execute(update(rows).values(shown_at=a_batch()))
        tx.audit("test", "")
    assert _waits(desk, mo) == [request]


@pytest.mark.engines("sqlite")
def test_what_stands_is_due_before_what_is_over(desk: Desk, dee: StaffId, case: CaseId, mo: StaffId) -> None:
    """As of posts: two hours while owners are asked, twelve afterwards."""
    request = desk.ask(dee, case)
    _flag(desk, request)

    def due() -> int:
        with desk.record.read() as conn:
            (one,) = waiting.page(conn, [CENTRAL], after=None, limit=9)
        return one.due_at - one.since

    assert due() == waiting.ON_SCREEN_MS == 2 * HOUR
    with desk.record.write(by=OPERATOR) as tx:
        tx.execute(update(footage_requests).values(ends_at=tx.now() - BATCH))
        tx.audit("test", "")
    assert due() == waiting.OFF_SCREEN_MS


def test_a_claim_keeps_others_from_it(desk: Desk, dee: StaffId, case: CaseId, mo: StaffId) -> None:
    """Until it is let go, or ends; whoever holds it prolongs it."""
    request, ben = desk.ask(dee, case), desk.member("Ben", Role.MODERATOR)

    def as_staff(what: Callable[..., object], member: StaffId) -> object:
        with desk.as_role("staff").write(by=Actor(f"staff:{member}")) as tx:
            return what(tx, request, member)

    as_staff(claims.REQUESTS.take, mo)
    as_staff(claims.REQUESTS.take, mo)
    with pytest.raises(Conflict) as taken:
        as_staff(claims.REQUESTS.take, ben)
    assert taken.value.code == "claimed"
    as_staff(claims.REQUESTS.release, ben)
    with pytest.raises(Conflict):
        as_staff(claims.REQUESTS.demand_free, ben)
    as_staff(claims.REQUESTS.release, mo)
    as_staff(claims.REQUESTS.take, ben)
    with desk.record.read() as conn:
        assert claims.REQUESTS.of(conn, [request])[request].name == "Ben"


@pytest.mark.engines("sqlite")
def test_its_moderators_know_of_what_went_out(desk: Desk, dee: StaffId, case: CaseId) -> None:
    """By its id, in their division; what waits for a second person is the case's alone."""
    request = desk.ask(dee, case)
    with desk.record.read() as conn:
        assert request_decisions.is_there(conn, [CENTRAL], request)
        assert not request_decisions.is_there(conn, [builders.division("East")], request)
    with desk.record.write(by=OPERATOR) as tx:
        tx.execute(update(footage_requests).values(sent_at=None))
        tx.audit("test", "")
    with desk.record.read() as conn:
        assert not request_decisions.is_there(conn, [CENTRAL], request)
        assert footage.case_of(conn, request) == case
