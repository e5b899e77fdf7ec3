"""A request is asked once and never changed; a large one waits for a second person; pieces of it are refused."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.exc import ProgrammingError

from storage import audit
from storage.audit import Sought
from storage.cases import entries as case_entries
from storage.db import OPERATOR, Actor, Database
from storage.footage import footage
from storage.footage.footage import Request
from storage.footage.rules import Act, State
from storage.kit.clock import DAY
from storage.kit.errors import Conflict, NotAllowed, NotThere, Refused, TooOften
from storage.kit.ids import CaseId, RequestId, StaffId
from storage.schema import case_members, cases, footage_request_blocks, footage_requests
from storage.staff.staff import Role
from tests import builders
from tests.storage.footage.asked import Desk, a_case, a_request, a_window, square, squares, the_desk  # noqa: F401 - fixture

WRITTEN_ONCE = "case_id division_id kind case_number text window_from window_to asked_by asked_at".split()
LARGE = a_request(squares(range(7), range(2)))


@pytest.fixture
def case(desk: Desk) -> CaseId:
    """An open case."""
    return a_case(desk.record)


@pytest.fixture
def dee(desk: Desk, case: CaseId) -> StaffId:
    """Its detective."""
    return desk.member("Dee", Role.DETECTIVE, case)


def _of(record: Database, case: CaseId) -> list[Request]:
    with record.read() as conn:
        return footage.of_case(conn, case)


def _move(desk: Desk, who: StaffId, request: RequestId, act: Act) -> CaseId:
    with desk.as_role("staff").write(by=Actor(f"staff:{who}")) as tx:
        return footage.move(tx, desk.asker(who), request, act, text="Why.")


def test_a_small_one_is_sent_at_once(desk: Desk, case: CaseId, dee: StaffId) -> None:
    """For a week, to the next batch's moment; an entry of the case, and a line of the audit that repeats no word."""
    new = a_request()

    request = desk.ask(dee, case, new)

    (told,) = _of(desk.record, case)
    assert (told.id, told.asked, told.state, told.by, told.approved_by) == (request, new.asked, State.SENT, "Dee", None)
    assert (told.kind, told.case_number, told.text, told.case) == (new.kind, new.case_number, new.text, case)
    assert told.sent_at is not None and told.ends_at is not None
    assert 0 <= told.ends_at - told.sent_at - 7 * DAY < DAY / 2
    with desk.record.read() as conn:
        (entry,) = case_entries.of(conn, case)
        lines = audit.page(conn, before=None, limit=9, sought=Sought(action="case.footage"))
    assert (entry.kind, entry.by, entry.about, entry.text) == ("footage", "Dee", request, "")
    assert [line.payload for line in lines] == [{"about": request}]


def test_a_large_one_waits_for_a_second_person(desk: Desk, case: CaseId, dee: StaffId) -> None:
    """Never who asked; then it is out, and they are named."""
    lee = desk.member("Lee", Role.LEAD)
    request = desk.ask(dee, case, LARGE)
    assert [one.state for one in _of(desk.record, case)] == [State.WAITING]

    for act in (Act.APPROVE, Act.REFUSE):
        with pytest.raises(NotAllowed) as refused:
            _move(desk, dee, request, act)
        assert refused.value.code == "second_person"
    _move(desk, lee, request, Act.APPROVE)

    (told,) = _of(desk.record, case)
    assert (told.state, told.by, told.approved_by) == (State.SENT, "Dee", "Lee")
    assert told.sent_at is not None and told.ends_at is not None
    with pytest.raises(Conflict) as late:
        _move(desk, lee, request, Act.REFUSE)
    assert late.value.code == "request_state"


