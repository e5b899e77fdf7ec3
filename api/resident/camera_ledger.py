"""Who looked: how often detectives looked at cameras of my blocks, by month and case, without saying which case."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from api.resident.desk import Asking, AtDesk
from feed.events import BlockSeen
from storage import camera_ledger
from storage.atlas import versions
from storage.db import database_now
from storage.identity import cameras
from storage.kit import ids

router = APIRouter(tags=["cameras"])
REFERENCE_BYTES = 5  # eight letters: tells my own few lines apart


class LookedSeen(BaseModel):
    """One case's looks at a block in a month; `reference` stands for the case in this resident's ledger alone."""

    model_config = ConfigDict(extra="forbid")
    block: BlockSeen
    month: str
    incident_type: str
    reference: str
    looks: int


class Ledger(BaseModel):
    """The newest month first; the month that runs is not in it."""

    model_config = ConfigDict(extra="forbid")
    items: list[LookedSeen]


@router.get("/v1/cameras/ledger")
def ledger(asking: Asking, desk: AtDesk) -> Ledger:
    """How often the blocks where I have cameras were looked at; the same for all who have one there, but in order."""
    vault = desk.stores.vault
    with vault.read() as conn:
        blocks = {camera.facts.block for camera in cameras.of_resident(conn, vault, asking)}
    with desk.stores.record.read() as conn:
        found = camera_ledger.looks(conn, blocks, now=database_now(conn))
        named = {block: versions.block(conn, block) for block in {one.block for one in found}}
    items = []
    for one in found:
        block = named[one.block]
        assert block is not None  # a look is at a published block, and those stay
        # Two neighbours who lay their ledgers together cannot tell that one case looked at both.
        reference = ids.base32(vault.keyed("camera ledger", asking, one.case)[:REFERENCE_BYTES])
        items.append(
            LookedSeen(
                block=BlockSeen(id=block.id, label=block.label, homes=block.homes),
                month=one.month,
                incident_type=one.kind,
                reference=reference,
                looks=one.count,
            )
        )
    # Not in the cases' own order: that would be the same in two neighbours' ledgers.
    return Ledger(items=sorted(items, key=lambda one: (one.month, one.block.id, one.reference), reverse=True))
