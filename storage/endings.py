"""Listeners of the live feed that are to end before their time, by the word their ticket was drawn with.

Each stands beside the line of the log that says that somebody's rights ended, and is kept for as long as a listener
may last: a node that could not read the record for a while still finds it.
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, delete, select

from storage import feed_log
from storage.db import Tx
from storage.kit import clock
from storage.schema import endings
from storage.upserts import insert_new

KEPT = clock.HOUR + 2 * clock.QUARTER_HOUR  # a listener lasts an hour; rounding takes a quarter at most


def add(tx: Tx, words: Collection[str]) -> None:
    """Ends these listeners: no node tells one of them what comes after. Twice is as once. Locks the log first."""
    seq = feed_log.note_rights(tx)
    forget_at = clock.rounded(tx.now()) + KEPT
    tx.execute(insert_new(endings), [{"word": one, "seq": seq, "forget_at": forget_at} for one in words])


def after(conn: Connection, seq: int) -> tuple[int, frozenset[str]]:
    """The words noted beside lines above `seq`, and the number up to which these are all."""
    rows = conn.execute(select(endings.c.seq, endings.c.word).where(endings.c.seq > seq)).all()
    return max((row.seq for row in rows), default=seq), frozenset(row.word for row in rows)


def among(conn: Connection, words: Collection[str]) -> set[str]:
    """Those of these that were ended."""
    if not words:
        return set()
    return set(conn.execute(select(endings.c.word).where(endings.c.word.in_(words))).scalars())


def forget(tx: Tx) -> int:
    """Deletes those whose listener is long over; answers how many."""
    return tx.execute(delete(endings).where(endings.c.forget_at <= tx.now())).rowcount
