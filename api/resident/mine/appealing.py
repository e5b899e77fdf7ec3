"""An author answers the decision that took their post off: once for each decision, by their list or by the receipt."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, StringConstraints

from api.readable import READABLE
from api.resident.desk import Asking, AtDesk, Desk
from api.resident.mine.own_clip import BY_HANDLE, BY_RECEIPT, ByHandle, ByReceipt
from api.resident.mine.standing import AppealSeen, appeal_seen
from storage.db import RESIDENT
from storage.identity import limits
from storage.identity.clips.clips import Clip
from storage.identity.limits import Limit
from storage.identity.vault import ResidentId
from storage.kit import clock
from storage.moderation import appeals
from workers.redact.text import scrub

router = APIRouter(tags=["posts"])

APPEALS_A_DAY = Limit("appeals of one resident", 20, clock.DAY)


class NewAppeal(BaseModel):
    """Why the decision is wrong; moderators read it scrubbed, and learn nothing else of who wrote it."""

    model_config = ConfigDict(extra="forbid")
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=1000), READABLE]


@router.post(BY_RECEIPT + "/appeals", status_code=201)
def appeal(clip: ByReceipt, body: NewAppeal, asking: Asking, desk: AtDesk) -> AppealSeen:
    """Answers by the receipt, also when nothing says any more whose the post was."""
    return _appeal(desk, asking, clip, body)


@router.post(BY_HANDLE + "/appeals", status_code=201)
def appeal_mine(clip: ByHandle, body: NewAppeal, asking: Asking, desk: AtDesk) -> AppealSeen:
    """Answers about one of my posts."""
    return _appeal(desk, asking, clip, body)


def _appeal(desk: Desk, asking: ResidentId, clip: Clip, body: NewAppeal) -> AppealSeen:
    limits.count(desk.stores.vault, APPEALS_A_DAY, asking)
    with desk.stores.record.write(by=RESIDENT) as tx:
        words, at = scrub(body.text), clock.rounded(tx.now())
        return appeal_seen(appeals.add(tx, clip.post_id, text=words, at=at))
