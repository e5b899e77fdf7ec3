"""Decisions: what a moderator did about a post, why, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, insert, select

from storage.db import Tx
from storage.kit import ids
from storage.kit.ids import PostId, StaffId
from storage.posts import PostState
from storage.schema import decisions, staff_members


@dataclass(frozen=True)
class Decision:
    """One decision; `by` is the moderator's name, `at` milliseconds since 1970."""

    verb: str
    reason: str
    note: str
    by: str
    at: int
    from_state: PostState
    to_state: PostState


def add(
    tx: Tx,
    post_id: PostId,
    *,
    verb: str,
    reason: str,
    note: str,
    staff_id: StaffId,
    from_state: PostState,
    to_state: PostState,
) -> None:
    """Records a decision, for good."""
    row = {"id": ids.new_id(), "post_id": post_id, "verb": verb, "reason": reason, "note": note, "staff_id": staff_id}
    tx.execute(insert(decisions).values(**row, from_state=from_state, to_state=to_state, at=tx.now()))
    tx.audit("decision.add", post_id, {"decision": row["id"], "verb": verb, "reason": reason})


def of_post(conn: Connection, post_id: PostId) -> list[Decision]:
    """A post's decisions, oldest first; the caller knows that the one who asks may see the post."""
    query = (
        select(decisions, staff_members.c.name)
        .join(staff_members, staff_members.c.id == decisions.c.staff_id)
        .where(decisions.c.post_id == post_id)
        .order_by(decisions.c.at, decisions.c.id)
    )
    return [
        Decision(r.verb, r.reason, r.note, r.name, r.at, PostState(r.from_state), PostState(r.to_state))
        for r in conn.execute(query)
    ]
