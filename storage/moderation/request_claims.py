"""Claims on flagged requests: which moderator judges one, so that no two do. As of posts (moderation/claims.py)."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import delete, select
from sqlalchemy.engine import Connection

from storage.db import Tx, database_now
from storage.kit.errors import Conflict
from storage.kit.ids import RequestId, StaffId
from storage.moderation.claims import LASTS_MS, Claim
from storage.schema import staff_members
from storage.tables.footage import request_claims
from storage.upserts import put


def take(tx: Tx, request: RequestId, staff_id: StaffId) -> Claim:
    """Claims it, or prolongs a claim; raises Conflict while it is somebody else's. The caller holds the request."""
    demand_free(tx, request, staff_id)
    now = tx.now()
    tx.execute(delete(request_claims).where(request_claims.c.ends_at <= now))
    tx.execute(put(request_claims).values(request_id=request, staff_id=staff_id, ends_at=now + LASTS_MS))
    tx.audit("request_claim.take", request)
    return of_requests(tx.connection, [request])[request]


def release(tx: Tx, request: RequestId, staff_id: StaffId) -> None:
    """Lets go of it; nothing happens where the claim is not this moderator's."""
    mine = (request_claims.c.request_id == request, request_claims.c.staff_id == staff_id)
    if tx.execute(delete(request_claims).where(*mine)).rowcount:
        tx.audit("request_claim.release", request)


def demand_free(tx: Tx, request: RequestId, staff_id: StaffId) -> None:
    """Raises Conflict while somebody else works on it."""
    found = of_requests(tx.connection, [request]).get(request)
    if found and found.staff_id != staff_id:
        raise Conflict(f"{found.name} is working on this request.", code="claimed")


def of_requests(conn: Connection, requests: Collection[RequestId]) -> dict[RequestId, Claim]:
    """The claims on these that hold now."""
    query = (
        select(request_claims, staff_members.c.name)
        .join(staff_members, staff_members.c.id == request_claims.c.staff_id)
        .where(request_claims.c.request_id.in_(requests), request_claims.c.ends_at > database_now(conn))
    )
    return {RequestId(row.request_id): Claim(row.staff_id, row.name, row.ends_at) for row in conn.execute(query)}


def erase(tx: Tx, request: RequestId) -> None:
    """Ends whatever claim there is: it was decided."""
    tx.execute(delete(request_claims).where(request_claims.c.request_id == request))
