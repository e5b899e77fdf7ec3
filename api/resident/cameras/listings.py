"""Listing a camera openly, with address and contact: for businesses, and a step of its own that says so."""

from __future__ import annotations

from fastapi import APIRouter

from api.resident.cameras.cameras import CHANGED
from api.resident.cameras.seen import CameraSeen, ListingSeen, one
from api.resident.desk import Asking, AtDesk
from storage.db import RESIDENT
from storage.identity import limits
from storage.identity.cameras import listings
from storage.identity.cameras.listings import Listing
from storage.identity.vault import CameraId

router = APIRouter(tags=["cameras"])


@router.put("/v1/cameras/{camera_id}/listing")
def give(camera_id: str, body: ListingSeen, asking: Asking, desk: AtDesk) -> CameraSeen:
    """Lists one of my cameras; from here on nothing is posted from this account."""
    limits.count(desk.stores.vault, CHANGED, asking)
    said = Listing(**body.model_dump())
    with desk.stores.vault.write(by=RESIDENT) as tx:
        listings.give(tx, desk.stores.vault, asking, CameraId(camera_id), said)
    return one(desk, asking, CameraId(camera_id))


@router.delete("/v1/cameras/{camera_id}/listing", status_code=204)
def take_back(camera_id: str, asking: Asking, desk: AtDesk) -> None:
    """Lists it no longer: what was said openly is erased."""
    limits.count(desk.stores.vault, CHANGED, asking)
    with desk.stores.vault.write(by=RESIDENT) as tx:
        listings.take_back(tx, desk.stores.vault, asking, CameraId(camera_id))
