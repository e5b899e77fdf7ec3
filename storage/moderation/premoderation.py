"""Premoderation: for a while, posts of a category in a division are held until a moderator has judged them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from storage.db import Tx, database_now
from storage.kit.clock import DAY, HOUR
from storage.kit.ids import BlockId, DivisionId, StaffId
from storage.schema import blocks, premoderation, staff_members

SHORTEST_MS, LONGEST_MS = HOUR, 14 * DAY  # it ends by itself; a lead may say again that it is needed


@dataclass(frozen=True)
class On:
    """Where it is on, who switched it on, why, and when it ends (milliseconds since 1970)."""

    division: DivisionId
    category: str
    by: str
    note: str
    since: int
    ends_at: int


def begin(tx: Tx, division: DivisionId, category: str, *, staff_id: StaffId, note: str, lasts: int) -> int:
    """Switches it on for so many milliseconds from now, or anew where it is on; answers when it ends."""
    here = (premoderation.c.division_id == division, premoderation.c.category == category)
    now = tx.now()
    ends_at = now + lasts
    row = {"staff_id": staff_id, "note": note, "since": now, "ends_at": ends_at}
    if not tx.execute(update(premoderation).where(*here).values(**row)).rowcount:
        tx.execute(insert(premoderation).values(division_id=division, category=category, **row))
    tx.audit("premoderation.begin", division, {"category": category, "ends_at": ends_at})
    return ends_at


def end(tx: Tx, division: DivisionId, category: str) -> None:
    """Switches it off before its time; nothing happens where it is not on."""
    here = (premoderation.c.division_id == division, premoderation.c.category == category)
    if tx.execute(delete(premoderation).where(*here, premoderation.c.ends_at > tx.now())).rowcount:
        tx.audit("premoderation.end", division, {"category": category})


def until(conn: Connection, block: BlockId, category: str) -> int | None:
    """When it ends where a post of this block and category is held first; None where it is not on."""
    query = select(premoderation.c.ends_at).join(blocks, blocks.c.division_id == premoderation.c.division_id)
    here = (blocks.c.id == block, premoderation.c.category == category, premoderation.c.ends_at > database_now(conn))
    return conn.execute(query.where(*here)).scalar_one_or_none()


def everywhere(conn: Connection) -> dict[tuple[DivisionId, str], int]:
    """When it ends, wherever it is on: asked for one place, the record would learn what somebody is about to send."""
    here = premoderation.c.ends_at > database_now(conn)
    query = select(premoderation.c.division_id, premoderation.c.category, premoderation.c.ends_at).where(here)
    return {(DivisionId(row.division_id), row.category): row.ends_at for row in conn.execute(query)}


def on(conn: Connection, in_divisions: Collection[DivisionId]) -> list[On]:
    """Where it is on in these divisions."""
    query = select(premoderation, staff_members.c.name)
    query = query.join(staff_members, staff_members.c.id == premoderation.c.staff_id)
    here = (premoderation.c.ends_at > database_now(conn), premoderation.c.division_id.in_(in_divisions))
    rows = conn.execute(query.where(*here).order_by(premoderation.c.division_id, premoderation.c.category))
    return [On(row.division_id, row.category, row.name, row.note, row.since, row.ends_at) for row in rows]
