"""Looking at pins: for a case, by the detective who works in it, each look entered, and only so many blocks."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select

from storage.cameras.pins import DAYS, Pin, Quadrant, Retention
from storage.cases import cases, incidents
from storage.cases.entries import Kind, enter
from storage.cases.rules import Act, Asker
from storage.db import Tx
from storage.kit.clock import DAY
from storage.kit.errors import Conflict, NotThere, TooOften
from storage.kit.ids import BlockId, CaseId, DivisionId, StaffId
from storage.schema import blocks, camera_looks, camera_pins, case_entries, staff_members

# Half a square mile has 15 blocks in a city of houses and some hundred where homes are dense. More than one case needs
# is a survey of who has cameras.
MOST_AT_ONCE = 200
MOST_OF_CASE = 500
MOST_A_DAY = 500  # of one detective, in whatever cases


@dataclass(frozen=True)
class Seen:
    """A pin as a case sees it: at which moment (milliseconds) it may be overwritten, and when it surely is."""

    pin: Pin
    kept_until: int
    gone_from: int | None


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
