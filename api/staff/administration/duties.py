"""Duties granted and taken back by an admin: in one division each, never one's own, and on the audit."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field

from api.staff.auth import Admin, demand_fresh
from api.stores import Record
from feed.events import Closed
from storage.db import Database
from storage.kit.errors import NotThere
from storage.kit.ids import DivisionId, StaffId
from storage.staff import duty_rules, roster, staff
from storage.staff.roster import Listed
from storage.staff.staff import LogIn, Role

router = APIRouter(prefix="/v1/staff/{staff_id}/roles", tags=["staff"])
Division = Annotated[DivisionId, Field(max_length=40)]


class NewDuty(Closed):
    """A role, and the division it is for; none for an admin."""

    role: Role
    division: Division | None = None


@router.post("", status_code=204)
def grant(staff_id: StaffId, new: NewDuty, me: Admin, record: Record) -> None:
    """Grants a duty to somebody else; it holds at once."""
    member = _another(record, me, staff_id)
    duty_rules.demand_place(new.role, new.division)
    duty_rules.demand_fits(new.role, {duty.role for duty in member.duties})
    with record.write(by=me.member.actor) as tx:
        staff.grant(tx, staff_id, new.role, new.division)


@router.delete("/{role}", status_code=204)
def take_back(staff_id: StaffId, role: Role, me: Admin, record: Record, division: Division | None = None) -> None:
    """Takes a duty back, open sockets included; without a division, the one for the whole city."""
    member = _another(record, me, staff_id)
    held = {(duty.role, duty.division.id if duty.division else None) for duty in member.duties}
    if (role, division) not in held:
        raise NotThere
    with record.write(by=me.member.actor) as tx:
        staff.take_back(tx, staff_id, role, division)


def _another(record: Database, me: LogIn, staff_id: StaffId) -> Listed:
    demand_fresh(record, me)
    with record.read() as conn:
        found = roster.one(conn, staff_id)
    if found is None:
        raise NotThere
    duty_rules.demand_another(me.member.id, staff_id)
    return found
