"""Incidents of my divisions: the list that cases are opened on, and taking in the police's file of them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from api.paging import DEFAULT_LIMIT, Cursor, Limit, Page, decode, page
from api.staff.auth import Investigator, Lead
from api.staff.cases import incident_file
from api.staff.cases.incident_file import MOST_BYTES, NUMBER, Places
from api.stores import Record, Settings
from feed.events import BlockSeen, Closed, DivisionSeen
from storage.cases import incidents
from storage.cases.incidents import DiffersError, Incident
from storage.kit import clock
from storage.kit.errors import TooLarge, WrongType
from storage.staff.staff import Role

router = APIRouter(prefix="/v1/incidents", tags=["cases"])
INVESTIGATORS = (Role.ANALYST, Role.DETECTIVE, Role.LEAD)


class IncidentSeen(Closed):
    """One incident, as the police's books say it."""

    id: str
    number: str
    type: str
    happened_at: str
    division: DivisionSeen
    block: BlockSeen | None


class Imported(Closed):
    """How many lines there were, and how many of them were new."""

    lines: int
    added: int


async def _file(request: Request, me: Lead) -> bytes:
    """The body, bounded; who may not send one is refused before a byte of it is read."""
    if request.headers.get("content-type", "").partition(";")[0].strip() != "text/csv":
        raise WrongType("The file must be CSV, said so by its content type.")
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            raise TooLarge("A file has at most 1 MB. Send it in parts.")
    return bytes(body)


@router.get("")
def of_my_divisions(
    me: Investigator,
    record: Record,
    number: Annotated[str, Query(max_length=40, pattern=f"^({NUMBER})?$", description="How its number begins.")] = "",
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[IncidentSeen]:
    """Incidents of the divisions where I investigate, the newest first."""
    before = None if cursor is None else decode(cursor, int, str)
    place = None if before is None else (int(before[0]), str(before[1]))
    mine = me.member.reach(*INVESTIGATORS)
    with record.read() as conn:
        found = incidents.page(conn, mine, number=number, before=place, limit=limit + 1)
    return page(found, limit, place=lambda one: (one.happened_at, one.id), seen=seen)


@router.post("")
def take_in(me: Lead, file: Annotated[bytes, Depends(_file)], record: Record, settings: Settings) -> Imported:
    """Takes in a CSV file of incidents in my divisions: all of it or nothing, and what is known is left as it is."""
    divisions = me.member.divisions(Role.LEAD)
    with record.read() as conn:
        blocks = incidents.blocks_called(conn, [division.id for division in divisions])
    lines = incident_file.read(file, Places(divisions, blocks, settings.time_zone, clock.now()))
    try:
        with record.write(by=me.member.actor) as tx:
            added = incidents.add(tx, list(lines.values()))
    except DiffersError as error:
        wrong = {line: "differs" for line, one in lines.items() if one in error.told}
        raise incident_file.refused(wrong) from None
    return Imported(lines=len(lines), added=added)


def seen(incident: Incident) -> IncidentSeen:
    """An incident as it is told."""
    block = incident.block
    return IncidentSeen(
        id=incident.id,
        number=incident.number,
        type=incident.kind,
        happened_at=clock.as_text(incident.happened_at),
        division=DivisionSeen(id=incident.division, name=incident.division_name),
        block=BlockSeen(id=block.id, label=block.label, homes=block.homes) if block else None,
    )
