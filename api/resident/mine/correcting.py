"""An author corrects a post ("it was a contractor"), by their list or by the receipt."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, StringConstraints

from api.readable import READABLE
from api.resident.desk import Asking, AtDesk, Desk
from api.resident.mine.own_clip import BY_HANDLE, BY_RECEIPT, ByHandle, ByReceipt
from feed.correcting import correct, correctable, with_correction
from feed.events import PostAsSeen, as_seen
from storage.db import RESIDENT
from storage.identity import limits
from storage.identity.clips.clips import Clip
from storage.identity.limits import Limit
from storage.identity.vault import ResidentId
from storage.kit import clock
from storage.kit.errors import Refused
from storage.posts import posts
from workers.guidelines.check import check
from workers.redact.text import scrub

router = APIRouter(tags=["posts"])

CORRECTIONS_A_DAY = Limit("corrections of one resident", 20, clock.DAY)


class NewCorrection(BaseModel):
    """What is to be added under the post's words; scrubbed as those were."""

    model_config = ConfigDict(extra="forbid")
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500), READABLE]


@router.post(BY_RECEIPT + "/corrections", status_code=201)
def correct_by_receipt(clip: ByReceipt, body: NewCorrection, asking: Asking, desk: AtDesk) -> PostAsSeen:
    """Corrects by the receipt, also when nothing says any more whose the post was."""
    return _correct(desk, asking, clip, body)


@router.post(BY_HANDLE + "/corrections", status_code=201)
def correct_mine(clip: ByHandle, body: NewCorrection, asking: Asking, desk: AtDesk) -> PostAsSeen:
    """Corrects one of my posts."""
    return _correct(desk, asking, clip, body)


def _correct(desk: Desk, asking: ResidentId, clip: Clip, body: NewCorrection) -> PostAsSeen:
    limits.count(desk.stores.vault, CORRECTIONS_A_DAY, asking)
    words = scrub(body.text)
    with desk.stores.record.write(by=RESIDENT) as tx:
        post = correctable(tx, clip.post_id)
        _demand_fine(post.title, post.text, with_correction(post, words), post.category)
        correct(tx, desk.stores.bell, post, words)
        return as_seen(posts.some(tx.connection, [post.division], [post.id])[post.id])


def _demand_fine(title: str, before: str, after: str, category: str) -> None:
    """A correction goes out at once, so it is refused where it would break a guideline that the post did not."""
    broken = [rule for rule in check(title, after, category) if rule not in check(title, before, category)]
    if broken:
        raise Refused("These words would break a guideline.", code="reword", fields={"text": broken[0].hint.en})
