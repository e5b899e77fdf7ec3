"""Suspensions: two moderators ask that whoever sent a post sends nothing for a while. It names the post, and nobody.

The airlock carries it out later. What it found, an author, none any more, or one who is suspended already, changes no
row here: `carried_out` says that it looked.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, Select, delete, func, insert, select, update

from storage.db import Tx, database_now
from storage.kit.clock import HOUR
from storage.kit.ids import PostId, StaffId
from storage.moderation.decisions import AGREE, SUSPEND, TURNS_DOWN
from storage.posts.posts import PostState, Verb
from storage.schema import decisions, staff_members, suspensions
from storage.staff.deciders import who

WAIT_MS = HOUR  # the minute to undo is long over; and it is the same whoever is found, or nobody
OFF = (PostState.HIDDEN, PostState.REMOVED)  # whose post stands has broken nothing, and could not appeal


class State(StrEnum):
    """How far it is with the author of a post, as everybody at the desk is told."""

    PROPOSED = "proposed"
    AGREED = "agreed"
    CARRIED_OUT = "carried_out"
    LIFTING = "lifting"
    LIFTED = "lifted"


@dataclass(frozen=True)
class Proposal:
    """The first of two people proposes it: the decision's id, who and by which guideline."""

    id: str
    staff_id: StaffId
    name: str
    reason: str
    note: str
    at: int


@dataclass(frozen=True)
class Asked:
    """What is due: of which post, by which guideline; `lifts`: it ends one."""

    decision_id: str
    post_id: PostId
    proposal_id: str
    lifts: bool
    reason: str
    guidelines: int


def open_proposals(columns: Select[tuple[str, int, int]]) -> Select[tuple[str, int, int]]:
    """Those rows of a query over decisions that are proposals which nobody agreed to or turned down yet."""
    return columns.where(*_is_open())


def open_of(conn: Connection, post_ids: Collection[PostId]) -> dict[PostId, Proposal]:
    """The open proposals about these posts, at most one for each."""
    query = select(decisions, staff_members.c.name).join(staff_members, staff_members.c.id == decisions.c.staff_id)
    rows = conn.execute(query.where(decisions.c.post_id.in_(post_ids), *_is_open()))
    return {
        PostId(row.post_id): Proposal(row.id, StaffId(row.staff_id), row.name, row.reason, row.note, row.at)
        for row in rows
    }


def state_of(conn: Connection, post_id: PostId) -> State | None:
    """How far it is; None: nobody ever proposed it, or what was proposed was turned down."""
    if open_of(conn, [post_id]):
        return State.PROPOSED
    query = select(suspensions.c.lifts, suspensions.c.carried_out).where(suspensions.c.post_id == post_id)
    row = conn.execute(query.order_by(suspensions.c.due_at.desc()).limit(1)).first()
    if row is None:
        return None
    if row.lifts:
        return State.LIFTED if row.carried_out else State.LIFTING
    return State.CARRIED_OUT if row.carried_out else State.AGREED


def ask(tx: Tx, post_id: PostId, decision_id: str, *, proposal_id: str) -> None:
    """Asks for it by the decision of who agreed, due in an hour. The caller holds the post."""
    _add(tx, post_id, decision_id, proposal_id=proposal_id, lifts=False)


def lift(tx: Tx, post_id: PostId, decision_id: str) -> None:
    """The post came back: asks that its author may send again, where it was asked that they may not."""
    if state_of(tx.connection, post_id) in (State.AGREED, State.CARRIED_OUT):
        _add(tx, post_id, decision_id, proposal_id="", lifts=True)


def forget(tx: Tx, post_id: PostId, decision_id: str) -> None:
    """A decision was undone: what it asked for is asked no longer. Nothing happens where it asked for nothing."""
    here = (suspensions.c.decision_id == decision_id, ~suspensions.c.carried_out)
    if tx.execute(delete(suspensions).where(*here)).rowcount:
        tx.audit("suspension.forget", post_id, {"decision": decision_id})


def is_any_due(conn: Connection) -> bool:
    """Whether anything is due."""
    query = select(suspensions.c.decision_id).where(~suspensions.c.carried_out)
    return conn.execute(query.where(suspensions.c.due_at <= database_now(conn)).limit(1)).first() is not None


def take_due(tx: Tx) -> list[Asked]:
    """What is due, oldest first, and held until the commit: two rounds at once would else undo one another's order."""
    query = select(suspensions, decisions.c.reason, decisions.c.guidelines)
    query = query.join(decisions, decisions.c.id == suspensions.c.decision_id)
    query = query.where(~suspensions.c.carried_out, suspensions.c.due_at <= tx.now()).order_by(suspensions.c.due_at)
    rows = tx.connection.execute(query.with_for_update(of=suspensions)).all()
    return [
        Asked(row.decision_id, PostId(row.post_id), row.proposal_id, row.lifts, row.reason, row.guidelines)
        for row in rows
    ]


def is_true(conn: Connection, asked: Asked) -> bool:
    """Whether moderators decided it who may: two of them; to lift it, one who brought the post back.

    A row that somebody else wrote, or whose moderators are none any more, moves nobody.
    """
    if asked.lifts:
        return who(conn, asked.decision_id, asked.post_id, (Verb.RESTORE,)) is not None
    first = who(conn, asked.proposal_id, asked.post_id, (SUSPEND,))
    second = who(conn, asked.decision_id, asked.post_id, (AGREE,))
    return first is not None and second is not None and first != second


def set_carried_out(tx: Tx, asked: Asked) -> None:
    """Says that the airlock looked, whatever it found."""
    tx.execute(update(suspensions).where(suspensions.c.decision_id == asked.decision_id).values(carried_out=True))
    tx.audit("suspension.carry_out", asked.post_id, {"decision": asked.decision_id})


def _add(tx: Tx, post_id: PostId, decision_id: str, *, proposal_id: str, lifts: bool) -> None:
    row = {"decision_id": decision_id, "post_id": post_id, "proposal_id": proposal_id, "lifts": lifts}
    tx.execute(insert(suspensions).values(**row, due_at=tx.now() + WAIT_MS, carried_out=False))
    tx.audit("suspension.lift" if lifts else "suspension.ask", post_id, {"decision": decision_id})


def _is_open() -> tuple[ColumnElement[bool], ...]:
    later = decisions.alias()
    # Asked for each proposal by itself: there are few, and all decisions of a city are many.
    answers = (later.c.post_id == decisions.c.post_id, later.c.verb.in_((AGREE, *TURNS_DOWN)), ~later.c.undone)
    newest = select(func.max(later.c.at)).where(*answers).scalar_subquery()
    return decisions.c.verb == SUSPEND, ~decisions.c.undone, func.coalesce(newest, 0) < decisions.c.at
