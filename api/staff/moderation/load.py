"""The lead's page: how moderation goes in my divisions, and whether somebody has looked at too much today."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from api.staff.auth import Lead
from api.stores import Record, Settings
from feed.events import Closed, DivisionSeen
from storage.db import database_now
from storage.kit.clock import DAY, MINUTE, as_text
from storage.moderation import load, shifts
from storage.moderation.load import LEAST, Load, Share
from storage.staff import staff
from storage.staff.staff import Role

router = APIRouter(prefix="/v1", tags=["oversight"])


class ShareSeen(Closed):
    """So many of so many; `part` is None where there are too few to say anything."""

    part: int | None
    whole: int


class LoadSeen(Closed):
    """A division: what waits now, and of the days asked for what was decided. `median_minutes` is None for few."""

    division: DivisionSeen
    waiting: int
    late: int
    decided: int
    median_minutes: int | None
    in_time: ShareSeen
    agreed: ShareSeen
    upheld: ShareSeen
    held: ShareSeen
    kept_off: ShareSeen
    corrected: ShareSeen


class OnShift(Closed):
    """A moderator of my divisions, how much they have opened in this shift, and until when they rest."""

    name: str
    opened: int
    rests_until: str | None


class LoadsSeen(Closed):
    """My divisions by name; moderators by name, since somebody may have to send them home. `most` 0: no limit."""

    days: int
    most: int
    hours: int
    divisions: list[LoadSeen]
    moderators: list[OnShift]


@router.get("/load")
def loads(
    me: Lead, record: Record, settings: Settings, days: Annotated[Literal["7", "28"], Query()] = "7"
) -> LoadsSeen:
    """How moderation goes where I lead: shares and times of divisions, loads of people, nothing of an author."""
    mine = me.member.divisions(Role.LEAD)
    limit = shifts.Limit(settings.shift_openings, settings.shift_hours)
    with record.read() as conn:
        since = database_now(conn) - int(days) * DAY
        found = {one.id: load.of(conn, one.id, since) for one in mine}
        people = {who.id: who.name for one in mine for who in staff.working(conn, one.id, Role.MODERATOR)}
        on_shift = shifts.of_all(conn, list(people), limit)
    return LoadsSeen(
        days=int(days),
        most=limit.openings,
        hours=limit.hours,
        divisions=[_load(found[one.id], DivisionSeen(id=one.id, name=one.name)) for one in mine],
        moderators=[
            OnShift(
                name=people[who],
                opened=shift.opened,
                rests_until=None if shift.rests_until is None else as_text(shift.rests_until),
            )
            for who, shift in sorted(on_shift.items(), key=lambda item: people[item[0]])
        ],
    )


def _load(one: Load, division: DivisionSeen) -> LoadSeen:
    enough = one.median_wait is not None and one.in_time.whole >= LEAST
    return LoadSeen(
        division=division,
        waiting=one.waiting,
        late=one.late,
        decided=one.decided,
        median_minutes=(one.median_wait or 0) // MINUTE if enough else None,
        in_time=_share(one.in_time),
        agreed=_share(one.agreed),
        upheld=_share(one.upheld),
        held=_share(one.held),
        kept_off=_share(one.kept_off),
        corrected=_share(one.corrected),
    )


def _share(one: Share) -> ShareSeen:
    return ShareSeen(part=one.part if one.whole >= LEAST else None, whole=one.whole)
