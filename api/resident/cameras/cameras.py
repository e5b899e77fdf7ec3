"""A resident's own cameras: registering, changing, confirming and retiring them. Nobody else is told of one here."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.resident.cameras import owners_mail
from api.resident.cameras.seen import CameraSeen, one, seen
from api.resident.desk import Asking, AtDesk, block_now
from storage.db import RESIDENT
from storage.identity import limits
from storage.identity.cameras import cameras
from storage.identity.cameras.cameras import Ask, CameraState, Facing, Facts
from storage.identity.limits import Limit
from storage.identity.vault import CameraId
from storage.kit import clock

router = APIRouter(tags=["cameras"])

CHANGED = Limit("changes of one resident's cameras", 120, clock.HOUR)

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]
Days = Annotated[int, Field(ge=1, le=365, description="How many days it keeps what it saw.")]
Key = Annotated[str, Header(alias="Idempotency-Key", min_length=8, max_length=80)]


class NewCamera(BaseModel):
    """A camera to register: where it stands to the block, which of eight ways it looks, a name for its owner alone."""

    model_config = ConfigDict(extra="forbid")
    block_id: str = Field(max_length=40)
    facing: Facing
    indoor: bool
    retention_days: Days
    ask: Ask
    name: Name


class ChangedCamera(BaseModel):
    """What is said anew of a camera; what is not named stays as it is."""

    model_config = ConfigDict(extra="forbid")
    block_id: str | None = Field(default=None, max_length=40)
    facing: Facing | None = None
    indoor: bool | None = None
    retention_days: Days | None = None
    ask: Ask | None = None
    name: Name | None = None
    state: Literal[CameraState.ACTIVE, CameraState.PAUSED] | None = None


class Cameras(BaseModel):
    """All of my cameras, by name; there can be `most`."""

    model_config = ConfigDict(extra="forbid")
    items: list[CameraSeen]
    most: int


@router.get("/v1/cameras")
def mine(asking: Asking, desk: AtDesk) -> Cameras:
    """My cameras."""
    with desk.stores.vault.read() as conn:
        found = cameras.of_resident(conn, desk.stores.vault, asking)
    return Cameras(items=seen(desk, found), most=cameras.MOST)


@router.post("/v1/cameras", status_code=201)
def register(body: NewCamera, asking: Asking, desk: AtDesk, key: Key) -> CameraSeen:
    """Registers a camera; the same key gets the same one."""
    limits.count(desk.stores.vault, CHANGED, asking)
    block = block_now(desk, body.block_id).id
    facts = Facts(**body.model_dump(exclude={"block_id"}), block=block)
    with desk.stores.vault.write(by=RESIDENT) as tx:
        camera_id = cameras.register(tx, desk.stores.vault, asking, facts, key=key)
    owners_mail.keep_up(desk, asking)
    return one(desk, asking, camera_id)


@router.patch("/v1/cameras/{camera_id}")
def change(camera_id: str, body: ChangedCamera, asking: Asking, desk: AtDesk) -> CameraSeen:
    """Changes, moves, pauses or resumes one of my cameras, and confirms it with that."""
    limits.count(desk.stores.vault, CHANGED, asking)
    said: dict[str, Any] = body.model_dump(exclude_none=True, exclude={"block_id", "state"})
    if body.block_id is not None:
        said["block"] = block_now(desk, body.block_id).id
    paused = None if body.state is None else body.state is CameraState.PAUSED
    with desk.stores.vault.write(by=RESIDENT) as tx:
        cameras.change(tx, desk.stores.vault, asking, CameraId(camera_id), said, paused=paused)
    owners_mail.keep_up(desk, asking)
    return one(desk, asking, CameraId(camera_id))


@router.post("/v1/cameras/{camera_id}/confirm")
def confirm(camera_id: str, asking: Asking, desk: AtDesk) -> CameraSeen:
    """Says that all of it is still so, for a year."""
    limits.count(desk.stores.vault, CHANGED, asking)
    with desk.stores.vault.write(by=RESIDENT) as tx:
        cameras.confirm(tx, asking, CameraId(camera_id))
    owners_mail.keep_up(desk, asking)
    return one(desk, asking, CameraId(camera_id))


@router.delete("/v1/cameras/{camera_id}", status_code=204)
def retire(camera_id: str, asking: Asking, desk: AtDesk) -> None:
    """Retires one of my cameras at once; a day later nothing of it is left."""
    limits.count(desk.stores.vault, CHANGED, asking)
    with desk.stores.vault.write(by=RESIDENT) as tx:
        cameras.retire(tx, asking, CameraId(camera_id))
    owners_mail.keep_up(desk, asking)


@router.post("/v1/cameras/{camera_id}/bring-back")
def bring_back(camera_id: str, asking: Asking, desk: AtDesk) -> CameraSeen:
    """Undoes a retirement, within a day."""
    limits.count(desk.stores.vault, CHANGED, asking)
    with desk.stores.vault.write(by=RESIDENT) as tx:
        cameras.bring_back(tx, asking, CameraId(camera_id))
    owners_mail.keep_up(desk, asking)
    return one(desk, asking, CameraId(camera_id))