def test_one_that_was_refused_or_taken_back_is_as_if_never_asked(
    desk: Desk,
    case: CaseId,
    dee: StaffId,
) -> None:
    """What went out counts after it was resolved, too."""
    lee, beside = desk.member("Lee", Role.LEAD), a_request(squares(range(7), range(2, 4)))
    for who, act in ((lee, Act.REFUSE), (dee, Act.RESOLVE)):
        _move(desk, who, desk.ask(dee, case, LARGE), act)
    request = desk.ask(dee, case, beside)
    _move(desk, lee, request, Act.APPROVE)
    _move(desk, dee, request, Act.RESOLVE)

    with pytest.raises(Refused) as refused:
        desk.ask(dee, case, LARGE)

    assert refused.value.code == "tiles_area"
    assert [one.state for one in _of(desk.record, case)] == ["resolved", "resolved", "refused"]
    assert [one.sent_at is None for one in _of(desk.record, case)] == [False, True, True]


def test_pieces_of_a_larger_area_are_caught_in_a_case_and_of_a_detective(
    desk: Desk,
    case: CaseId,
    dee: StaffId,
) -> None:
    """By whoever asks in the case, and by one detective in two cases; another's in another case waits for a lead."""
    other = a_case(desk.record, "CR-2")
    ann, bob = desk.member("Ann", Role.DETECTIVE, case), desk.member("Bob", Role.DETECTIVE, other)
    with desk.record.write(by=OPERATOR) as tx:
        tx.execute(insert(case_members).values(case_id=other, staff_id=dee))
        tx.audit("test", "")
    rows = [squares(range(12), range(row, row + 1)) for row in range(3)]
    desk.ask(dee, case, a_request(rows[0]))
    desk.ask(dee, case, a_request(rows[1]))

    for who, where in ((dee, case), (ann, case), (dee, other)):
        with pytest.raises(Refused) as refused:
            desk.ask(who, where, a_request(rows[2]))
        assert (refused.value.code, refused.value.fields) == ("tiles_area", {"blocks": "tiles_area"})
    desk.ask(bob, other, a_request(rows[2]))
    assert [one.state for one in _of(desk.record, other)] == [State.WAITING]


def test_a_second_piece_that_makes_it_large_takes_a_second_person(
    desk: Desk,
    case: CaseId,
    dee: StaffId,
) -> None:
    """Two small ones side by side are a large one."""
    desk.ask(dee, case, a_request(squares(range(8))))
    desk.ask(dee, case, a_request(squares(range(8), range(1, 2))))

    assert sorted(one.state for one in _of(desk.record, case)) == [State.SENT, State.WAITING]


def test_what_lies_long_back_is_forgotten(desk: Desk, case: CaseId, dee: StaffId) -> None:
    """After two weeks the ground may be asked about anew."""
    desk.ask(dee, case, a_request(window=a_window(6)))
    with pytest.raises(Refused) as refused:
        desk.ask(dee, case, a_request(window=a_window(8, days_ago=3)))
    assert refused.value.code == "tiles_window"
    with desk.record.write(by=OPERATOR) as tx:
        tx.execute(update(footage_requests).values(asked_at=footage_requests.c.asked_at - 15 * DAY))
        tx.audit("test", "")

    desk.ask(dee, case, a_request(window=a_window(8, days_ago=3)))


@pytest.mark.engines("sqlite")
def test_only_a_detective_of_the_open_case_asks(desk: Desk, case: CaseId, dee: StaffId) -> None:
    """Each refusal as for everything else in a case; and of no block elsewhere."""
    lee, ann = desk.member("Lee", Role.LEAD), desk.member("Ann", Role.ANALYST, case)
    bob, request = desk.member("Bob", Role.DETECTIVE), desk.ask(dee, case, LARGE)

    for who, error in ((lee, NotAllowed), (ann, NotAllowed), (bob, NotThere)):
        with pytest.raises(error):
            desk.ask(who, case)
    for who, error in ((ann, NotAllowed), (bob, NotThere)):
        with pytest.raises(error):
            _move(desk, who, request, Act.APPROVE)
    for elsewhere in (builders.block("East"), builders.block("Central", 999)):
        with pytest.raises(NotThere):
            desk.ask(dee, case, a_request(frozenset({square(0), elsewhere})))
    with pytest.raises(NotThere):
        _move(desk, lee, RequestId("none"), Act.APPROVE)
    with desk.record.write(by=OPERATOR) as tx:
        tx.execute(update(cases).values(state="closed"))
        tx.audit("test", "")
    for act in (lambda: desk.ask(dee, case), lambda: _move(desk, lee, request, Act.APPROVE)):
        with pytest.raises(Conflict):
            act()


