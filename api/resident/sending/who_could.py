"""Who could this be: what lets others guess the author of a clip, told to that author alone before it is sent."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from api.resident.desk import Asking, AtDesk, place_now
from storage.atlas.shapes import LargerBlock
from storage.identity import limits
from storage.identity.cameras import cameras
from storage.identity.clips import views
from storage.identity.limits import Limit
from storage.kit import clock
from workers.redact.redactions import Redaction

router = APIRouter(tags=["posts"])

ASKED = Limit("questions of one resident about who a clip could be", 120, clock.MINUTE)
MOST_WAIT = 30 * clock.MINUTE  # two of the quarter hours that times on the record are rounded to

# Of the clip's picture (storage/identity/clips/views.py).
View = Annotated[str, Field(pattern=f"^[0-9a-f]{{{views.BITS // 4}}}$")]


class Asked(BaseModel):
    """Where a clip would be posted, and what its picture looks like; nothing of it is kept."""

    model_config = ConfigDict(extra="forbid")
    block_id: str = Field(max_length=40)
    view: View | None = None


class Guessable(BaseModel):
    """How many it could be, and what can be done: what may be blurred, and how long a post may wait at most.

    `alike` is None where nothing was said of the picture; `cameras` are those of my own in that block that are active.
    """

    homes: int
    alike: int | None
    cameras: int
    blurs: list[Redaction]
    wait_minutes: int


@router.post("/v1/who-could-this-be")
def look(body: Asked, asking: Asking, desk: AtDesk) -> Guessable:
    """How many homes share the block, how many of my posts show the same view, how many cameras of mine stand there."""
    vault = desk.stores.vault
    limits.count(vault, ASKED, asking)
    block = place_now(desk, body.block_id)
    with vault.read() as conn:
        alike = None if body.view is None else views.alike(conn, vault, asking, bytes.fromhex(body.view))
        cells = block.cells if isinstance(block, LargerBlock) else (block.id,)
        own = sum(cameras.active_in(conn, asking, cell) for cell in cells)
    return Guessable(
        homes=block.homes, alike=alike, cameras=own, blurs=list(Redaction), wait_minutes=MOST_WAIT // clock.MINUTE
    )
