"""Requests for footage as they arrived on this side, and which of them an owner of cameras is asked.

Nobody is written down as asked. An owner is, as long as the request runs, if a camera of theirs that can be asked
about stands in one of its blocks and still kept some of its window when the request arrived. So a camera that is
registered, moved or woken while it runs is asked as well, and one that is paused or retired is asked no more.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Row,
    and_,
    cast,
    delete,
    exists,
    insert,
    or_,
    select,
    update,
)

from storage.db import Tx, database_now
from storage.identity.cameras.cameras import CameraState
from storage.identity.schema import asked, asked_blocks, cameras, inbox_answers
from storage.identity.vault import CameraId, ResidentId
from storage.kit.clock import DAY
from storage.kit.errors import NotThere
from storage.kit.ids import BlockId, CaseId, DivisionId, RequestId
from storage.upserts import insert_new

KEPT_MS = 14 * DAY  # after its end: so long an owner sees what they answered, and can take a contact back
COUNTED_MS = 400 * DAY  # how long it counts in the ledgers of owners: a year, and the month that runs


@dataclass(frozen=True)
class Request:
    """What is asked; times are milliseconds since 1970. `public_key` is the case's, for contacts."""

    id: RequestId
    case: CaseId
    division: DivisionId
    kind: str
    text: str
    window: tuple[int, int]
    sent_at: int
    ends_at: int
    public_key: bytes
    over: bool = False


@dataclass(frozen=True)
class Counted:
    """That a case asked about a block, and when (ms)."""

    block: BlockId
    case: CaseId
    at: int


def arrive(tx: Tx, new: Request, blocks: Collection[BlockId]) -> bool:
    """Puts a request before the owners of cameras in these blocks; False where it is there already."""
    row = {"id": new.id, "case_id": new.case, "division_id": new.division, "kind": new.kind, "text": new.text}
    when = {"window_from": new.window[0], "window_to": new.window[1], "sent_at": new.sent_at, "ends_at": new.ends_at}
    fresh = {"public_key": new.public_key, "delivered_at": tx.now(), "over": False, "mailed": False}
    if not tx.execute(insert_new(asked).values(**row, **when, **fresh)).rowcount:
        return False
    tx.execute(insert(asked_blocks), [{"request_id": new.id, "block_id": block} for block in sorted(blocks)])
    return True


def running(conn: Connection) -> set[RequestId]:
    """Those that are before their owners, or whose answers may still cross."""
    query = select(asked.c.id).where(~asked.c.over, asked.c.ends_at > _recently(conn))
    return {RequestId(found) for found in conn.execute(query).scalars()}


def known(conn: Connection) -> set[RequestId]:
    """All that ever arrived and is remembered."""
    return {RequestId(found) for found in conn.execute(select(asked.c.id)).scalars()}


def end(tx: Tx, requests: Collection[RequestId]) -> None:
    """From here on nobody is asked these. Twice is once."""
    tx.execute(update(asked).where(asked.c.id.in_(requests)).values(over=True))


def ended(conn: Connection) -> set[RequestId]:
    """Those that ended long ago and still say what they asked."""
    past = (asked.c.ends_at <= database_now(conn) - KEPT_MS, asked.c.text != "")
    return {RequestId(found) for found in conn.execute(select(asked.c.id).where(*past)).scalars()}


def forget(tx: Tx, requests: Collection[RequestId]) -> None:
    """Leaves of these what a ledger counts, and of older ones nothing; answers go first (`inbox_answers.erase_all`)."""
    tx.execute(update(asked).where(asked.c.id.in_(requests)).values(text=""))
    tx.execute(delete(asked).where(asked.c.ends_at <= tx.now() - COUNTED_MS))


