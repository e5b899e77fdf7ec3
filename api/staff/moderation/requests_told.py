"""Requests for footage that everybody reads of by now, for a moderator who may find one of them wrong."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.paging import DEFAULT_LIMIT, Cursor, Limit, Page, decode, page
from api.staff.auth import Moderator
from api.stores import Record
from feed.events import Closed, DivisionSeen
from storage.footage.rules import Kind
from storage.kit.clock import as_text
from storage.kit.ids import DivisionId
from storage.moderation import requests_told
from storage.moderation.requests_told import Told
from storage.staff.staff import Role

router = APIRouter(prefix="/v1", tags=["moderation"])


class RequestTold(Closed):
    """A request as the public log tells it, which has neither its words, its case nor who asked.

    `day` it went out (UTC), `places` the labels of its blocks; `waits`: a flag of it is in the queue; `taken_back`:
    moderators did.
    """

    id: str
    day: str
    division: DivisionSeen
    kind: Kind
    window_from: str
    window_to: str
    square_miles: float
    places: tuple[str, ...]
    waits: bool
    taken_back: bool


@router.get("/moderation/requests/told")
def told(
    me: Moderator,
    record: Record,
    division: Annotated[DivisionId | None, Query(max_length=40)] = None,
    cursor: Cursor = None,
    limit: Limit = DEFAULT_LIMIT,
) -> Page[RequestTold]:
    """What owners were asked in my divisions, or in one of them, the newest day first; none I have to do with."""
    before = None if cursor is None else decode(cursor, str, str)
    place = None if before is None else (str(before[0]), str(before[1]))
    names = {one.id: one.name for one in me.member.divisions(Role.MODERATOR) if division in (None, one.id)}
    with record.read() as conn:
        found = requests_told.page(conn, names, me.member.id, before=place, limit=limit + 1)
    return page(
        found,
        limit,
        place=lambda one: (one.said.day, one.said.id),
        seen=lambda one: _seen(one, names[DivisionId(one.said.division)]),
    )


def _seen(one: Told, division_name: str) -> RequestTold:
    said = one.said
    return RequestTold(
        id=said.id,
        day=said.day,
        division=DivisionSeen(id=DivisionId(said.division), name=division_name),
        kind=said.kind,
        window_from=as_text(said.window[0]),
        window_to=as_text(said.window[1]),
        square_miles=said.square_miles / 1000,
        places=said.places,
        waits=one.waits,
        taken_back=one.taken_back,
    )
