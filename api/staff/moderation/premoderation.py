"""Leads have posts of a category in a division judged before anybody sees them, for a while that ends by itself."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import Field, StringConstraints

from api.staff.auth import Lead
from api.stores import Record
from feed.events import Closed, DivisionSeen
from storage.kit.clock import HOUR, as_text
from storage.kit.errors import NotThere
from storage.kit.ids import DivisionId
from storage.moderation import premoderation
from storage.moderation.premoderation import LONGEST_MS, SHORTEST_MS
from storage.staff.staff import LogIn, Role

router = APIRouter(prefix="/v1", tags=["moderation"])

Category = Literal["crime", "suspicious", "safety", "animal", "lost_found", "kindness", "other"]


class Wanted(Closed):
    """Where, for how long, and why."""

    division_id: Annotated[DivisionId, Field(max_length=40)]
    category: Category
    hours: Annotated[int, Field(ge=SHORTEST_MS // HOUR, le=LONGEST_MS // HOUR)]
    note: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500)]


class OnSeen(Closed):
    """Where it is on, who switched it on, why, and when it ends by itself."""

    division: DivisionSeen
    category: str
    by: str
    note: str
    since: str
    until: str


class AllOn(Closed):
    """Wherever it is on in my divisions."""

    items: list[OnSeen]


@router.get("/premoderation")
def mine(me: Lead, record: Record) -> AllOn:
    """Where posts of my divisions are judged first."""
    names = {division.id: division.name for division in me.member.divisions(Role.LEAD)}
    with record.read() as conn:
        found = premoderation.on(conn, list(names))
    return AllOn(
        items=[
            OnSeen(
                division=DivisionSeen(id=one.division, name=names[one.division]),
                category=one.category,
                by=one.by,
                note=one.note,
                since=as_text(one.since),
                until=as_text(one.ends_at),
            )
            for one in found
        ]
    )


@router.put("/premoderation")
def begin(wanted: Wanted, me: Lead, record: Record) -> AllOn:
    """Has them judged first from now on, or for longer; what is shown already stays."""
    _demand_mine(me, wanted.division_id)
    where, lasts = (wanted.division_id, wanted.category), wanted.hours * HOUR
    with record.write(by=me.member.actor) as tx:
        premoderation.begin(tx, *where, staff_id=me.member.id, note=wanted.note, lasts=lasts)
    return mine(me, record)


@router.delete("/premoderation/{division_id}/{category}")
def end(division_id: DivisionId, category: Category, me: Lead, record: Record) -> AllOn:
    """Ends it now. What was held meanwhile waits for a moderator still."""
    _demand_mine(me, division_id)
    with record.write(by=me.member.actor) as tx:
        premoderation.end(tx, division_id, category)
    return mine(me, record)


def _demand_mine(me: LogIn, division: DivisionId) -> None:
    if division not in me.member.reach(Role.LEAD):
        raise NotThere
