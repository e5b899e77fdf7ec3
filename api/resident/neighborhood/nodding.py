"""Nodding at a neighbour's post: seen it too, thank you. Counted, and never told whose."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from api.resident.desk import Asking, AtDesk, Desk
from api.resident.neighborhood.names import nod_mark
from api.resident.neighborhood.neighborhood import still_live, visible
from storage.db import RESIDENT
from storage.identity import limits
from storage.identity.limits import Limit
from storage.identity.vault import ResidentId
from storage.kit import clock
from storage.kit.ids import PostId
from storage.posts import nods
from storage.posts.nods import Nod

router = APIRouter(tags=["my area"])

NODS_A_DAY = Limit("nods of one resident", 200, clock.DAY)


class NodSeen(BaseModel):
    """How many nodded in one way, and whether I am one of them."""

    kind: Nod
    count: int
    mine: bool


class NodsSeen(BaseModel):
    """All ways there are to nod."""

    items: list[NodSeen]


@router.get("/v1/posts/{post_id}/nods")
def counted(post_id: PostId, asking: Asking, desk: AtDesk) -> NodsSeen:
    """How many have seen it too, and how many say thank you."""
    visible(desk, asking, post_id)
    return _counted(desk, asking, post_id)


@router.put("/v1/posts/{post_id}/nods/{kind}")
def nod(post_id: PostId, kind: Nod, asking: Asking, desk: AtDesk) -> NodsSeen:
    """Nods, once; by a mark that stands for me there and nowhere else."""
    visible(desk, asking, post_id)
    limits.count(desk.stores.vault, NODS_A_DAY, asking)
    with desk.stores.record.write(by=RESIDENT) as tx:
        still_live(tx, post_id)
        nods.give(tx, post_id, kind, mark=_mark(desk, asking, post_id))
    return _counted(desk, asking, post_id)


@router.delete("/v1/posts/{post_id}/nods/{kind}")
def take_back(post_id: PostId, kind: Nod, asking: Asking, desk: AtDesk) -> NodsSeen:
    """Takes my nod back."""
    visible(desk, asking, post_id)
    with desk.stores.record.write(by=RESIDENT) as tx:
        nods.take_back(tx, post_id, kind, mark=_mark(desk, asking, post_id))
    return _counted(desk, asking, post_id)


def _counted(desk: Desk, asking: ResidentId, post_id: PostId) -> NodsSeen:
    with desk.stores.record.read() as conn:
        found = nods.counts(conn, post_id, mark=_mark(desk, asking, post_id))
    return NodsSeen(items=[NodSeen(kind=one.kind, count=one.count, mine=one.mine) for one in found])


def _mark(desk: Desk, asking: ResidentId, post_id: PostId) -> str:
    return nod_mark(desk.stores.vault, post_id, asking)
