"""The feed log: dense numbers in commit order, and no words.

The head row is locked from `lock` to the commit, so a number is seen only after every smaller one is.
A bare sequence would not do: it hands out 17 and 18, and 18 may be committed first.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection, delete, insert, select, update

from storage.db import Tx
from storage.kit import ids
from storage.kit.ids import DivisionId, PostId
from storage.schema import feed_head, feed_log


class Kind(StrEnum):
    """What happened to a post; or that somebody may see less from here on, which tells no listener anything."""

    PUBLISHED = "post.published"
    UPDATED = "post.updated"
    HIDDEN = "post.hidden"
    WITHDRAWN = "post.withdrawn"
    REMOVED = "post.removed"
    EXPIRED = "post.expired"
    RIGHTS = "rights.ended"


@dataclass(frozen=True)
class Head:
    """The log's present end, and the number up to which it was trimmed."""

    epoch: str
    seq: int
    floor: int


@dataclass(frozen=True)
class Line:
    """One line of the log."""

    seq: int
    kind: Kind
    post_id: PostId
    division: DivisionId
    category: str


def lock(tx: Tx) -> Head:
    """Takes the lock that keeps numbers in commit order, before anything is looked at that decides what to append."""
    tx.connection.execute(select(feed_head.c.seq).with_for_update())
    return head(tx.connection)


def append(tx: Tx, kind: Kind, post_id: PostId, division: DivisionId, category: str) -> Line:
    """Writes the next line; the lock must be held."""
    tx.execute(update(feed_head).values(seq=feed_head.c.seq + 1))
    line = Line(head(tx.connection).seq, kind, post_id, division, category)
    tx.execute(
        insert(feed_log).values(seq=line.seq, kind=kind, post_id=post_id, division_id=division, category=category)
    )
    return line


def note_rights(tx: Tx) -> int:
    """Writes that somebody's rights ended, not whose: no node tells what comes after it before it has looked.

    Answers the line's number.
    Nothing rings: the next look finds it, or the ring of the next event, which cannot be told without it. Call it
    before anything is audited: every verb locks the log first.
    """
    lock(tx)
    return append(tx, Kind.RIGHTS, PostId(""), DivisionId(""), "").seq


def head(conn: Connection) -> Head:
    """Where the log stands now."""
    row = conn.execute(select(feed_head)).one()
    return Head(row.epoch, row.seq, row.floor)


def after(conn: Connection, seq: int, *, limit: int) -> list[Line]:
    """Lines with a number above `seq`, oldest first."""
    query = select(feed_log).where(feed_log.c.seq > seq).order_by(feed_log.c.seq).limit(limit)
    return [Line(row.seq, Kind(row.kind), row.post_id, row.division_id, row.category) for row in conn.execute(query)]


def trim(tx: Tx, *, keep: int) -> int:
    """Drops all but the newest `keep` lines; answers the new floor."""
    floor = max(head(tx.connection).seq - keep, 0)
    tx.execute(delete(feed_log).where(feed_log.c.seq <= floor))
    tx.execute(update(feed_head).where(feed_head.c.floor < floor).values(floor=floor))
    return head(tx.connection).floor


def new_epoch(tx: Tx) -> None:
    """Makes every cursor handed out before worthless: for a log restored from a backup."""
    tx.execute(update(feed_head).values(epoch=ids.new_id()))
