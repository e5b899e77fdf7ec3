"""Who is on the staff, when they last came, and where they are logged in. `staff.py` changes it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from storage.atlas.versions import KnownDivision, all_divisions
from storage.db import database_now
from storage.kit import ids
from storage.kit.ids import StaffId
from storage.schema import staff_log_ins, staff_members, staff_roles
from storage.staff.staff import Duty, Role


@dataclass(frozen=True)
class Place:
    """One log-in that holds; `id` names it to its owner, and from it nobody makes the token or its digest."""

    id: str
    digest: str
    begun_at: int
    ends_at: int


@dataclass(frozen=True)
class Listed:
    """A member, with their duties, and how many of their log-ins hold."""

    id: StaffId
    name: str
    ended: bool
    last_log_in_at: int
    duties: tuple[Duty, ...]
    log_ins: int

    @property
    def roles(self) -> tuple[str, ...]:
        """Their roles by name, wherever they hold them."""
        return tuple(sorted({duty.role for duty in self.duties}))


def places(conn: Connection, staff_id: StaffId) -> list[Place]:
    """Where a member is logged in, the newest first."""
    holds = (staff_log_ins.c.staff_id == staff_id, staff_log_ins.c.ends_at > database_now(conn))
    query = select(staff_log_ins).where(*holds).order_by(staff_log_ins.c.begun_at.desc(), staff_log_ins.c.token_digest)
    return [
        Place(ids.digest(row.token_digest)[:32], row.token_digest, row.begun_at, row.ends_at)
        for row in conn.execute(query)
    ]


def one(conn: Connection, staff_id: StaffId) -> Listed | None:
    """A member whose account did not end."""
    return next((each for each in members(conn) if each.id == staff_id and not each.ended), None)


def members(conn: Connection) -> list[Listed]:
    """Everybody there ever was, by name: a police force has some hundreds."""
    places: dict[str, KnownDivision | None] = {"": None, **{one.id: one for one in all_divisions(conn)}}
    held: dict[str, list[Duty]] = {}
    for row in conn.execute(select(staff_roles).order_by(staff_roles.c.role, staff_roles.c.division_id)):
        if row.division_id in places:
            held.setdefault(row.staff_id, []).append(Duty(Role(row.role), places[row.division_id]))
    holding = select(staff_log_ins.c.staff_id, func.count()).where(staff_log_ins.c.ends_at > database_now(conn))
    counted = {row[0]: int(row[1]) for row in conn.execute(holding.group_by(staff_log_ins.c.staff_id))}
    query = select(staff_members.c.id, staff_members.c.name, staff_members.c.ended, staff_members.c.last_log_in_at)
    return [
        Listed(row.id, row.name, row.ended, row.last_log_in_at, tuple(held.get(row.id, ())), counted.get(row.id, 0))
        for row in conn.execute(query.order_by(staff_members.c.name))
    ]
