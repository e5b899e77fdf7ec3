"""A comment or a flag's note, looked at for names of people before it is sent."""

from __future__ import annotations

from fastapi import APIRouter

from api.likely_names import NewWords, WordsSeen, looked_at
from api.resident.desk import Asking, AtDesk
from storage.identity import limits
from storage.identity.limits import Limit
from storage.kit import clock

router = APIRouter(tags=["words"])

ASKED = Limit("words of one resident looked at for names", 120, clock.MINUTE)


@router.post("/v1/names")
def look(body: NewWords, asking: Asking, desk: AtDesk) -> WordsSeen:
    """What of a comment or a note is likely a name: asked before it is sent, and answered to its author alone."""
    limits.count(desk.stores.vault, ASKED, asking)
    return looked_at(body)
