"""Cameras of a case: which blocks have some that may have seen it, for the detective who works in it."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import Field

from api.staff.auth import Detective, demand_fresh
from api.staff.posts import Block
from api.stores import Record
from feed.events import Closed
from storage.cameras import listed as listed_cameras, looks as camera_looks
from storage.cameras.listed import Listed
from storage.cameras.looks import MOST_AT_ONCE, Seen
from storage.cameras.pins import Quadrant, Retention
from storage.cases import rules as case_rules
from storage.kit import clock
from storage.kit.ids import CaseId

router = APIRouter(prefix="/v1/cases/{case_id}/cameras", tags=["cases"])


class Area(Closed):
    """Blocks of the case's division."""

    blocks: Annotated[tuple[Block, ...], Field(min_length=1, max_length=MOST_AT_ONCE)]


class PinSeen(Closed):
    """That a block has a camera which looks into this quadrant, never how many; `left` of what it saw of the incident.

    `kept_until`: until then it is kept for certain; what is `perhaps` left may be overwritten at any moment.
    """

    block_id: str
    quadrant: Quadrant
    retention: Retention
    left: Literal["kept", "perhaps", "gone"]
    kept_until: str


class ListedSeen(Closed):
    """A camera that a business lists openly, at its address, and whom to ask. Its pin is among the others too."""

    block_id: str
    quadrant: Quadrant
    retention: Retention
    address: str
    contact: str


class PinsSeen(Closed):
    """The soonest overwritten first; what is gone stands last. What is listed openly stands at its address."""

    items: list[PinSeen]
    listed: list[ListedSeen]


@router.post("")
def look(case_id: CaseId, area: Area, me: Detective, record: Record) -> PinsSeen:
    """Looks at cameras for a case: an entry of its timeline, and of the audit, each time."""
    demand_fresh(record, me)
    with record.write(by=me.member.actor) as tx:
        found = camera_looks.look(tx, case_rules.asker(me.member), case_id, area.blocks)
        listed = listed_cameras.in_blocks(tx.connection, area.blocks)
        now = tx.now()
    pins = [_seen(one, now) for one in found]
    return PinsSeen(items=sorted(pins, key=lambda one: one.left == "gone"), listed=[_open(one) for one in listed])


def _open(one: Listed) -> ListedSeen:
    return ListedSeen(
        block_id=one.block,
        quadrant=one.quadrant,
        retention=one.retention,
        address=one.address,
        contact=one.contact,
    )


def _seen(one: Seen, now: int) -> PinSeen:
    gone = one.gone_from is not None and one.gone_from <= now
    return PinSeen(
        block_id=one.pin.block,
        quadrant=one.pin.quadrant,
        retention=one.pin.retention,
        left="gone" if gone else "perhaps" if one.kept_until <= now else "kept",
        kept_until=clock.as_text(one.kept_until),
    )
