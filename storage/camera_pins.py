"""Pins: that a block has a camera which looks a certain way, and how long it keeps what it saw. Never how many.

The airlock brings them; there is no query for them without an asker and a case.

A pin stands for all cameras of a block that look into one quadrant, with the longest time any of them keeps: one camera
and five are the same row. What is new waits for midnight (UTC), when all of a city's appear together; what an owner
takes back goes at once. So who looks every minute learns on which day a camera came, not when nor from where.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, delete, func, insert, select, update

from storage import cases, incidents
from storage.case_entries import Kind, enter
from storage.case_rules import Act, Asker
from storage.db import Tx
from storage.kit.clock import DAY
from storage.kit.errors import Conflict, NotThere, TooOften
from storage.kit.ids import BlockId, CaseId, DivisionId, StaffId
from storage.schema import blocks, camera_looks, camera_pins, case_entries, staff_members
from storage.upserts import insert_new

# Half a square mile has 15 blocks in a city of houses and some hundred where homes are dense. More than one case needs
# is a survey of who has cameras.
MOST_AT_ONCE = 200
MOST_OF_CASE = 500
MOST_A_DAY = 500  # of one detective, in whatever cases


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


@dataclass(frozen=True)
class Seen:
    """A pin as a case sees it: at which moment (milliseconds) it may be overwritten, and when it surely is."""

    pin: Pin
    kept_until: int
    gone_from: int | None


def retention(days: int) -> Retention:
    """The class of a number of days."""
    limits = ((3, Retention.UNDER_3), (8, Retention.TO_7), (31, Retention.TO_30))
    return next((named for below, named in limits if days < below), Retention.MORE)


def longest(pins: Collection[Pin]) -> dict[tuple[BlockId, Quadrant], Retention]:
    """One for each block and quadrant, however many there are of it: the class that keeps longest."""
    found: dict[tuple[BlockId, Quadrant], Retention] = {}
    for pin in pins:
        place = (pin.block, pin.quadrant)
        found[place] = max(pin.retention, found.get(place, pin.retention), key=_SHORTEST_FIRST.index)
    return found


def bring(tx: Tx, *, there: Collection[Pin], settled: Collection[Pin]) -> bool:
    """Makes the pins what cameras say now; answers whether anything changed. Twice is once.

    `there` are all cameras that can be asked about: what none of them says any more goes. `settled` are those of them
    about which nothing was said since midnight: what only others say does not come yet.
    """
    now, wanted = longest(there), longest(settled)
    shown = {
        (row.block_id, row.quadrant): Retention(row.retention) for row in tx.connection.execute(select(camera_pins))
    }
    changed = False
    for place, before in shown.items():
        here = (camera_pins.c.block_id == place[0], camera_pins.c.quadrant == place[1])
        if place not in now:
            tx.execute(delete(camera_pins).where(*here))
            changed = True
            continue
        # Shorter at once, longer at midnight: never more than some camera keeps.
        most = min(
            now[place], max(before, wanted.get(place, before), key=_SHORTEST_FIRST.index), key=_SHORTEST_FIRST.index
        )
        if most is not before:
            tx.execute(update(camera_pins).where(*here).values(retention=most))
            changed = True
    new = [
        {"block_id": block, "quadrant": way, "retention": wanted[block, way]}
        for block, way in wanted.keys() - shown.keys()
    ]
    if new:
        tx.execute(insert_new(camera_pins), new)  # two schedules may bring the same ones at once
    if new or changed:
        tx.audit("camera_pins.bring", "")
    return bool(new or changed)


def look(tx: Tx, who: Asker, case_id: CaseId, wanted: Collection[BlockId]) -> list[Seen]:
    """Pins of these blocks for a case, the soonest overwritten first; an entry of its timeline, and of the audit.

    Raises NotThere, also where a block is not in the case's division, NotAllowed, Conflict, and TooOften where the case
    or its detective has looked at too many blocks.
    """
    case = cases.locked(tx, who, case_id, Act.CAMERAS)
    asked = frozenset(wanted)
    _demand_in(tx.connection, case.standing.division, asked)
    _demand_few(tx, who.id, case_id, asked)
    seq = enter(tx, case_id, Kind.CAMERAS, by=who.id, text=str(len(asked)))
    tx.execute(insert(camera_looks), [{"case_id": case_id, "seq": seq, "block_id": block} for block in sorted(asked)])
    rows = tx.connection.execute(select(camera_pins).where(camera_pins.c.block_id.in_(asked)))
    found = [Pin(BlockId(row.block_id), Quadrant(row.quadrant), Retention(row.retention)) for row in rows]
    happened_at = incidents.some(tx.connection, [case.incident])[case.incident].happened_at
    return sorted((_seen(pin, happened_at) for pin in found), key=lambda one: (one.kept_until, one.pin))


def _seen(pin: Pin, happened_at: int) -> Seen:
    least, most = DAYS[pin.retention]
    return Seen(pin, happened_at + least * DAY, None if most is None else happened_at + most * DAY)


def _demand_in(conn: Connection, division: DivisionId, asked: Collection[BlockId]) -> None:
    here = (blocks.c.id.in_(asked), blocks.c.division_id == division)
    if conn.execute(select(func.count()).select_from(blocks).where(*here)).scalar_one() != len(asked):
        raise NotThere


def _demand_few(tx: Tx, member: StaffId, case_id: CaseId, asked: frozenset[BlockId]) -> None:
    # A block counts once, however often it is looked at: who opens the page again is not doing more.
    tx.connection.execute(select(staff_members.c.id).where(staff_members.c.id == member).with_for_update())
    looked = select(camera_looks.c.block_id).distinct()
    of_case = set(tx.connection.execute(looked.where(camera_looks.c.case_id == case_id)).scalars())
    today = looked.join(
        case_entries, (case_entries.c.case_id == camera_looks.c.case_id) & (case_entries.c.seq == camera_looks.c.seq)
    ).where(case_entries.c.by == member, case_entries.c.at > tx.now() - DAY)
    of_day = set(tx.connection.execute(today).scalars())
    if len(of_case | asked) > MOST_OF_CASE:
        raise Conflict(f"In one case at most {MOST_OF_CASE} blocks are looked at.", code="too_many_blocks")
    if len(of_day | asked) > MOST_A_DAY:
        raise TooOften(f"In a day at most {MOST_A_DAY} blocks are looked at.", retry_after=DAY // 1000)
