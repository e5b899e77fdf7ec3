"""How much a moderator has opened in this shift, and when that is enough.

What wears people out is what they look at, so openings are counted and not decisions. A row says that somebody opened
something at a time, which the audit says too; it is gone after a day.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from storage.db import Tx, database_now
from storage.kit import ids
from storage.kit.clock import DAY, HOUR
from storage.kit.ids import StaffId
from storage.schema import openings

KEPT_MS = DAY  # longer than any shift


@dataclass(frozen=True)
class Limit:
    """So many openings in so many hours; 0 is without a limit."""

    openings: int
    hours: int

    @property
    def window(self) -> int:
        """The hours in milliseconds."""
        return self.hours * HOUR


@dataclass(frozen=True)
class Shift:
    """What a moderator has opened in the last hours, and until when they rest (milliseconds since 1970; None: no)."""

    opened: int
    rests_until: int | None


def note(tx: Tx, staff_id: StaffId) -> None:
    """A moderator opens something that was not open to them."""
    tx.execute(insert(openings).values(id=ids.new_id(), staff_id=staff_id, at=tx.now()))


def of(conn: Connection, staff_id: StaffId, limit: Limit) -> Shift:
    """A moderator's shift."""
    return of_all(conn, [staff_id], limit)[staff_id]


def of_all(conn: Connection, members: Collection[StaffId], limit: Limit) -> dict[StaffId, Shift]:
    """The shifts of several."""
    since = database_now(conn) - limit.window
    mine = (openings.c.staff_id.in_(members), openings.c.at > since)
    rows = conn.execute(select(openings.c.staff_id, openings.c.at).where(*mine).order_by(openings.c.at.desc()))
    at: dict[StaffId, list[int]] = {member: [] for member in members}
    for staff_id, when in rows:
        at[StaffId(staff_id)].append(int(when))
    return {member: Shift(len(when), _rest(when, limit)) for member, when in at.items()}


def forget(tx: Tx) -> int:
    """Deletes openings of another day; answers how many."""
    return tx.execute(delete(openings).where(openings.c.at < tx.now() - KEPT_MS)).rowcount


def _rest(newest_first: list[int], limit: Limit) -> int | None:
    """Until enough of them are hours ago; pure."""
    if not limit.openings or len(newest_first) < limit.openings:
        return None
    return newest_first[limit.openings - 1] + limit.window
