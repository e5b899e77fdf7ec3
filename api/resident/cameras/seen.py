"""A resident's own cameras as that resident is shown them."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from api.letters import VISIBLE
from api.resident.desk import Desk
from feed.events import BlockSeen, DivisionSeen
from storage.atlas import versions
from storage.atlas.versions import KnownBlock
from storage.identity.cameras import cameras, listings
from storage.identity.cameras.cameras import Ask, Camera, CameraState, Facing
from storage.identity.vault import CameraId, ResidentId
from storage.kit import clock

Open = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), VISIBLE]


class ListingSeen(BaseModel):
    """What a business says openly of a camera."""

    model_config = ConfigDict(extra="forbid")
    address: Open
    contact: Open


class CameraSeen(BaseModel):
    """One of my cameras; not confirmed by `confirm_by`, it sleeps. No block: it is on no map any more."""

    model_config = ConfigDict(extra="forbid")
    id: str
    block: BlockSeen | None
    division: DivisionSeen | None
    facing: Facing
    indoor: bool
    retention_days: int
    ask: Ask
    name: str
    state: CameraState
    confirm_by: str
    listing: ListingSeen | None


def one(desk: Desk, asking: ResidentId, camera_id: CameraId) -> CameraSeen:
    """One of their cameras as it stands; raises NotThere."""
    with desk.stores.vault.read() as conn:
        found = cameras.one(conn, desk.stores.vault, asking, camera_id)
    return seen(desk, [found])[0]


def seen(desk: Desk, found: list[Camera]) -> list[CameraSeen]:
    """Cameras as their owner is shown them."""
    vault = desk.stores.vault
    with vault.read() as conn:
        listed = listings.of_cameras(conn, vault, [camera.id for camera in found])
    told = {camera_id: ListingSeen(address=said.address, contact=said.contact) for camera_id, said in listed.items()}
    with desk.stores.record.read() as conn:
        blocks = {block: versions.known_block(conn, block) for block in {camera.facts.block for camera in found}}
    return [_seen(camera, blocks[camera.facts.block], told.get(camera.id)) for camera in found]


def _seen(camera: Camera, block: KnownBlock | None, listing: ListingSeen | None) -> CameraSeen:
    facts = camera.facts
    return CameraSeen(
        id=camera.id,
        block=BlockSeen(id=block.id, label=block.label, homes=block.homes) if block else None,
        division=DivisionSeen(id=block.division.id, name=block.division.name) if block else None,
        facing=facts.facing,
        indoor=facts.indoor,
        retention_days=facts.retention_days,
        ask=facts.ask,
        name=facts.name,
        state=camera.state,
        confirm_by=clock.as_text(camera.confirmed_at + cameras.CONFIRMED_FOR),
        listing=listing,
    )
