"""A resident's own clips, once they were sent: following one, by list or receipt, and taking it back."""

from __future__ import annotations

from functools import partial

from fastapi import APIRouter
from pydantic import BaseModel

from api.paging import DEFAULT_LIMIT, Cursor, Limit, Page, number, page
from api.resident.desk import Asking, AtDesk, Desk
from api.resident.standing import Followed, MineSeen, OriginalProof, Standing, mine_seen, standing
from api.resident.taking_back import withdraw_clip
from storage.identity import authorship, clips, originals
from storage.identity.clips import Clip, ClipState
from storage.identity.vault import Receipt

router = APIRouter(tags=["posts"])


class TakenBack(BaseModel):
    """How far a withdrawal is: `withdrawing` ends by itself."""

    state: ClipState


@router.get("/v1/receipts/{receipt}")
def follow(receipt: str, _asking: Asking, desk: AtDesk) -> Followed:
    """How far a clip is, by its receipt; and what proves its original, also when nothing says any more whose it was."""
    with desk.stores.vault.read() as conn:
        clip = clips.by_receipt(conn, Receipt(receipt))
        proof = originals.proof(conn, clip.upload_id)
    original = None if proof is None else OriginalProof(salt=proof[0], sha256=proof[1])
    return Followed(**dict(standing(desk, clip)), original=original)


@router.delete("/v1/receipts/{receipt}")
def withdraw(receipt: str, _asking: Asking, desk: AtDesk) -> TakenBack:
    """Takes a clip back, at any moment, by its receipt."""
    with desk.stores.vault.read() as conn:
        clip = clips.by_receipt(conn, Receipt(receipt))
    return _withdraw(desk, clip)


@router.get("/v1/posts/mine")
def mine(asking: Asking, desk: AtDesk, cursor: Cursor = None, limit: Limit = DEFAULT_LIMIT) -> Page[MineSeen]:
    """What I sent and where it stands, newest first."""
    with desk.stores.vault.read() as conn:
        found = authorship.of_resident(conn, asking, skip=number(cursor) or 0, limit=limit + 1)
    after = (number(cursor) or 0) + limit
    return page(found, limit, place=lambda _last: (after,), seen=partial(mine_seen, desk))


@router.get("/v1/posts/mine/{handle}")
def follow_mine(handle: str, asking: Asking, desk: AtDesk) -> Standing:
    """How far one of my clips is."""
    with desk.stores.vault.read() as conn:
        clip = authorship.by_handle(conn, asking, handle)
    return standing(desk, clip)


@router.delete("/v1/posts/mine/{handle}")
def withdraw_mine(handle: str, asking: Asking, desk: AtDesk) -> TakenBack:
    """Takes one of my clips back, at any moment."""
    with desk.stores.vault.read() as conn:
        clip = authorship.by_handle(conn, asking, handle)
    return _withdraw(desk, clip)


def _withdraw(desk: Desk, clip: Clip) -> TakenBack:
    withdraw_clip(desk, clip.id)
    with desk.stores.vault.read() as conn:
        now = clips.one(conn, clip.id)
    return TakenBack(state=now.state if now else ClipState.WITHDRAWN)
