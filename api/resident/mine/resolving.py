"""An author marks a post as resolved, or no longer, by their list or by the receipt."""

from __future__ import annotations

from fastapi import APIRouter

from api.resident.desk import Asking, AtDesk, Desk
from api.resident.mine.correcting import CORRECTIONS_A_DAY
from feed.events import PostAsSeen, as_seen
from feed.resolving import set_resolved
from storage.db import RESIDENT
from storage.identity import limits
from storage.identity.clips import authorship, clips
from storage.identity.clips.clips import Clip
from storage.identity.vault import Receipt, ResidentId
from storage.posts import posts

router = APIRouter(tags=["posts"])


@router.put("/v1/posts/mine/{handle}/resolved")
def resolve_mine(handle: str, asking: Asking, desk: AtDesk) -> PostAsSeen:
    """Says that one of my posts is settled."""
    return _set(desk, asking, _mine(desk, asking, handle), resolved=True)


@router.delete("/v1/posts/mine/{handle}/resolved")
def unresolve_mine(handle: str, asking: Asking, desk: AtDesk) -> PostAsSeen:
    """Takes that back."""
    return _set(desk, asking, _mine(desk, asking, handle), resolved=False)


@router.put("/v1/receipts/{receipt}/resolved")
def resolve_by_receipt(receipt: str, asking: Asking, desk: AtDesk) -> PostAsSeen:
    """Says so by the receipt, also when nothing says any more whose the post was."""
    return _set(desk, asking, _by_receipt(desk, receipt), resolved=True)


@router.delete("/v1/receipts/{receipt}/resolved")
def unresolve_by_receipt(receipt: str, asking: Asking, desk: AtDesk) -> PostAsSeen:
    """Takes that back, by the receipt."""
    return _set(desk, asking, _by_receipt(desk, receipt), resolved=False)


def _mine(desk: Desk, asking: ResidentId, handle: str) -> Clip:
    with desk.stores.vault.read() as conn:
        return authorship.by_handle(conn, asking, handle)


def _by_receipt(desk: Desk, receipt: str) -> Clip:
    with desk.stores.vault.read() as conn:
        return clips.by_receipt(conn, Receipt(receipt))


def _set(desk: Desk, asking: ResidentId, clip: Clip, *, resolved: bool) -> PostAsSeen:
    limits.count(desk.stores.vault, CORRECTIONS_A_DAY, asking)
    with desk.stores.record.write(by=RESIDENT) as tx:
        set_resolved(tx, desk.stores.bell, clip.post_id, resolved=resolved)
        post = posts.locked(tx, clip.post_id)
        assert post is not None, "it was there a moment ago, and is held"
        return as_seen(post)
