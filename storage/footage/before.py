"""What was asked before a request, and what it comes to with that: for the staff program, and for the airlock again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from storage.atlas.extent import extent
from storage.atlas.versions import current
from storage.db import Tx
from storage.footage import rules as footage_rules
from storage.footage.rules import RECENT_MS, Asked, Judgement, State
from storage.kit.ids import BlockId, CaseId, DivisionId, RequestId, StaffId
from storage.schema import cases, footage_request_blocks, footage_requests

ASKING = 0x61736B696E67  # the advisory lock's number


@dataclass(frozen=True)
class New:
    """Something to be judged: who asks it, for which case, and when, milliseconds; `id` where it stands already."""

    case: CaseId
    division: DivisionId
    asked_by: StaffId
    asked: Asked
    at: int
    id: RequestId | None = None


@dataclass(frozen=True)
class Found:
    """What the rules say of it; `beside`: who asked what it comes to that with, by request."""

    judgement: Judgement
    beside: dict[RequestId, StaffId]

    @property
    def among(self) -> frozenset[StaffId] | None:
        """Where a lead decides: who asked the others, of whom that lead is none."""
        return frozenset(self.beside.values()) if self.judgement.lead else None


def judged(conn: Connection, new: New) -> Found:
    """Judges it beside what its detective, its case and others of its incident asked of late, and its division.

    What was refused, or taken back before it went out, does not count. The caller knows that its blocks are there.
    """
    recent = footage_requests.c.asked_at > new.at - RECENT_MS
    counts = or_(footage_requests.c.sent_at.is_not(None), footage_requests.c.state == State.WAITING)
    mine = _mine(new)
    query = select(footage_requests, mine.label("mine"))
    here = or_(mine, footage_requests.c.division_id == new.division)
    rows = conn.execute(query.where(here, recent, counts, _earlier(new))).all()
    where = blocks_of(conn, [row.id for row in rows])
    asked = {row.id: Asked(where[row.id], (row.window_from, row.window_to)) for row in rows}
    own = [asked[row.id] for row in rows if row.mine]
    others = [asked[row.id] for row in rows if not row.mine]
    every = {block for one in (new.asked, *asked.values()) for block in one.blocks}
    ground = extent(current(conn), every)
    judgement = footage_rules.judge(new.asked, own, ground, now=new.at, others=others)
    return Found(judgement, {row.id: row.asked_by for row in rows if asked[row.id] in judgement.beside})


def stand_in_line(tx: Tx) -> None:
    """Lets one request after another be judged and written, in whatever cases: of two at once, one sees the other.

    SQLite has one writer at a time as it is. Taken last, so that nobody waits here who holds what another needs.
    """
    if tx.connection.dialect.name == "postgresql":
        tx.connection.execute(select(func.pg_advisory_xact_lock(ASKING)))


def blocks_of(conn: Connection, requests: Collection[str]) -> dict[str, frozenset[BlockId]]:
    """The blocks of each."""
    rows = conn.execute(select(footage_request_blocks).where(footage_request_blocks.c.request_id.in_(requests)))
    found: dict[str, set[BlockId]] = defaultdict(set)
    for row in rows:
        found[row.request_id].add(BlockId(row.block_id))
    return {request: frozenset(found[request]) for request in requests}


def _mine(new: New) -> ColumnElement[bool]:
    """Of the same hand or matter: its detective's, its case's, and those of cases opened on the same incident."""
    incident = select(cases.c.incident_id).where(cases.c.id == new.case).scalar_subquery()
    matter = select(cases.c.id).where(or_(cases.c.id == new.case, cases.c.incident_id == incident))
    return or_(footage_requests.c.asked_by == new.asked_by, footage_requests.c.case_id.in_(matter))


def _earlier(new: New) -> ColumnElement[bool]:
    at = footage_requests.c.asked_at
    if new.id is None:
        return at <= new.at
    return or_(at < new.at, and_(at == new.at, footage_requests.c.id < new.id))
