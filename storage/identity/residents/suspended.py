"""Suspended: for a while nothing is sent by whoever sent a certain clip. The row names the clip, never its author.

So who writes it need not know whose the clip is, and two clips of one author stay two. It ends with the clip's
authorship at the latest: nothing that staff do makes the time longer in which somebody can tell whose a clip was.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, case, delete, literal, select

from storage.db import Tx, database_now
from storage.identity.schema import authorship, clips as clip_rows, suspended
from storage.identity.vault import ResidentId
from storage.kit.clock import DAY
from storage.kit.ids import PostId
from storage.upserts import insert_new

LASTS_MS = 30 * DAY  # as long as authorship lasts unless a city chose otherwise


@dataclass(frozen=True)
class Suspended:
    """Until when (milliseconds since 1970) a resident sends nothing, by which guideline, and for which of theirs."""

    ends_at: int
    reason: str
    guidelines: int
    handle: str


def begin(tx: Tx, post_id: PostId, *, reason: str, guidelines: int, life: int) -> None:
    """Suspends whoever sent this post, if anybody is known to; `life` is how long authorship lasts, milliseconds.

    One statement, whoever is found, or nobody. Twice is once.
    """
    most, over = tx.now() + LASTS_MS, clip_rows.c.accepted_at + life
    row = select(authorship.c.clip_id, literal(reason), literal(guidelines), case((over < most, over), else_=most))
    row = row.join(clip_rows, clip_rows.c.id == authorship.c.clip_id).where(clip_rows.c.post_id == post_id)
    tx.execute(insert_new(suspended).from_select(["clip_id", "reason", "guidelines", "ends_at"], row))


def end(tx: Tx, post_id: PostId) -> None:
    """Lets whoever sent this post send again. Twice is once."""
    of_post = select(clip_rows.c.id).where(clip_rows.c.post_id == post_id)
    tx.execute(delete(suspended).where(suspended.c.clip_id.in_(of_post)))


def of_resident(conn: Connection, resident_id: ResidentId) -> Suspended | None:
    """What keeps this resident from sending now: of several, what lasts longest."""
    query = select(suspended, authorship.c.handle).join(authorship, authorship.c.clip_id == suspended.c.clip_id)
    mine = query.where(authorship.c.resident_id == resident_id, suspended.c.ends_at > database_now(conn))
    row = conn.execute(mine.order_by(suspended.c.ends_at.desc()).limit(1)).first()
    return None if row is None else Suspended(row.ends_at, row.reason, row.guidelines, row.handle)
