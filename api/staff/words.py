"""A flag's note, looked at for names of people before it is sent: no moderator need read who somebody is."""

from __future__ import annotations

from fastapi import APIRouter

from api.likely_names import NewWords, WordsSeen, looked_at
from api.staff.auth import Viewer

router = APIRouter(prefix="/v1", tags=["words"])


@router.post("/names")
def look(body: NewWords, _me: Viewer) -> WordsSeen:
    """What of a note is likely a name: asked before it is sent, and kept nowhere."""
    return looked_at(body)
