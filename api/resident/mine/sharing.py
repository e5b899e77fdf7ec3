"""An author shows a post outside: by a link that shows what they allow, is shown to them once, and can be revoked."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from api.resident.desk import Asking, AtDesk, Desk
from api.resident.mine.own_clip import BY_HANDLE, BY_RECEIPT, ByHandle, ByReceipt
from storage.db import RESIDENT
from storage.identity import limits
from storage.identity.clips.clips import Clip
from storage.identity.limits import Limit
from storage.identity.vault import ResidentId
from storage.kit import clock
from storage.public import shared_links
from storage.public.shared_links import SharedLink, Shows, Where

router = APIRouter(tags=["posts"])

LINKS_A_DAY = Limit("links of one resident", 50, clock.DAY)


class NewLink(BaseModel):
    """What whoever holds the link sees: words, a picture too, or all; and whether the block or only its division."""

    model_config = ConfigDict(extra="forbid")
    shows: Shows
    place: Where


class LinkSeen(BaseModel):
    """One link to a post; where it leads was told when it was made."""

    id: str
    shows: Shows
    place: Where


class LinkMade(LinkSeen):
    """A new one, with its address: this once."""

    url: str


class LinksSeen(BaseModel):
    """All links to a post."""

    items: list[LinkSeen]


@router.get(BY_HANDLE + "/links")
def links_of_mine(clip: ByHandle, desk: AtDesk) -> LinksSeen:
    """The links to one of my posts."""
    return _links(desk, clip)


@router.post(BY_HANDLE + "/links", status_code=201)
def share_mine(clip: ByHandle, body: NewLink, asking: Asking, desk: AtDesk) -> LinkMade:
    """Makes a link to one of my posts."""
    return _share(desk, asking, clip, body)


@router.delete(BY_HANDLE + "/links/{link_id}", status_code=204)
def revoke_mine(clip: ByHandle, link_id: str, desk: AtDesk) -> None:
    """Revokes a link to one of my posts."""
    _revoke(desk, clip, link_id)


@router.get(BY_RECEIPT + "/links")
def links_by_receipt(clip: ByReceipt, desk: AtDesk) -> LinksSeen:
    """The links to a post, by its receipt."""
    return _links(desk, clip)


@router.post(BY_RECEIPT + "/links", status_code=201)
def share_by_receipt(clip: ByReceipt, body: NewLink, asking: Asking, desk: AtDesk) -> LinkMade:
    """Makes a link by the receipt, also when nothing says any more whose the post was."""
    return _share(desk, asking, clip, body)


@router.delete(BY_RECEIPT + "/links/{link_id}", status_code=204)
def revoke_by_receipt(clip: ByReceipt, link_id: str, desk: AtDesk) -> None:
    """Revokes a link, by the receipt."""
    _revoke(desk, clip, link_id)


def _links(desk: Desk, clip: Clip) -> LinksSeen:
    with desk.stores.record.read() as conn:
        return LinksSeen(items=[_seen(one) for one in shared_links.of_post(conn, clip.post_id)])


def _share(desk: Desk, asking: ResidentId, clip: Clip, body: NewLink) -> LinkMade:
    limits.count(desk.stores.vault, LINKS_A_DAY, asking)
    with desk.stores.record.write(by=RESIDENT) as tx:
        link, made = shared_links.make(tx, clip.post_id, shows=body.shows, place=body.place)
    # Behind a `#`, which no browser sends: neither a server's log nor a program that looks at links gets to see it.
    outside = desk.settings.origins.public or f"http://127.0.0.1:{desk.settings.ports.public}"
    return LinkMade(**_seen(made).model_dump(), url=f"{outside}/shared#{link}")


def _revoke(desk: Desk, clip: Clip, link_id: str) -> None:
    with desk.stores.record.write(by=RESIDENT) as tx:
        shared_links.revoke(tx, clip.post_id, link_id)


def _seen(one: SharedLink) -> LinkSeen:
    return LinkSeen(id=one.id, shows=one.shows, place=one.place)
