"""Decisions: what a moderator did about a post, why, and what became of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass

from sqlalchemy import Connection, insert, select, update

from storage.db import Tx
from storage.kit import ids
from storage.kit.clock import SECOND
from storage.kit.errors import Conflict
from storage.kit.ids import PostId, StaffId
from storage.posts.posts import PostState
from storage.schema import decisions, staff_members

WARN = "warn"  # the post stays, and its author is told of a guideline
ASK, ASK_HELD = "ask", "ask_held"  # its author is asked something; held meanwhile
ASKED = (ASK, ASK_HELD)
HOLDS = ("hold", ASK_HELD)
TAKES_OFF = (*HOLDS, "hide", "remove")  # what an author is told of, and may answer
EDIT = "edit"  # words were taken out, for good
BLUR = "blur"  # a box of the picture is filled, for good
PROPOSE = "propose"  # the first of two people says that what was removed may come back
SUSPEND = "suspend"  # the first of two people says that its author is to send nothing for a while
AGREE = "agree"  # the other one agrees: its author may answer that too
TURNS_DOWN = ("dismiss", "restore")  # what ends a proposal to suspend
UNDO_MS = 65 * SECOND  # a minute on the page, and the way from there to here


@dataclass(frozen=True)
class Decision:
    """One decision; `by` is the moderator's name, `at` milliseconds since 1970."""

    verb: str
    reason: str
    note: str
    by: str
    staff_id: StaffId
    at: int
    from_state: PostState
    to_state: PostState
    guidelines: int
    undone: bool


@dataclass(frozen=True)
class Last:
    """The newest decision about a post that was not undone."""

    id: str
    verb: str
    reason: str
    staff_id: StaffId
    from_state: PostState
    to_state: PostState
    at: int


@dataclass(frozen=True)
class Told:
    """What an author is told of a decision about their post: which, its verb, by which guideline, and its version."""

    id: str
    verb: str
    reason: str
    guidelines: int


@dataclass(frozen=True)
class Why:
    """What is decided and why: `reason` is a guideline's id, `guidelines` the version that said what it means."""

    verb: str
    reason: str
    note: str
    guidelines: int


def add(tx: Tx, post_id: PostId, why: Why, *, staff_id: StaffId, from_state: PostState, to_state: PostState) -> str:
    """Records a decision, for good, and answers its id. The caller holds the post."""
    decision, said = ids.new_id(), asdict(why)
    row = {"id": decision, "post_id": post_id, "staff_id": staff_id, "from_state": from_state, "to_state": to_state}
    before = last(tx.connection, post_id)
    # Two in one millisecond would have no order, and the newest decision is the one that counts.
    at = max(tx.now(), before.at + 1) if before else tx.now()
    tx.execute(insert(decisions).values(**row, **said, at=at))
    named = {"verb": why.verb, "reason": why.reason, "guidelines": why.guidelines}
    tx.audit("decision.add", post_id, {"decision": decision, **named})
    return decision


def newest(conn: Connection, post_id: PostId) -> Told | None:
    """The newest decision that took a post off the feed: what its author is told of."""
    return _told(conn, post_id, TAKES_OFF)


def answerable(conn: Connection, post_id: PostId) -> Told | None:
    """The newest decision that an author may answer: it took the post off, or suspended them."""
    return _told(conn, post_id, (*TAKES_OFF, AGREE))


def edited(conn: Connection, post_id: PostId) -> Told | None:
    """The newest decision that took something out of a post, words or a part of its picture: its author is told."""
    return _told(conn, post_id, (EDIT, BLUR))


def _told(conn: Connection, post_id: PostId, verbs: Collection[str]) -> Told | None:
    query = select(decisions.c.id, decisions.c.verb, decisions.c.reason, decisions.c.guidelines)
    query = query.where(decisions.c.post_id == post_id, decisions.c.verb.in_(verbs), ~decisions.c.undone)
    row = conn.execute(query.order_by(decisions.c.at.desc()).limit(1)).first()
    return None if row is None else Told(row.id, row.verb, row.reason, row.guidelines)


def last(conn: Connection, post_id: PostId) -> Last | None:
    """The newest decision about a post, whatever it was."""
    query = select(decisions).where(decisions.c.post_id == post_id, ~decisions.c.undone)
    row = conn.execute(query.order_by(decisions.c.at.desc()).limit(1)).first()
    if row is None:
        return None
    states = PostState(row.from_state), PostState(row.to_state)
    return Last(row.id, row.verb, row.reason, StaffId(row.staff_id), *states, row.at)


def undo(tx: Tx, post_id: PostId, staff_id: StaffId) -> Last:
    """Takes back the newest decision about a post, which must be this moderator's and of this minute.

    Answers it; raises Conflict. The caller holds the post, and puts back what the decision changed.
    """
    found = last(tx.connection, post_id)
    # One step: a request that is sent twice (a line that was lost, a second click) takes nothing else back with it.
    if found is None or found.staff_id != staff_id or _undone_since(tx.connection, post_id, found):
        raise Conflict("There is no decision of yours to undo.", code="nothing_to_undo")
    if found.verb in (EDIT, BLUR):
        raise Conflict("What was taken out is kept by nobody.", code="not_undoable")
    if tx.now() - found.at > UNDO_MS:
        raise Conflict("The minute is over. Decide anew.", code="too_late")
    tx.execute(update(decisions).where(decisions.c.id == found.id).values(undone=True))
    tx.audit("decision.undo", post_id, {"decision": found.id, "verb": found.verb})
    return found


def _undone_since(conn: Connection, post_id: PostId, found: Last) -> bool:
    theirs = (decisions.c.post_id == post_id, decisions.c.staff_id == found.staff_id)
    later = select(decisions.c.id).where(*theirs, decisions.c.at > found.at, decisions.c.undone)
    return conn.execute(later.limit(1)).first() is not None


def of_post(conn: Connection, post_id: PostId) -> list[Decision]:
    """A post's decisions, oldest first; the caller knows that the one who asks may see the post."""
    query = (
        select(decisions, staff_members.c.name)
        .join(staff_members, staff_members.c.id == decisions.c.staff_id)
        .where(decisions.c.post_id == post_id)
        .order_by(decisions.c.at, decisions.c.id)
    )
    return [
        Decision(
            verb=row.verb,
            reason=row.reason,
            note=row.note,
            by=row.name,
            staff_id=StaffId(row.staff_id),
            at=row.at,
            from_state=PostState(row.from_state),
            to_state=PostState(row.to_state),
            guidelines=row.guidelines,
            undone=row.undone,
        )
        for row in conn.execute(query)
    ]
