"""Pins: that a block has a camera which looks a certain way, and how long it keeps what it saw. Never how many.

The airlock brings them; nobody else asks for them without an asker and a case (`camera_looks`).

A pin stands for all cameras of a block that look into one quadrant, with the longest time any of them keeps: one camera
and five are the same row. What is new waits for midnight (UTC), when all of a city's appear together; what an owner
takes back goes at once. So who looks every minute learns on which day a camera came, not when nor from where.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, delete, select

from storage.db import Tx
from storage.kit.ids import BlockId
from storage.schema import camera_pins
from storage.upserts import put


class Quadrant(StrEnum):
    """Where a camera looks, each from the named direction to the one halfway to the next, clockwise."""

    N = "n"
    E = "e"
    S = "s"
    W = "w"


class Retention(StrEnum):
    """How many days it keeps what it saw."""

    UNDER_3 = "under_3"
    TO_7 = "3_to_7"
    TO_30 = "8_to_30"
    MORE = "over_30"


# Days that are kept for certain, and those after which it is gone for certain (None: nobody can say).
DAYS: dict[Retention, tuple[int, int | None]] = {
    Retention.UNDER_3: (1, 3),
    Retention.TO_7: (3, 8),
    Retention.TO_30: (8, 31),
    Retention.MORE: (31, None),
}
_SHORTEST_FIRST = tuple(Retention)


@dataclass(frozen=True, order=True)
class Pin:
    """One pin."""

    block: BlockId
    quadrant: Quadrant
    retention: Retention


Place = tuple[BlockId, Quadrant]
Pins = Mapping[Place, Retention]
Changes = Mapping[Place, Retention | None]


def retention(days: int) -> Retention:
    """The class of a number of days."""
    limits = ((3, Retention.UNDER_3), (8, Retention.TO_7), (31, Retention.TO_30))
    return next((named for below, named in limits if days < below), Retention.MORE)


def longest(pins: Collection[Pin]) -> dict[Place, Retention]:
    """One for each block and quadrant, however many there are of it: the class that keeps longest."""
    found: dict[Place, Retention] = {}
    for pin in pins:
        place = (pin.block, pin.quadrant)
        found[place] = max(pin.retention, found.get(place, pin.retention), key=_SHORTEST_FIRST.index)
    return found


def changes(shown: Pins, *, there: Collection[Pin], settled: Collection[Pin]) -> Changes:
    """What must change for the pins to be what cameras say now; None: that one goes. Pure.

    `there` are all cameras that can be asked about: what none of them says any more goes. `settled` are those of them
    about which nothing was said since midnight: what only others say does not come yet.
    """
    now, wanted = longest(there), longest(settled)
    found: dict[Place, Retention | None] = {place: wanted[place] for place in wanted.keys() - shown.keys()}
    for place, before in shown.items():
        # Shorter at once, longer at midnight: never more than some camera keeps.
        longer = max(before, wanted.get(place, before), key=_SHORTEST_FIRST.index)
        most = min(now[place], longer, key=_SHORTEST_FIRST.index) if place in now else None
        if most is not before:
            found[place] = most
    return found


def all_of(conn: Connection) -> Pins:
    """Every pin of the city: for the airlock alone, which brought them."""
    rows = conn.execute(select(camera_pins))
    return {(BlockId(row.block_id), Quadrant(row.quadrant)): Retention(row.retention) for row in rows}


def bring(tx: Tx, new: Changes) -> None:
    """Changes these pins. Twice is once, and two who bring the same at once leave what one would."""
    if not new:
        return
    for block, quadrant in (place for place, kept in new.items() if kept is None):
        here = (camera_pins.c.block_id == block, camera_pins.c.quadrant == quadrant)
        tx.execute(delete(camera_pins).where(*here))
    standing = [{"block_id": place[0], "quadrant": place[1], "retention": kept} for place, kept in new.items() if kept]
    if standing:
        tx.execute(put(camera_pins), standing)
    tx.audit("camera_pins.bring", "")
