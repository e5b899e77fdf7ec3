"""Flagging what police ask owners of cameras for: a request of my inbox, and one that is over, of the public log.

A flag from the inbox says that an owner with a camera there exists. So it crosses with a batch as answers do; one of
the public log says that somebody of the division read it, and goes at once.
"""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, StringConstraints

from api.paging import DEFAULT_LIMIT, Cursor, Limit, Page, decode, page
from api.resident.desk import Asking, AtDesk
from api.resident.inbox.asked import ANSWERED, batch
from api.resident.inbox.asked_seen import FlagSeen, RequestSeen, flag_seen, seen, standing
from api.resident.neighborhood.flagging import Slip
from api.resident.neighborhood.neighborhood import WORDS_A_DAY, division_of_home
from storage.db import RESIDENT, database_now
from storage.footage import log as footage_log
from storage.footage.log import Published
from storage.footage.rules import Kind
from storage.identity import limits
from storage.identity.cameras import inbox_flags
from storage.identity.clips import authorship
from storage.kit import clock, ids
from storage.kit.errors import Conflict, NotThere
from storage.kit.ids import RequestId
from storage.moderation import request_flags
from workers.redact.text import scrub

router = APIRouter(tags=["inbox"])


class NewRequestFlag(BaseModel):
    """What is wrong with a request."""

    model_config = ConfigDict(extra="forbid")
    reason: Literal["pressure", "race_only", "assembly", "not_footage", "other"]
    text: Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000)] = ""


class Flagged(BaseModel):
    """What I flagged of my inbox, also where it is asked no more."""

    model_config = ConfigDict(extra="forbid")
    items: list[FlagSeen]


class AskedHere(BaseModel):
    """A request that is over, as everybody may read it: `day` it went out (UTC), `places` the labels of its blocks."""

    model_config = ConfigDict(extra="forbid")
    id: str
    day: str
    kind: Kind
    window_from: str
    window_to: str
    square_miles: float
    places: tuple[str, ...]


@router.get("/v1/inbox/flags")
def flagged(asking: Asking, desk: AtDesk) -> Flagged:
    """What I said is wrong, and what became of it."""
    with desk.stores.vault.read() as conn:
        mine, now = inbox_flags.of(conn, asking), database_now(conn)
    with desk.stores.record.read() as conn:
        became = request_flags.outcomes(conn, [one.id for one in mine.values()])
    return Flagged(items=[flag_seen(request, one, became.get(one.id), now) for request, one in mine.items()])


@router.put("/v1/inbox/requests/{request_id}/flag")
def flag(request_id: RequestId, body: NewRequestFlag, asking: Asking, desk: AtDesk) -> RequestSeen:
    """Says what is wrong with a request of my inbox, in the place of what I said before; it is no answer."""
    limits.count(desk.stores.vault, ANSWERED, asking)
    with desk.stores.vault.write(by=RESIDENT) as tx:
        authorship.wait_turn(tx, asking)
        here = standing(tx.connection, desk, asking, request_id)
        if not here.asks:
            raise Conflict("This is no longer asked of you.", code="no_longer_asked")
        words = scrub(body.text)
        inbox_flags.say(tx, asking, request_id, reason=body.reason, text=words, shown_at=batch(here))
    return seen(desk, asking, request_id)


@router.delete("/v1/inbox/requests/{request_id}/flag", status_code=204)
def take_back(request_id: RequestId, asking: Asking, desk: AtDesk) -> None:
    """Takes it back as if it had never been said, until an hour before it is told; also where it is asked no more."""
    limits.count(desk.stores.vault, ANSWERED, asking)
    with desk.stores.vault.write(by=RESIDENT) as tx:
        authorship.wait_turn(tx, asking)
        inbox_flags.erase(tx, asking, request_id)


@router.get("/v1/neighborhood/requests")
def asked_here(asking: Asking, desk: AtDesk, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT) -> Page[AskedHere]:
    """What police asked owners in the division I live in, a week after it went out, the newest day first."""
    division = division_of_home(desk, asking)
    before = None if cursor is None else decode(cursor, str, str)
    place = None if before is None else (str(before[0]), str(before[1]))
    with desk.stores.record.read() as conn:
        found = footage_log.page(conn, before=place, limit=limit + 1, divisions=[division])
    return page(found, limit, place=lambda one: (one.day, one.id), seen=_asked_here)


@router.post("/v1/requests/{request_id}/flags", status_code=202)
def flag_public(request_id: RequestId, body: NewRequestFlag, asking: Asking, desk: AtDesk) -> Slip:
    """Tells the moderators that something is wrong with a request of my division that is over."""
    division = division_of_home(desk, asking)
    with desk.stores.record.read() as conn:
        if not footage_log.is_told(conn, division, request_id):
            raise NotThere
    slip = ids.new_secret()
    limits.count(desk.stores.vault, WORDS_A_DAY, asking)
    with desk.stores.record.write(by=RESIDENT) as tx:
        request_flags.add(
            tx,
            request_id,
            origin=request_flags.RESIDENT,
            reason=body.reason,
            text=scrub(body.text),
            flagged_at=clock.rounded(tx.now()),
            slip=slip,
        )
    return Slip(slip=slip)


def _asked_here(one: Published) -> AskedHere:
    return AskedHere(
        id=one.id,
        day=one.day,
        kind=one.kind,
        window_from=clock.as_text(one.window[0]),
        window_to=clock.as_text(one.window[1]),
        square_miles=one.square_miles / 1000,
        places=one.places,
    )