@pytest.mark.engines("sqlite")
def test_a_case_and_a_day_have_their_measure(
    desk: Desk,
    case: CaseId,
    dee: StaffId,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What was refused counts in the day, not in the case."""
    lee = desk.member("Lee", Role.LEAD)
    monkeypatch.setattr(footage, "MOST_OF_CASE", 2)
    monkeypatch.setattr(footage, "MOST_A_DAY", 3)
    _move(desk, lee, desk.ask(dee, case, LARGE), Act.REFUSE)
    desk.ask(dee, case)
    desk.ask(dee, case)

    with pytest.raises(Conflict) as of_case:
        desk.ask(dee, case)
    assert of_case.value.code == "too_many_requests"
    monkeypatch.setattr(footage, "MOST_OF_CASE", 9)
    with pytest.raises(TooOften):
        desk.ask(dee, case)


@pytest.mark.engines("sqlite")
def test_what_is_asked_already_is_not_asked_again_word_for_word(desk: Desk, case: CaseId, dee: StaffId) -> None:
    """Neither while it waits nor while it is out: a second sending is a lost answer or a second tab. Later it is."""
    ann, new = desk.member("Ann", Role.DETECTIVE, case), a_request()
    first = desk.ask(dee, case, new)
    desk.ask(dee, case, LARGE)

    for again in (new, LARGE):
        with pytest.raises(Conflict) as refused:
            desk.ask(ann, case, again)
        assert refused.value.code == "asked_already"
    _move(desk, dee, first, Act.RESOLVE)
    desk.ask(dee, case, new)


@pytest.mark.engines("sqlite")
def test_who_closes_a_case_ends_what_it_asks(desk: Desk, case: CaseId, dee: StaffId) -> None:
    """What is out and what waits, each an entry; nothing of another case, and nobody does who may not close."""
    elsewhere = a_case(desk.record, "CR-2")
    gil = desk.member("Gil", Role.DETECTIVE, elsewhere)
    for who, where, new in ((dee, case, a_request()), (dee, case, LARGE), (gil, elsewhere, a_request())):
        desk.ask(who, where, new)

    with pytest.raises(NotThere), desk.record.write(by=Actor(f"staff:{gil}")) as tx:
        footage.end_all(tx, desk.asker(gil), case)
    with desk.as_role("staff").write(by=Actor(f"staff:{dee}")) as tx:
        footage.end_all(tx, desk.asker(dee), case)

    ended = [[one.state is State.RESOLVED for one in _of(desk.record, each)] for each in (case, elsewhere)]
    assert ended == [[True, True], [False]]
    with desk.record.read() as conn:
        assert [entry.kind for entry in case_entries.of(conn, case)] == ["footage", "footage", "resolve", "resolve"]


@pytest.mark.engines("postgresql")
def test_no_program_changes_what_was_asked(desk: Desk, case: CaseId, dee: StaffId) -> None:
    """Not a word, an hour or a block of it: the database itself refuses, the staff program too."""
    desk.ask(dee, case)
    changes = [update(footage_requests).values({name: getattr(footage_requests.c, name)}) for name in WRITTEN_ONCE]
    changes.append(update(footage_request_blocks).values(block_id=footage_request_blocks.c.block_id))

    for role in ("staff", "airlock", "chores"):
        for change in changes:
            with pytest.raises(ProgrammingError), desk.as_role(role).write(by=OPERATOR) as tx:
                tx.connection.execute(change)
    with desk.record.read() as conn:
        assert conn.execute(select(footage_requests.c.id)).all()
