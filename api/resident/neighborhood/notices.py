"""What the police of my division let everybody there know: the same for all who live in it."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from api.resident.desk import Asking, AtDesk
from api.resident.neighborhood.neighborhood import division_of_home
from storage import notices
from storage.kit.clock import as_text
from workers.guidelines.notices import may_be_read

router = APIRouter(tags=["my area"])


class NoticeSeen(BaseModel):
    """One notice, signed by the police of the division, and by nobody of them."""

    id: str
    division: str
    text: str
    shown_at: str
    ends_at: str


class NoticesSeen(BaseModel):
    """What is shown now, the newest first."""

    items: list[NoticeSeen]


@router.get("/v1/neighborhood/notices")
def shown(asking: Asking, desk: AtDesk) -> NoticesSeen:
    """Verified notices to the division I live in; what nobody checked is read by nobody."""
    division = division_of_home(desk, asking)
    with desk.stores.record.read() as conn:
        found = [one for one in notices.shown(conn, division) if may_be_read(one.text)]
    return NoticesSeen(
        items=[
            NoticeSeen(
                id=one.id,
                division=one.division_name,
                text=one.text,
                shown_at=as_text(one.shown_at),
                ends_at=as_text(one.ends_at),
            )
            for one in found
        ]
    )
