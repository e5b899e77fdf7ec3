"""An author marks a post as resolved, or no longer, by their list or by the receipt."""

from __future__ import annotations

from fastapi import APIRouter

from api.resident.desk import Asking, AtDesk, Desk
from api.resident.mine.correcting import CORRECTIONS_A_DAY
from api.resident.mine.own_clip import BY_HANDLE, BY_RECEIPT, ByHandle, ByReceipt
from feed.events import PostAsSeen, as_seen
from feed.resolving import set_resolved
from storage.db import RESIDENT
from storage.identity import limits
from storage.identity.clips.clips import Clip
from storage.identity.vault import ResidentId
from storage.posts import posts

router = APIRouter(tags=["posts"])


@router.put(BY_HANDLE + "/resolved")
def resolve_mine(clip: ByHandle, asking: Asking, desk: AtDesk) -> PostAsSeen:
    """Says that one of my posts is settled."""
    return _set(desk, asking, clip, resolved=True)


@router.delete(BY_HANDLE + "/resolved")
def unresolve_mine(clip: ByHandle, asking: Asking, desk: AtDesk) -> PostAsSeen:
    """Takes that back."""
    return _set(desk, asking, clip, resolved=False)


@router.put(BY_RECEIPT + "/resolved")
def resolve_by_receipt(clip: ByReceipt, asking: Asking, desk: AtDesk) -> PostAsSeen:
    """Says so by the receipt, also when nothing says any more whose the post was."""
    return _set(desk, asking, clip, resolved=True)


@router.delete(BY_RECEIPT + "/resolved")
def unresolve_by_receipt(clip: ByReceipt, asking: Asking, desk: AtDesk) -> PostAsSeen:
    """Takes that back, by the receipt."""
    return _set(desk, asking, clip, resolved=False)


def _set(desk: Desk, asking: ResidentId, clip: Clip, *, resolved: bool) -> PostAsSeen:
    limits.count(desk.stores.vault, CORRECTIONS_A_DAY, asking)
    with desk.stores.record.write(by=RESIDENT) as tx:
        set_resolved(tx, desk.stores.bell, clip.post_id, resolved=resolved)
        post = posts.locked(tx, clip.post_id)
        assert post is not None, "it was there a moment ago, and is held"
        return as_seen(post)
