"""Desks: a browser's log-in that nobody has touched for a while does nothing until its owner unlocks it.

The page covers itself; here is what makes its token worth nothing meanwhile, whoever has it. A program's log-in has
nobody who could touch it, and ends with its twelve hours. Whether a member has lately shown a second factor once more
stands here too: some things take that.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from storage import feed_log
from storage.db import Tx
from storage.kit import ids
from storage.kit.clock import MINUTE
from storage.schema import desks, staff_log_ins
from storage.staff.staff import LOG_IN_MS, LogIn
from storage.upserts import ensure

LATE_MS = MINUTE  # a page tells of touches twice a minute at most, so its last one may be newer by as much
FRESH_MS = 30 * MINUTE  # since a second factor: a desk that was left open for a shift shows nobody where cameras are


@dataclass(frozen=True)
class Desk:
    """A log-in's desk: when it was last touched (None: a program's), and when its owner last showed who they are."""

    touched_at: int | None
    locked: bool
    proved_at: int

    def is_locked(self, now: int, after_ms: int) -> bool:
        """Whether it does nothing at this moment, also where the chores have not said so yet."""
        return self.locked or (self.touched_at is not None and self.touched_at < now - after_ms - LATE_MS)

    def is_fresh(self, now: int) -> bool:
        """Whether its owner has shown a second factor in the last half hour."""
        return self.proved_at + FRESH_MS > now


def of(conn: Connection, log_in: LogIn) -> Desk:
    """The desk of a log-in; logging in is a proof too."""
    row = conn.execute(select(desks).where(desks.c.token_digest == log_in.digest)).one_or_none()
    begun_at = log_in.ends_at - LOG_IN_MS
    return Desk(None, False, begun_at) if row is None else Desk(row.touched_at, row.locked, row.proved_at)


def begin(tx: Tx, token: str) -> None:
    """This new log-in is a browser's: it locks when nobody touches it."""
    now = tx.now()
    row = {"token_digest": ids.digest(token), "touched_at": now, "locked": False, "proved_at": now}
    tx.execute(insert(desks).values(**row))


def touch(tx: Tx, log_in: LogIn) -> None:
    """Somebody is at this desk; one that is locked stays as it is, and so does a program's."""
    mine = (desks.c.token_digest == log_in.digest, desks.c.touched_at.is_not(None), ~desks.c.locked)
    tx.execute(update(desks).where(*mine).values(touched_at=tx.now()))


def lock(tx: Tx, log_in: LogIn) -> None:
    """Locks a desk at once, its open sockets too; nothing happens to a program's log-in."""
    feed_log.note_rights(tx)
    mine = (desks.c.token_digest == log_in.digest, desks.c.touched_at.is_not(None))
    tx.execute(update(desks).where(*mine).values(locked=True))
    tx.audit("staff.lock", log_in.member.id)


def unlock(tx: Tx, log_in: LogIn) -> None:
    """Opens a desk again; the caller made sure who it is for."""
    mine = (desks.c.token_digest == log_in.digest, desks.c.touched_at.is_not(None))
    tx.execute(update(desks).where(*mine).values(locked=False, touched_at=tx.now()))
    tx.audit("staff.unlock", log_in.member.id)


def prove(tx: Tx, log_in: LogIn) -> None:
    """Its owner has just shown a second factor; the caller looked at it."""
    now, mine = tx.now(), desks.c.token_digest == log_in.digest
    tx.execute(ensure(desks).values(token_digest=log_in.digest, touched_at=None, locked=False, proved_at=now))
    tx.execute(update(desks).where(mine).values(proved_at=now))
    tx.audit("staff.prove", log_in.member.id)


def lock_idle(tx: Tx, after_ms: int) -> int:
    """Locks all desks that nobody has touched for so long, with their sockets; answers how many."""
    idle = (~desks.c.locked, desks.c.touched_at < tx.now() - after_ms - LATE_MS)
    if tx.connection.execute(select(desks.c.token_digest).where(*idle).limit(1)).first() is None:
        return 0
    feed_log.note_rights(tx)
    found = tx.execute(update(desks).where(*idle).values(locked=True)).rowcount
    tx.audit("staff.lock_idle", "", {"count": found})
    return found


def forget(tx: Tx) -> int:
    """Deletes what is left of log-ins that are over; answers of how many."""
    held = select(staff_log_ins.c.token_digest)
    return tx.execute(delete(desks).where(desks.c.token_digest.not_in(held))).rowcount
