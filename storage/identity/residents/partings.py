"""Partings: what somebody who left wants taken back, each at a time of its own. Whose it was stands nowhere any more.

Taken back all at once, posts all over the city would vanish from a desk in one second, and so show that they were one
person's. So each waits for a time drawn for it alone, unless who leaves would rather have all of it gone at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, delete, insert, select

from storage.db import Tx, database_now
from storage.identity.schema import partings
from storage.kit import clock, ids

SPREAD = 2 * clock.DAY  # long enough for others' posts to end in between, short enough to be waited for
AT_ONCE = 200  # in one transaction


class What(StrEnum):
    """What is taken back."""

    CLIP = "clip"
    COMMENT = "comment"
    NOD = "nod"


@dataclass(frozen=True)
class Parting:
    """A clip, a comment on the record, or the mark of nods there, whose time has come."""

    id: str
    what: What


def add(tx: Tx, what: What, wanted: Sequence[str], *, spread: bool) -> None:
    """Has these taken back: each within two days, or all in the next round."""
    now = tx.now()
    rows = [
        {"id": one, "what": what, "due_at": now + (round(ids.spread(SPREAD)) if spread else 0)}
        for one in sorted(wanted)
    ]
    if rows:
        tx.execute(insert(partings), rows)


def due(conn: Connection) -> list[Parting]:
    """Those whose time has come, at most `AT_ONCE`."""
    past = partings.c.due_at <= database_now(conn)
    query = select(partings.c.id, partings.c.what).where(past).order_by(partings.c.due_at, partings.c.id)
    return [Parting(row.id, What(row.what)) for row in conn.execute(query.limit(AT_ONCE))]


def forget(tx: Tx, done: Sequence[Parting]) -> None:
    """These are taken back. Twice is once."""
    tx.execute(delete(partings).where(partings.c.id.in_([one.id for one in done])))
