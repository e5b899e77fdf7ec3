"""Requests for footage: asked for in a case by its detective, judged by a second person where they are large, resolved.

What is asked is never changed. The airlock sends what stands here as sent, and looks at all of it again itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Row, func, insert, or_, select, update

from storage.atlas.extent import extent
from storage.atlas.shapes import Atlas
from storage.atlas.versions import current
from storage.cases import cases, entries as case_entries, keys as case_keys, rules as case_rules
from storage.cases.entries import Kind as Entry
from storage.cases.keys import StaffKey
from storage.cases.rules import Asker
from storage.db import Tx, database_now
from storage.footage import rules as footage_rules
from storage.footage.rules import MOST_A_DAY, MOST_OF_CASE, RECENT_MS, Act, Asked, Fault, Judgement, Kind, State
from storage.kit import ids
from storage.kit.clock import BATCH, DAY
from storage.kit.errors import Conflict, NotAllowed, NotThere, Refused, TooOften
from storage.kit.ids import BlockId, CaseId, DivisionId, RequestId, StaffId
from storage.schema import footage_request_blocks, footage_requests, staff_members

LIFE_MS = 7 * DAY  # how long owners may answer: most cameras keep no longer
_WAITING = footage_requests.c.state == State.WAITING
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
    """What the rules say of it beside what the case and this detective asked of late.

    Raises NotThere where a block is not in the division.
    """
    atlas, now = current(conn), database_now(conn)
    _demand_in(atlas, division, asked.blocks)
    mine = or_(footage_requests.c.case_id == case_id, footage_requests.c.asked_by == who)
    before = _asked(conn, mine, footage_requests.c.asked_at > now - RECENT_MS)
    every = {block for one in (asked, *before) for block in one.blocks}
    return footage_rules.judge(asked, before, extent(atlas, every), now=now)


def ask(tx: Tx, who: Asker, case_id: CaseId, new: NewRequest, *, key: StaffKey) -> RequestId:
    """Asks, an entry of the case: sent at once, or waiting for a second person where it is large.

    Raises NotThere, NotAllowed, Conflict, Refused by the rules, TooOften. The caller looked at the words.
    """
    case = cases.locked(tx, who, case_id, case_rules.Act.FOOTAGE)
    # In line behind whatever else this detective asks at this moment, in whatever case.
    tx.connection.execute(select(staff_members.c.id).where(staff_members.c.id == who.id).with_for_update())
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
    tx.execute(
        insert(footage_request_blocks),
        [{"request_id": request, "block_id": block} for block in sorted(new.asked.blocks)],
    )
    case_entries.enter(tx, case_id, Entry.FOOTAGE, by=who.id, about=request)
    return request


def move(tx: Tx, who: Asker, request_id: RequestId, act: Act, *, text: str = "") -> CaseId:
    """Approves, refuses or resolves it, an entry of the case; answers the case.

    Raises NotThere, also where the case is not theirs to see, NotAllowed, and Conflict where it is not the time for it.
    """
    case_id = case_of(tx.connection, request_id)
    case = cases.locked(tx, who, case_id, case_rules.Act.SECOND_FOOTAGE)
    row = tx.connection.execute(select(footage_requests).where(footage_requests.c.id == request_id)).one()
    state, asked_by = State(row.state), StaffId(row.asked_by)
    if act not in footage_rules.acts(who, case.standing, state, asked_by):
        if state not in footage_rules.WHEN[act]:
            raise Conflict(f"A request that is {state} cannot be changed in this way.", code="request_state")
        if who.id == asked_by:
            raise NotAllowed("You asked for this: it takes another person.", code="second_person")
        raise NotAllowed("Only who asked for this takes it back.")
    changed = update(footage_requests).where(footage_requests.c.id == request_id)
    tx.execute(changed.values(**_after(act, who.id, tx.now())))
    case_entries.enter(tx, case_id, _ENTERED[act], by=who.id, text=text, about=request_id)
    return case_id


def case_of(conn: Connection, request_id: RequestId) -> CaseId:
    """The case it was asked in; raises NotThere."""
    query = select(footage_requests.c.case_id).where(footage_requests.c.id == request_id)
    found = conn.execute(query).scalar_one_or_none()
    if found is None:
        raise NotThere
    return CaseId(found)


def of_case(conn: Connection, case_id: CaseId) -> list[Request]:
    """All that was asked in a case, the newest first; the caller knows that whoever asks may see it."""
    second = staff_members.alias()
    query = select(footage_requests, staff_members.c.name, second.c.name.label("second"))
    query = query.join(staff_members, staff_members.c.id == footage_requests.c.asked_by)
    query = query.outerjoin(second, second.c.id == footage_requests.c.approved_by)
    query = query.where(footage_requests.c.case_id == case_id)
    rows = conn.execute(query.order_by(footage_requests.c.asked_at.desc(), footage_requests.c.id)).all()
    where = _blocks(conn, [row.id for row in rows])
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
    found = [atlas.block(block) for block in wanted]
    if not all(block is not None and block.division == division for block in found):
        raise NotThere


def _demand_few(tx: Tx, member: StaffId, case_id: CaseId) -> None:
    count = select(func.count()).select_from(footage_requests)
    of_case = count.where(footage_requests.c.case_id == case_id, footage_requests.c.state != State.REFUSED)
    if tx.connection.execute(of_case).scalar_one() >= MOST_OF_CASE:
        raise Conflict(f"In one case at most {MOST_OF_CASE} requests are made.", code="too_many_requests")
    today = count.where(footage_requests.c.asked_by == member, footage_requests.c.asked_at > tx.now() - DAY)
    if tx.connection.execute(today).scalar_one() >= MOST_A_DAY:
        raise TooOften(f"In a day at most {MOST_A_DAY} requests are made.", retry_after=DAY // 1000)


def _after(act: Act, by: StaffId, now: int) -> dict[str, object]:
    if act is Act.APPROVE:
        return {**_sent(now), "approved_by": by}
    if act is Act.REFUSE:
        return {"state": State.REFUSED}
    return {"state": State.RESOLVED, "resolved_at": now}


def _sent(now: int) -> dict[str, object]:
    # To the next batch's moment, so that the last answers are shown when the last may come.
    return {"state": State.SENT, "sent_at": now, "ends_at": -(-(now + LIFE_MS) // BATCH) * BATCH}


def _asked(conn: Connection, *where: ColumnElement[bool]) -> list[Asked]:
    """What went out or still may: not what was refused, or taken back before."""
    query = select(footage_requests.c.id, footage_requests.c.window_from, footage_requests.c.window_to)
    rows = conn.execute(query.where(*where, or_(footage_requests.c.sent_at.is_not(None), _WAITING))).all()
    found = _blocks(conn, [row.id for row in rows])
    return [Asked(found[row.id], (row.window_from, row.window_to)) for row in rows]


def _blocks(conn: Connection, requests: Collection[str]) -> dict[str, frozenset[BlockId]]:
    rows = conn.execute(select(footage_request_blocks).where(footage_request_blocks.c.request_id.in_(requests)))
    found: dict[str, set[BlockId]] = defaultdict(set)
    for row in rows:
        found[row.request_id].add(BlockId(row.block_id))
    return {request: frozenset(found[request]) for request in requests}
