"""A resident's own clips, once they were sent: following one, by list or receipt, and taking it back."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter
from pydantic import BaseModel

from api.paging import DEFAULT_LIMIT, Cursor, Limit, Page, number, page
from api.resident.desk import Asking, AtDesk, Desk
from api.resident.mine.own_clip import BY_HANDLE, BY_RECEIPT, ByHandle, ByReceipt
from api.resident.mine.standing import Followed, MineSeen, OriginalProof, Standing, mine_seen, standing
from api.resident.mine.taking_back import withdraw_clip
from storage.db import RESIDENT
from storage.identity.clips import authorship, clips, originals
from storage.identity.clips.clips import Clip, ClipState
from storage.kit.errors import Conflict
from storage.posts import posts, vouched
from storage.posts.posts import PostState

router = APIRouter(tags=["posts"])


class TakenBack(BaseModel):
    """How far a withdrawal is: `withdrawing` ends by itself."""

    state: ClipState


@router.get(BY_RECEIPT)
def follow(clip: ByReceipt, desk: AtDesk) -> Followed:
    """How far a clip is, by its receipt; and what proves its original, also when nothing says any more whose it was."""
    with desk.stores.vault.read() as conn:
        proof = originals.proof(conn, clip.upload_id)
    with desk.stores.record.read() as conn:
        told = vouched.has(conn, clip.post_id)
    original = None if proof is None else OriginalProof(salt=proof[0], sha256=proof[1], told=told)
    return Followed(**dict(standing(desk, clip)), original=original)


@router.put(f"{BY_RECEIPT}/original")
def let_be_proved(clip: ByReceipt, desk: AtDesk) -> Followed:
    """Lets packages for court say by what the original is proved: a salted digest crosses, at a rounded time."""
    with desk.stores.vault.read() as conn:
        proof = originals.proof(conn, clip.upload_id)
    with desk.stores.record.write(by=RESIDENT) as tx:
        post = posts.locked(tx, clip.post_id, kept=True)
        if proof is None or post is None or post.state not in (PostState.LIVE, PostState.KEPT):
            raise Conflict("There is nothing to be proved now.", code="nothing_to_prove")
        vouched.add(tx, post.id, proof[1])
    return follow(clip, desk)


@router.delete(BY_RECEIPT)
def withdraw(clip: ByReceipt, desk: AtDesk) -> TakenBack:
    """Takes a clip back, at any moment, by its receipt."""
    return _withdraw(desk, clip)


@router.get("/v1/posts/mine")
def mine(asking: Asking, desk: AtDesk, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT) -> Page[MineSeen]:
    """What I sent and where it stands, newest first."""
    with desk.stores.vault.read() as conn:
        found = authorship.of_resident(conn, asking, skip=number(cursor) or 0, limit=limit + 1)
    after = (number(cursor) or 0) + limit
    return page(found, limit, place=lambda _last: (after,), seen=partial(mine_seen, desk))


@router.get(BY_HANDLE)
def follow_mine(clip: ByHandle, desk: AtDesk) -> Standing:
    """How far one of my clips is."""
    return standing(desk, clip)


@router.delete(BY_HANDLE)
def withdraw_mine(clip: ByHandle, desk: AtDesk) -> TakenBack:
    """Takes one of my clips back, at any moment."""
    return _withdraw(desk, clip)


def _withdraw(desk: Desk, clip: Clip) -> TakenBack:
    withdraw_clip(desk, clip.id)
    with desk.stores.vault.read() as conn:
        now = clips.one(conn, clip.id)
    return TakenBack(state=now.state if now else ClipState.WITHDRAWN)
