"""Invitations: a secret link that makes one account with one duty, once, within a day.

Who is invited chooses name and password, and shows that the second factor, drawn with it, is on their phone.
"""

from __future__ import annotations

from dataclasses import dataclass

import pyotp
from sqlalchemy import Connection, Row, delete, insert, select

from storage.db import Tx, database_now
from storage.kit import ids
from storage.kit.clock import DAY
from storage.kit.errors import Conflict
from storage.kit.ids import DivisionId, StaffId
from storage.schema import invitations
from storage.staff import proof as staff_proof, staff
from storage.staff.staff import Role

LASTS_MS = DAY  # a link in a drawer is an account that anybody can have
MOST = 50  # that are open at once


@dataclass(frozen=True)
class Invitation:
    """What an open invitation gives, from whom, and until when (milliseconds since 1970); division None: the city."""

    id: str
    invited_by: StaffId
    second_factor: str
    role: Role
    division: DivisionId | None
    ends_at: int


def invite(tx: Tx, by: StaffId, role: Role, division: DivisionId | None) -> tuple[str, int]:
    """A new invitation: its secret, shown once, and when it ends. Raises Conflict where too many are open."""
    if len(open_ones(tx.connection)) >= MOST:
        raise Conflict("Too many invitations are open. Let some be taken first.", code="too_many_invitations")
    secret, ends_at = ids.new_secret(), tx.now() + LASTS_MS
    given = {"invited_by": by, "second_factor": pyotp.random_base32(), "role": role, "division_id": division or ""}
    row = {"id": ids.new_id(), "secret_digest": ids.digest(secret), "ends_at": ends_at}
    tx.execute(insert(invitations).values(**row, **given))
    tx.audit("staff.invite", by, {"role": role, "division": division})
    return secret, ends_at


def find(conn: Connection, secret: str) -> Invitation | None:
    """The invitation that this secret opens; None where it was taken, is over, or never was."""
    holds = (invitations.c.secret_digest == ids.digest(secret), invitations.c.ends_at > database_now(conn))
    row = conn.execute(select(invitations).where(*holds)).one_or_none()
    return None if row is None else _invitation(row)


def open_ones(conn: Connection) -> list[Invitation]:
    """Those that nobody took yet, the newest first."""
    query = select(invitations).where(invitations.c.ends_at > database_now(conn))
    return [_invitation(row) for row in conn.execute(query.order_by(invitations.c.ends_at.desc()))]


def take(tx: Tx, secret: str, *, name: str, password_hash: str, step: int) -> StaffId | None:
    """Makes the account, once; None where there is no such invitation any more. Raises Conflict for a taken name.

    `step`: of the code by which the second factor was proved, which is thereby used.
    """
    found = find(tx.connection, secret)
    mine = invitations.c.secret_digest == ids.digest(secret)
    if found is None or not tx.execute(delete(invitations).where(mine)).rowcount:  # of two who take it, one
        return None
    member = staff.make(tx, name)
    staff_proof.admit(tx, member, password_hash, found.second_factor, step)
    staff.grant(tx, member, found.role, found.division)
    tx.audit("staff.join", member, {"invited_by": found.invited_by})
    return member


def take_back(tx: Tx, invitation_id: str) -> None:
    """Ends an open invitation; nothing happens where there is none."""
    if tx.execute(delete(invitations).where(invitations.c.id == invitation_id)).rowcount:
        tx.audit("staff.uninvite", invitation_id)


def forget(tx: Tx) -> int:
    """Deletes those whose day is over; answers how many."""
    over = tx.execute(delete(invitations).where(invitations.c.ends_at <= tx.now())).rowcount
    if over:
        tx.audit("staff.forget_invitations", "", {"count": over})
    return over


def _invitation(row: Row[tuple[object, ...]]) -> Invitation:
    named = row._mapping
    division = DivisionId(named["division_id"]) if named["division_id"] else None
    by, role = StaffId(named["invited_by"]), Role(named["role"])
    return Invitation(named["id"], by, named["second_factor"], role, division, named["ends_at"])
