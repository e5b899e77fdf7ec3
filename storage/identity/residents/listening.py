"""Which listeners of the live feed came in by which log-in: so that they end with it.

The feed knows a resident's listener by a word drawn for its ticket. Whose it is stands here and nowhere else, for as
long as the listener may last; a word whose log-in is over is told to the feed (workers/airlock/hanging_up.py).
"""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from storage.db import Tx
from storage.identity.schema import listening, log_ins
from storage.identity.vault import ResidentId
from storage.kit import clock, ids
from storage.kit.errors import NotLoggedIn, TooOften

LISTENS_AT_MOST = clock.HOUR  # then a listener gets a new ticket, and so shows again that it may
MOST = 1000  # tickets of one log-in in that time: some open pages on a line that is lost every ten seconds
AT_ONCE = 500  # words in one statement


def note(tx: Tx, token: str, handle: str) -> None:
    """A ticket with this word goes to who holds the log-in's token; raises TooOften, NotLoggedIn."""
    mine = ids.digest(token)
    noted = select(func.count()).select_from(listening).where(listening.c.log_in == mine)
    if tx.connection.execute(noted).scalar_one() >= MOST:
        raise TooOften("The feed was opened too often. Wait a little and try again.", retry_after=60)
    # Not to the second: it would say when somebody looked.
    ends_at = clock.rounded(tx.now()) + clock.QUARTER_HOUR + LISTENS_AT_MOST
    try:
        tx.execute(insert(listening).values(handle=handle, log_in=mine, ends_at=ends_at))
    except IntegrityError:  # it ended since it was looked at
        raise NotLoggedIn("Log in to see this.") from None


def let_go(tx: Tx, resident_id: ResidentId) -> None:
    """All who listen by log-ins of this resident are to ask for new tickets: what they may see has changed."""
    theirs = select(log_ins.c.token_digest).where(log_ins.c.resident_id == resident_id)
    tx.execute(update(listening).where(listening.c.log_in.in_(theirs)).values(log_in=None))


def until(conn: Connection, resident_id: ResidentId) -> list[int]:
    """When those who listen by log-ins of this resident have to ask for a new ticket."""
    query = select(listening.c.ends_at).join(log_ins, log_ins.c.token_digest == listening.c.log_in)
    return list(conn.execute(query.where(log_ins.c.resident_id == resident_id)).scalars())


def over(conn: Connection) -> list[str]:
    """Words of listeners that are to end, at most 500: the database itself cut them from a log-in that ended."""
    return list(conn.execute(select(listening.c.handle).where(listening.c.log_in.is_(None)).limit(AT_ONCE)).scalars())


def forget(tx: Tx, handles: Collection[str]) -> None:
    """The feed was told of these."""
    tx.execute(delete(listening).where(listening.c.handle.in_(handles)))


def forget_ended(tx: Tx) -> None:
    """Deletes the words of listeners that are long over."""
    tx.execute(delete(listening).where(listening.c.ends_at <= tx.now()))
