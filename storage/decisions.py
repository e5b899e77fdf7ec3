"""Decisions: what a moderator did about a post, why, and what became of it."""

from __future__ import annotations

from dataclasses import asdict, dataclass

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
    guidelines: int


@dataclass(frozen=True)
class Why:
    """What is decided and why: `reason` is a guideline's id, `guidelines` the version that said what it means."""

    verb: str
    reason: str
    note: str
    guidelines: int


def add(tx: Tx, post_id: PostId, why: Why, *, staff_id: StaffId, from_state: PostState, to_state: PostState) -> None:
    """Records a decision, for good."""
    decision, said = ids.new_id(), asdict(why)
    row = {"id": decision, "post_id": post_id, "staff_id": staff_id, "from_state": from_state, "to_state": to_state}
    tx.execute(insert(decisions).values(**row, **said, at=tx.now()))
    named = {"verb": why.verb, "reason": why.reason, "guidelines": why.guidelines}
    tx.audit("decision.add", post_id, {"decision": decision, **named})


def newest(conn: Connection, post_id: PostId) -> tuple[str, int] | None:
    """The guideline that the newest decision names, and its version: what the author is told of it."""
    query = select(decisions.c.reason, decisions.c.guidelines).where(decisions.c.post_id == post_id)
    row = conn.execute(query.order_by(decisions.c.at.desc()).limit(1)).first()
    return None if row is None else (row.reason, row.guidelines)


def of_post(conn: Connection, post_id: PostId) -> list[Decision]:
    """A post's decisions, oldest first; the caller knows that the one who asks may see the post."""
    query = (
        select(decisions, staff_members.c.name)
        .join(staff_members, staff_members.c.id == decisions.c.staff_id)
        .where(decisions.c.post_id == post_id)
        .order_by(decisions.c.at, decisions.c.id)
    )
    return [
        Decision(r.verb, r.reason, r.note, r.name, r.at, PostState(r.from_state), PostState(r.to_state), r.guidelines)
        for r in conn.execute(query)
    ]
