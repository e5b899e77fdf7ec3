"""Uploads: a clip, or a photo, in parts, in parallel and in any order, over lines that break.

A part's address is signed, so its bytes come without a log-in: the same client code sends to S3 in production.
"""

from __future__ import annotations

import base64
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Header, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from api.resident.desk import Asking, AtDesk, Desk
from api.resident.sending import parts
from api.resident.sending.suspended import demand_not_suspended
from api.who import anyone
from storage.db import RESIDENT
from storage.identity import limits
from storage.identity.clips import originals
from storage.identity.clips.originals import Upload, UploadState
from storage.identity.limits import Limit
from storage.kit import clock
from storage.kit.errors import Refused, WrongType

router = APIRouter(tags=["uploads"])

STARTED = Limit("uploads of one resident", 60, clock.HOUR)


class Begin(BaseModel):
    """How much is coming, and what it is said to be: a first check, what counts is what the bytes are."""

    model_config = ConfigDict(extra="forbid")
    bytes: int = Field(ge=1)
    type: str = Field(max_length=100)


class Part(BaseModel):
    """One part: its number from 1 and where to PUT it."""

    number: int
    url: str


class Begun(BaseModel):
    """Where to send what."""

    upload_id: str
    part_bytes: int
    parts: list[Part]


class PartSeen(Part):
    """One part, and whether it has arrived."""

    received: bool


class Standing(BaseModel):
    """How far an upload is: what to send again after the line was cut."""

    upload_id: str
    state: UploadState
    bytes: int
    part_bytes: int
    parts: list[PartSeen]


class Finished(BaseModel):
    """The upload can be posted."""

    state: Literal["complete", "posted", "shredded"]


@router.post("/v1/uploads", status_code=201)
def begin(body: Begin, asking: Asking, desk: AtDesk) -> Begun:
    """Opens an upload."""
    if not body.type.startswith(("video/", "image/", "application/octet-stream")):
        raise WrongType("Only videos and photos can be shared here.", code="not_a_video")
    limits.count(desk.stores.vault, STARTED, asking)
    with desk.stores.vault.write(by=RESIDENT) as tx:
        demand_not_suspended(tx.connection, asking)  # a large clip is not sent for nothing
        upload_id = originals.begin(tx, desk.stores.vault, asking, body.bytes)
        upload = originals.one(tx.connection, upload_id)
    return Begun(upload_id=upload.id, part_bytes=upload.part_bytes, parts=_parts(desk, upload))


@router.get("/v1/uploads/{upload_id}")
def standing(upload_id: str, asking: Asking, desk: AtDesk) -> Standing:
    """Which parts have arrived, with fresh addresses."""
    with desk.stores.vault.read() as conn:
        upload = originals.mine(conn, upload_id, asking)
    return Standing(
        upload_id=upload.id,
        state=upload.state,
        bytes=upload.bytes,
        part_bytes=upload.part_bytes,
        parts=[PartSeen(**p.model_dump(), received=p.number in upload.received) for p in _parts(desk, upload)],
    )


@router.put("/v1/uploads/{upload_id}/parts/{number}", dependencies=[Depends(anyone)])
async def put_part(
    upload_id: str,
    number: int,
    request: Request,
    desk: AtDesk,
    expires: Annotated[int, Query()],
    signature: Annotated[str, Query(max_length=80)],
    checksum: Annotated[str, Header(alias="x-amz-checksum-sha256", max_length=60)],
) -> dict[str, int]:
    """Takes one part's raw bytes; the signed address is the right to send them."""
    parts.demand_signed(desk.stores.vault, upload_id, number, expires=expires, signature=signature)
    try:
        sha256 = base64.b64decode(checksum, validate=True)
    except ValueError:  # binascii.Error is one, and so is what letters beyond ASCII raise
        raise Refused("The part's checksum is not base64.", code="checksum") from None
    await parts.receive(desk.stores, upload_id, number, request.stream(), sha256)
    return {"number": number}


@router.post("/v1/uploads/{upload_id}/finish")
def finish(upload_id: str, asking: Asking, desk: AtDesk) -> Finished:
    """Says that all parts were sent; names those that have not arrived."""
    with desk.stores.vault.write(by=RESIDENT) as tx:
        upload = originals.mine(tx.connection, upload_id, asking)
        if upload.state is UploadState.OPEN:
            originals.finish(tx, upload)
        state = originals.one(tx.connection, upload_id).state
    return Finished.model_validate({"state": state.value})


def _parts(desk: Desk, upload: Upload) -> list[Part]:
    return [Part(number=n, url=parts.address(desk.stores.vault, upload.id, n)) for n in upload.parts]