def counted(conn: Connection, blocks: Collection[BlockId], *, before: int) -> list[Counted]:
    """What was asked about these blocks before that moment (ms), in no order."""
    query = select(asked_blocks.c.block_id, asked.c.case_id, asked.c.sent_at).join(asked)
    rows = conn.execute(query.where(asked_blocks.c.block_id.in_(blocks), asked.c.sent_at < before))
    return [Counted(BlockId(block), CaseId(case), at) for block, case, at in rows]


def of_owner(conn: Connection, resident_id: ResidentId, *, now: int) -> list[Request]:
    """What this resident is asked, and what they answered; the soonest over first."""
    here = or_(_asks(resident_id, now), _answered(resident_id))
    return [_request(row) for row in conn.execute(select(asked).where(here).order_by(asked.c.ends_at, asked.c.id))]


def one(conn: Connection, resident_id: ResidentId, request: RequestId, *, now: int) -> Request:
    """One of these; raises NotThere, for one that others are asked as well."""
    here = or_(_asks(resident_id, now), _answered(resident_id))
    row = conn.execute(select(asked).where(asked.c.id == request, here)).one_or_none()
    if row is None:
        raise NotThere
    return _request(row)


def is_asked(conn: Connection, resident_id: ResidentId, request: RequestId, *, now: int) -> bool:
    """Whether the resident may answer: it runs, and a camera of theirs is what it asks about."""
    return bool(conn.execute(select(_asks(resident_id, now)).where(asked.c.id == request)).scalar_one_or_none())


def cameras_asked(conn: Connection, resident_id: ResidentId, request: RequestId) -> set[CameraId]:
    """Which of the resident's cameras it asks about."""
    query = select(cameras.c.id).select_from(cameras.join(asked_blocks, _stands_there())).join(asked)
    rows = conn.execute(query.where(asked.c.id == request, cameras.c.resident_id == resident_id, _could_know()))
    return {CameraId(found) for found in rows.scalars()}


def is_unmailed(conn: Connection, *, before: int) -> bool:
    """Whether something arrived before that moment (ms) that no mail counts yet."""
    here = (~asked.c.mailed, asked.c.delivered_at < before)
    return conn.execute(select(asked.c.id).where(*here).limit(1)).first() is not None


def take_unmailed(tx: Tx, *, before: int) -> list[DivisionId]:
    """Divisions in which something was asked before that moment that no mail counts yet; from here on one does."""
    here = (~asked.c.mailed, asked.c.delivered_at < before)
    found = tx.connection.execute(select(asked.c.division_id).where(*here).distinct()).scalars().all()
    tx.execute(update(asked).where(*here).values(mailed=True))
    return sorted(DivisionId(division) for division in found)


def _asks(resident_id: ResidentId, now: int) -> ColumnElement[bool]:
    theirs = exists().where(
        asked_blocks.c.request_id == asked.c.id, _stands_there(), cameras.c.resident_id == resident_id, _could_know()
    )
    return and_(~asked.c.over, asked.c.ends_at > now, theirs)


def _answered(resident_id: ResidentId) -> ColumnElement[bool]:
    return exists().where(inbox_answers.c.request_id == asked.c.id, inbox_answers.c.resident_id == resident_id)


def _stands_there() -> ColumnElement[bool]:
    return cameras.c.block_id == asked_blocks.c.block_id


def _could_know() -> ColumnElement[bool]:
    """It can be asked about, and kept the end of the window until the request arrived at least."""
    age = asked.c.delivered_at - asked.c.window_to
    kept = cast(cameras.c.retention_days, BigInteger) * DAY > age
    return and_(cameras.c.state == CameraState.ACTIVE, cameras.c.retired_at.is_(None), kept)


def _recently(conn: Connection) -> int:
    return database_now(conn) - DAY


def _request(row: Row[tuple[object, ...]]) -> Request:
    return Request(
        id=row.id,
        case=row.case_id,
        division=row.division_id,
        kind=row.kind,
        text=row.text,
        window=(row.window_from, row.window_to),
        sent_at=row.sent_at,
        ends_at=row.ends_at,
        public_key=row.public_key,
        over=row.over,
    )
