"""Where I am logged in; and for admins, who is on the staff: log-ins and accounts are ended at once, sockets too."""

from __future__ import annotations

from fastapi import APIRouter

from api.staff.auth import Admin, AnyStaff
from api.staff.desk.log_ins import DutySeen, duty_seen
from api.stores import Record
from feed.events import Closed
from storage.db import Database
from storage.kit.clock import as_text
from storage.kit.errors import NotThere
from storage.kit.ids import StaffId
from storage.staff import duty_rules, roster, staff
from storage.staff.roster import Listed, Place
from storage.staff.staff import LogIn

router = APIRouter(prefix="/v1", tags=["log-ins"])


class PlaceSeen(Closed):
    """One of my log-ins; `current` is the one that asks."""

    id: str
    begun_at: str
    ends_at: str
    current: bool


class PlacesSeen(Closed):
    """All of my log-ins, the newest first."""

    items: list[PlaceSeen]


class MemberSeen(Closed):
    """Somebody of the staff, how many of their log-ins hold, and when they last came; `mine`: that is me."""

    id: StaffId
    name: str
    roles: list[str]
    duties: list[DutySeen]
    log_ins: int
    last_log_in_at: str
    ended: bool
    mine: bool


class MembersSeen(Closed):
    """Everybody, by name, those included whose account ended."""

    items: list[MemberSeen]


@router.get("/log-ins")
def mine(me: AnyStaff, record: Record) -> PlacesSeen:
    """Where I am logged in."""
    with record.read() as conn:
        found = roster.places(conn, me.member.id)
    return PlacesSeen(items=[_place(one, me) for one in found])


@router.delete("/log-ins/{log_in_id}", status_code=204)
def end_one(log_in_id: str, me: AnyStaff, record: Record) -> None:
    """Ends one of my log-ins, wherever it is."""
    with record.read() as conn:
        found = [one.digest for one in roster.places(conn, me.member.id) if one.id == log_in_id]
    if not found:
        raise NotThere
    with record.write(by=me.member.actor) as tx:
        staff.end_log_in(tx, me.member.id, found[0])


@router.get("/staff")
def members(me: Admin, record: Record) -> MembersSeen:
    """Who is on the staff."""
    with record.read() as conn:
        found = roster.members(conn)
    return MembersSeen(items=[_member(one, me) for one in found])


@router.delete("/staff/{staff_id}/log-ins", status_code=204)
def end_log_ins(staff_id: StaffId, me: Admin, record: Record) -> None:
    """Ends all log-ins of a member; they may log in again."""
    _demand_member(record, staff_id)
    with record.write(by=me.member.actor) as tx:
        staff.end_log_ins(tx, staff_id)


@router.delete("/staff/{staff_id}", status_code=204)
def end(staff_id: StaffId, me: Admin, record: Record) -> None:
    """Ends an account and all of its log-ins; the operator alone takes it in again."""
    _demand_member(record, staff_id)
    duty_rules.demand_another(me.member.id, staff_id)
    with record.write(by=me.member.actor) as tx:
        staff.end(tx, staff_id)


def _demand_member(record: Database, staff_id: StaffId) -> None:
    with record.read() as conn:
        if roster.one(conn, staff_id) is None:
            raise NotThere


def _place(one: Place, me: LogIn) -> PlaceSeen:
    current = one.digest == me.digest
    return PlaceSeen(id=one.id, begun_at=as_text(one.begun_at), ends_at=as_text(one.ends_at), current=current)


def _member(one: Listed, me: LogIn) -> MemberSeen:
    return MemberSeen(
        id=one.id,
        name=one.name,
        roles=list(one.roles),
        duties=[duty_seen(duty) for duty in one.duties],
        log_ins=one.log_ins,
        last_log_in_at=as_text(one.last_log_in_at),
        ended=one.ended,
        mine=one.id == me.member.id,
    )
