"""What a waiting request comes to with those of others, as the lead who decides about it is shown."""

from __future__ import annotations

from sqlalchemy import Connection

from api.staff.posts import Block
from feed.events import Closed
from storage.footage import footage
from storage.footage.before import Found
from storage.footage.rules import Kind
from storage.kit import clock


class BesideSeen(Closed):
    """One of those that a request comes to too much with, of whatever case of the division."""

    case_number: str
    kind: Kind
    by: str
    blocks: list[Block]
    window_from: str
    window_to: str


class AmongSeen(Closed):
    """What a waiting request comes to with what others asked, itself counted; for a lead, who sees all cases there."""

    square_miles: float
    minutes: int
    items: list[BesideSeen]


def among(conn: Connection, found: Found) -> AmongSeen:
    """All that the judgement laid together; square miles to three places, whole minutes."""
    return AmongSeen(
        square_miles=round(found.judgement.miles_among, 3),
        minutes=found.judgement.ms_among // clock.MINUTE,
        items=[
            BesideSeen(
                case_number=one.case_number,
                kind=one.kind,
                by=one.by,
                blocks=sorted(one.asked.blocks),
                window_from=clock.as_text(one.asked.window[0]),
                window_to=clock.as_text(one.asked.window[1]),
            )
            for one in footage.some(conn, found.beside)
        ],
    )
