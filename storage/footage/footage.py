"""Requests for footage: asked for in a case by its detective, judged by a second person where they are large, resolved.

What is asked is never changed. The airlock sends what stands here as sent, and looks at all of it again itself.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Row, func, insert, select, update

from storage.atlas.shapes import Atlas
from storage.atlas.versions import current
from storage.cases import cases, entries as case_entries, keys as case_keys, rules as case_rules
from storage.cases.entries import Kind as Entry
from storage.cases.keys import StaffKey
from storage.cases.rules import Asker
from storage.db import Tx, database_now
from storage.footage import before as footage_before, rules as footage_rules
from storage.footage.before import Found, New
from storage.footage.rules import MOST_A_DAY, MOST_OF_CASE, Act, Asked, Fault, Judgement, Kind, State
from storage.kit import ids
from storage.kit.clock import BATCH, DAY
from storage.kit.errors import Conflict, NotAllowed, NotThere, Refused, TooOften
from storage.kit.ids import BlockId, CaseId, DivisionId, RequestId, StaffId
from storage.schema import footage_request_blocks, footage_requests, staff_members

LIFE_MS = 7 * DAY  # how long owners may answer: most cameras keep no longer
_FIELD = {  # what of the form a fault is about
    **dict.fromkeys((Fault.AREA_SMALL, Fault.AREA_LARGE, Fault.AREA_PIECES, Fault.TILES_AREA), "blocks"),
    **dict.fromkeys((Fault.WINDOW_OFF, Fault.WINDOW_SHORT, Fault.WINDOW_LONG, Fault.WINDOW_AHEAD), "window"),
    Fault.TILES_WINDOW: "window",
}
_ENTERED = {Act.APPROVE: Entry.APPROVE, Act.REFUSE: Entry.DENY, Act.RESOLVE: Entry.RESOLVE}


@dataclass(frozen=True)
class NewRequest:
    """What a detective asks for."""

    asked: Asked
    kind: Kind
    case_number: str
    text: str


@dataclass(frozen=True)
class Request:
    """One request; `by` and `approved_by` are names, times are milliseconds since 1970."""

    id: RequestId
    case: CaseId
    division: DivisionId
    kind: Kind
    case_number: str
    text: str
    asked: Asked
    state: State
    asked_by: StaffId
    by: str
    asked_at: int
    approved_by: str | None
    sent_at: int | None
    resolved_at: int | None
    ends_at: int | None


def judged(conn: Connection, who: StaffId, case_id: CaseId, division: DivisionId, asked: Asked) -> Judgement:
    """What the rules say of it beside what was asked of late.

    Raises NotThere where a block is not in the division.
    """
    _demand_in(current(conn), division, asked.blocks)
    return footage_before.judged(conn, New(case_id, division, who, asked, database_now(conn))).judgement


def beside(conn: Connection, one: Request) -> Found | None:
    """What a request that waits comes to with what others asked, where that is more than one may ask; else None."""
    found = _found(conn, one) if one.state is State.WAITING else None
    return found if found is not None and found.judgement.lead else None


def ask(tx: Tx, who: Asker, case_id: CaseId, new: NewRequest, *, key: StaffKey) -> RequestId:
    """Asks, an entry of the case: sent at once, or waiting for a second person where it is large.

    Raises NotThere, NotAllowed, Conflict, Refused by the rules, TooOften. The caller looked at the words.
    """
    case = cases.locked(tx, who, case_id, case_rules.Act.FOOTAGE)
    # In line behind whatever else this detective asks at this moment, in whatever case.
    tx.connection.execute(select(staff_members.c.id).where(staff_members.c.id == who.id).with_for_update())
    footage_before.stand_in_line(tx)  # and behind others, with whose it may come to too much
    _demand_new(tx, case_id, new)
    division = case.standing.division
    found = judged(tx.connection, who.id, case_id, division, new.asked)
    if found.faults:
        told = "This cannot be asked: the area or the hours are not within the rules."
        raise Refused(told, code=found.faults[0], fields={_FIELD[fault]: fault for fault in found.faults})
    _demand_few(tx, who.id, case_id)
    case_keys.make(tx, case_id, key)
    request, now = RequestId(ids.new_id()), tx.now()
    said = {"kind": new.kind, "case_number": new.case_number, "text": new.text}
    when = {"window_from": new.asked.window[0], "window_to": new.asked.window[1]}
    sent = {"state": State.WAITING} if found.large else _sent(now)
    row = {"id": request, "case_id": case_id, "division_id": division, "asked_by": who.id, "asked_at": now}
    tx.execute(insert(footage_requests).values(**row, **said, **when, **sent))
    ground = [{"request_id": request, "block_id": block} for block in sorted(new.asked.blocks)]
    tx.execute(insert(footage_request_blocks), ground)
    case_entries.enter(tx, case_id, Entry.FOOTAGE, by=who.id, about=request)
    return request


def move(tx: Tx, who: Asker, request_id: RequestId, act: Act, *, text: str = "") -> CaseId:
    """Approves, refuses or resolves it, an entry of the case; answers the case.

    Raises NotThere, also where the case is not theirs to see, NotAllowed, and Conflict where it is not the time for it.
    """
    case_id = case_of(tx.connection, request_id)
    case = cases.locked(tx, who, case_id, case_rules.Act.SECOND_FOOTAGE)
    (one,) = some(tx.connection, [request_id])
    among = _found(tx.connection, one).among if act is Act.APPROVE else None
    if act not in footage_rules.acts(who, case.standing, one.state, one.asked_by, among=among):
        if one.state not in footage_rules.WHEN[act]:
            raise Conflict(f"A request that is {one.state} cannot be changed in this way.", code="request_state")
        if who.id == one.asked_by:
            raise NotAllowed("You asked for this: it takes another person.", code="second_person")
        if among is not None:
            told = "With what others asked it is more than one may ask: a lead decides who asked none of it."
            raise NotAllowed(told, code="lead_decides")
        raise NotAllowed("Only who asked for this takes it back.")
    _change(tx, request_id, **_after(act, who.id, tx.now()))
    case_entries.enter(tx, case_id, _ENTERED[act], by=who.id, text=text, about=request_id)
    return case_id


def end_all(tx: Tx, who: Asker, case_id: CaseId) -> None:
    """Ends what is asked or waits in a case that they close in this transaction; raises as closing does."""
    cases.locked(tx, who, case_id, case_rules.Act.CLOSE)
    for request_id in [one.id for one in of_case(tx.connection, case_id) if _runs(one, tx.now())]:
        _change(tx, request_id, **_after(Act.RESOLVE, who.id, tx.now()))
        case_entries.enter(tx, case_id, Entry.RESOLVE, by=who.id, about=request_id)


def recall(tx: Tx, request_id: RequestId, *, by: StaffId, reason: str) -> None:
    """Takes a request back for moderators, an entry of its case whatever state that is in; nobody is asked any more.

    Raises Conflict for one that was refused or taken back before. The caller holds it, and knows that they may.
    """
    row = tx.connection.execute(select(footage_requests).where(footage_requests.c.id == request_id)).one()
    if State(row.state) not in footage_rules.RECALLABLE:
        raise Conflict(f"A request that is {row.state} is not taken back.", code="request_state")
    _change(tx, request_id, state=State.RECALLED, resolved_at=row.resolved_at or tx.now())
    case_entries.enter(tx, CaseId(row.case_id), Entry.RECALL, by=by, about=request_id, reason=reason)


def case_of(conn: Connection, request_id: RequestId) -> CaseId:
    """The case it was asked in; raises NotThere."""
    query = select(footage_requests.c.case_id).where(footage_requests.c.id == request_id)
    found = conn.execute(query).scalar_one_or_none()
    if found is None:
        raise NotThere
    return CaseId(found)


def of_case(conn: Connection, case_id: CaseId) -> list[Request]:
    """All that was asked in a case, the newest first; the caller knows that whoever asks may see it."""
    return _read(conn, footage_requests.c.case_id == case_id)


def some(conn: Connection, wanted: Collection[RequestId]) -> list[Request]:
    """These, the newest first; the caller knows that whoever asks may see them."""
    return _read(conn, footage_requests.c.id.in_(wanted))


def _read(conn: Connection, which: ColumnElement[bool]) -> list[Request]:
    second = staff_members.alias()
    query = select(footage_requests, staff_members.c.name, second.c.name.label("second"))
    query = query.join(staff_members, staff_members.c.id == footage_requests.c.asked_by)
    query = query.outerjoin(second, second.c.id == footage_requests.c.approved_by)
    rows = conn.execute(query.where(which).order_by(footage_requests.c.asked_at.desc(), footage_requests.c.id)).all()
    where = footage_before.blocks_of(conn, [row.id for row in rows])
    return [_request(row, where[row.id]) for row in rows]


def _request(row: Row[tuple[object, ...]], where: frozenset[BlockId]) -> Request:
    return Request(
        id=row.id,
        case=row.case_id,
        division=row.division_id,
        kind=Kind(row.kind),
        case_number=row.case_number,
        text=row.text,
        asked=Asked(where, (row.window_from, row.window_to)),
        state=State(row.state),
        asked_by=row.asked_by,
        by=row.name,
        asked_at=row.asked_at,
        approved_by=row.second,
        sent_at=row.sent_at,
        resolved_at=row.resolved_at,
        ends_at=row.ends_at,
    )


def _demand_in(atlas: Atlas, division: DivisionId, wanted: Collection[BlockId]) -> None:
    if not all((found := atlas.block(one)) is not None and found.division == division for one in wanted):
        raise NotThere


def _demand_new(tx: Tx, case_id: CaseId, new: NewRequest) -> None:
    # Whoever had no answer to the first sending sends again, and owners would be asked the same thing twice.
    running = [one for one in of_case(tx.connection, case_id) if _runs(one, tx.now())]
    if (new.asked, new.kind, new.text) in [(one.asked, one.kind, one.text) for one in running]:
        raise Conflict("This is asked already, word for word.", code="asked_already")


def _runs(one: Request, now: int) -> bool:
    return one.state is State.WAITING or (one.state is State.SENT and (one.ends_at or 0) > now)


def _demand_few(tx: Tx, member: StaffId, case_id: CaseId) -> None:
    count = select(func.count()).select_from(footage_requests)
    of_case = count.where(footage_requests.c.case_id == case_id, footage_requests.c.state != State.REFUSED)
    if tx.connection.execute(of_case).scalar_one() >= MOST_OF_CASE:
        raise Conflict(f"In one case at most {MOST_OF_CASE} requests are made.", code="too_many_requests")
    today = count.where(footage_requests.c.asked_by == member, footage_requests.c.asked_at > tx.now() - DAY)
    if tx.connection.execute(today).scalar_one() >= MOST_A_DAY:
        raise TooOften(f"In a day at most {MOST_A_DAY} requests are made.", retry_after=DAY // 1000)


def _change(tx: Tx, request_id: RequestId, **values: object) -> None:
    tx.execute(update(footage_requests).where(footage_requests.c.id == request_id).values(**values))


def _after(act: Act, by: StaffId, now: int) -> dict[str, object]:
    if act is Act.APPROVE:
        return {**_sent(now), "approved_by": by}
    if act is Act.REFUSE:
        return {"state": State.REFUSED}
    return {"state": State.RESOLVED, "resolved_at": now}


def _sent(now: int) -> dict[str, object]:
    # To the next batch's moment, so that the last answers are shown when the last may come.
    return {"state": State.SENT, "sent_at": now, "ends_at": -(-(now + LIFE_MS) // BATCH) * BATCH}


def _found(conn: Connection, one: Request) -> Found:
    """The judgement of one that stands, as of when it was asked."""
    return footage_before.judged(conn, New(one.case, one.division, one.asked_by, one.asked, one.asked_at, one.id))
