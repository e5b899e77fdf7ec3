"""Appeals: what an author answers to the decision that took a post off the feed, once for each decision.

An appeal names the decision. It says nothing of who wrote it but that they are the post's author.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, delete, insert, select, update

from storage.db import Tx
from storage.kit import ids
from storage.kit.errors import Conflict
from storage.kit.ids import PostId, StaffId
from storage.moderation import decisions
from storage.posts import changes as post_changes, posts
from storage.posts.posts import PostState
from storage.schema import appeals, decisions as decision_rows, suspensions

TAKEN_OFF = (PostState.HELD, PostState.HIDDEN, PostState.REMOVED)


class AppealState(StrEnum):
    """Where an appeal stands."""

    OPEN = "open"
    GRANTED = "granted"
    DENIED = "denied"
    MOOT = "moot"  # the decision was taken back by who made it, before anybody looked at the answer


@dataclass(frozen=True)
class Appeal:
    """An appeal as its author follows it; `at` is rounded."""

    state: AppealState
    at: int


@dataclass(frozen=True)
class OpenAppeal:
    """An appeal that waits: its words, and whose decision it is against, who may not decide it.

    `proposed_by`: of a suspension, who proposed it, who may not either.
    """

    post_id: PostId
    text: str
    at: int
    against: StaffId
    proposed_by: StaffId | None = None

    def is_against(self, me: StaffId) -> bool:
        """Whether it is about what this moderator decided."""
        return me in (self.against, self.proposed_by)


def add(tx: Tx, post_id: PostId, *, text: str, at: int) -> Appeal:
    """Appeals against what took the post off (words scrubbed, time rounded); raises Conflict."""
    post_changes.hold(tx, post_id)
    decision = _answerable(tx.connection, post_id)
    if decision is None:
        raise Conflict("There is no decision to appeal against.", code="nothing_to_appeal")
    if tx.connection.execute(select(appeals.c.id).where(appeals.c.against == decision)).first():
        raise Conflict("You have answered this decision already.", code="appealed_before")
    row = {"id": ids.new_id(), "post_id": post_id, "against": decision, "text": text, "at": at}
    tx.execute(insert(appeals).values(**row, state=AppealState.OPEN))
    tx.audit("appeal.add", post_id, {"against": decision})
    return Appeal(AppealState.OPEN, at)


def may_appeal(conn: Connection, post_id: PostId) -> bool:
    """Whether the author can answer: the post is off the feed by a decision that was not answered yet."""
    decision = _answerable(conn, post_id)
    answered = select(appeals.c.id).where(appeals.c.against == decision)
    return decision is not None and conn.execute(answered).first() is None


def newest(conn: Connection, post_id: PostId) -> Appeal | None:
    """The author's last appeal about a post."""
    query = select(appeals.c.state, appeals.c.at).join(decision_rows, decision_rows.c.id == appeals.c.against)
    query = query.where(appeals.c.post_id == post_id).order_by(decision_rows.c.at.desc())
    row = conn.execute(query.limit(1)).first()
    return None if row is None else Appeal(AppealState(row.state), row.at)


def open_of(conn: Connection, post_ids: Collection[PostId]) -> dict[PostId, OpenAppeal]:
    """The appeals of the given posts that wait, at most one for each."""
    # One by one, by their keys: with nothing but a join a database may read all decisions of the city.
    whose = select(decision_rows.c.staff_id).where(decision_rows.c.id == appeals.c.against).scalar_subquery()
    proposal = select(suspensions.c.proposal_id).where(suspensions.c.decision_id == appeals.c.against)
    first = select(decision_rows.c.staff_id).where(decision_rows.c.id == proposal.correlate(appeals).scalar_subquery())
    first_ = first.correlate(appeals).scalar_subquery()
    query = select(appeals.c.post_id, appeals.c.text, appeals.c.at, whose.label("staff_id"), first_.label("first_id"))
    query = query.where(appeals.c.post_id.in_(post_ids), appeals.c.state == AppealState.OPEN)
    return {
        PostId(row.post_id): OpenAppeal(PostId(row.post_id), row.text, row.at, StaffId(row.staff_id), row.first_id)
        for row in conn.execute(query)
    }


def settle(tx: Tx, post_id: PostId, *, granted: bool, by: str) -> None:
    """Ends a post's open appeal by the decision `by`; nothing happens where there is none."""
    state = AppealState.GRANTED if granted else AppealState.DENIED
    open_ = (appeals.c.post_id == post_id, appeals.c.state == AppealState.OPEN)
    if tx.execute(update(appeals).where(*open_).values(state=state, decision_id=by)).rowcount:
        tx.audit("appeal.settle", post_id, {"state": state, "decision": by})


def reopen(tx: Tx, post_id: PostId, decision_id: str) -> None:
    """A decision was undone: the appeal that it settled waits again, one that was against it has nothing to answer."""
    settled, against = appeals.c.decision_id == decision_id, appeals.c.against == decision_id
    waits = tx.execute(update(appeals).where(settled).values(state=AppealState.OPEN, decision_id="")).rowcount
    moot = tx.execute(update(appeals).where(against).values(state=AppealState.MOOT, decision_id="")).rowcount
    if waits or moot:
        tx.audit("appeal.reopen" if waits else "appeal.settle", post_id, {"undone": decision_id})


def erase(tx: Tx, post_id: PostId) -> None:
    """Deletes a post's appeals with their words: the post is gone for good."""
    tx.execute(delete(appeals).where(appeals.c.post_id == post_id))


def _answerable(conn: Connection, post_id: PostId) -> str | None:
    if posts.state_of(conn, post_id) not in TAKEN_OFF:
        return None
    told = decisions.answerable(conn, post_id)
    return told.id if told else None
