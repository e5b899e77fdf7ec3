"""Sharing a clip for a request: it goes through the airlock like any clip, and is kept to that case alone."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import Connection

from api.resident.desk import Asking, AtDesk, Desk
from api.resident.inbox.asked import ANSWERED, batch, demand_may
from api.resident.inbox.asked_seen import Standing, standing
from api.resident.mine.standing import MineSeen, mine_seen
from api.resident.mine.taking_back import withdraw_clip
from api.resident.sending.suspended import demand_not_suspended
from api.resident.sending.taking import Key, Picture, Taken, of_picture, take, taken
from api.resident.sending.who_could import ASKED, View
from storage.db import Tx
from storage.identity import limits
from storage.identity.cameras import inbox_answers
from storage.identity.cameras.inbox_answers import CLOSED_MS, Kind
from storage.identity.clips import authorship, views
from storage.identity.clips.accepting import Accepted
from storage.identity.vault import ClipId, ResidentId
from storage.kit import clock, ids
from storage.kit.clock import DAY, MINUTE, SECOND
from storage.kit.errors import Refused
from storage.kit.ids import BlockId, RequestId

router = APIRouter(prefix="/v1/inbox/requests/{request_id}", tags=["inbox"])

CATEGORY = "crime"  # nobody filters what is kept to a case, but each post has one
# All clips of a batch set out in its last hour, each at a moment drawn for it: their order says nothing.
SPREAD_MS = 15 * MINUTE


class Shared(Picture):
    """A clip or photo that one of my cameras took; `text` is for who works in the case, and scrubbed as a post's is."""

    camera_id: str = Field(max_length=40)
    happened_at: AwareDatetime
    text: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000)] = ""


class Looked(BaseModel):
    """What the picture looks like; nothing of it is kept."""

    model_config = ConfigDict(extra="forbid")
    view: View


class SameView(BaseModel):
    """Posts of mine that show what it shows: whoever sees both knows that they are of one camera."""

    model_config = ConfigDict(extra="forbid")
    items: list[MineSeen]


@router.post("/same-view")
def same_view(request_id: RequestId, body: Looked, asking: Asking, desk: AtDesk) -> SameView:
    """Which posts of mine the same view could give away, before I send."""
    vault = desk.stores.vault
    limits.count(vault, ASKED, asking)
    with vault.read() as conn:
        standing(conn, desk, asking, request_id)
        found = authorship.some(conn, asking, views.which_alike(conn, vault, asking, bytes.fromhex(body.view)))
    return SameView(items=[mine_seen(desk, one) for one in found])


@router.post("/share", status_code=202)
def share(request_id: RequestId, body: Shared, asking: Asking, desk: AtDesk, key: Key) -> Taken:
    """Accepts a clip for this request, once for each key. It can be changed and taken back as any answer, and later."""
    vault, request = desk.stores.vault, f"{request_id}:{body.model_dump_json(exclude={'view'})}"
    with vault.read() as conn:
        before = authorship.accepted_before(conn, asking, key, request)
    if before is None:
        limits.count(vault, ANSWERED, asking)
        before = _share(desk, asking, request_id, body, key=key, request=request)
    return taken(desk, asking, before, key)


def _share(desk: Desk, asking: ResidentId, request_id: RequestId, body: Shared, *, key: str, request: str) -> ClipId:
    with desk.stores.vault.read() as conn:
        here = standing(conn, desk, asking, request_id)
    shown_at, old = batch(here), here.answer
    accepted = Accepted(
        block=_block(here, body.camera_id),
        category=CATEGORY,
        title=here.request.kind,
        text=body.text,
        happened_at=_happened(here, body.happened_at),
        wait=max(shown_at - CLOSED_MS - here.now, 0) + round(ids.spread(SPREAD_MS / SECOND) * SECOND),
        kept_for=here.request.case,
        **of_picture(desk, asking, body),
    )

    def demand(conn: Connection) -> None:
        demand_not_suspended(conn, asking)
        demand_may(standing(conn, desk, asking, request_id), Kind.SHARED)

    def also(tx: Tx, clip: ClipId) -> None:
        inbox_answers.say(tx, asking, request_id, Kind.SHARED, shown_at=shown_at, clip=clip)

    clip = take(desk, asking, accepted, key=key, request=request, view=body.view, demand=demand, also=also)
    if old is not None and old.clip is not None and not old.gone and old.clip != clip:
        withdraw_clip(desk, old.clip)
    return clip


def _happened(here: Standing, at: datetime) -> int:
    moment, (begin, end) = clock.from_datetime(at), here.request.window
    if not begin - DAY <= moment <= min(end + DAY, here.now):
        told = "This is not about the hours that are asked for."
        raise Refused(told, fields={"happened_at": told})
    return moment


def _block(here: Standing, camera_id: str) -> BlockId:
    block = next((one.facts.block for one in here.cameras if one.id == camera_id), None)
    if block is None:
        raise Refused("That is not one of the cameras it is about.", fields={"camera_id": "Choose one of yours."})
    return block
