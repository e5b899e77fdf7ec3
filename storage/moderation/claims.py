"""Claims: which moderator works on a post, so that no two do. One ends by itself, and with the decision."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, delete, select

from storage.db import Tx, database_now
from storage.kit.clock import MINUTE
from storage.kit.errors import Conflict
from storage.kit.ids import PostId, StaffId
from storage.posts import changes as post_changes
from storage.schema import claims, staff_members
from storage.upserts import put

LASTS_MS = 10 * MINUTE  # long enough for a clip seen twice and a note; who goes home leaves nothing blocked for longer


@dataclass(frozen=True)
class Claim:
    """Who works on a post, by name too, and until when (milliseconds since 1970)."""

    staff_id: StaffId
    name: str
    ends_at: int


def take(tx: Tx, post_id: PostId, staff_id: StaffId) -> Claim:
    """Claims the post, or prolongs a claim; raises Conflict while it is somebody else's."""
    post_changes.hold(tx, post_id)
    demand_free(tx, post_id, staff_id)
    now = tx.now()
    # Those that ended by themselves leave here: nobody is to read later who had what open, and when.
    tx.execute(delete(claims).where(claims.c.ends_at <= now))
    tx.execute(put(claims).values(post_id=post_id, staff_id=staff_id, ends_at=now + LASTS_MS))
    tx.audit("claim.take", post_id)
    return of_posts(tx.connection, [post_id])[post_id]


def release(tx: Tx, post_id: PostId, staff_id: StaffId) -> None:
    """Lets go of the post; nothing happens where the claim is not this moderator's."""
    mine = (claims.c.post_id == post_id, claims.c.staff_id == staff_id)
    if tx.execute(delete(claims).where(*mine)).rowcount:
        tx.audit("claim.release", post_id)


def demand_free(tx: Tx, post_id: PostId, staff_id: StaffId) -> None:
    """Raises Conflict while somebody else works on the post, which the caller holds."""
    found = of_posts(tx.connection, [post_id]).get(post_id)
    if found and found.staff_id != staff_id:
        raise Conflict(f"{found.name} is working on this post.", code="claimed")


def of_posts(conn: Connection, post_ids: Collection[PostId]) -> dict[PostId, Claim]:
    """The claims on the given posts that hold now."""
    query = (
        select(claims, staff_members.c.name)
        .join(staff_members, staff_members.c.id == claims.c.staff_id)
        .where(claims.c.post_id.in_(post_ids), claims.c.ends_at > database_now(conn))
    )
    return {PostId(row.post_id): Claim(row.staff_id, row.name, row.ends_at) for row in conn.execute(query)}


def erase(tx: Tx, post_id: PostId) -> None:
    """Ends whatever claim there is: the post was decided, or is gone for good."""
    tx.execute(delete(claims).where(claims.c.post_id == post_id))
