"""Claims: which moderator works on something, so that no two do. One ends by itself, and with the decision."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy import Column, Connection, Delete, Insert, delete, select

from storage.db import Tx, database_now
from storage.kit.clock import MINUTE
from storage.kit.errors import Conflict
from storage.kit.ids import PostId, RequestId, StaffId
from storage.schema import claims, staff_members
from storage.tables.footage import request_claims
from storage.upserts import put

LASTS_MS = 10 * MINUTE  # long enough for a clip seen twice and a note; who goes home leaves nothing blocked for longer

Id = TypeVar("Id", PostId, RequestId)


@dataclass(frozen=True)
class Claim:
    """Who works on it, by name too, and until when (milliseconds since 1970)."""

    staff_id: StaffId
    name: str
    ends_at: int


@dataclass(frozen=True)
class Claims(Generic[Id]):
    """The claims of one table; whoever takes or demands one holds the row of what it is about."""

    what: str  # as moderators read it
    action: str  # what the lines on the audit begin with
    key: Column[str]
    putting: Insert
    deleting: Delete

    def take(self, tx: Tx, id_: Id, staff_id: StaffId) -> Claim:
        """Claims it, or prolongs a claim; raises Conflict while it is somebody else's."""
        self.demand_free(tx, id_, staff_id)
        now = tx.now()
        # Those that ended by themselves leave here: nobody is to read later who had what open, and when.
        tx.execute(self.deleting.where(self.key.table.c.ends_at <= now))
        tx.execute(self.putting.values({self.key.name: id_, "staff_id": staff_id, "ends_at": now + LASTS_MS}))
        tx.audit(f"{self.action}.take", id_)
        return self.of(tx.connection, [id_])[id_]

    def release(self, tx: Tx, id_: Id, staff_id: StaffId) -> None:
        """Lets go of it; nothing happens where the claim is not this moderator's."""
        if tx.execute(self.deleting.where(self.key == id_, self.key.table.c.staff_id == staff_id)).rowcount:
            tx.audit(f"{self.action}.release", id_)

    def demand_free(self, tx: Tx, id_: Id, staff_id: StaffId) -> None:
        """Raises Conflict while somebody else works on it."""
        found = self.of(tx.connection, [id_]).get(id_)
        if found and found.staff_id != staff_id:
            raise Conflict(f"{found.name} is working on this {self.what}.", code="claimed")

    def of(self, conn: Connection, ids: Collection[Id]) -> dict[Id, Claim]:
        """The claims on these that hold now."""
        table = self.key.table
        query = (
            select(self.key.label("id"), table.c.staff_id, staff_members.c.name, table.c.ends_at)
            .join(staff_members, staff_members.c.id == table.c.staff_id)
            .where(self.key.in_(ids), table.c.ends_at > database_now(conn))
        )
        return {row.id: Claim(row.staff_id, row.name, row.ends_at) for row in conn.execute(query)}

    def erase(self, tx: Tx, id_: Id) -> None:
        """Ends whatever claim there is: it was decided, or is gone for good."""
        tx.execute(self.deleting.where(self.key == id_))


POSTS: Claims[PostId] = Claims("post", "claim", claims.c.post_id, put(claims), delete(claims))
REQUESTS: Claims[RequestId] = Claims(
    "request", "request_claim", request_claims.c.request_id, put(request_claims), delete(request_claims)
)
