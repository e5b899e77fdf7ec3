"""What owners answer, from when they say it until it crosses, together with all else that is said for that batch.

Until an hour before the batch's moment an answer can be changed or taken back as if it had never been. In that hour
shared clips go through the airlock, all at once: by when staff find one, nothing tells when its owner sent it.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, or_, select, update

from storage.db import Tx
from storage.identity.clips.states import GONE, ClipState
from storage.identity.schema import clips, inbox_answers
from storage.identity.vault import ClipId, ResidentId
from storage.kit import ids
from storage.kit.clock import DAY, HOUR, MINUTE
from storage.kit.errors import Conflict
from storage.kit.ids import PostId, RequestId

CLOSED_MS = HOUR  # before the batch's moment nothing is changed any more
CROSSES_MS = 10 * MINUTE  # before it, answers cross; no staff program sees them until it comes
CONTACT_MS = 7 * DAY  # how long a contact can be opened, from when it is shown


class Kind(StrEnum):
    """What an owner can say. Saying nothing is no answer, and stands nowhere."""

    SHARED = "shared"
    NOTHING = "nothing"
    ASK_ME = "ask_me"
    NO = "no"


class Contact(StrEnum):
    """How it is with the contact that an owner gave."""

    NONE = "none"
    GIVEN = "given"
    BACK = "back"  # its owner wants it back, and the airlock has not looked yet
    GONE = "gone"
    OPENED = "opened"


@dataclass(frozen=True)
class Answer:
    """An owner's answer as the owner sees it; `gone`: the clip that it shared is off again."""

    id: str
    kind: Kind
    clip: ClipId | None
    contact: Contact
    contact_until: int | None
    shown_at: int
    crossed: bool
    gone: bool

    def is_open(self, now: int) -> bool:
        """Whether it can be changed as if it had never been."""
        return not self.crossed and (self.gone or now < self.shown_at - CLOSED_MS)


@dataclass(frozen=True)
class Due:
    """An answer that is to cross: by whom, the airlock does not know."""

    id: str
    request: RequestId
    kind: Kind
    post: PostId | None
    contact: bytes | None
    contact_until: int | None
    shown_at: int


def of(conn: Connection, resident_id: ResidentId) -> dict[RequestId, Answer]:
    """All that a resident answered and that is remembered."""
    query = select(inbox_answers, clips.c.state).outerjoin(clips, clips.c.id == inbox_answers.c.clip_id)
    rows = conn.execute(query.where(inbox_answers.c.resident_id == resident_id)).all()
    return {RequestId(row.request_id): _answer(row) for row in rows}


def may(before: Answer | None, kind: Kind, *, now: int) -> bool:
    """Whether this can be said after that: once it crossed, a clip may follow whatever else was said. Pure."""
    if before is None or before.is_open(now):
        return True
    return before.crossed and kind is Kind.SHARED and (before.kind is not Kind.SHARED or before.gone)


def demand_may(before: Answer | None, kind: Kind, *, now: int) -> None:
    """Raises Conflict where it cannot."""
    if may(before, kind, now=now):
        return
    assert before is not None, "the first answer is free"
    if not before.crossed:
        raise Conflict("Your answer is on its way and cannot be changed now.", code="answer_on_its_way")
    raise Conflict("Your answer was told. It can be taken back, and not changed.", code="answer_told")


def say(
    tx: Tx,
    resident_id: ResidentId,
    request: RequestId,
    kind: Kind,
    *,
    shown_at: int,
    clip: ClipId | None = None,
    contact: bytes | None = None,
) -> None:
    """Says so, in the place of what was said before; the caller knows that it may be, and holds the owner's turn."""
    erase(tx, resident_id, request)
    row = {"id": ids.new_id(), "resident_id": resident_id, "request_id": request, "kind": kind, "clip_id": clip}
    until, state = (None, Contact.NONE) if contact is None else (shown_at + CONTACT_MS, Contact.GIVEN)
    said = {"contact": contact, "contact_until": until, "contact_state": state, "shown_at": shown_at, "crossed": False}
    tx.execute(insert(inbox_answers).values(**row, **said))


