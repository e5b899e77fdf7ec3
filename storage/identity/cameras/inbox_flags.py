"""What owners say is wrong with a request of their inbox, until it crosses with all that is answered for that batch.

It is no part of an answer, and those who asked are told of none. That there is one says that an owner is there, as an
answer does: so it crosses as answers do, and can be taken back until then as if it had never been said.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from storage.db import Tx
from storage.identity.cameras.inbox_answers import CLOSED_MS, CROSSES_MS
from storage.identity.schema import asked, inbox_flags
from storage.identity.vault import ResidentId
from storage.kit import ids
from storage.kit.errors import Conflict
from storage.kit.ids import RequestId


@dataclass(frozen=True)
class Flag:
    """A flag as its owner sees it; `about` is the kind of incident asked about. Times are milliseconds since 1970."""

    id: str
    about: str
    reason: str
    text: str
    shown_at: int
    crossed: bool

    def is_open(self, now: int) -> bool:
        """Whether it can be said otherwise, or taken back."""
        return not self.crossed and now < self.shown_at - CLOSED_MS


@dataclass(frozen=True)
class Due:
    """A flag that is to cross: by whom, the airlock does not know."""

    id: str
    request: RequestId
    reason: str
    text: str
    shown_at: int


def of(conn: Connection, resident_id: ResidentId) -> dict[RequestId, Flag]:
    """All that a resident flagged and that is remembered, those that are told last first."""
    query = select(inbox_flags, asked.c.kind).join(asked, asked.c.id == inbox_flags.c.request_id)
    query = query.where(inbox_flags.c.resident_id == resident_id).order_by(inbox_flags.c.shown_at.desc())
    rows: list[Any] = list(conn.execute(query))
    return {
        RequestId(row.request_id): Flag(row.id, row.kind, row.reason, row.text, row.shown_at, row.crossed)
        for row in rows
    }


def say(tx: Tx, resident_id: ResidentId, request: RequestId, *, reason: str, text: str, shown_at: int) -> None:
    """Flags a request (words scrubbed), in the place of what was said before; the caller holds the owner's turn.

    Raises Conflict where that is on its way, or was told.
    """
    erase(tx, resident_id, request)
    row = {"id": ids.new_id(), "resident_id": resident_id, "request_id": request, "reason": reason, "text": text}
    tx.execute(insert(inbox_flags).values(**row, shown_at=shown_at, crossed=False))


def erase(tx: Tx, resident_id: ResidentId, request: RequestId) -> None:
    """Forgets it. Twice is once; raises Conflict where it is on its way, or was told."""
    before = of(tx.connection, resident_id).get(request)
    if before is not None and not before.is_open(tx.now()):
        raise Conflict("Your flag is with the moderators, or on its way to them.", code="flag_told")
    here = (inbox_flags.c.resident_id == resident_id, inbox_flags.c.request_id == request)
    tx.execute(delete(inbox_flags).where(*here))


def due(conn: Connection, now: int) -> list[Due]:
    """What is to cross now, by a number that says nothing; also of requests that are over by now."""
    query = select(*_NOBODYS).where(~inbox_flags.c.crossed, inbox_flags.c.shown_at <= now + CROSSES_MS)
    rows = conn.execute(query.order_by(inbox_flags.c.id))
    return [Due(row.id, RequestId(row.request_id), row.reason, row.text, row.shown_at) for row in rows]


def cross(tx: Tx, flag_ids: Collection[str]) -> None:
    """These are on the record; their words are there alone. Twice is once."""
    tx.execute(update(inbox_flags).where(inbox_flags.c.id.in_(flag_ids)).values(crossed=True, text=""))


def erase_all(tx: Tx, requests: Collection[RequestId]) -> None:
    """Forgets all that was flagged of these, which ended long ago. Twice is once."""
    tx.execute(delete(inbox_flags).where(inbox_flags.c.request_id.in_(requests)))


# Everything but whose it is, which the airlock may not read.
_NOBODYS = [inbox_flags.c[name] for name in ("id", "request_id", "reason", "text", "shown_at")]
