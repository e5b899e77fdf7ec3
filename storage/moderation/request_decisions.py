"""What moderators decide about a flagged request for footage: it stands, or it is taken back, for good.

Nobody judges what they asked, agreed to or work on: whoever is assigned to its case is told of no flag of it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, insert, select, update

from storage.db import Tx
from storage.footage import footage
from storage.footage.rules import Kind, State
from storage.kit import ids
from storage.kit.errors import Conflict, NotThere
from storage.kit.ids import BlockId, DivisionId, RequestId, StaffId
from storage.moderation import claims, request_flags
from storage.moderation.decisions import UNDO_MS
from storage.schema import case_members, cases, divisions, footage_request_blocks, footage_requests
from storage.tables.footage import request_decisions


class Verb(StrEnum):
    """What can be decided."""

    DISMISS = "dismiss"
    TAKE_BACK = "take_back"


@dataclass(frozen=True)
class Why:
    """By which of the reasons, of which version of the guidelines for requests, and a note for the record."""

    reason: str
    guidelines: int
    note: str = ""


@dataclass(frozen=True)
class Judged:
    """A request as a moderator judges it: what owners read, and where; neither its case nor who asked. Times are ms."""

    id: RequestId
    division: DivisionId
    division_name: str
    kind: Kind
    text: str
    window: tuple[int, int]
    blocks: frozenset[BlockId]
    state: State
    ends_at: int | None


@dataclass(frozen=True)
class Recalled:
    """Why moderators took a request back."""

    reason: str
    guidelines: int


def may_judge(member: StaffId) -> ColumnElement[bool]:
    """Whether a request is nothing of theirs."""
    works = exists().where(case_members.c.case_id == footage_requests.c.case_id, case_members.c.staff_id == member)
    agreed = func.coalesce(footage_requests.c.approved_by, "") == member
    return and_(footage_requests.c.asked_by != member, ~agreed, ~works)


def some(
    conn: Connection, in_divisions: Collection[DivisionId], member: StaffId, requests: Collection[RequestId]
) -> dict[RequestId, Judged]:
    """Those of these that lie in these divisions and that this member may judge."""
    query = _judged(in_divisions).where(footage_requests.c.id.in_(requests), may_judge(member))
    rows = conn.execute(query).all()
    where = conn.execute(
        select(footage_request_blocks).where(footage_request_blocks.c.request_id.in_([row.id for row in rows]))
    ).all()
    return {
        RequestId(row.id): Judged(
            id=RequestId(row.id),
            division=DivisionId(row.division_id),
            division_name=row.division_name,
            kind=Kind(row.kind),
            text=row.text,
            window=(row.window_from, row.window_to),
            blocks=frozenset(BlockId(one.block_id) for one in where if one.request_id == row.id),
            state=State(row.state),
            ends_at=row.ends_at,
        )
        for row in rows
    }


def held(tx: Tx, in_divisions: Collection[DivisionId], member: StaffId, request: RequestId) -> None:
    """Locks a request that this member may judge, its case first as whoever works there does; raises NotThere."""
    case_id = footage.case_of(tx.connection, request)
    tx.connection.execute(select(cases.c.id).where(cases.c.id == case_id).with_for_update())
    tx.connection.execute(select(footage_requests.c.id).where(footage_requests.c.id == request).with_for_update())
    if not some(tx.connection, in_divisions, member, [request]):
        raise NotThere


def decide(tx: Tx, request: RequestId, verb: Verb, why: Why, *, by: StaffId) -> None:
    """Keeps a flagged request or takes it back, which settles its flags; the caller holds it (`held`).

    Raises NotThere where no flag of it is open, Conflict where it cannot be taken back (`footage.recall`).
    """
    new = ids.new_id()
    if not request_flags.settle(tx, request, by=new):
        raise NotThere
    said = {"verb": verb, "reason": why.reason, "guidelines": why.guidelines, "note": why.note, "staff_id": by}
    row = {"id": new, "request_id": request, "at": tx.now(), "undone": False}
    tx.execute(insert(request_decisions).values(**row, **said))
    if verb is Verb.TAKE_BACK:
        footage.recall(tx, request, by=by, reason=why.reason)
    claims.REQUESTS.erase(tx, request)
    tx.audit(f"request.{verb}", request, {"decision": new, "reason": why.reason, "guidelines": why.guidelines})


def undo(tx: Tx, request: RequestId, member: StaffId) -> None:
    """Takes back that a request was kept, within the minute; the caller holds it. Raises Conflict.

    What was taken back stays so: within that minute owners find it gone and what they answered is forgotten, and to ask
    them again what they were told is over would be another request.
    """
    query = select(request_decisions).where(request_decisions.c.request_id == request, ~request_decisions.c.undone)
    last = tx.connection.execute(query.order_by(request_decisions.c.at.desc()).limit(1)).one_or_none()
    if last is None or last.staff_id != member:
        raise Conflict("There is no decision of yours to undo.", code="nothing_to_undo")
    if last.verb == Verb.TAKE_BACK:
        raise Conflict("Owners have been told that it is over. It can be asked anew.", code="not_undoable")
    if tx.now() - last.at > UNDO_MS:
        raise Conflict("The minute is over. Decide anew.", code="too_late")
    tx.execute(update(request_decisions).where(request_decisions.c.id == last.id).values(undone=True))
    request_flags.reopen(tx, last.id)
    tx.audit("request.undo", request, {"decision": last.id, "verb": last.verb})


def recalled(conn: Connection, requests: Collection[RequestId]) -> dict[RequestId, Recalled]:
    """Why those of these were taken back that were; for who may see their case."""
    here = (request_decisions.c.request_id.in_(requests), request_decisions.c.verb == Verb.TAKE_BACK)
    rows = conn.execute(select(request_decisions).where(*here))
    return {RequestId(row.request_id): Recalled(row.reason, row.guidelines) for row in rows}


def is_there(conn: Connection, in_divisions: Collection[DivisionId], request: RequestId) -> bool:
    """Whether a request of these divisions went out: its moderators may say that something is wrong with it."""
    here = (footage_requests.c.id == request, footage_requests.c.sent_at.is_not(None))
    query = select(footage_requests.c.id).where(*here, footage_requests.c.division_id.in_(in_divisions))
    return conn.execute(query).first() is not None


def _judged(in_divisions: Collection[DivisionId]) -> Select[tuple[object, ...]]:
    query = select(footage_requests, divisions.c.name.label("division_name"))
    query = query.join(divisions, divisions.c.id == footage_requests.c.division_id)
    return query.where(footage_requests.c.division_id.in_(in_divisions))