def erase(tx: Tx, resident_id: ResidentId, request: RequestId) -> None:
    """Forgets what was answered. Twice is once."""
    here = (inbox_answers.c.resident_id == resident_id, inbox_answers.c.request_id == request)
    tx.execute(delete(inbox_answers).where(*here))


def erase_all(tx: Tx, requests: Collection[RequestId]) -> None:
    """Forgets all that was answered to these. Twice is once."""
    tx.execute(delete(inbox_answers).where(inbox_answers.c.request_id.in_(requests)))


def want_back(tx: Tx, resident_id: ResidentId, request: RequestId) -> None:
    """The contact is to be taken off the record, which the airlock does unless it was opened. Twice is once."""
    here = (inbox_answers.c.resident_id == resident_id, inbox_answers.c.request_id == request)
    given = inbox_answers.c.contact_state == Contact.GIVEN
    tx.execute(update(inbox_answers).where(*here, given).values(contact_state=Contact.BACK))


def contacts_out(conn: Connection) -> dict[str, Contact]:
    """Contacts on the record of which nobody knows that they were opened, by their answer."""
    out = (inbox_answers.c.crossed, inbox_answers.c.contact_state.in_((Contact.GIVEN, Contact.BACK)))
    rows = conn.execute(select(inbox_answers.c.id, inbox_answers.c.contact_state).where(*out))
    return {row.id: Contact(row.contact_state) for row in rows}


def tell_of_contacts(tx: Tx, answer_ids: Collection[str], state: Contact) -> None:
    """Tells the owners of these that their contact is gone, or was opened."""
    tx.execute(update(inbox_answers).where(inbox_answers.c.id.in_(answer_ids)).values(contact_state=state))


def due(conn: Connection, now: int) -> list[Due]:
    """What is to cross now, by a number that says nothing: of shared clips those that are on the record."""
    query = select(*_NOBODYS, clips.c.post_id).outerjoin(clips, clips.c.id == inbox_answers.c.clip_id)
    there = or_(inbox_answers.c.clip_id.is_(None), clips.c.state == ClipState.PUBLISHED)
    waits = (~inbox_answers.c.crossed, inbox_answers.c.shown_at <= now + CROSSES_MS)
    rows: list[Any] = list(conn.execute(query.where(*waits, there).order_by(inbox_answers.c.id)))
    return [_due(row) for row in rows]


def cross(tx: Tx, answer_ids: Collection[str]) -> None:
    """These are on the record; what was sealed of them is there alone. Twice is once."""
    here = inbox_answers.c.id.in_(answer_ids)
    tx.execute(update(inbox_answers).where(here).values(crossed=True, contact=None))


def unsent(conn: Connection, requests: Collection[RequestId]) -> list[ClipId]:
    """Clips that were shared for these and of which nobody was told yet."""
    here = (inbox_answers.c.request_id.in_(requests), ~inbox_answers.c.crossed)
    query = select(inbox_answers.c.clip_id).join(clips, clips.c.id == inbox_answers.c.clip_id)
    return [ClipId(found) for found in conn.execute(query.where(*here, clips.c.state.not_in(GONE))).scalars()]


def drop(tx: Tx, requests: Collection[RequestId]) -> None:
    """Forgets what will be told to nobody, these being over; the caller takes the clips back."""
    here = (inbox_answers.c.request_id.in_(requests), ~inbox_answers.c.crossed)
    tx.execute(delete(inbox_answers).where(*here))


# Everything but whose it is, which the airlock may not read.
_NOBODYS = [column for column in inbox_answers.columns if column is not inbox_answers.c.resident_id]


def _answer(row: Row[tuple[object, ...]]) -> Answer:
    gone = row.state is not None and ClipState(row.state) in GONE
    clip = ClipId(row.clip_id) if row.clip_id else None
    contact = Contact(row.contact_state)
    return Answer(row.id, Kind(row.kind), clip, contact, row.contact_until, row.shown_at, row.crossed, gone)


def _due(row: Any) -> Due:
    post = PostId(row.post_id) if row.clip_id else None
    request = RequestId(row.request_id)
    return Due(row.id, request, Kind(row.kind), post, row.contact, row.contact_until, row.shown_at)
