"""Accepting a clip or photo, as a post or for one case. From the answer on it is not lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from fastapi import Header
from pydantic import BaseModel, ConfigDict, Field, field_validator
from sqlalchemy import Connection

from api.boxes import Drawn, demand_drawn
from api.resident.desk import Desk
from api.resident.sending.of_clips import demand_no_photo
from api.resident.sending.trim import Trim
from api.resident.sending.who_could import View
from storage.db import RESIDENT, Tx
from storage.identity.clips import accepting, authorship, clips, originals, views
from storage.identity.clips.accepting import Accepted
from storage.identity.clips.clips import ClipState
from storage.identity.vault import ClipId, ResidentId
from storage.kit import clock, ids
from storage.kit.errors import Refused
from workers.media.refusals import Reason
from workers.redact.redactions import OF_CLIPS, Redaction

OLDEST = 30 * clock.DAY
AHEAD = 5 * clock.MINUTE  # phones' clocks differ

Key = Annotated[str, Header(alias="Idempotency-Key", min_length=8, max_length=80)]


class Picture(BaseModel):
    """An upload, and what to take out of its picture and sound."""

    model_config = ConfigDict(extra="forbid")
    upload_id: str = Field(max_length=40)
    trim: Trim | None = None
    blur: list[Redaction] = Field(default=[], max_length=8)
    boxes: list[Drawn] = Field(default=[], max_length=100, description="Filled from beginning to end; ten at most.")
    sound: bool = False
    view: View | None = Field(default=None, description="What the picture looks like; told to nobody else.")

    @field_validator("blur")
    @classmethod
    def _each_once(cls, asked: list[Redaction]) -> list[Redaction]:
        # In one order, so that the same wish said in another way is the same request under its idempotency key.
        return [kind for kind in Redaction if kind in asked]


class Taken(BaseModel):
    """The clip was accepted and will not be lost; the receipt is shown once."""

    receipt: str
    state: ClipState


def of_picture(desk: Desk, asking: ResidentId, body: Picture) -> dict[str, Any]:
    """What an `Accepted` says of the picture; raises Refused for what its kind of file cannot have."""
    if body.trim:
        demand_no_photo(desk.stores, body.upload_id, asking, Reason.TRIM_OF_PHOTO, field="trim")
    if OF_CLIPS.intersection(body.blur):
        demand_no_photo(desk.stores, body.upload_id, asking, Reason.ONLY_OF_CLIPS, field="blur")
    return {
        "upload_id": body.upload_id,
        "sound": body.sound,
        "blur": tuple(body.blur),
        "boxes": demand_drawn(body.boxes),
        "trim": body.trim.milliseconds() if body.trim else None,
    }


def nothing_else(_tx: Tx, _clip: ClipId) -> None:
    """Says nothing else of a clip."""


def take(
    desk: Desk,
    asking: ResidentId,
    accepted: Accepted,
    *,
    key: str,
    request: str,
    view: str | None,
    demand: Callable[[Connection], None],
    also: Callable[[Tx, ClipId], None] = nothing_else,
) -> ClipId:
    """Puts it on the books, once for each key; `demand` may refuse, `also` says what else is so from that moment on."""
    vault = desk.stores.vault
    with vault.write(by=RESIDENT) as tx:
        # Asked again in line: of a double click, the second one finds what the first one made.
        authorship.wait_turn(tx, asking)
        before = authorship.accepted_before(tx.connection, asking, key, request)
        if before is not None:
            return before
        demand(tx.connection)
        originals.set_posted(tx, accepted.upload_id, asking)
        upload = originals.one(tx.connection, accepted.upload_id)
        salt = ids.new_id()
        clip_id = accepting.accept(tx, vault, accepted, authorship.receipt_for(vault, asking, key, salt))
        seen = None if view is None else views.sealed(vault, asking, clip_id, bytes.fromhex(view))
        authorship.record(tx, asking, clip_id, key=key, request=request, salt=salt, view_sealed=seen)
        also(tx, clip_id)
        if not accepted.wait:  # else whoever reconciles rings when its time has come, whatever was restarted meanwhile
            tx.after_commit(desk.doorbell.admit_clip, clip_id, upload.bytes)
    return clip_id


def taken(desk: Desk, asking: ResidentId, clip_id: ClipId, key: str) -> Taken:
    """What is answered to whoever sent it, each time they ask under the same key."""
    with desk.stores.vault.read() as conn:
        clip = clips.one(conn, clip_id)
        receipt = authorship.receipt_again(conn, desk.stores.vault, asking, key)
    assert clip is not None, "an accepted clip stays on the books"
    return Taken(receipt=receipt, state=clip.state)


def happened(at: datetime) -> int:
    """When it happened, in milliseconds; raises Refused for what is too long ago, or not yet."""
    moment, now = clock.from_datetime(at), clock.now()
    if moment > now + AHEAD:
        raise Refused("That is in the future.", fields={"happened_at": "This is in the future."})
    if moment < now - OLDEST:
        raise Refused("That is more than 30 days ago.", fields={"happened_at": "This is more than 30 days ago."})
    return min(moment, now)
