"""How much happened in a division in a month, for everybody: counted once when the month is over, and kept rounded.

Each count is rounded by itself, up or down by chance, and one below LEAST is not told. No sum is ever taken of what was
counted, so a division, a month or a kind taken from another gives sums of rounded numbers and nothing finer. A month
is counted once: who asks again gets the same draw, and nobody can average it out.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from sqlalchemy import Connection, select

from storage.db import Tx, database_now
from storage.kit.clock import DAY
from storage.public import months
from storage.public.count_kinds import ABOUT_POSTS, Kind
from storage.public.counting import GONE, exact
from storage.schema import audit_entries, divisions, public_counts
from storage.upserts import insert_new

LEAST = 12  # a smaller count may be about one household: it is not told (the k of the blocks)
ROUND = 5
SETTLED_MS = DAY  # after a month's end: rounded times have come in, and what is undone within the minute is undone
MOST_MONTHS = 24  # that are counted or told, the newest


@dataclass(frozen=True)
class Count:
    """One rounded count; `told` is 0 for few or none, else a multiple of ROUND."""

    month: str
    division: str
    kind: Kind
    told: int


def told(count: int, draw: int) -> int:
    """The count as it may be told: 0, or the multiple of ROUND below or above it; `draw` is 0 to ROUND - 1. Pure.

    The nearer multiple is the likelier, so that a sum of many is right; and no number says how many it was made of.
    """
    over = count % ROUND
    rounded = count - over + (ROUND if draw < over else 0)
    return rounded if min(count, rounded) >= LEAST else 0


def due(conn: Connection) -> list[str]:
    """The months that are over and were not counted, oldest first."""
    first = conn.execute(select(audit_entries.c.at).order_by(audit_entries.c.seq).limit(1)).scalar()
    if first is None:
        return []
    over = months.of(database_now(conn) - SETTLED_MS)
    passed = [month for month in months.between(months.of(first), over) if month < over][-MOST_MONTHS:]
    counted = set(conn.execute(select(public_counts.c.month).distinct()).scalars())
    return [month for month in passed if month not in counted]


def publish(tx: Tx, month: str) -> None:
    """Counts a month that `due` named, and keeps what may be told of it. Of two at once one does."""
    found = exact(tx.connection, month)
    where = tx.connection.execute(select(divisions.c.id)).scalars().all()
    cells = [(division, kind) for division in where for kind in Kind] + [(GONE, kind) for kind in ABOUT_POSTS]
    rows = [
        {
            "month": month,
            "division_id": division,
            "kind": kind,
            "told": told(found[division, kind], secrets.randbelow(ROUND)),
        }
        for division, kind in cells
    ]
    if rows and tx.execute(insert_new(public_counts).values(rows)).rowcount:
        tx.audit("counts.publish", month)


def published(conn: Connection) -> list[Count]:
    """What is told of the newest months, the newest first."""
    newest = select(public_counts.c.month).distinct().order_by(public_counts.c.month.desc()).limit(MOST_MONTHS)
    told_of = conn.execute(newest).scalars().all()
    query = select(public_counts).where(public_counts.c.month.in_(told_of)).order_by(public_counts.c.month.desc())
    return [Count(row.month, row.division_id, Kind(row.kind), row.told) for row in conn.execute(query)]


def places(conn: Connection) -> list[tuple[str, str]]:
    """All divisions, by name: id and name."""
    rows = conn.execute(select(divisions).order_by(divisions.c.name))
    return [(row.id, row.name) for row in rows]
