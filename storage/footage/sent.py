"""Requests that stand as sent, and whether each may: for the airlock, which believes no row of them.

All is judged again from the record itself: whoever wrote a row there past the staff program moves nobody. What was
true when it was asked (its measure, its number) is judged as of then; who may ask it and who agreed, as of now.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, exists, func, or_, select

from storage.atlas.versions import current
from storage.cases.rules import CaseState
from storage.db import database_now
from storage.footage import before as footage_before
from storage.footage.before import New
from storage.footage.footage import LIFE_MS
from storage.footage.rules import MOST_A_DAY, MOST_OF_CASE, Asked, Kind, State
from storage.kit.clock import BATCH, DAY
from storage.kit.ids import CaseId, DivisionId, RequestId, StaffId
from storage.schema import (
    case_members,
    cases,
    footage_requests,
    staff_members,
    staff_roles,
)
from storage.staff.staff import Role


@dataclass(frozen=True)
class Sent:
    """A request that stands as sent; times are milliseconds since 1970, and None where its writer left one out."""

    id: RequestId
    case: CaseId
    division: DivisionId
    kind: str
    text: str
    asked: Asked
    asked_by: StaffId
    asked_at: int
    approved_by: StaffId | None
    sent_at: int | None
    ends_at: int | None


def running(conn: Connection) -> list[Sent]:
    """All that take answers now, the oldest first."""
    now = database_now(conn)
    here = (footage_requests.c.state == State.SENT, footage_requests.c.ends_at > now)
    rows = conn.execute(select(footage_requests).where(*here).order_by(footage_requests.c.sent_at)).all()
    return [_sent(conn, row) for row in rows]


def still(conn: Connection, requests: Collection[RequestId]) -> set[RequestId]:
    """Those of these that nobody resolved and whose case is open: whether or not they still take answers."""
    query = select(footage_requests.c.id).join(cases, cases.c.id == footage_requests.c.case_id)
    here = (footage_requests.c.state == State.SENT, cases.c.state == CaseState.OPEN)
    return {RequestId(one) for one in conn.execute(query.where(footage_requests.c.id.in_(requests), *here)).scalars()}


def is_true(conn: Connection, one: Sent) -> bool:
    """Whether it may stand as sent, but for its words."""
    return (
        one.kind in set(Kind)
        and _is_timely(one, database_now(conn))
        and _case_is_open(conn, one)
        and _detects(conn, one.asked_by, one)
        and _is_counted(conn, one)
        and _is_measured(conn, one)
    )


def _is_timely(one: Sent, now: int) -> bool:
    if one.sent_at is None or one.ends_at is None:
        return False
    return one.asked_at <= one.sent_at <= now and one.ends_at <= one.sent_at + LIFE_MS + BATCH


def _case_is_open(conn: Connection, one: Sent) -> bool:
    here = (cases.c.id == one.case, cases.c.division_id == one.division, cases.c.state == CaseState.OPEN)
    return conn.execute(select(cases.c.id).where(*here)).first() is not None


def _is_counted(conn: Connection, one: Sent) -> bool:
    """Whether no limit was reached when it was asked."""
    stood = select(func.count()).select_from(footage_requests).where(_before(one))
    of_case = stood.where(footage_requests.c.case_id == one.case, footage_requests.c.state != State.REFUSED)
    of_day = stood.where(footage_requests.c.asked_by == one.asked_by, footage_requests.c.asked_at > one.asked_at - DAY)
    few = int(conn.execute(of_case).scalar_one()) < MOST_OF_CASE
    return few and int(conn.execute(of_day).scalar_one()) < MOST_A_DAY


def _is_measured(conn: Connection, one: Sent) -> bool:
    """Whether its area and hours are within the rules, with what was asked before it, and agreed to where large."""
    atlas = current(conn)
    if not one.asked.blocks or not {block.id for block in atlas.blocks_of(one.division)}.issuperset(one.asked.blocks):
        return False
    found = footage_before.judged(conn, New(one.case, one.division, one.asked_by, one.asked, one.asked_at, one.id))
    return not found.judgement.faults and (not found.judgement.large or _is_approved(conn, one, found.among))


def _is_approved(conn: Connection, one: Sent, among: Collection[StaffId] | None) -> bool:
    second = one.approved_by
    if second is None or second == one.asked_by or second in (among or ()):
        return False
    leads = _has(conn, second, Role.LEAD, one.division)
    return leads or (among is None and _detects(conn, second, one))


def _detects(conn: Connection, member: StaffId, one: Sent) -> bool:
    """Whether they are a detective of its division, assigned to its case."""
    assigned = (case_members.c.case_id == one.case, case_members.c.staff_id == member)
    there = conn.execute(select(case_members.c.staff_id).where(*assigned)).first() is not None
    return there and _has(conn, member, Role.DETECTIVE, one.division)


def _has(conn: Connection, member: StaffId, role: Role, division: DivisionId) -> bool:
    duty: Select[tuple[str]] = select(staff_members.c.id).where(
        staff_members.c.id == member,
        ~staff_members.c.ended,
        exists().where(
            staff_roles.c.staff_id == staff_members.c.id,
            staff_roles.c.role == role,
            staff_roles.c.division_id.in_(("", division)),
        ),
    )
    return conn.execute(duty).first() is not None


def _before(one: Sent) -> ColumnElement[bool]:
    at, key = footage_requests.c.asked_at, footage_requests.c.id
    return or_(at < one.asked_at, and_(at == one.asked_at, key < one.id))


def _sent(conn: Connection, row: Row[tuple[object, ...]]) -> Sent:
    blocks = footage_before.blocks_of(conn, [row.id])[row.id]
    return Sent(
        id=row.id,
        case=row.case_id,
        division=row.division_id,
        kind=row.kind,
        text=row.text,
        asked=Asked(blocks, (row.window_from, row.window_to)),
        asked_by=row.asked_by,
        asked_at=row.asked_at,
        approved_by=row.approved_by,
        sent_at=row.sent_at,
        ends_at=row.ends_at,
    )
