"""Who looked: how often detectives looked at cameras of my blocks, by month and case, without saying which case."""

from __future__ import annotations

from collections import Counter

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from api.resident.desk import Asking, AtDesk
from feed.events import BlockSeen
from storage.atlas import versions
from storage.cameras import ledger as camera_ledger
from storage.db import database_now
from storage.identity.cameras import cameras, inbox
from storage.kit import ids

router = APIRouter(tags=["cameras"])
REFERENCE_BYTES = 5  # eight letters: tells my own few lines apart


class LookedSeen(BaseModel):
    """One case's looks at a block in a month, and how often it `asked` for footage there.

    `reference` stands for the case in this resident's ledger alone.
    """

    model_config = ConfigDict(extra="forbid")
    block: BlockSeen
    month: str
    incident_type: str
    reference: str
    looks: int
    asked: int


class Ledger(BaseModel):
    """The newest month first; the month that runs is not in it."""

    model_config = ConfigDict(extra="forbid")
    items: list[LookedSeen]


@router.get("/v1/cameras/ledger")
def ledger(asking: Asking, desk: AtDesk) -> Ledger:
    """How often the blocks where I have cameras were looked at and asked about; the same for all who have one there."""
    vault = desk.stores.vault
    with vault.read() as conn:
        blocks = {camera.facts.block for camera in cameras.of_resident(conn, vault, asking)}
        requests = inbox.counted(conn, blocks, before=database_now(conn))
    with desk.stores.record.read() as conn:
        now, month = database_now(conn), camera_ledger.month
        looks = camera_ledger.looks(conn, blocks, now=now)
        looked = Counter({(one.block, one.month, one.case): one.count for one in looks})
        # As of looks: a month is told when it is over.
        asked = Counter((one.block, month(one.at), one.case) for one in requests if month(one.at) < month(now))
        kinds = camera_ledger.kinds(conn, {case for _, _, case in looked.keys() | asked.keys()})
        named = {block: versions.known_block(conn, block) for block in blocks}
    items = []
    for block_id, at, case in looked.keys() | asked.keys():
        block = named[block_id]
        assert block is not None  # a look is at a published block, and those stay
        # Two neighbours who lay their ledgers together cannot tell that one case looked at both.
        reference = ids.base32(vault.keyed("camera ledger", asking, case)[:REFERENCE_BYTES])
        items.append(
            LookedSeen(
                block=BlockSeen(id=block.id, label=block.label, homes=block.homes),
                month=at,
                incident_type=kinds.get(case, ""),
                reference=reference,
                looks=looked[block_id, at, case],
                asked=asked[block_id, at, case],
            )
        )
    # Not in the cases' own order: that would be the same in two neighbours' ledgers.
    return Ledger(items=sorted(items, key=lambda one: (one.month, one.block.id, one.reference), reverse=True))
